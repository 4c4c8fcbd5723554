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

func TestWhomAHostMet(t *testing.T) {
	table, _, meter := faultyTable(t)
	people := make([]meeting.Identity, 250)
	for i := range people {
		people[i] = meeting.Identity{0: 0xff, 6: byte(i >> 8), 7: byte(i)}
	}
	meet := func(at time.Time, who ...meeting.Identity) {
		t.Helper()
		if err := table.SaveContacts(t.Context(), user(1), who, at, at.Add(60*day)); err != nil {
			t.Fatal(err)
		}
	}
	meet(start, people[:249]...)
	meet(start.Add(day), people[1])
	meet(start.Add(-day), people[2]) // told late
	meter.Reset()
	met, err := table.Contacts(t.Context(), user(1), slices.Concat(people, people[:10]))
	if err != nil || len(met) != 249 {
		t.Fatalf("met %d, %v", len(met), err)
	}
	if count := meter.Count(); count["BatchGetItem"] != 3 || len(count) != 1 {
		t.Errorf("asked by %v", count)
	}
	for i, want := range map[int]time.Time{0: start, 1: start.Add(day), 2: start, 248: start, 249: {}} {
		if got := met[people[i]]; !got.Equal(want) {
			t.Errorf("%d: met at %v, want %v", i, got, want)
		}
	}
	for _, other := range []meeting.User{user(2), {Account: "b", ID: user(1).ID}} {
		if met, err := table.Contacts(t.Context(), other, people); err != nil || len(met) > 0 {
			t.Errorf("%v met %d, %v", other, len(met), err)
		}
	}
	meter.Reset()
	if met, err := table.Contacts(t.Context(), user(1), nil); err != nil || len(met) > 0 || len(meter.Calls()) > 0 {
		t.Errorf("nobody was met: %v, %v", met, err)
	}
}

// unprocessed is the answer of a table that had no time for all but the first key.
func unprocessed(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
	var asked struct {
		RequestItems map[string]struct {
			Keys           []json.RawMessage
			ConsistentRead bool
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, err
	}
	said, err := json.Marshal(map[string]any{"Responses": map[string]any{}, "UnprocessedKeys": asked.RequestItems})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(bytes.NewReader(said)), Request: r}, err
}

func TestKeysThatWereNotProcessedAreReadAgain(t *testing.T) {
	table, faults, meter := faultyTable(t)
	who := []meeting.Identity{{1}, {2}}
	if err := table.SaveContacts(t.Context(), user(1), who, start, start.Add(day)); err != nil {
		t.Fatal(err)
	}
	faults.Plan("BatchGetItem", dynamoproxy.Times(2, unprocessed)...)
	if met, err := table.Contacts(t.Context(), user(1), who); err != nil || len(met) != 2 {
		t.Errorf("met %v, %v", met, err)
	}
	for _, c := range meter.Calls() {
		if text := fmt.Sprint(c.Input); c.Operation == "BatchGetItem" && !strings.Contains(text, "ConsistentRead:true") {
			t.Errorf("not consistent: %s", text)
		}
	}
	faults.Plan("BatchGetItem", dynamoproxy.Times(tries, unprocessed)...)
	if _, err := table.Contacts(t.Context(), user(1), who); meeting.ReasonOf(err) != meeting.Busy {
		t.Errorf("never processed: %v", err)
	}
}
