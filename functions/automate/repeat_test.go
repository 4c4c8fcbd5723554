package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestRepeatedCommandIsExecutedOnce(t *testing.T) {
	s := newScene(t)
	s.succeeds("start", fields{"command": "meeting.start"})
	plan := fields{"command": "meeting.schedule", "topic": "Once"}
	number := s.succeeds("plan", plan)
	s.succeeds("rotate", fields{"command": "room.rotate_passcode"})
	rotated := s.room().Settings.Passcode
	s.succeeds("lock", fields{"command": "room.lock"})
	s.succeeds("unlock", fields{"command": "room.unlock"})
	for range 3 {
		testkit.Equal(t, "planned", s.succeeds("plan", plan), number)
		s.succeeds("rotate", fields{"command": "room.rotate_passcode"})
		s.succeeds("lock", fields{"command": "room.lock"})
	}
	testkit.Equal(t, "locked again", s.room().Live.Locked, false)
	testkit.Equal(t, "passcode", s.room().Settings.Passcode, rotated)
	testkit.Equal(t, "planned", s.planned(s.clock.Now()), 1)
	if err := s.bus("start", fields{"command": "meeting.end"}.with(nil)); meeting.ReasonOf(err) != meeting.KeyReused {
		t.Errorf("another command with the same id: %v", err)
	}
	testkit.Equal(t, "still open", s.room().Live.Open, true)
}

// Two calendars may use the same ids.
func TestASourceDoesNotUseUpTheIDsOfAnother(t *testing.T) {
	s := newScene(t)
	lock := fields{"command": "room.lock", "command_id": "id"}
	testkit.Must(t, s.busFrom("com.example.other", "of-the-bus", lock.with(nil)))
	testkit.Equal(t, "the other's", s.outcome("com.example.other", "id").Reason, meeting.RoomIdle)
	plan := func(topic string) fields { return fields{"command": "meeting.schedule", "topic": topic} }
	s.succeeds("id", plan("Mine"))
	testkit.Must(t, s.busFrom("com.example.third", "id", plan("Third").with(nil)))
	const message = `{"command":"meeting.schedule","command_id":"id","account_id":"acme","user_id":"ada"}`
	testkit.Equal(t, "failed", s.queue(message), "")
	testkit.Equal(t, "planned", s.planned(s.clock.Now()), 3)
}

// During an update of the stack, a command may be delivered again that an older version executed.
func TestCommandThatAnOlderVersionExecutedIsNotRepeated(t *testing.T) {
	s := newScene(t)
	plan := fields{"command": "meeting.schedule", "topic": "Once"}
	s.succeeds("id", plan)
	all, err := s.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.name})
	testkit.Must(t, err)
	for _, item := range all.Items {
		if sk, ok := item["sk"].(*types.AttributeValueMemberS); ok && sk.Value == "COMMAND#"+source+"#id" {
			_, err = s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
				TableName: &s.name, Key: map[string]types.AttributeValue{"pk": item["pk"], "sk": item["sk"]}})
			testkit.Must(t, err)
			delete(item, "source")
			item["sk"] = &types.AttributeValueMemberS{Value: "COMMAND#id"}
			_, err = s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.name, Item: item})
			testkit.Must(t, err)
		}
	}
	testkit.Must(t, s.bus("id", plan.with(nil)))
	testkit.Equal(t, "executed again", s.outcome(source, "id").Version, 0)
	s.succeeds("id", fields{"command": "meeting.start"}) // another command, perhaps of another source
}

// planned returns how many meetings Ada has planned that are not over at the time.
func (s *scene) planned(from time.Time) int {
	s.t.Helper()
	agenda, _, err := s.table.Agenda(s.t.Context(), s.ada.User, from, "", 10)
	testkit.Must(s.t, err)
	return len(agenda)
}

