package bus_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"personal-rooms/shared/event"
	"personal-rooms/shared/publish"
	"personal-rooms/shared/publish/bus"
)

// An eventBridge refuses the entries that the next function of refuse reports.
type eventBridge struct {
	calls     []string // the ids of the events in each call
	refuse    []func(i int) bool
	malformed string // the id of an event that is rejected
}

func (e *eventBridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Entries []struct{ Source, DetailType, Detail, EventBusName string }
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	refuse := func(int) bool { return false }
	if n := len(e.calls); n < len(e.refuse) {
		refuse = e.refuse[n]
	}
	var ids, results []string
	failed := 0
	for i, entry := range in.Entries {
		var detail struct {
			ID string `json:"event_id"`
		}
		_ = json.Unmarshal([]byte(entry.Detail), &detail)
		ids = append(ids, detail.ID)
		switch {
		case detail.ID == e.malformed:
			failed++
			results = append(results, `{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}`)
		case refuse(i):
			failed++
			results = append(results, `{"ErrorCode":"ThrottlingException","ErrorMessage":"slow down"}`)
		default:
			results = append(results, fmt.Sprintf(`{"EventId":%q}`, detail.ID))
		}
	}
	e.calls = append(e.calls, strings.Join(ids, " "))
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	fmt.Fprintf(w, `{"FailedEntryCount":%d,"Entries":[%s]}`, failed, strings.Join(results, ","))
}

func newBus(t *testing.T, e *eventBridge) *bus.Bus {
	t.Helper()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return bus.New(aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), BaseEndpoint: &server.URL}, "Events")
}

func happened(n int) (all []event.Event) {
	for i := range n {
		all = append(all, event.Event{ID: fmt.Sprint(i), Name: event.RoomLocked, At: time.UnixMilli(1772442000000), Account: "acme", Object: "it"})
	}
	return all
}

func always(int) bool { return true }

func TestRefusedEventIsPutAgain(t *testing.T) {
	e := &eventBridge{refuse: []func(int) bool{func(i int) bool { return i == 1 }}}
	if err := newBus(t, e).Put(t.Context(), happened(3)...); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(e.calls, " | "); got != "0 1 2 | 1" {
		t.Errorf("called with %s", got)
	}
}

func TestEventThatStaysRefusedIsAnError(t *testing.T) {
	e := &eventBridge{refuse: []func(int) bool{always, always, always}}
	if err := newBus(t, e).Put(t.Context(), happened(1)...); err == nil || !strings.Contains(err.Error(), "ThrottlingException") {
		t.Errorf("%v", err)
	}
}

func TestCallsHaveTenEventsAtMost(t *testing.T) {
	e := &eventBridge{}
	if err := newBus(t, e).Put(t.Context(), happened(12)...); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(e.calls, " | "); got != "0 1 2 3 4 5 6 7 8 9 | 10 11" {
		t.Errorf("called with %s", got)
	}
}

// A rejected event is put once or not at all, and the events after it are put.
func TestRejectedEventDelaysNothing(t *testing.T) {
	e := &eventBridge{refuse: []func(int) bool{func(i int) bool { return i == 2 }}, malformed: "2"}
	all := happened(4)
	all[0].Object = strings.Repeat("x", 300_000)
	err := newBus(t, e).Put(t.Context(), all...)
	if !errors.Is(err, publish.ErrRejected) || !strings.Contains(err.Error(), "bytes") || !strings.Contains(err.Error(), "Detail is malformed") {
		t.Errorf("%v", err)
	}
	if got := strings.Join(e.calls, " | "); got != "1 2 3 | 3" {
		t.Errorf("called with %s", got)
	}
	if err := newBus(t, e).Put(t.Context()); err != nil {
		t.Errorf("nothing: %v", err)
	}
}

func TestTemporaryRefusalIsNotRejected(t *testing.T) {
	e := &eventBridge{refuse: []func(int) bool{always, always, always}, malformed: "0"}
	if err := newBus(t, e).Put(t.Context(), happened(2)...); err == nil || errors.Is(err, publish.ErrRejected) || !strings.Contains(err.Error(), "1 were not accepted") {
		t.Errorf("%v", err)
	}
}
