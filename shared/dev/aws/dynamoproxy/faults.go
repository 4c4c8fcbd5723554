package dynamoproxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Faults makes requests fail, in the planned order. The zero Faults changes nothing.
type Faults struct {
	mu      sync.Mutex
	planned map[Operation][]Fault
}

// A Fault answers one request instead of next.
type Fault func(next http.RoundTripper, r *http.Request) (*http.Response, error)

// Plan applies the faults to the next requests of the operation, one each. "UpdateItem SEAT" names only updates of
// items whose sort key is SEAT or begins with SEAT#; "UpdateItem row" those of all items but rooms.
func (f *Faults) Plan(op Operation, faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.planned == nil {
		f.planned = map[Operation][]Fault{}
	}
	f.planned[op] = append(f.planned[op], faults...)
}

// Pending returns the number of planned faults that were not applied yet.
func (f *Faults) Pending() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, faults := range f.planned {
		n += len(faults)
	}
	return n
}

// Forget drops all planned faults.
func (f *Faults) Forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.planned = nil
}

// Wrap returns a transport that applies the planned faults to what it sends to next.
func (f *Faults) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request, body []byte) (*http.Response, error) {
		return f.take(operationOf(r), sortKeyFamily(body))(next, r)
	})
}

// sortKeyFamily returns the sort key of the request's item up to its first separator. It is "" if the request has
// several items, or none.
func sortKeyFamily(body []byte) string {
	var in struct {
		Key, Item struct{ SK text }
	}
	if json.Unmarshal(body, &in) != nil {
		return ""
	}
	family, _, _ := strings.Cut(in.Key.SK.S+in.Item.SK.S, "#")
	return family
}

// take returns the next fault for the request, or Pass.
func (f *Faults) take(op Operation, family string) Fault {
	names := []Operation{op, op + " " + Operation(family)}
	if family != "ROOM" {
		names = append(names, op+" row")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range names {
		if planned := f.planned[name]; len(planned) > 0 {
			f.planned[name] = planned[1:]
			return planned[0]
		}
	}
	return Pass
}

// Times returns the fault n times.
func Times(n int, fault Fault) []Fault { return slices.Repeat([]Fault{fault}, n) }

// Pass sends the request without a fault. It is planned before a fault of a later request.
func Pass(next http.RoundTripper, r *http.Request) (*http.Response, error) { return next.RoundTrip(r) }

// After calls do, and then sends the request.
func After(do func()) Fault {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		do()
		return next.RoundTrip(r)
	}
}

var errLost = errors.New("dynamoproxy: the answer was lost")

// LoseAnswer sends the request and loses the answer.
func LoseAnswer(next http.RoundTripper, r *http.Request) (*http.Response, error) {
	response, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	return nil, errLost
}

// LoseAnswerThen sends the request, loses the answer, and calls do before the client gets the error.
func LoseAnswerThen(do func()) Fault {
	return func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		defer do()
		return LoseAnswer(next, r)
	}
}

// Fail answers 400 with an error of that type, "TransactionConflictException". The request is not sent.
func Fail(errorType string) Fault { return refusal(http.StatusBadRequest, errorType, nil) }

var (
	// Throttle answers as a table does whose capacity is used up.
	Throttle = Fail("ProvisionedThroughputExceededException")
	// Conflict answers as a write does that collides with a transaction.
	Conflict = Fail("TransactionConflictException")
	// Break answers 500.
	Break = refusal(http.StatusInternalServerError, "InternalServerError", nil)
)

// Cancel answers as a transaction does that is cancelled, with a reason for each of its parts: "None",
// "TransactionConflict".
func Cancel(reasons ...string) Fault {
	list := make([]map[string]string, len(reasons))
	for i, reason := range reasons {
		list[i] = map[string]string{"Code": reason}
	}
	return refusal(http.StatusBadRequest, "TransactionCanceledException", list)
}

func refusal(status int, errorType string, reasons []map[string]string) Fault {
	answer := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + errorType, "CancellationReasons": reasons}
	return func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		body, err := json.Marshal(answer)
		if err != nil {
			return nil, err
		}
		return &http.Response{
			StatusCode: status, Body: io.NopCloser(bytes.NewReader(body)), Request: r,
			Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		}, nil
	}
}
