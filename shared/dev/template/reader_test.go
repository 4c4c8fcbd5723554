package template_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/template"
)

// small is a template with one function, whose environment has the variable VALUE. Its placeholders are that value, the
// function's events, the properties of the queue Plain and those of the rule.
const small = `
Parameters:
  Place: {Type: String, Default: home}
  Empty: {Type: String, Default: ""}
Conditions:
  Away: !Not [!Equals [!Ref Place, home]]
  Named: !And [!Condition Away, !Not [!Equals [!Ref Empty, ""]]]
Globals:
  Function: {Timeout: 3, Environment: {Variables: {ALL: everyone, VALUE: overridden}}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {BillingMode: PAY_PER_REQUEST}
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: 128
      Environment: {Variables: {VALUE: %s}}
      Events: %s
  Bus: {Type: AWS::Events::EventBus}
  Plain: {Type: AWS::SQS::Queue, Properties: %s}
  Line: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Off: {Type: AWS::SQS::Queue, Condition: Away}
  Rule: {Type: AWS::Events::Rule, Properties: %s}
`

const (
	aRoute  = `{Get: {Type: HttpApi, Properties: {Method: get, Path: /x}}}`
	aStream = `{A: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}}}`
	aRule   = `{EventBusName: !Ref Bus, EventPattern: {source: [a]}, Targets: [{Id: t, Arn: !Ref EchoFunction.Alias}]}`
)

// load loads a template.
func load(t *testing.T, text string, parameters map[string]string) (*template.Bundle, error) {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, template.TemplateName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return template.Load(root, parameters)
}

func TestIntrinsicFunctionsAreApplied(t *testing.T) {
	office := map[string]string{"Place": "office"}
	for _, c := range []struct {
		value, want string
		parameters  map[string]string
	}{
		{`!Ref Place`, "home", nil},
		{`{Ref: Place}`, "home", nil},
		{`!Sub "in ${Place}, ${!kept}"`, "in home, ${kept}", nil},
		{`{"Fn::Sub": "${AWS::Region}"}`, "us-east-1", nil},
		{`!Sub "${Table.Arn}/index/i"`, "Table.Arn/index/i", nil},
		{`!GetAtt Table.Arn`, "Table.Arn", nil},
		{`{"Fn::GetAtt": [Table, Arn]}`, "Table.Arn", nil},
		{`!Ref Table`, "Table", nil},
		{`12`, "12", nil},
		{`!Ref AWS::NoValue`, "overridden", nil},
		{`!If [Away, far, near]`, "near", nil},
		{`!If [Away, far, near]`, "far", office},
		{`!If [Named, a, !Ref Place]`, "office", office},
		{`!If [Named, a, b]`, "a", map[string]string{"Place": "office", "Empty": "x"}},
	} {
		b, err := load(t, fmt.Sprintf(small, c.value, aRoute, "{}", aRule), c.parameters)
		if err != nil {
			t.Errorf("%s: %v", c.value, err)
		} else if env := b.Functions[0].Env; env["VALUE"] != c.want || env["ALL"] != "everyone" {
			t.Errorf("%s with %v: %v, want %q", c.value, c.parameters, env, c.want)
		}
	}
}

