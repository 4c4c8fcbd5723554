package dynamoproxy

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Faults makes requests go wrong, in the order in which that was planned. The zero Faults lets everything pass.
type Faults struct {
	mu   sync.Mutex
	next map[Operation][]Fault
}

// A Fault is what happens to one request in the place of next.
type Fault func(next http.RoundTripper, r *http.Request) (*http.Response, error)

// Plan makes the next requests of the operation meet the faults, one each. "UpdateItem SEAT" means only those whose sort key is SEAT or
// begins with SEAT#; "UpdateItem row" those of every item but a room.
func (f *Faults) Plan(op Operation, faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = map[Operation][]Fault{}
	}
	f.next[op] = append(f.next[op], faults...)
}

// Pending is how many planned faults nobody met yet.
func (f *Faults) Pending() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, faults := range f.next {
		n += len(faults)
	}
	return n
}

// Forget lets everything pass again.
func (f *Faults) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = nil
}

// Wrap stands before next.
func (f *Faults) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		body, err := drain(r.Body)
		if err != nil {
			return nil, err
		}
		r = withBody(r, body)
		op := operationOf(r)
		family := familyOf(body)
		names := []Operation{op, op + " " + Operation(family)}
		if family != "ROOM" {
			names = append(names, op+" row")
		}
		for _, name := range names {
			if fault := f.take(name); fault != nil {
				return fault(next, r)
			}
		}
		return next.RoundTrip(r)
	})
}

// familyOf is the sort key of the item that the request is about, up to its first separator; empty if it is about none, or about several.
func familyOf(body []byte) string {
	var asked struct {
		Key, Item struct{ SK textValue }
	}
	if json.Unmarshal(body, &asked) != nil {
		return ""
	}
	family, _, _ := strings.Cut(asked.Key.SK.S+asked.Item.SK.S, "#")
	return family
}

func (f *Faults) take(op Operation) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	planned := f.next[op]
	if len(planned) == 0 {
		return nil
	}
	f.next[op] = planned[1:]
	return planned[0]
}

// Times is the fault, n times.
func Times(n int, fault Fault) []Fault {
	all := make([]Fault, n)
	for i := range all {
		all[i] = fault
	}
	return all
}

var errLost = errors.New("wire: the answer was lost")

// LoseAnswer lets the request be served, and loses the answer.
func LoseAnswer(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	response, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	return nil, errLost
}

// Pass lets the request be served as it is, to plan a fault for a later one.
func Pass(next http.RoundTripper, r *http.Request) (*http.Response, error) { return next.RoundTrip(r) }

// After does something before the request is served: it delays it, lets another pass it, or cancels what waits for it.
func After(do func()) Fault {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		do()
		return next.RoundTrip(r)
	}
}

// LoseAnswerThen lets the request be served, loses the answer, and then does something before the client knows.
func LoseAnswerThen(do func()) Fault {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		defer do()
		return LoseAnswer(next, r)
	}
}

// Fail is the answer 400 of the type: "TransactionConflictException". The request is not served.
func Fail(kind string) Fault { return answer(http.StatusBadRequest, kind, nil) }

// Throttle is the answer that a table gives that gets more than it takes.
func Throttle(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	return Fail("ProvisionedThroughputExceededException")(next, r)
}

// Conflict is the answer of a single write that meets a transaction.
func Conflict(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	return Fail("TransactionConflictException")(next, r)
}

// Break is the answer 500.
func Break(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	return answer(http.StatusInternalServerError, "InternalServerError", nil)(next, r)
}

// Cancel is the answer of a transaction, with one reason for each of its parts: "None", "TransactionConflict".
func Cancel(reasons ...string) Fault {
	list := make([]map[string]string, len(reasons))
	for i, reason := range reasons {
		list[i] = map[string]string{"Code": reason}
	}
	return answer(http.StatusBadRequest, "TransactionCanceledException", map[string]any{"CancellationReasons": list})
}

func answer(status int, kind string, more map[string]any) Fault {
	return func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		if _, err := drain(r.Body); err != nil {
			return nil, err
		}
		body, err := json.Marshal(with(more, "__type", "com.amazonaws.dynamodb.v20120810#"+kind))
		if err != nil {
			return nil, err
		}
		return &http.Response{
			Status: http.StatusText(status), StatusCode: status,
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header:  http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
			Body:    io.NopCloser(strings.NewReader(string(body))),
			Request: r,
		}, nil
	}
}
