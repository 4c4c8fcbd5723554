package main

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// The same command, however often and by whatever way it comes, is done once.
func TestACommandThatComesAgain(t *testing.T) {
	s := newScene(t)
	s.succeeds("start", fields{"command": "meeting.start"})
	plan := fields{"command": "meeting.schedule", "topic": "Once"}
	number := s.succeeds("plan", plan)
	passcode := s.room().Settings.Passcode
	s.succeeds("rotate", fields{"command": "room.rotate_passcode"})
	rotated := s.room().Settings.Passcode
	s.succeeds("lock", fields{"command": "room.lock"})
	s.succeeds("unlock", fields{"command": "room.unlock"})
	for range 3 {
		same(t, "planned", s.succeeds("plan", plan), number)
		s.succeeds("rotate", fields{"command": "room.rotate_passcode"})
		s.succeeds("lock", fields{"command": "room.lock"})
	}
	same(t, "locked again", s.room().Live.Locked, false)
	if now := s.room().Settings.Passcode; now != rotated || now == passcode {
		t.Errorf("the passcode is %q, and was made %q", now, rotated)
	}
	agenda, _, err := s.table.Agenda(t.Context(), s.ada.User, s.clock.Now(), "", 10)
	s.must(err)
	same(t, "planned", len(agenda), 1)
}

// An id stands for one command.
func TestAnIDThatIsUsedForAnotherCommand(t *testing.T) {
	s := newScene(t)
	s.succeeds("id", fields{"command": "meeting.start"})
	if err := s.bus("id", fields{"command": "meeting.end"}.with(nil)); meeting.ReasonOf(err) != meeting.KeyReused {
		t.Errorf("another command: %v", err)
	}
	same(t, "still open", s.room().Live.Open, true)
	same(t, "its outcome", s.outcome("id").Command, "meeting.start")
}

// A command that was interrupted is done when it comes again, once it cannot be at work any more.
func TestACommandThatWasInterrupted(t *testing.T) {
	s := newScene(t)
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.Times(8, dynamoproxy.Break)...)
	if err := s.bus("start", fields{"command": "meeting.start"}.with(nil)); err == nil {
		t.Fatal("it did not fail")
	}
	s.faults.Forget()
	same(t, "done", s.outcome("start").DoneAt.IsZero(), true)
	if err := s.bus("start", fields{"command": "meeting.start"}.with(nil)); err == nil {
		t.Error("it is done beside itself")
	}
	s.clock.Advance(time.Minute)
	s.succeeds("start", fields{"command": "meeting.start"})
	same(t, "open", s.room().Live.Open, true)
}

// A sitting that was ended before its outcome was stored was ended by the command, and the next one is not.
func TestAnEndWhoseOutcomeWasNotStored(t *testing.T) {
	s := newScene(t)
	s.succeeds("start", fields{"command": "meeting.start"})
	end := fields{"command": "meeting.end", "instance": s.room().Live.Instance}
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.LoseAnswerThen(func() { s.faults.Plan("UpdateItem COMMAND", dynamoproxy.Times(9, dynamoproxy.Break)...) }))
	if err := s.bus("end", end.with(nil)); err == nil {
		t.Fatal("it did not fail")
	}
	s.faults.Forget()
	s.succeeds("again", fields{"command": "meeting.start"})
	s.clock.Advance(time.Minute)
	s.succeeds("end", end)
	same(t, "the next one is open", s.room().Live.Open, true)
}

// Where the outcome is lost on the way, the meeting is planned once all the same.
func TestAPlanWhoseOutcomeWasNotStored(t *testing.T) {
	s := newScene(t)
	plan := fields{"command": "meeting.schedule", "topic": "Once"}
	s.faults.Plan("UpdateItem COMMAND", dynamoproxy.Times(4, dynamoproxy.Break)...)
	if err := s.bus("plan", plan.with(nil)); err == nil {
		t.Fatal("it did not fail")
	}
	s.faults.Forget()
	s.clock.Advance(time.Minute)
	s.succeeds("plan", plan)
	agenda, _, err := s.table.Agenda(t.Context(), s.ada.User, s.clock.Now(), "", 10)
	s.must(err)
	same(t, "planned", len(agenda), 1)
}

