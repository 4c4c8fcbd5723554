package queue_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/publish/queue"
)

// lossy refuses the second message of the first call, and does not name the first one.
type lossy struct {
	http.RoundTripper

	calls *int
}

func (l lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(r.Clone(r.Context()))
	if *l.calls++; *l.calls == 1 && err == nil {
		response.Body.Close()
		answer := `{"Failed":[{"Id":"1","SenderFault":false,"Code":"InternalError"}]}`
		response.Body, response.ContentLength = io.NopCloser(strings.NewReader(answer)), int64(len(answer))
	}
	return response, err
}

// Messages that SQS refused, and those that its answer does not name, are sent again. SQS refuses U+FFFE and U+FFFF,
// which may occur in names.
func TestPut(t *testing.T) {
	var calls int
	wrap := func(next http.RoundTripper) http.RoundTripper { return lossy{next, &calls} }
	cloud := awstest.Start(t, awstest.Transport(wrap))
	q := queue.New(cloud.Config(), "EventsDLQ")
	if err := q.Put(t.Context(), queue.Message{Body: "a\ufffe\uffff\ufffdb"}, queue.Message{Body: "b"}); err != nil {
		t.Fatal(err)
	}
	var sent []string
	for _, m := range cloud.Sent(t, "EventsDLQ") {
		sent = append(sent, m.Body)
	}
	if got, want := strings.Join(sent, " "), `"a\ufffe\uffff`+"\ufffd"+`b" "b" `; got+" " != want+want || calls != 2 {
		t.Errorf("sent %s by %d calls", got, calls)
	}
}
