//go:build unix

package eventbus_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"personal-rooms/shared/dev/aws/eventbus"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/awstest"
)

// plan is a bus with these rules, a function that is retried twice, and queues.
func plan(rules ...template.Rule) *template.Bundle {
	return &template.Bundle{
		Buses: []string{"Events"}, Rules: rules,
		Functions: []template.Function{{Name: "echo", Async: template.Async{Retries: 2, OnFailure: "Dead"}}},
		Queues:    []template.Queue{{ID: "Dead"}, {ID: "Plain"}, {ID: "Line", FIFO: true}},
	}
}

func rule(target template.Target) template.Rule {
	return template.Rule{ID: "rule", Bus: "Events", Pattern: `{"detail-type":["call"]}`, Targets: []template.Target{target}}
}

func TestPutEventsChecksEachEntry(t *testing.T) {
	cloud := awstest.Start(t, awstest.Plan(plan()))
	entry := func(bus, source, detailType, detail string) types.PutEventsRequestEntry {
		return types.PutEventsRequestEntry{EventBusName: &bus, Source: &source, DetailType: &detailType, Detail: &detail}
	}
	entries := []types.PutEventsRequestEntry{
		entry("Events", "test", "call", `{}`),
		entry("Events", "test", "", `{}`),
		entry("Events", "test", "call", ``),
		entry("Events", "test", "call", `[1]`),
		entry("Nowhere", "test", "call", `{}`),
		entry("arn:aws:events:us-east-1:000000000000:event-bus/Events", "test", "call", `{}`),
	}
	out, err := cloud.EventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, e := range out.Entries {
		codes = append(codes, aws.ToString(e.ErrorCode))
	}
	want := ",InvalidArgument,InvalidArgument,MalformedDetail,InvalidArgument,"
	if got := strings.Join(codes, ","); got != want || out.FailedEntryCount != 4 || len(cloud.Events()) != 2 {
		t.Errorf("%d failed: %s, want %s; %d events", out.FailedEntryCount, got, want, len(cloud.Events()))
	}
	for _, entries := range [][]types.PutEventsRequestEntry{{}, make([]types.PutEventsRequestEntry, 11)} {
		_, err := cloud.EventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries})
		if err == nil || !strings.Contains(err.Error(), "ValidationException") {
			t.Errorf("%d entries: %v", len(entries), err)
		}
	}
}

func TestTargetsGetTheEventOrTheirTemplate(t *testing.T) {
	for name, c := range map[string]struct {
		template, path string
		want           string
	}{
		"a number":           {`{"a": <x>}`, "$.detail.n", `{"a": 7}`},
		"a text in quotes":   {`{"a": "is <x>"}`, "$.detail.s", `{"a": "is a \"b\""}`},
		"a number in quotes": {`{"a": "is <x>"}`, "$.detail.n", `{"a": "is 7"}`},
		"an object":          {`{"a": <x>}`, "$.detail.who", `{"a": {"name":"<Ada>"}}`},
		"no value":           {`{"a": "<x>"}`, "$.detail.none.x", `{"a": ""}`},
		"the event":          {``, "$.detail", `"detail":{"who":{"name":"<Ada>"},"n":7,"s":"a \"b\""}}`},
	} {
		target := template.Target{Queue: "Plain", Template: c.template, Paths: map[string]string{"x": c.path}}
		cloud := awstest.Start(t, awstest.Plan(plan(rule(target))))
		put(t, cloud.Bus, "other", `{}`)
		put(t, cloud.Bus, "call", `{"who":{"name":"<Ada>"},"n":7,"s":"a \"b\""}`)
		if got := cloud.Await(t, "Plain", 1)[0].Body; !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	refuses := template.Target{Queue: "Line", DeadLetter: "Dead"} // a FIFO queue without a group
	cloud := awstest.Start(t, awstest.Plan(plan(rule(refuses))))
	put(t, cloud.Bus, "call", `{}`)
	if got := cloud.Await(t, "Dead", 1)[0].Body; !strings.Contains(got, `"detail-type":"call"`) {
		t.Errorf("the dead-letter queue has %s", got)
	}
}

func TestUnknownRulesAreRefused(t *testing.T) {
	target := template.Target{ID: "t", Queue: "Dead", Template: `<x>`, Paths: map[string]string{"x": "$.a[0]"}}
	for want, r := range map[string]template.Rule{
		"rule odd: the pattern":              {ID: "odd", Pattern: `{"a":1}`},
		"rule rule: target t: the path \"$.": rule(target),
	} {
		if _, err := eventbus.New(plan(r), eventbus.Options{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestPostedEvents(t *testing.T) {
	b, err := eventbus.New(plan(), eventbus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, c := range []struct {
		body, header, value string
		status              int
		want                string
	}{
		{`{"Source":"test","DetailType":"call","Detail":{"from":"<Ada>"},"Time":1795770000}`, "", "", 200, `"FailedEntryCount":0`},
		{`{"Source":"test","Detail":"{}"}`, "", "", 200, `DetailType is a required`},
		{`{"Detial":{}}`, "", "", 400, `no entry with Source, DetailType and Detail: json: unknown field \"Detial\"`},
		{`hello`, "", "", 400, "no entry"},
		{`{}`, "Origin", "https://example.com", 403, ""},
		{`{}`, "Sec-Fetch-Site", "cross-site", 403, ""},
		{`{}`, "Host", "rebound.example.com", 403, "not at rebound.example.com"},
	} {
		request := httptest.NewRequest("POST", "http://127.0.0.1:3000/events", strings.NewReader(c.body))
		request.Header.Set(c.header, c.value)
		if c.header == "Host" {
			request.Host = c.value
		}
		answer := httptest.NewRecorder()
		b.ServeHTTP(answer, request)
		if answer.Code != c.status || !strings.Contains(answer.Body.String(), c.want) {
			t.Errorf("%s with %s: %d %s, want %d %s", c.body, c.header, answer.Code, answer.Body, c.status, c.want)
		}
	}
	text, err := json.Marshal(b.Events()[0])
	if want := `"time":"2026-11-27T09:00:00Z"`; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("the event is %s, %v, want %s", text, err, want)
	}
}

func put(t *testing.T, b *eventbus.Bus, detailType, detail string) {
	t.Helper()
	result, err := b.Put([]eventbus.Entry{{EventBusName: "Events", Source: "test", DetailType: detailType, Detail: detail}})
	if err != nil || result.FailedEntryCount > 0 {
		t.Fatalf("%+v, %v", result, err)
	}
}
