package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestI13UniformRefusals(t *testing.T) {
	s := newScene(t)
	door := meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), SignedInOnly: new(true), Capacity: new(1)}
	s.policy(door)
	old := s.room
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434")), Link: new(meeting.Link("Ada.Lovelace"))})
	s.moveIn()
	inRoom, own := s.meetingOf("Alpha"), s.plan("ada", "Beta", false, s.Clock.Now(), meeting.SettingsEdit{}).Meeting.ID.String()
	in(t, s.ada.join())
	s.lock(true)
	fleeting, err := s.starts().Instant(t.Context(), caller("ada"), "me", meeting.InstantStart{})
	s.must(err)
	s.end("ada", fleeting.Room.Number.String())
	s.edit("bob", meeting.Edit{PMI: new(meeting.Number("7772123434"))})
	s.edit("bob", meeting.Edit{PMI: new(meeting.Number("7772123435")), Forwarding: new(true)})

	const wrong = `{"passcode":"wrong"}`
	asked := map[string]struct{ room, body string }{
		"an unknown number":           {"5559998888", wrong},
		"an unknown id":               {"83123456789", wrong},
		"a number at rest":            {old, wrong},
		"one that forwards":           {"7772123434", wrong},
		"the id of an ended meeting":  {fleeting.Room.Number.String(), wrong},
		"a wrong passcode":            {s.room, wrong},
		"no passcode":                 {s.room, ``},
		"an empty one":                {s.room, `{"passcode":""}`},
		"a long one":                  {s.room, `{"passcode":"` + strings.Repeat("x", 60000) + `"}`},
		"one no room can have":        {s.room, `{"passcode":"ä\u0000\n"}`},
		"a number":                    {s.room, `{"passcode":12345678}`},
		"of a meeting":                {own, wrong},
		"of a meeting in the room":    {inRoom, wrong},
		"by the personal link":        {"ada.lovelace", wrong},
		"by a link that is nobody's":  {"ada.nobody", wrong},
		"a seat that is none":         {s.room, `{"seat":{"id":"x.y","secret":"z"}}`},
		"the same, and no such room":  {"5559998888", `{"seat":{"id":"x.y","secret":"z"}}`},
		"the same, by a meeting's id": {inRoom, `{"seat":{"id":"x.y","secret":"z"}}`},
	}
	s.meter.Linger = testkit.Linger
	operations, first := map[bool]string{}, testkit.Answer{}
	client := 0
	for name, c := range asked {
		client++
		s.meter.Reset()
		answer := s.Guest().From(fmt.Sprintf("203.0.113.%d", client)).Do("POST", "/v2/live_meetings/"+c.room+"/guests", c.body)
		answer.Refused(t, 404, 3001, "meeting_not_found")
		if first.Status == 0 {
			first = answer
		}
		if d := cmp.Diff([]any{first.Status, first.Body, first.Header}, []any{answer.Status, answer.Body, answer.Header}); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		poll := strings.Contains(c.body, "seat")
		did := fmt.Sprint(s.operations(), " in ", s.meter.Trips())
		if operations[poll] == "" {
			operations[poll] = did
		}
		same(t, name, did, operations[poll])
	}
	want := map[bool]string{false: "GetItem GetItem GetItem GetItem UpdateItem UpdateItem in 4", true: "GetItem GetItem GetItem GetItem UpdateItem in 4"}
	if !maps.Equal(operations, want) {
		t.Errorf("operations: %v, want %v", operations, want)
	}
}

func TestI13WhoIsPastThePasscodeHearsWhy(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Capacity: new(1)})
	waits(t, s.guest("Early").join(), "waiting_for_host")
	in(t, s.ada.join())
	in(t, s.guest("Sam").join())
	s.guest("Sue").join().Refused(t, 403, 4111, "full")
	s.lock(true)
	s.guest("Sue").join().Refused(t, 403, 4110, "locked")
	s.guest("Eve").join(fields{"passcode": "wrong"}).Refused(t, 404, 3001, "meeting_not_found")
}

func TestI13ARoomWithoutAPasscodeAsksForNone(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{Passcode: new(""), WaitingRoom: new(meeting.WaitEveryone)})
	in(t, s.ada.join())
	waits(t, s.guest("Sam").join(fields{"passcode": "whatever"}), "waiting_room")
	waits(t, s.guest("Sue").join(fields{"passcode": nil}), "waiting_room")
}

