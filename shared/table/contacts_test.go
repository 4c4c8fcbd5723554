package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

func TestContacts(t *testing.T) {
	table, _, meter := faultyTable(t)
	people := identityRange(250)
	for _, c := range []struct {
		at  time.Time
		met []meeting.Identity
	}{{start, people[:249]}, {start.Add(day), people[1:2]}, {start.Add(-day), people[2:3]}} { // the last one arrives late
		must(t, table.SaveContacts(t.Context(), user(1), c.met, c.at, c.at.Add(60*day)))
	}
	meter.Reset()
	met, err := table.Contacts(t.Context(), user(1), slices.Concat(people, people[:10]))
	if err != nil || len(met) != 249 {
		t.Fatalf("met %d, %v", len(met), err)
	}
	if count := meter.Count(); count["BatchGetItem"] != 3 || len(count) != 1 {
		t.Errorf("read by %v", count)
	}
	for i, want := range map[int]time.Time{0: start, 1: start.Add(day), 2: start, 248: start, 249: {}} {
		if got := met[people[i]]; !got.Equal(want) {
			t.Errorf("%d: met at %v, want %v", i, got, want)
		}
	}
	met, err = table.Contacts(t.Context(), meeting.User{Account: "b", ID: user(1).ID}, people)
	if err != nil || len(met) > 0 {
		t.Errorf("another user met %d, %v", len(met), err)
	}
}

// unprocessed is DynamoDB's answer when it processed none of the keys.
func unprocessed(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
	var asked struct{ RequestItems map[string]json.RawMessage }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, err
	}
	answer, err := json.Marshal(map[string]any{"Responses": map[string]any{}, "UnprocessedKeys": asked.RequestItems})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(bytes.NewReader(answer)), Request: r}, err
}

func TestUnprocessedKeysAreReadAgain(t *testing.T) {
	table, faults, meter := faultyTable(t)
	people := []meeting.Identity{{1}, {2}}
	must(t, table.SaveContacts(t.Context(), user(1), people, start, start.Add(day)))
	faults.Plan("BatchGetItem", dynamoproxy.Times(2, unprocessed)...)
	if met, err := table.Contacts(t.Context(), user(1), people); err != nil || len(met) != 2 {
		t.Errorf("met %v, %v", met, err)
	}
	for _, c := range meter.Calls() {
		if text := fmt.Sprint(c.Input); c.Operation == "BatchGetItem" && !strings.Contains(text, "ConsistentRead:true") {
			t.Errorf("not consistent: %s", text)
		}
	}
	faults.Plan("BatchGetItem", dynamoproxy.Times(tries, unprocessed)...)
	if _, err := table.Contacts(t.Context(), user(1), people); meeting.ReasonOf(err) != meeting.Busy {
		t.Errorf("never processed: %v", err)
	}
}
