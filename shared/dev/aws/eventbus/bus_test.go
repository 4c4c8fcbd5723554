//go:build unix

package eventbus_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"personal-rooms/shared/dev/aws/eventbus"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/awstest"
)

func plan(rules ...template.Rule) *template.Bundle {
	return &template.Bundle{
		Buses: []string{"Events"}, Rules: rules, Functions: []template.Function{{Name: "echo", Async: template.Async{Retries: 2, OnFailure: "Kept"}}},
		Queues: []template.Queue{{ID: "Kept", Retention: time.Hour}, {ID: "Letters", Retention: time.Hour, Delay: time.Minute}, {ID: "Line", FIFO: true, ByContent: true, Retention: time.Hour}},
	}
}

func TestEachEntryIsCheckedAlone(t *testing.T) {
	cloud := awstest.Start(t, awstest.Plan(plan()))
	right := types.PutEventsRequestEntry{EventBusName: aws.String("Events"), Source: aws.String("test"), DetailType: aws.String("call"), Detail: aws.String(`{}`)}
	change := func(with func(*types.PutEventsRequestEntry)) types.PutEventsRequestEntry {
		e := right
		with(&e)
		return e
	}
	out, err := cloud.EventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		right,
		change(func(e *types.PutEventsRequestEntry) { e.Source = nil }),
		change(func(e *types.PutEventsRequestEntry) { e.DetailType = nil }),
		change(func(e *types.PutEventsRequestEntry) { e.Detail = nil }),
		change(func(e *types.PutEventsRequestEntry) { e.Detail = aws.String(`[1]`) }),
		change(func(e *types.PutEventsRequestEntry) { e.Source = aws.String("aws.sqs") }),
		change(func(e *types.PutEventsRequestEntry) { e.EventBusName = aws.String("Nowhere") }),
		change(func(e *types.PutEventsRequestEntry) {
			e.EventBusName = aws.String("arn:aws:events:us-east-1:000000000000:event-bus/Events")
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, e := range out.Entries {
		codes = append(codes, aws.ToString(e.ErrorCode))
	}
	want := ",InvalidArgument,InvalidArgument,InvalidArgument,MalformedDetail,NotAuthorizedForSourceException,InvalidArgument,"
	if got := strings.Join(codes, ","); got != want || out.FailedEntryCount != 6 || aws.ToString(out.Entries[0].EventId) == "" {
		t.Errorf("%d failed: %s, want %s", out.FailedEntryCount, got, want)
	}
	if n := len(cloud.Events()); n != 2 {
		t.Errorf("%d events are on the bus", n)
	}
}

func TestARequestThatIsWrongAsAWholeIsRefused(t *testing.T) {
	cloud := awstest.Start(t, awstest.Plan(plan()))
	large := types.PutEventsRequestEntry{
		EventBusName: aws.String("Events"), Source: aws.String("test"), DetailType: aws.String("call"), Detail: aws.String(`{"a":"` + strings.Repeat("x", 256<<10) + `"}`),
	}
	for name, entries := range map[string][]types.PutEventsRequestEntry{"none": {}, "eleven": make([]types.PutEventsRequestEntry, 11), "large": {large}} {
		if _, err := cloud.EventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries}); err == nil || !strings.Contains(err.Error(), "ValidationException") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRulesLeadIntoQueuesInTheTargetsWords(t *testing.T) {
	to := func(pattern string, target template.Target) template.Rule {
		return template.Rule{ID: "rule", Bus: "Events", Pattern: pattern, Targets: []template.Target{target}}
	}
	const calls = `{"detail-type":["call"]}`
	for name, c := range map[string]struct {
		target template.Target
		want   string
	}{
		"a part":            {template.Target{InputPath: "$.detail.who"}, `{"name":"<Ada>"}`},
		"other words":       {template.Target{Input: `{"fixed":1}`}, `{"fixed":1}`},
		"a value":           {template.Target{Template: `{"a": <n>}`, Paths: map[string]string{"n": "$.detail.n"}}, `{"a": 7}`},
		"a value in quotes": {template.Target{Template: `{"a": "n is <n>, <s>"}`, Paths: map[string]string{"n": "$.detail.n", "s": "$.detail.s"}}, `{"a": "n is 7, a \"b\""}`},
		"an object":         {template.Target{Template: `{"a": <w>}`, Paths: map[string]string{"w": "$.detail.who"}}, `{"a": {"name":"<Ada>"}}`},
		"nothing":           {template.Target{Template: `{"a": <x>, "b": "<x>"}`, Paths: map[string]string{"x": "$.detail.x.y"}}, `{"a": "", "b": ""}`},
	} {
		t.Run(name, func(t *testing.T) {
			c.target.Queue = "Letters"
			cloud := awstest.Start(t, awstest.Plan(plan(to(calls, c.target), to(`{"detail-type":["other"]}`, c.target))))
			put(t, cloud.Bus, "call", `{"who":{"name":"<Ada>"},"n":7,"s":"a \"b\""}`)
			got := cloud.Await(t, "Letters", 1)
			if got[0].Body != c.want {
				t.Errorf("it gets %s, want %s", got[0].Body, c.want)
			}
			if delay := got[0].VisibleAt.Sub(got[0].SentAt); delay != time.Minute {
				t.Errorf("it can be received after %s, not after the queue's delay", delay)
			}
		})
	}
	cloud := awstest.Start(t, awstest.Plan(plan(to(calls, template.Target{Queue: "Line", Group: "calls"}), to(calls, template.Target{Queue: "Line", DeadLetter: "Kept"}))))
	put(t, cloud.Bus, "call", `{}`)
	if got := cloud.Await(t, "Line", 1); got[0].Group != "calls" || !json.Valid([]byte(got[0].Body)) {
		t.Errorf("Line has %+v", got)
	}
	if got := cloud.Await(t, "Kept", 1); !strings.Contains(got[0].Body, `"detail-type":"call"`) { // no group: Line does not take it
		t.Errorf("Kept has %+v", got)
	}
}

func TestWhatIsNotUnderstoodIsSaidWithItsPlace(t *testing.T) {
	for want, r := range map[string]template.Rule{
		"rule odd: the pattern":                      {ID: "odd", Pattern: `{"a":1}`},
		"rule odd: target x: the path":               {ID: "odd", Pattern: `{"a":[1]}`, Targets: []template.Target{{ID: "x", Queue: "Kept", InputPath: "$.a[0]"}}},
		"rule odd: target x: InputTemplate has <me>": {ID: "odd", Pattern: `{"a":[1]}`, Targets: []template.Target{{ID: "x", Queue: "Kept", Template: `"<me>"`}}},
	} {
		if _, err := eventbus.New(plan(r), eventbus.Options{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAFunctionThatFailsIsTriedAgainAndTheEventKept(t *testing.T) {
	rule := template.Rule{ID: "rule", Bus: "Events", Pattern: `{"source":["test"]}`, Targets: []template.Target{{Function: "echo"}}}
	p := plan(rule)
	queues := queues.New(p.Queues)
	var mu sync.Mutex
	tries := map[string]int{}
	b, err := eventbus.New(p, eventbus.Options{Queues: queues, Pause: time.Millisecond, Invoke: func(_ string, event []byte) ([]byte, error) {
		var e eventbus.Event
		if err := json.Unmarshal(event, &e); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if tries[e.DetailType]++; e.DetailType == "poison" || tries[e.DetailType] == 1 {
			return nil, errors.New("no luck")
		}
		return []byte("null"), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	put(t, b, "poison", `{}`)
	put(t, b, "call", `{}`)
	changed := queues.Changed("Kept")
	if kept, _ := queues.Waiting("Kept"); len(kept) == 0 {
		<-changed
	}
	kept, _ := queues.Waiting("Kept")
	if len(kept) != 1 || !strings.Contains(kept[0].Body, `"condition":"RetriesExhausted"`) || !strings.Contains(kept[0].Body, `"detail-type":"poison"`) {
		t.Errorf("Kept has %+v", kept)
	}
	mu.Lock()
	defer mu.Unlock()
	if tries["poison"] != 3 {
		t.Errorf("tried %v", tries)
	}
}

func TestAnEventIsOneReadableLine(t *testing.T) {
	rule := template.Rule{ID: "rule", Bus: "Events", Pattern: `{"detail-type":["meeting.started"]}`, Targets: []template.Target{{Queue: "Letters"}}}
	var log bytes.Buffer
	p := plan(rule)
	b, err := eventbus.New(p, eventbus.Options{Queues: queues.New(p.Queues), Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	for kind, detail := range map[string]string{
		"meeting.started": `{"item":"room/5551234321","payload":{"account_id":"acme","object":{"id":"5551234321"}}}`,
		"Room Command":    `{"command":"meeting.schedule","user_id":"ada","settings":{"passcode":"424242"}}`,
		"call":            `{"from":"a secret of others"}`,
	} {
		if _, err := b.Put([]eventbus.Entry{{EventBusName: "Events", Source: "test", DetailType: kind, Detail: detail}}); err != nil {
			t.Fatal(err)
		}
	}
	b.Close()
	for _, want := range []string{
		"event     meeting.started  room 5551234321  → Letters\n", "event     Room Command  meeting.schedule as ada\n", "event     call\n",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in\n%s", want, log.String())
		}
	}
	if shown := log.String(); strings.Contains(shown, "424242") || strings.Contains(shown, "secret") {
		t.Errorf("a secret is shown:\n%s", shown)
	}
}

func put(t *testing.T, b *eventbus.Bus, kind, detail string) {
	t.Helper()
	result, err := b.Put([]eventbus.Entry{{EventBusName: "Events", Source: "test", DetailType: kind, Detail: detail}})
	if err != nil || result.FailedEntryCount > 0 {
		t.Fatalf("%+v, %v", result, err)
	}
}