// An interrupted command is executed when it is delivered again after maxRun, once in all.
func TestInterruptedCommand(t *testing.T) {
	for name, c := range map[string]struct {
		detail fields
		fault  dynamoproxy.Operation // the write that fails
		after  time.Duration         // until the command is delivered again: up to a fortnight in the dead-letter queue
	}{
		"before its effect":            {fields{"command": "meeting.start"}, "UpdateItem ROOM", time.Minute},
		"before the outcome is stored": {fields{"command": "meeting.schedule", "topic": "Once"}, "UpdateItem COMMAND", time.Minute},
		"for 14 days":                  {fields{"command": "meeting.schedule", "topic": "Once"}, "UpdateItem COMMAND", 14 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			began := s.clock.Now()
			s.faults.Plan(c.fault, dynamoproxy.Times(9, dynamoproxy.Break)...)
			if err := s.bus("id", c.detail.with(nil)); err == nil {
				t.Fatal("the command did not fail")
			}
			s.faults.Forget()
			testkit.Equal(t, "done", !s.outcome(source, "id").DoneAt.IsZero(), false)
			if err := s.bus("id", c.detail.with(nil)); err == nil {
				t.Error("the command runs twice at the same time")
			}
			s.clock.Advance(c.after + time.Second)
			s.succeeds("id", c.detail)
			testkit.Equal(t, "open or planned", s.room().Live.Open || s.planned(began) == 1, true)
		})
	}
}

// A command that ended an instance and was interrupted before its outcome was stored does not end the next instance.
func TestInterruptedEndDoesNotEndTheNextInstance(t *testing.T) {
	s := newScene(t)
	s.succeeds("start", fields{"command": "meeting.start"})
	end := fields{"command": "meeting.end", "instance": s.room().UUID()}
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.LoseAnswerThen(func() {
		s.faults.Plan("UpdateItem COMMAND", dynamoproxy.Times(9, dynamoproxy.Break)...)
	}))
	if err := s.bus("end", end.with(nil)); err == nil {
		t.Fatal("the command did not fail")
	}
	s.faults.Forget()
	s.succeeds("next", fields{"command": "meeting.start"})
	s.clock.Advance(time.Minute)
	s.succeeds("end", end)
	testkit.Equal(t, "the next instance is open", s.room().Live.Open, true)
}

// Each case is one message of the queue. A message without a valid command fails and has no outcome: that would be an
// event again, and a rule could send it here without end.
func TestQueueMessages(t *testing.T) {
	const command = `{"command":"meeting.start","account_id":"acme","user_id":"ada"}`
	const busEvent = `{"id":"of-the-bus","detail-type":"Room Command","detail":` + command + `}`
	const ours = `{"event":"automation.failed","event_id":"e","payload":{"account_id":"acme","object":{"command":"room.lock","user_id":"ada"}}}`
	for name, c := range map[string]struct {
		body, outcome string // the id of the outcome; "": the message fails
	}{
		"command":                 {command, "message-0"},
		"event of the bus":        {busEvent, "of-the-bus"},
		"record of a dead letter": {`{"version":"1.0","requestContext":{"condition":"RetriesExhausted"},"requestPayload":` + busEvent + `}`, "of-the-bus"},
		"byte order mark":         {"\ufeff" + busEvent, "of-the-bus"},
		"truncated":               {`{"command":`, ""},
		"nobody's":                {`{"command":"meeting.start","account_id":"acme"}`, ""},
		"of no account":           {`{"command":"meeting.start","account_id":7,"user_id":"ada"}`, ""},
		"of an id with quotes":    {`{"command":"meeting.start","account_id":"acme","user_id":"a\",\"user_id\":\"ada"}`, ""},
		"text":                    {`"text"`, ""},
		"an event of ours":        {ours, ""},
		"ours, from the bus":      {`{"id":"e","detail-type":"automation.failed","source":"personal-rooms","detail":` + ours + `}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			failed := ""
			if c.outcome == "" {
				failed = "message-0"
			}
			testkit.Equal(t, "failed", s.queue(c.body, command), failed) // the next message is executed in any case
			testkit.Equal(t, "open", s.room().Live.Open, true)
			for _, in := range []string{testkit.Account, "default"} {
				for _, id := range []string{"message-0", "of-the-bus"} {
					o, err := s.table.Outcome(t.Context(), in, "", id)
					testkit.Must(s.t, err)
					testkit.Equal(t, "outcome "+id+" in "+in, !o.DoneAt.IsZero(), id == c.outcome && in == testkit.Account)
				}
			}
		})
	}
}

func TestEventsThatAreNoCommandsAreRefused(t *testing.T) {
	s := newScene(t)
	for _, raw := range []string{
		`{"id":"1","detail-type":"automation.succeeded","detail":{"command":"room.lock","user_id":"ada","account_id":"acme"}}`,
		`{"id":"","detail-type":"Room Command","detail":{}}`, `{"id":"1","detail-type":"Room Command","detail":"text"}`, `[]`,
	} {
		if _, err := s.handle(t.Context(), json.RawMessage(raw)); err == nil {
			t.Errorf("it takes %s", raw)
		}
	}
}
