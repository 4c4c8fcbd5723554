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

// An eventBridge answers each event of each call with a code: "" accepts it.
type eventBridge struct {
	calls  []string // the ids of the events in each call
	answer func(call int, id string) (code string)
}

func (e *eventBridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Entries []struct{ Detail string }
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	var ids, results []string
	for _, entry := range in.Entries {
		var detail struct {
			ID string `json:"event_id"`
		}
		_ = json.Unmarshal([]byte(entry.Detail), &detail)
		ids = append(ids, detail.ID)
		result := fmt.Sprintf(`{"EventId":%q}`, detail.ID)
		if code := e.answer(len(e.calls), detail.ID); code != "" {
			result = fmt.Sprintf(`{"ErrorCode":%q,"ErrorMessage":"why"}`, code)
		}
		results = append(results, result)
	}
	e.calls = append(e.calls, strings.Join(ids, " "))
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	fmt.Fprintf(w, `{"FailedEntryCount":0,"Entries":[%s]}`, strings.Join(results, ","))
}

// An event that is not accepted is put again, up to three times in all. A rejected one is put once or not at all, and
// delays nothing.
func TestPut(t *testing.T) {
	const throttled, malformed = "ThrottlingException", "MalformedDetail"
	large := strings.Repeat("x", 300_000)
	for name, c := range map[string]struct {
		events   int
		first    string // the object of the first event
		answer   func(call int, id string) string
		calls    string
		errors   []string // parts of the error
		rejected bool
	}{
		"nothing":         {0, "", func(int, string) string { return "" }, "", nil, false},
		"ten in one call": {12, "", func(int, string) string { return "" }, "0 1 2 3 4 5 6 7 8 9 | 10 11", nil, false},
		"rejected": {4, large, func(call int, id string) string {
			return map[string]string{"0 2": malformed, "0 3": throttled}[fmt.Sprint(call, " ", id)]
		}, "1 2 3 | 3", []string{"bytes", "rejected: room.locked: why"}, true},
		"never accepted": {2, "", func(_ int, id string) string {
			return map[string]string{"0": malformed, "1": throttled}[id]
		}, "0 1 | 1 | 1", []string{"1 were not accepted", throttled}, false},
	} {
		e := &eventBridge{answer: c.answer}
		server := httptest.NewServer(e)
		config := aws.Config{Region: "us-east-1", BaseEndpoint: &server.URL,
			Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
		var all []event.Event
		for i := range c.events {
			all = append(all, event.Event{ID: fmt.Sprint(i), Name: event.RoomLocked, At: time.UnixMilli(1772442000000), Account: "acme"})
		}
		if c.first != "" {
			all[0].Object = c.first
		}
		err := bus.New(config, "Events").Put(t.Context(), all...)
		if (err == nil) != (c.errors == nil) || errors.Is(err, publish.ErrRejected) != c.rejected {
			t.Errorf("%s: %v", name, err)
		}
		for _, part := range c.errors {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v, want it to say %s", name, err, part)
			}
		}
		if got := strings.Join(e.calls, " | "); got != c.calls {
			t.Errorf("%s: called with %s, want %s", name, got, c.calls)
		}
		server.Close()
	}
}