// A plan that was interrupted may be taken up again as long as it lies in Undone, for a fortnight; even when its outcome is forgotten.
func TestAPlanThatIsTakenUpAgain(t *testing.T) {
	for _, days := range []int{1, 6, 14} {
		s := newScene(t)
		planned := s.clock.Now()
		plan := fields{"command": "meeting.schedule", "topic": "Once"}
		s.faults.Plan("UpdateItem COMMAND", dynamoproxy.Times(4, dynamoproxy.Break)...)
		if err := s.bus("plan", plan.with(nil)); err == nil {
			t.Fatal("it did not fail")
		}
		s.faults.Forget()
		s.clock.Advance(time.Duration(days)*24*time.Hour + time.Minute)
		s.succeeds("plan", plan)
		agenda, _, err := s.table.Agenda(t.Context(), s.ada.User, planned, "", 10)
		s.must(err)
		same(t, "planned", len(agenda), 1)
	}
}

// Of two deliveries at once one does it; the other comes again.
func TestTwoDeliveriesAtOnce(t *testing.T) {
	s := newScene(t)
	before := s.room().Live.Epoch
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { _ = s.bus("rotate", fields{"command": "room.rotate_passcode"}.with(nil)) })
	}
	all.Wait()
	s.succeeds("rotate", fields{"command": "room.rotate_passcode"})
	if decided := s.room().Live.Epoch - before; decided > 1 {
		t.Errorf("it was done %d times", decided)
	}
}

// The queue brings commands alone, and events that rules put there.
func TestCommandsOfTheQueue(t *testing.T) {
	s := newScene(t)
	alone, err := json.Marshal(fields{"command": "meeting.start"}.with(nil))
	s.must(err)
	event, err := json.Marshal(map[string]any{"id": "of-the-bus", "detail-type": DetailType, "detail": fields{"command": "room.lock"}.with(nil)})
	s.must(err)
	same(t, "failed", s.queue(string(alone), string(event), `{"command":`, `"text"`), "message-2 message-3")
	same(t, "alone", s.outcome("message-0").DoneAt.IsZero(), false)
	same(t, "of the bus", s.outcome("of-the-bus").DoneAt.IsZero(), false)
	same(t, "locked", s.room().Live.Locked, true)
}

// Events that a rule puts into the queue are no commands, and have no outcome: it would be an event again.
func TestEventsInTheQueueThatAreNoCommands(t *testing.T) {
	s := newScene(t)
	envelope := `{"event":"automation.failed","event_id":"e","payload":{"account_id":"acme","object":{"command":"room.lock","user_id":"ada"}}}`
	for _, body := range []string{envelope, `{"id":"e","detail-type":"automation.failed","source":"personal-rooms","detail":` + envelope + `}`} {
		same(t, "failed", s.queue(body), "message-0")
		for _, in := range []string{testkit.Account, "default"} {
			o, err := s.table.Outcome(t.Context(), in, "message-0")
			s.must(err)
			same(t, "an outcome in "+in, o.Version, 0)
		}
	}
}

// What was given up on the way from the bus can be put into the queue as it lies in Undone.
func TestACommandThatIsTakenUpAgain(t *testing.T) {
	s := newScene(t)
	event, err := json.Marshal(map[string]any{"id": "given-up", "detail-type": DetailType, "detail": fields{"command": "meeting.start"}.with(nil)})
	s.must(err)
	record, err := json.Marshal(map[string]any{"version": "1.0", "requestContext": fields{"condition": "RetriesExhausted"}, "requestPayload": json.RawMessage(event)})
	s.must(err)
	same(t, "failed", s.queue(string(record)), "")
	same(t, "done", s.outcome("given-up").DoneAt.IsZero(), false)
	same(t, "open", s.room().Live.Open, true)
}

// What is no command is refused, and comes to those who look after the stack: ours are never commands.
func TestEventsThatAreNoCommands(t *testing.T) {
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
