package template_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

func TestEventSourcesQueuesAndRulesAreRead(t *testing.T) {
	b, err := template.Load(filepath.Join("..", "local", "testdata", "fixture"), nil)
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	got := []any{b.Streams, b.Mappings, b.Queues, b.Buses, b.Rules}
	want := []any{
		[]template.Stream{{
			Name: "Written", Function: "tell", BatchSize: 4, Retries: 1, Bisect: true, Partial: true, OnFailure: "Untold",
			Filters: []string{`{"dynamodb":{"NewImage":{"word":{"S":[{"exists":true}]}}}}`},
		}},
		[]template.Mapping{{Name: "Job", Function: "work", Queue: "Jobs", BatchSize: 1, Partial: true}},
		[]template.Queue{
			{ID: "Jobs", FIFO: true, PerGroup: true, Visibility: 3 * time.Second, Retention: 4 * day, DeadLetter: "Undone", MaxReceive: 2},
			{ID: "Undone", FIFO: true, Visibility: 30 * time.Second, Retention: 4 * day},
			{ID: "Untold", Visibility: 30 * time.Second, Retention: 4 * day},
			{ID: "Letters", Visibility: 30 * time.Second, Retention: 4 * day},
		},
		[]string{"Happenings"},
		[]template.Rule{
			{ID: "hear Anything", Bus: "Happenings", Pattern: `{"source":[{"prefix":"te"}]}`, Targets: []template.Target{{
				ID: "Anything", Function: "hear", Retries: 3, MaxAge: day,
			}}},
			{ID: "Calls", Bus: "Happenings", Pattern: `{"detail-type":["call"],"source":["test"]}`, Targets: []template.Target{{
				ID: "letters", Queue: "Letters", Retries: 185, MaxAge: day, Paths: map[string]string{"who": "$.detail.from", "all": "$.detail"},
				Template: `{"about": "a call from <who>", "detail": <all>}`,
			}}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	hear, _ := b.Function("hear")
	if hear.Async != (template.Async{Retries: 1, OnFailure: "Untold"}) {
		t.Errorf("hear has %+v", hear.Async)
	}
}

// more are resources beside those of small.
const more = `
  Bus: {Type: AWS::Events::EventBus}
  Plain: {Type: AWS::SQS::Queue, Properties: %s}
  Line: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Off: {Type: AWS::SQS::Queue, Condition: Away}
  Rule: {Type: AWS::Events::Rule, Properties: %s}
`

const (
	aRule   = `{EventBusName: !Ref Bus, EventPattern: {source: [a]}, Targets: [{Id: t, Arn: !Ref EchoFunction.Alias}]}`
	aStream = `{A: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}}}`
)

func TestWhatLambdaTakesWhereNothingIsSaid(t *testing.T) {
	b, err := template.Load(write(t, fmt.Sprintf(small+more, "x", aStream, "{}", aRule)), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []template.Stream{{Name: "A", Function: "echo", BatchSize: 100, Retries: -1, Latest: true}}
	if diff := cmp.Diff(want, b.Streams); diff != "" {
		t.Error(diff)
	}
	if b.Functions[0].Async != (template.Async{Retries: 2}) || b.Rules[0].Targets[0].Function != "echo" {
		t.Errorf("%+v and %+v", b.Functions[0].Async, b.Rules)
	}
	if _, there := b.Queue("Off"); there {
		t.Error("a queue is there whose condition does not hold")
	}
}

func TestASourceThatIsSwitchedOffIsNone(t *testing.T) {
	off := strings.Replace(aStream, "LATEST", "LATEST, Enabled: false", 1)
	b, err := template.Load(write(t, fmt.Sprintf(small+more, "x", off, "{}", strings.Replace(aRule, "Targets", "State: DISABLED, Targets", 1))), nil)
	if err != nil || len(b.Streams)+len(b.Rules) != 0 {
		t.Errorf("%+v, %+v, %v", b.Streams, b.Rules, err)
	}
}

func TestASourceThatIsNotUnderstoodIsAnErrorThatSaysWhere(t *testing.T) {
	stream := func(more string) string { return strings.Replace(aStream, "LATEST", "LATEST, "+more, 1) }
	queue := func(more string) string {
		return `{A: {Type: SQS, Properties: {` + more + `}}}`
	}
	rule := func(from, to string) string { return strings.Replace(aRule, from, to, 1) }
	for name, c := range map[string]struct{ events, queue, rule, want string }{
		"another type":         {events: `{A: {Type: Schedule, Properties: {}}}`, want: "EchoFunction: event A: its type Schedule is not understood"},
		"another member":       {events: stream("TumblingWindowInSeconds: 5"), want: "event A: line 19: TumblingWindowInSeconds is not understood"},
		"another start":        {events: strings.Replace(aStream, "LATEST", "AT_TIMESTAMP", 1), want: `StartingPosition is "AT_TIMESTAMP"`},
		"another stream":       {events: strings.Replace(aStream, "Table.StreamArn", "Plain.Arn", 1), want: `its Stream is "Plain.Arn"`},
		"another answer":       {events: stream("FunctionResponseTypes: [Other]"), want: "FunctionResponseType Other"},
		"no JSON":              {events: stream("FilterCriteria: {Filters: [{Pattern: x}]}"), want: "the filter x is not JSON"},
		"no batch":             {events: stream("BatchSize: 0"), want: "BatchSize is 0"},
		"another destination":  {events: stream("DestinationConfig: {OnFailure: {Type: SNS, Destination: !GetAtt Plain.Arn}}"), want: "OnFailure of type SNS"},
		"no queue":             {events: queue("Queue: !GetAtt Table.Arn"), want: `"Table.Arn" is not the Arn of a queue`},
		"a filter of messages": {events: queue("Queue: !GetAtt Plain.Arn, FilterCriteria: {}"), want: "FilterCriteria is not understood"},
		"a queue's member":     {queue: "{Colour: red}", want: "Plain: line "},
		"a mixed redrive":      {queue: "{RedrivePolicy: {deadLetterTargetArn: !GetAtt Line.Arn, maxReceiveCount: 3}}", want: "Plain: a queue and its dead-letter queue"},
		"no redrive count":     {queue: "{RedrivePolicy: {deadLetterTargetArn: !GetAtt Line.Arn}}", want: "maxReceiveCount is 0"},
		"no bus":               {rule: rule("!Ref Bus", "default"), want: `Rule: EventBusName is "default"`},
		"no pattern":           {rule: rule("EventPattern: {source: [a]}", "State: ENABLED"), want: "Rule: it has no pattern"},
		"a schedule":           {rule: rule("EventPattern", "ScheduleExpression: rate(1 minute), EventPattern"), want: "ScheduleExpression is not understood"},
		"another target":       {rule: rule("!Ref EchoFunction.Alias", "!GetAtt Bus.Arn"), want: `Rule: target 1: "Bus.Arn" is not the Arn of a queue`},
		"a target's member":    {rule: rule("Id: t", "Id: t, HttpParameters: {}"), want: "Rule: target 1: line "},
	} {
		if c.events == "" {
			c.events = oneRoute
		}
		if c.queue == "" {
			c.queue = "{}"
		}
		if c.rule == "" {
			c.rule = aRule
		}
		_, err := template.Load(write(t, fmt.Sprintf(small+more, "x", c.events, c.queue, c.rule)), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want … %s", name, err, c.want)
		}
	}
}
