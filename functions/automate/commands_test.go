package main

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// Every command does what it says.
func TestWhatCommandsDo(t *testing.T) {
	s := newScene(t)
	same(t, "started", s.succeeds("1", fields{"command": "meeting.start"}), s.ada.PMI)
	same(t, "open", s.room().Live.Open, true)
	s.succeeds("2", fields{"command": "room.lock", "id": string(s.ada.PMI)})
	same(t, "locked", s.room().Live.Locked, true)
	s.succeeds("3", fields{"command": "room.unlock"})
	same(t, "locked", s.room().Live.Locked, false)
	s.succeeds("4", fields{"command": "room.open_waiting_room", "for": "guests"})
	same(t, "waiting room", s.room().Settings.WaitingRoom, meeting.WaitGuests)
	s.succeeds("5", fields{"command": "room.open_waiting_room"})
	same(t, "waiting room", s.room().Settings.WaitingRoom, meeting.WaitEveryone)
	s.succeeds("6", fields{"command": "room.close_waiting_room"})
	same(t, "waiting room", s.room().Settings.WaitingRoom, meeting.WaitNobody)
	s.succeeds("7", fields{"command": "meeting.end"})
	same(t, "open", s.room().Live.Open, false)

	was := s.room().Settings.Passcode
	s.succeeds("8", fields{"command": "room.rotate_passcode"})
	if now := s.room().Settings.Passcode; now == was || now == "" {
		t.Errorf("the passcode was %q and is %q", was, now)
	}
	same(t, "number", s.succeeds("9", fields{"command": "room.change_number", "pmi": "555 123 4321"}), "5551234321")
	same(t, "number", s.room().Number, "5551234321")

	s.must((&meeting.Profiles{Turnstile: s.turnstile}).Edit(t.Context(), as(s.ada), "me", meeting.Edit{Link: new(meeting.Link("ada.lovelace"))}))
	s.succeeds("link", fields{"command": "meeting.start", "id": "ada.lovelace"})
	s.succeeds("over", fields{"command": "meeting.end", "id": "ada.lovelace"})
	taken := s.signUp("bea").PMI
	s.fails("taken", fields{"command": "room.change_number", "pmi": string(taken)}, meeting.NumberTaken)

	for id, inRoom := range map[string]bool{"10": true, "11": false} {
		number := s.succeeds(id, fields{"command": "meeting.schedule", "topic": "Engines", "type": 2, "duration": 30,
			"start_time": s.clock.Now().Add(time.Hour).Format(time.RFC3339), "settings": fields{"use_pmi": inRoom}})
		m, err := s.table.Meeting(t.Context(), s.ada.User, number)
		s.must(err)
		if m.Topic != "Engines" || m.UsePMI != inRoom || m.Duration != 30*time.Minute {
			t.Errorf("planned %+v", m)
		}
	}
}

// A command is done as its user, and only if the account says so; never with more rights than theirs.
func TestWhoMayDoWhat(t *testing.T) {
	s := newScene(t)
	bea := s.signUp("bea")
	for i, c := range []struct {
		grants  []account.Grant
		user    string
		command string
		want    meeting.Reason
	}{
		{nil, "ada", "room.lock", NotGranted},
		{[]account.Grant{{User: "bea", Commands: []string{"*"}}}, "ada", "meeting.start", NotGranted},
		{[]account.Grant{{User: "ada", Commands: []string{"meeting.*"}}}, "ada", "room.lock", NotGranted},
		{[]account.Grant{{User: "ada", Commands: []string{"room.*"}}}, "ada", "meeting.start", NotGranted},
		{[]account.Grant{{User: "*", Commands: []string{"meeting.start"}}}, "ada", "meeting.start", ""},
		{[]account.Grant{{User: "*", Commands: []string{"*"}}}, "nobody", "meeting.start", meeting.NoUser},
		{[]account.Grant{{User: "*", Commands: []string{"*"}}}, "bea", "room.lock", meeting.NoMeeting}, // Ada's room
	} {
		s.grants(c.grants...)
		o := s.does("c"+string(rune('a'+i)), fields{"command": c.command, "user_id": c.user, "id": string(s.ada.PMI)}.as(c.user))
		same(t, c.command+" as "+c.user, o.Reason, c.want)
	}
	nobody, err := s.table.Profile(t.Context(), meeting.User{Account: bea.User.Account, ID: "nobody"})
	same(t, "nobody was made", nobody.Exists() || err != nil, false)
}