func TestEventSourcesQueuesAndRulesAreRead(t *testing.T) {
	const day = 24 * time.Hour
	stream := `{A: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: TRIM_HORIZON,
        BatchSize: 4, MaximumRetryAttempts: 1, MaximumRecordAgeInSeconds: 60, BisectBatchOnFunctionError: true,
        FunctionResponseTypes: [ReportBatchItemFailures], FilterCriteria: {Filters: [{Pattern: '{"a":["b"]}'}]},
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Plain.Arn}}}},
        B: {Type: SQS, Properties: {Queue: !GetAtt Line.Arn, BatchSize: 1, ScalingConfig: {MaximumConcurrency: 7}}}}`
	queue := `{VisibilityTimeout: 3, DelaySeconds: 2, MessageRetentionPeriod: 86400,
        RedrivePolicy: {deadLetterTargetArn: !GetAtt Plain.Arn, maxReceiveCount: 2}}`
	rule := `{EventBusName: !Ref Bus, EventPattern: {source: [a]}, Targets: [{Id: t, Arn: !GetAtt Line.Arn,
        DeadLetterConfig: {Arn: !GetAtt Plain.Arn},
        InputTransformer: {InputPathsMap: {who: $.detail.from}, InputTemplate: '<who>'}}]}`
	b, err := load(t, fmt.Sprintf(small, "x", stream, queue, rule), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{
		[]template.Stream{{
			Name: "A", Function: "echo", BatchSize: 4, Retries: 1, MaxAge: time.Minute, Bisect: true, Partial: true,
			Filters: []string{`{"a":["b"]}`}, OnFailure: "Plain",
		}},
		[]template.Mapping{{Name: "B", Function: "echo", Queue: "Line", BatchSize: 1, Concurrency: 7}},
		[]template.Queue{
			{ID: "Plain", Visibility: 3e9, Delay: 2e9, Retention: day, DeadLetter: "Plain", MaxReceive: 2},
			{ID: "Line", FIFO: true, Visibility: 30e9, Retention: 4 * day},
		},
		[]template.Rule{{ID: "Rule", Bus: "Bus", Pattern: `{"source":["a"]}`, Targets: []template.Target{{
			ID: "t", Queue: "Line", DeadLetter: "Plain", Paths: map[string]string{"who": "$.detail.from"}, Template: "<who>",
		}}}},
	}
	if d := diff.Diff(want, []any{b.Streams, b.Mappings, b.Queues, b.Rules}); d != "" {
		t.Error(d)
	}
}

func TestDefaultsAreThoseOfAWS(t *testing.T) {
	const second = "}}, B: {Type: SQS, Properties: {Queue: !GetAtt Plain.Arn, Enabled: false}}}"
	b, err := load(t, fmt.Sprintf(small, "x", strings.Replace(aStream, "}}}", second, 1), "{}", aRule), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{
		[]template.Stream{{Name: "A", Function: "echo", BatchSize: 100, Retries: -1, Latest: true}}, 0,
		template.Async{Retries: 2}, []template.Target{{ID: "t", Function: "echo"}}, "x86_64",
	}
	f := b.Functions[0]
	if d := diff.Diff(want, []any{b.Streams, len(b.Mappings), f.Async, b.Rules[0].Targets, f.Architecture}); d != "" {
		t.Error(d)
	}
	if _, found := b.Queue("Off"); found {
		t.Error("a queue exists though its condition is false")
	}
}

func TestUnknownContentIsAnErrorThatNamesThePlace(t *testing.T) {
	stream := func(more string) string { return strings.Replace(aStream, "LATEST", "LATEST, "+more, 1) }
	events := func(kind, properties string) string {
		return `{A: {Type: ` + kind + `, Properties: {` + properties + `}}}`
	}
	rule := func(from, to string) string { return strings.Replace(aRule, from, to, 1) }
	policy := func(statement string) string { return aRoute + "\n      Policies: [{Statement: [" + statement + "]}]" }
	for _, c := range []struct{ value, events, queue, rule, want string }{
		{value: `!Select [0, [a]]`, want: "EchoFunction: line 18: the function Select"},
		{value: `!Ref Nowhere`, want: "nothing is named Nowhere"},
		{value: `!GetAtt Chair.Arn`, want: "no resource is named Chair"},
		{value: `!If [Rain, a, b]`, want: "a condition that shared/dev/template does not understand"},
		{events: policy("{Effect: Deny}"), want: `effect is "Deny"`},
		{events: policy("{Effect: Allow, Condition: {Bool: {a: b}}}"), want: "condition Bool on a"},
		{events: policy(`{Effect: Allow, Condition: {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [a]}}}`),
			want: "needs Null"},
		{events: events("Schedule", ""), want: "EchoFunction: event A: its type Schedule is not understood"},
		{events: stream("TumblingWindowInSeconds: 5"), want: "event A: line 19: TumblingWindowInSeconds is not understood"},
		{events: events("SQS", "Queue: !GetAtt Table.Arn"), want: `"Table.Arn" is not the Arn of a queue`},
		{events: events("SQS", "Queue: !GetAtt Plain.Arn, FilterCriteria: {}"), want: "FilterCriteria is not understood"},
		{queue: "{Colour: red}", want: "Plain: line "},
		{rule: rule("EventPattern", "ScheduleExpression: rate(1 minute), EventPattern"),
			want: "ScheduleExpression is not understood"},
		{rule: rule("!Ref EchoFunction.Alias", "!GetAtt Bus.Arn"),
			want: `Rule: target 1: "Bus.Arn" is not the Arn of a queue`},
		{rule: rule("Id: t", "Id: t, HttpParameters: {}"), want: "Rule: target 1: line "},
	} {
		text := fmt.Sprintf(small, cmp.Or(c.value, "x"), cmp.Or(c.events, aRoute), cmp.Or(c.queue, "{}"), cmp.Or(c.rule, aRule))
		if _, err := load(t, text, nil); err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), "template.yaml: ") {
			t.Errorf("%v, want template.yaml: … %s", err, c.want)
		}
	}
	valid := fmt.Sprintf(small, "x", aRoute, "{}", aRule)
	if _, err := load(t, valid, map[string]string{"Plaec": "x"}); err == nil || !strings.Contains(err.Error(), "Plaec") {
		t.Errorf("a misspelt parameter: %v", err)
	}
}
