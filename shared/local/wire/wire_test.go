package wire

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// server is a DynamoDB that answers everything with the body, and tells what it was asked.
func server(t *testing.T, body string) (url string, asked func() string) {
	t.Helper()
	var last string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		last = string(read)
		if _, err := io.WriteString(w, body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() string { return last }
}

// send sends one request through the transport, and returns the answer's status and body.
func send(t *testing.T, through http.RoundTripper, url, operation, body string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	response, err := through.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	answer, err := drain(response.Body)
	return response.StatusCode, string(answer), err
}

func TestMeterAsksForTheCostAndAddsItUp(t *testing.T) {
	url, asked := server(t, `{"ConsumedCapacity":{"CapacityUnits":1.5}}`)
	var m Meter
	through := m.Wrap(http.DefaultTransport)
	for range 2 {
		status, answer, err := send(t, through, url, "GetItem", `{"TableName":"t","ConsistentRead":true}`)
		if err != nil || status != http.StatusOK || !strings.Contains(answer, "1.5") {
			t.Fatal(status, answer, err)
		}
	}
	if _, _, err := send(t, through, url, "UpdateItem", `{"TableName":"t"}`); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(asked(), `"ReturnConsumedCapacity":"INDEXES"`) || !strings.Contains(asked(), `"TableName":"t"`) {
		t.Error("asked", asked())
	}
	if read, write := m.Units(); read != 3 || write != 1.5 {
		t.Errorf("%v read and %v write units", read, write)
	}
	if calls := m.Calls(); !calls[0].Consistent() || calls[2].Consistent() || m.Count()["GetItem"] != 2 {
		t.Errorf("%+v", calls)
	}
	m.Reset()
	if len(m.Calls()) != 0 {
		t.Error("nothing was forgotten")
	}
}

func TestATransactionWritesEveryItemTwice(t *testing.T) {
	url, _ := server(t, `{"ConsumedCapacity":[{"CapacityUnits":4,"Table":{"CapacityUnits":2},"LocalSecondaryIndexes":{"agenda":{"CapacityUnits":2}}}]}`)
	var m Meter
	items := `{"TransactItems":[
		{"Put":{"Item":{"pk":{"S":"a"},"big":{"B":"` + strings.Repeat("A", 2048) + `"}}}},
		{"Put":{"Item":{"pk":{"S":"b"},"list":{"L":[{"N":"12"},{"BOOL":true}]},"set":{"SS":["x","y"]},"map":{"M":{"n":{"NULL":true}}}}}},
		{"Delete":{"Key":{"pk":{"S":"c"}}}}]}`
	if _, _, err := send(t, m.Wrap(http.DefaultTransport), url, "TransactWriteItems", items); err != nil {
		t.Fatal(err)
	}
	if _, write := m.Units(); write != 2*2+2+2+2 {
		t.Errorf("%v write units", write)
	}
}

func TestMeterLeavesAloneWhatCostsNothing(t *testing.T) {
	url, asked := server(t, `{}`)
	var m Meter
	if _, _, err := send(t, m.Wrap(http.DefaultTransport), url, "ListTables", `{"Limit":1}`); err != nil {
		t.Fatal(err)
	}
	if asked() != `{"Limit":1}` {
		t.Error("asked", asked())
	}
}

func TestFaultsHappenInTheirOrderToTheirOperation(t *testing.T) {
	url, _ := server(t, `{"served":true}`)
	var f Faults
	through := f.Wrap(http.DefaultTransport)
	happened := 0
	f.Plan("PutItem", Conflict, Throttle, Break, Cancel("None", "TransactionConflict"), After(func() { happened++ }))
	if _, answer, err := send(t, through, url, "GetItem", `{}`); err != nil || !strings.Contains(answer, "served") {
		t.Error("another operation:", answer, err)
	}
	for _, want := range []struct {
		status int
		holds  string
	}{
		{400, "#TransactionConflictException"},
		{400, "#ProvisionedThroughputExceededException"},
		{500, "#InternalServerError"},
		{400, `"CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]`},
		{200, "served"},
		{200, "served"},
	} {
		status, answer, err := send(t, through, url, "PutItem", `{}`)
		if err != nil || status != want.status || !strings.Contains(answer, want.holds) {
			t.Errorf("%d %s, %v; want %d %s", status, answer, err, want.status, want.holds)
		}
	}
	if happened != 1 || f.Pending() != 0 {
		t.Errorf("happened %d times; %d are pending", happened, f.Pending())
	}
}

func TestALostAnswerWasServed(t *testing.T) {
	url, asked := server(t, `{}`)
	var f Faults
	then := ""
	f.Plan("PutItem", LoseAnswer, LoseAnswerThen(func() { then = asked() }))
	for _, body := range []string{`{"n":1}`, `{"n":2}`} {
		if _, _, err := send(t, f.Wrap(http.DefaultTransport), url, "PutItem", body); !errors.Is(err, errLost) {
			t.Errorf("%s: %v", body, err)
		}
		if asked() != body {
			t.Errorf("%s was not served", body)
		}
	}
	if then != `{"n":2}` {
		t.Errorf("done before the request was served: %q", then)
	}
}

func TestMeterCountsTripsOneAfterTheOther(t *testing.T) {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	defer answers.Close()
	url := answers.URL
	var m Meter
	sent := make(chan struct{}, 2)
	meet := transport(func(r *http.Request) (*http.Response, error) { // no answer before both are on the way
		sent <- struct{}{}
		for len(sent) < 2 {
			runtime.Gosched()
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, _, err := send(t, m.Wrap(meet), url, "GetItem", `{}`); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got := m.Trips(); got != 1 {
		t.Errorf("two calls at once are %d trips", got)
	}
	if _, _, err := send(t, m.Wrap(http.DefaultTransport), url, "GetItem", `{}`); err != nil {
		t.Fatal(err)
	}
	if got := m.Trips(); got != 2 {
		t.Errorf("one more makes %d", got)
	}
	if m.Reset(); m.Trips() != 0 {
		t.Error("Reset keeps trips")
	}
}