// Whom a meeting is for is no more a command's choice than its user's.
func TestAMeetingForSomebodyElse(t *testing.T) {
	s := newScene(t)
	s.signUp("bea")
	s.fails("1", fields{"command": "meeting.schedule", "topic": "Hers", "schedule_for": "bea"}, meeting.NoUser)
	s.succeeds("2", fields{"command": "meeting.schedule", "topic": "Her own", "schedule_for": "ada"})
	s.fails("3", fields{"command": "meeting.schedule", "schedule_for": 7}, meeting.Invalid)
}

// A command for a sitting is for no other.
func TestACommandForASittingThatIsOver(t *testing.T) {
	s := newScene(t)
	s.succeeds("1", fields{"command": "meeting.start"})
	sitting := s.room().Live.Instance
	s.succeeds("2", fields{"command": "room.lock", "instance": sitting})
	s.succeeds("3", fields{"command": "meeting.end"})
	s.succeeds("4", fields{"command": "meeting.start"})
	s.fails("5", fields{"command": "room.lock", "instance": sitting}, meeting.Ended)
	same(t, "the next one is locked", s.room().Live.Locked, false)
	s.fails("6", fields{"command": "meeting.end", "instance": sitting}, meeting.Ended)
	s.fails("7", fields{"command": "room.open_waiting_room", "instance": sitting}, meeting.Ended)
	same(t, "the next one is open", s.room().Live.Open, true)
	same(t, "its waiting room", s.room().Settings.WaitingRoom, meeting.WaitNobody)
	s.succeeds("8", fields{"command": "meeting.end", "instance": s.room().Live.Instance})
	same(t, "it is open", s.room().Live.Open, false)
}

// What is wrong with a command is its outcome, and names the field.
func TestCommandsThatAreWrong(t *testing.T) {
	s := newScene(t)
	for id, c := range map[string]struct {
		detail fields
		says   string
	}{
		"a": {fields{"command": "room.explode"}, `given "room.explode"; must be one of meeting.schedule`},
		"b": {fields{"command": "room.change_number"}, "pmi"},
		"c": {fields{"command": "room.change_number", "pmi": "1234567890"}, "pmi"},
		"d": {fields{"command": "meeting.schedule", "duration": "long"}, "duration"},
		"e": {fields{"command": "room.open_waiting_room", "for": "friends"}, "for"},
		"f": {fields{"command": "room.rotate_passcode", "instance": "i"}, "instance"},
		"j": {fields{"command": "meeting.start", "instance": "i"}, "instance"},
		"g": {fields{"command": "room.rotate_passcode", "id": "5551234321"}, "id"},
		"h": {fields{}, "command"},
		"i": {fields{"command": 7}, "command"},
	} {
		o := s.does(id, c.detail)
		if o.DoneAt.IsZero() || o.Reason != meeting.Invalid && o.Reason != meeting.NumberRule || !strings.Contains(o.Message, c.says) {
			t.Errorf("%v: %s %q, want it to name %s", c.detail, o.Reason, o.Message, c.says)
		}
	}
	s.fails("idle", fields{"command": "room.lock"}, meeting.RoomIdle)
	s.fails("unknown", fields{"command": "meeting.start", "id": "83000000001"}, meeting.NoMeeting)
}

// as is the command as another user.
func (f fields) as(user string) fields {
	f["user_id"] = user
	return f
}