// guesses are n wrong ones of a client.
func (s *scene) guesses(c *testkit.Client, path string, n int) {
	s.t.Helper()
	for range n {
		c.Do("POST", "/v2/live_meetings/"+s.room+"/"+path, fields{"passcode": "wrong"}).Refused(s.t, 404, 3001, "meeting_not_found")
	}
}

func TestI13WhoGuessesTooOftenHears429(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	stranger := s.guest("Eve")
	s.guesses(stranger.client, "guests", meeting.ClientGuesses)
	s.Clock.Advance(time.Minute)
	for _, room := range []string{s.room, "5559998888"} { // be the passcode right, the room there or not
		answer := stranger.at(room).join()
		answer.Refused(t, 429, 429, "too_many_guesses")
		same(t, "Retry-After", answer.Header["Retry-After"], "541")
	}
	in(t, s.guest("Sam").fromElsewhere().join())
	in(t, s.user("bob").join())
	s.Clock.Advance(9 * time.Minute)
	in(t, stranger.at(s.room).join())
}

func (p *person) fromElsewhere() *person {
	p.client = p.client.From("203.0.113.200")
	return p
}

func TestI13TheRefusalsOfASpentBudgetAreUniformToo(t *testing.T) {
	s := newScene(t)
	inRoom := s.meetingOf("Alpha")
	stranger := s.guest("Eve")
	s.guesses(stranger.client, "guests", meeting.ClientGuesses)
	s.meter.Linger = testkit.Linger
	for _, room := range []string{s.room, inRoom, "5559998888", "83123456789", "ada.nobody"} {
		s.meter.Reset()
		stranger.at(room).join().Refused(t, 429, 429, "too_many_guesses")
		same(t, room, fmt.Sprint(s.operations(), " in ", s.meter.Trips()), "GetItem GetItem GetItem GetItem in 3")
	}
}

func TestI13AUserHasABudgetOfTheirOwn(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	s.guesses(s.As("eve"), "participants", meeting.ClientGuesses)
	s.user("eve").join().Refused(t, 429, 429, "too_many_guesses")
	in(t, s.user("bob").join()) // of the same address
	in(t, s.guest("Sam").join())
}

func TestI13GuessesAtSeatsAreBudgetedToo(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	eve := s.guest("Eve")
	eve.seat = ticket("x.y", "z")
	for range meeting.ClientGuesses {
		eve.poll().Refused(t, 404, 3001, "meeting_not_found")
	}
	eve.poll().Refused(t, 429, 429, "too_many_guesses")
	eve.join().Refused(t, 429, 429, "too_many_guesses")
}

func TestI13AnOwnerIsNotKeptOutByTheirGuesses(t *testing.T) {
	s := newScene(t)
	for i := range meeting.ClientGuesses {
		s.ada.at(fmt.Sprintf("55599988%02d", i)).join().Refused(t, 404, 3001, "meeting_not_found")
	}
	in(t, s.ada.at(s.room).join())
}

func TestI13ARoomUnderAttackFallsBackToItsWaitingRoom(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	inside, early := s.guest("Inside").fromElsewhere(), s.guest("Early").fromElsewhere()
	in(t, inside.join())
	for i := range meeting.RoomGuesses / meeting.ClientGuesses {
		in(t, s.guest("Sam").fromElsewhere().join())
		s.guesses(s.Guest().From(fmt.Sprintf("203.0.113.%d", i)), "guests", meeting.ClientGuesses)
	}
	sue := s.guest("Sue").fromElsewhere()
	waits(t, sue.join(), "waiting_room")
	in(t, inside.poll())        // who is in stays in
	in(t, s.user("ada").join()) // I11
	s.sayOf("admit", sue).Want(t, 204)
	in(t, sue.poll())

	waits(t, early.join(), "waiting_room")
	s.Clock.Advance(meeting.DistrustFor)
	waits(t, early.poll(), "waiting_room") // of the time of the attack: by approval only
	in(t, s.guest("Late").fromElsewhere().join())
}

func TestI13UnderAttackNobodyOpensTheRoomBeforeItsHost(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{JoinBeforeHost: new(true)})
	for i := range meeting.RoomGuesses / meeting.ClientGuesses {
		s.guesses(s.Guest().From(fmt.Sprintf("203.0.113.%d", i)), "guests", meeting.ClientGuesses)
	}
	sue := s.guest("Sue").fromElsewhere()
	waits(t, sue.join(), "waiting_for_host")
	in(t, s.ada.join())
	waits(t, sue.poll(), "waiting_room")
}
