package proof

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"personal-rooms/shared/dev/aws/dynamoproxy"
)

// A relay sends requests to DynamoDB Local for a synctest bubble, in which no connection may live. It runs outside of
// the bubble.
type relay chan *message

// newRelay serves until the test ends.
func newRelay(t testing.TB) relay {
	t.Helper()
	r, transport := make(relay), &http.Transport{}
	go func() {
		defer transport.CloseIdleConnections()
		for m := range r {
			if m != nil {
				m.send(transport)
			}
		}
	}()
	t.Cleanup(func() { close(r) })
	return r
}

// serve sends the message and waits for the reply. The clock of the bubble stands still meanwhile.
func (r relay) serve(m *message) {
	r <- m
	r <- nil // is received when the message was sent
}

// A message is a request on its way to DynamoDB, held until the scheduler delivers it.
type message struct {
	request *http.Request
	body    []byte
	from    *invocation
	change  *request // what it writes, as the model understands it; nil: nothing that the model knows
	action  string
	key     string // of the item; of a query, as in the model
	answer  chan dynamoproxy.Fault
	gone    bool // nobody waits for the answer any more
	copied  bool // it was delivered once, or its sender believes that it never will be

	reply *http.Response // of the last delivery, with its whole body in memory
	err   error
}

func readMessage(r *http.Request) (*message, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var asked struct{ Key, Item map[string]any }
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, err
	}
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	from, _ := r.Context().Value(invocationKey{}).(*invocation)
	change, _ := r.Context().Value(changeKey{}).(*request)
	key := encoded(asked)
	if action == "Query" && change != nil {
		key = change.key
	}
	return &message{
		request: r.Clone(context.Background()), body: body, from: from, change: change,
		action: action, key: key, answer: make(chan dynamoproxy.Fault, 1),
	}, nil
}

func (m *message) send(transport http.RoundTripper) {
	m.request.Body = io.NopCloser(bytes.NewReader(m.body))
	if m.reply, m.err = transport.RoundTrip(m.request); m.err != nil {
		return
	}
	defer m.reply.Body.Close()
	body, err := io.ReadAll(m.reply.Body)
	m.reply.Body, m.err = io.NopCloser(bytes.NewReader(body)), err
}

// respond hands the reply of DynamoDB, or an error of the connection, to the client.
func (m *message) respond(reply *http.Response, err error) {
	m.answer <- func(http.RoundTripper, *http.Request) (*http.Response, error) { return reply, err }
}

// compare is an order that is the same in each run of a seed.
func (m *message) compare(other *message) int {
	return cmp.Or(cmp.Compare(m.from.id, other.from.id), strings.Compare(m.action, other.action),
		strings.Compare(m.key, other.key))
}

func (m *message) writes() bool { return m.action != "GetItem" && m.action != "Query" }
