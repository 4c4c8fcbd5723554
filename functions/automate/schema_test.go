package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/awstest"
)

// The template's example locks the started instance after ten minutes.
func TestLockAfterStart(t *testing.T) {
	s := newScene(t)
	root, err := template.FindRoot(".")
	testkit.Must(s.t, err)
	plan, err := template.Load(root, map[string]string{"LockAfterStart": "true"})
	testkit.Must(s.t, err)
	s.succeeds("start", fields{"command": "meeting.start"})
	room := s.room()
	cloud := awstest.Start(t, awstest.Plan(plan))
	detail, err := json.Marshal(fields{"event": "meeting.started", "event_id": "event-1", "payload": fields{
		"account_id": room.Owner.Account,
		"object":     fields{"id": room.Number, "uuid": room.UUID(), "host_id": room.Owner.ID}}})
	testkit.Must(s.t, err)
	_, err = cloud.EventBridge().PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String("EventBus"), Source: aws.String("personal-rooms"),
		DetailType: aws.String("meeting.started"), Detail: aws.String(string(detail))}}})
	testkit.Must(s.t, err)
	later := cloud.Await(t, "LockDelayQueue", 1)[0]
	testkit.Equal(t, "delay", later.VisibleAt.Sub(later.SentAt), 10*time.Minute)
	testkit.Must(s.t, schema(t)([]byte(later.Body)))
	testkit.Equal(t, "failed", s.queue(later.Body), "")
	testkit.Equal(t, "locked", s.room().Live.Locked, true)
	testkit.Equal(t, "its id", s.outcome("", "lock-event-1").DoneAt.IsZero(), false)
}

// The template's example of a schedule makes a valid command, which has the scheduled time as its id.
func TestMondayPasscode(t *testing.T) {
	s := newScene(t)
	root, err := template.FindRoot(".")
	testkit.Must(s.t, err)
	text, err := os.ReadFile(filepath.Join(root, template.TemplateName))
	testkit.Must(s.t, err)
	var parsed struct {
		Resources struct {
			Schedule struct {
				Properties struct {
					Target struct {
						Input string `yaml:"Input"`
					} `yaml:"Target"`
				} `yaml:"Properties"`
			} `yaml:"MondayPasscodeSchedule"`
		} `yaml:"Resources"`
	}
	testkit.Must(s.t, yaml.Unmarshal(text, &parsed))
	input := strings.NewReplacer("${MondayAccount}", "acme", "${MondayPasscode}", "ada",
		"<aws.scheduler.scheduled-time>", "2026-03-02T06:00:00Z").
		Replace(parsed.Resources.Schedule.Properties.Target.Input)
	testkit.Must(s.t, schema(t)([]byte(input)))
	before := s.room().Settings.Passcode
	testkit.Equal(t, "failed", s.queue(input), "")
	once := s.room().Settings.Passcode
	testkit.Equal(t, "failed", s.queue(`{}`, input), "message-0")
	if once == before || once != s.room().Settings.Passcode {
		t.Errorf("the passcode was %q, then %q, then %q", before, once, s.room().Settings.Passcode)
	}
	testkit.Equal(t, "done", s.outcome("", "monday-2026-03-02T06:00:00Z").DoneAt.IsZero(), false)
}

// schema returns a check of JSON texts against commands.schema.json.
func schema(t *testing.T) func(text []byte) error {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile("commands.schema.json")
	testkit.Must(t, err)
	return func(text []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return err
		}
		return compiled.Validate(value)
	}
}

// The schema takes every command and the commands of the sample events, and refuses others.
func TestSchemaOfCommands(t *testing.T) {
	check := schema(t)
	valid := samples(t)
	for _, name := range account.Commands() {
		valid = append(valid, json.RawMessage(`{"command":"`+name+`","user_id":"ada","pmi":"5551234321"}`))
	}
	for _, text := range valid {
		if err := check(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{`{"command":"room.explode","user_id":"ada"}`, `{"command":"room.lock"}`,
		`{"command":"room.lock","user_id":"a\"b"}`, `{"command":"room.lock","user_id":"ada","instance":""}`,
		`{"command":"room.change_number","user_id":"ada"}`} {
		if check([]byte(text)) == nil {
			t.Errorf("it takes %s", text)
		}
	}
}

// samples returns the commands in the sample events.
func samples(t *testing.T) (all []json.RawMessage) {
	t.Helper()
	files, err := filepath.Glob("events/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		testkit.Must(t, err)
		var event struct {
			Detail  json.RawMessage
			Records []struct{ Body string }
		}
		testkit.Must(t, json.Unmarshal(text, &event))
		if event.Detail != nil {
			all = append(all, event.Detail)
		}
		for _, m := range event.Records {
			all = append(all, json.RawMessage(m.Body))
		}
	}
	return all
}
