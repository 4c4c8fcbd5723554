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

// The second message of a group is sent after the first one was accepted.
func TestGroupKeepsItsOrder(t *testing.T) {
	s := &server{refuse: map[string]int{"a1": 1}}
	err := newQueue(t, s).Put(t.Context(), queue.Message{Body: "a1", Group: "a", ID: "1"}, queue.Message{Body: "b1", Group: "b", ID: "2"},
		queue.Message{Body: "a2", Group: "a", ID: "3"}, queue.Message{Body: "c1", Group: "c", ID: "4"})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.calls, " | "); got != "a1@a b1@b | a1@a | a2@a c1@c" {
		t.Errorf("called with %s", got)
	}
}

func TestFailedMessageEndsPut(t *testing.T) {
	s := &server{refuse: map[string]int{"a1": 9}}
	err := newQueue(t, s).Put(t.Context(), queue.Message{Body: "a1", Group: "a", ID: "1"}, queue.Message{Body: "a2", Group: "a", ID: "2"})
	if err == nil || !strings.Contains(err.Error(), "InternalError") || strings.Contains(strings.Join(s.calls, " "), "a2") {
		t.Errorf("%v after %v", err, s.calls)
	}
}

// A rejected message is sent once or not at all, and the messages after it are sent.
func TestRejectedMessageDelaysNothing(t *testing.T) {
	s := &server{refuse: map[string]int{"a1": 1}}
	large := queue.Message{Body: strings.Repeat("x", 300_000), Group: "a", ID: "0"}
	err := newQueue(t, s).Put(t.Context(), large, queue.Message{Body: "a1", Group: "a", ID: "1"}, queue.Message{Body: "bad", Group: "b", ID: "2"},
		queue.Message{Body: "b2", Group: "b", ID: "3"})
	if !errors.Is(err, publish.ErrRejected) || !strings.Contains(err.Error(), "300002 bytes") || !strings.Contains(err.Error(), "rejected: no") {
		t.Errorf("%v", err)
	}
	if got := strings.Join(s.calls, " | "); got != "a1@a bad@b | a1@a | b2@b" {
		t.Errorf("called with %s", got)
	}
	s = &server{refuse: map[string]int{"a1": 9}}
	err = newQueue(t, s).Put(t.Context(), queue.Message{Body: "bad", Group: "b", ID: "1"}, queue.Message{Body: "a1", Group: "a", ID: "2"})
	if err == nil || errors.Is(err, publish.ErrRejected) {
		t.Errorf("a message that may be accepted later: %v", err)
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
