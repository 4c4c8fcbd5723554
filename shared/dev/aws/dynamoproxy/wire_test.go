package dynamoproxy

import (
	"context"
	"errors"
	"fmt"
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

func TestAWitnessSeesWhatPermissionsATransactionTakes(t *testing.T) {
	url, asked := server(t, `{}`)
	var w Witness
	through := w.Wrap(http.DefaultTransport)
	sendAs := func(ctx context.Context, operation, body string) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
		response, err := through.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if asked() != body {
			t.Errorf("%s was sent on as %s", body, asked())
		}
	}
	sendAs(t.Context(), "DeleteItem", `{"Key":{"pk":{"S":"USER#a"}}}`) // not watched
	for _, c := range []struct{ operation, body string }{
		{"GetItem", `{"Key":{"pk":{"S":"ROOM#5"},"sk":{"S":"ROOM"}}}`},
		{"GetItem", `{"Key":{"pk":{"S":"ROOM#6"},"sk":{"S":"ROOM"}}}`},
		{"Query", `{"IndexName":"agenda","KeyConditionExpression":"#0 = :0 AND #1 >= :1",
			"ExpressionAttributeNames":{"#0":"pk","#1":"until"},"ExpressionAttributeValues":{":0":{"S":"USER#a#b"},":1":{"S":"x"}}}`},
		{"TransactWriteItems", `{"TransactItems":[{"Put":{"Item":{"pk":{"S":"LINK#a"},"v":{"N":"1"}}}},
			{"Delete":{"Key":{"pk":{"S":"LINK#b"}}}},{"ConditionCheck":{"Key":{"pk":{"S":"ROOM#5"}}}}]}`},
		{"BatchGetItem", `{"RequestItems":{"rooms":{"Keys":[{"pk":{"S":"USER#a"},"sk":{"S":"MET#1"}},{"pk":{"S":"USER#a"},"sk":{"S":"MET#2"}}]}}}`},
	} {
		sendAs(Watched(t.Context()), c.operation, c.body)
	}
	want := "[dynamodb:BatchGetItem of USER#* on the table dynamodb:ConditionCheckItem of ROOM#* on the table dynamodb:DeleteItem of LINK#* on the table " +
		"dynamodb:GetItem of ROOM#* on the table dynamodb:PutItem of LINK#* on the table dynamodb:Query of USER#* on the index agenda]"
	if got := fmt.Sprint(w.Seen()); got != want {
		t.Errorf("saw %s, want %s", got, want)
	}
	r, err := http.NewRequestWithContext(Watched(t.Context()), http.MethodPost, url, strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.Scan")
	if _, err := through.RoundTrip(r); err == nil {
		t.Error("a scan, which has no key, was not noticed")
	}
}
