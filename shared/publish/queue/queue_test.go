package queue_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"personal-rooms/shared/publish"
	"personal-rooms/shared/publish/queue"
)

// A server stands for SQS. It refuses each body as often as refuse says, and bodies with "bad" always.
type server struct {
	calls  []string // the bodies in each call
	refuse map[string]int
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Entries []struct{ ID, MessageBody, MessageGroupID, MessageDeduplicationID string }
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	var bodies, taken, failed []string
	for _, e := range in.Entries {
		bodies = append(bodies, strings.Trim(e.MessageBody, `"`)+"@"+e.MessageGroupID)
		body := strings.Trim(e.MessageBody, `"`)
		switch {
		case strings.Contains(body, "bad"):
			failed = append(failed, fmt.Sprintf(`{"Id":%q,"SenderFault":true,"Code":"InvalidMessageContents","Message":"no"}`, e.ID))
		case s.refuse[body] > 0:
			s.refuse[body]--
			failed = append(failed, fmt.Sprintf(`{"Id":%q,"SenderFault":false,"Code":"InternalError"}`, e.ID))
		default:
			taken = append(taken, fmt.Sprintf(`{"Id":%q,"MessageId":"m","MD5OfMessageBody":%q}`, e.ID, md5Of(e.MessageBody)))
		}
	}
	s.calls = append(s.calls, strings.Join(bodies, " "))
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	fmt.Fprintf(w, `{"Successful":[%s],"Failed":[%s]}`, strings.Join(taken, ","), strings.Join(failed, ","))
}

func newQueue(t *testing.T, s *server) *queue.Queue {
	t.Helper()
	endpoint := httptest.NewServer(s)
	t.Cleanup(endpoint.Close)
	return queue.New(aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), BaseEndpoint: &endpoint.URL}, "Deliveries")
}

// The second message of a group is sent after the first one was accepted. A rejected message is sent once or not at all,
// and delays nothing.
func TestPut(t *testing.T) {
	large := strings.Repeat("x", 300_000)
	for name, c := range map[string]struct {
		messages string // each with its group; the first letter
		refused  int    // how often a1 is refused
		calls    string
		errors   []string // parts of the error
		rejected bool
	}{
		"groups":           {"a1 b1 a2 c1", 1, "a1@a b1@b | a1@a | a2@a c1@c", nil, false},
		"never accepted":   {"a1 a2", 9, "a1@a | a1@a | a1@a", []string{"InternalError"}, false},
		"rejected":         {large + " a1 bad b2", 1, "a1@a bad@b | a1@a | b2@b", []string{"300002 bytes", "rejected: no"}, true},
		"rejected and not": {"bad a1", 9, "bad@b a1@a | a1@a | a1@a", []string{"InternalError"}, false},
	} {
		s := &server{refuse: map[string]int{"a1": c.refused}}
		var all []queue.Message
		for i, body := range strings.Fields(c.messages) {
			all = append(all, queue.Message{Body: body, Group: body[:1], ID: fmt.Sprint(i)})
		}
		err := newQueue(t, s).Put(t.Context(), all...)
		if (err == nil) != (c.errors == nil) || errors.Is(err, publish.ErrRejected) != c.rejected {
			t.Errorf("%s: %v", name, err)
		}
		for _, part := range c.errors {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v, want it to say %s", name, err, part)
			}
		}
		if got := strings.Join(s.calls, " | "); got != c.calls {
			t.Errorf("%s: called with %s, want %s", name, got, c.calls)
		}
	}
}

// SQS refuses U+FFFE and U+FFFF, which may occur in names.
func TestBodyHasOnlyCharactersThatSQSAccepts(t *testing.T) {
	s := &server{}
	if err := newQueue(t, s).Put(t.Context(), queue.Message{Body: "a\ufffe\uffff\ufffdb"}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.calls, " "); got != `a\ufffe\uffff`+"\ufffd"+`b@` {
		t.Errorf("sent %q", got)
	}
}

// md5Of returns the checksum that the client verifies.
func md5Of(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}
