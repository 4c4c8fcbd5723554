package dynamoproxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// database answers every request with the same body, and keeps the last request.
type database struct {
	body string
	last string
}

func (d *database) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := readAll(r.Body)
	d.last = string(body)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(d.body))}, err
}

// send sends a request, and returns the status and the body of the answer.
func send(ctx context.Context, to http.RoundTripper, operation, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1", strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	response, err := to.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	answer, err := readAll(response.Body)
	return response.StatusCode, string(answer), err
}

func TestMeterAddsUpTheCost(t *testing.T) {
	for _, c := range []struct {
		operation, input, answer string
		want, sent               string
	}{
		{"GetItem", `{"TableName":"t"}`, `{"ConsumedCapacity":{"CapacityUnits":1.5}}`, "2 trips, 0 WCU, 3 RCU", `"ReturnConsumedCapacity":"INDEXES"`},
		{"UpdateItem", `{"TableName":"t"}`, `{"ConsumedCapacity":{"CapacityUnits":1}}`, "2 trips, 2 WCU, 0 RCU", `"TableName":"t"`},
		{"BatchGetItem", `{}`, `{"ConsumedCapacity":[{"CapacityUnits":1},{"CapacityUnits":2}]}`, "2 trips, 0 WCU, 6 RCU", `{`},
		{"TransactWriteItems", `{"TransactItems":[
			{"Put":{"Item":{"pk":{"S":"a"},"big":{"B":"` + strings.Repeat("A", 2048) + `"}}}},
			{"Put":{"Item":{"pk":{"S":"b"},"list":{"L":[{"N":"12"},{"BOOL":true}]},"set":{"SS":["x","y"]},"map":{"M":{"n":{"NULL":true}}}}}},
			{"Delete":{"Key":{"pk":{"S":"c"}}}}]}`,
			`{"ConsumedCapacity":[{"CapacityUnits":4,"LocalSecondaryIndexes":{"agenda":{"CapacityUnits":2}}}]}`, "2 trips, 20 WCU, 0 RCU", `{`},
	} {
		var m Meter
		d := &database{body: c.answer}
		for range 2 {
			status, answer, err := send(t.Context(), m.Wrap(d), c.operation, c.input)
			if err != nil || status != http.StatusOK || answer != c.answer {
				t.Fatal(status, answer, err)
			}
		}
		if got := m.Cost(); got != c.want || !strings.Contains(d.last, c.sent) || m.Count()[Operation(c.operation)] != 2 {
			t.Errorf("%s: %s, want %s; sent %s", c.operation, got, c.want, d.last)
		}
		m.Reset()
		if got := m.Cost(); got != "0 trips, 0 WCU, 0 RCU" {
			t.Errorf("after Reset: %s", got)
		}
	}
}

// The tests of shared/table show what each fault does.
func TestFaultsAreAppliedInOrderToTheirItems(t *testing.T) {
	var f Faults
	f.Plan("PutItem", Pass, Break)
	f.Plan("PutItem SEAT", Break)
	f.Plan("UpdateItem row", Break)
	for _, c := range []struct {
		operation, input string
		want             int
	}{
		{"GetItem", `{}`, 200}, {"PutItem", `{}`, 200}, {"PutItem", `{}`, 500}, {"PutItem", `{}`, 200},
		{"PutItem", `{"Item":{"sk":{"S":"ROOM"}}}`, 200}, {"PutItem", `{"Item":{"sk":{"S":"SEAT#1"}}}`, 500},
		{"UpdateItem", `{"Key":{"sk":{"S":"ROOM"}}}`, 200}, {"UpdateItem", `{"Key":{"sk":{"S":"SEAT#1"}}}`, 500},
	} {
		if got, _, err := send(t.Context(), f.Wrap(&database{}), c.operation, c.input); got != c.want || err != nil {
			t.Errorf("%s %s: %d, %v, want %d", c.operation, c.input, got, err, c.want)
		}
	}
	if f.Pending() != 0 {
		t.Errorf("%d faults are pending", f.Pending())
	}
}

func TestPermissionRecorderRecordsWatchedRequests(t *testing.T) {
	var p PermissionRecorder
	d := &database{}
	if _, _, err := send(t.Context(), p.Wrap(d), "DeleteItem", `{"Key":{"pk":{"S":"USER#a"}}}`); err != nil {
		t.Fatal(err)
	}
	watched := Watched(t.Context())
	for _, c := range []struct{ operation, body string }{
		{"GetItem", `{"Key":{"pk":{"S":"ROOM#5"},"sk":{"S":"ROOM"}}}`},
		{"GetItem", `{"Key":{"pk":{"S":"ROOM#6"},"sk":{"S":"ROOM"}}}`},
		{"Query", `{"IndexName":"agenda","KeyConditionExpression":"#0 = :0 AND #1 >= :1",
			"ExpressionAttributeNames":{"#0":"pk","#1":"until"},"ExpressionAttributeValues":{":0":{"S":"USER#a#b"},":1":{"S":"x"}}}`},
		{"TransactWriteItems", `{"TransactItems":[{"Put":{"Item":{"pk":{"S":"LINK#a"},"v":{"N":"1"}}}},
			{"Delete":{"Key":{"pk":{"S":"LINK#b"}}}},{"ConditionCheck":{"Key":{"pk":{"S":"ROOM#5"}}}}]}`},
		{"Scan", `{}`},
		{"BatchGetItem", `{"RequestItems":{"rooms":{"Keys":[{"pk":{"S":"USER#a"},"sk":{"S":"MET#1"}},{"pk":{"S":"USER#a"},"sk":{"S":"MET#2"}}]}}}`},
	} {
		if _, _, err := send(watched, p.Wrap(d), c.operation, c.body); err != nil || d.last != c.body {
			t.Errorf("%s was sent as %s, %v", c.body, d.last, err)
		}
	}
	want := "[dynamodb:BatchGetItem of USER#* on the table dynamodb:ConditionCheckItem of ROOM#* on the table dynamodb:DeleteItem of LINK#* on the table " +
		"dynamodb:GetItem of ROOM#* on the table dynamodb:PutItem of LINK#* on the table dynamodb:Query of USER#* on the index agenda dynamodb:Scan of * on the table]"
	if got := fmt.Sprint(p.Seen()); got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
	if _, _, err := send(watched, p.Wrap(d), "GetItem", `{}`); err == nil {
		t.Error("a request without a key was not noticed")
	}
}
