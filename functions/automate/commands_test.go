package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestCommands(t *testing.T) {
	s := newScene(t)
	s.succeeds("an instance", fields{"command": "meeting.start"})
	over := s.room().UUID()
	s.succeeds("its end", fields{"command": "meeting.end", "instance": over})
	for i, c := range []struct {
		detail fields
		want   string // open, locked, waiting room
	}{
		{fields{"command": "meeting.start"}, "true false off"},
		{fields{"command": "room.lock", "instance": over}, "true false off"}, // refused
		{fields{"command": "meeting.end", "instance": over}, "true false off"},
		{fields{"command": "room.lock", "id": string(s.ada.PMI)}, "true true off"},
		{fields{"command": "room.unlock"}, "true false off"},
		{fields{"command": "room.open_waiting_room", "for": "guests"}, "true false guests"},
		{fields{"command": "room.open_waiting_room"}, "true false everyone"},
		{fields{"command": "room.close_waiting_room"}, "true false off"},
		{fields{"command": "meeting.end"}, "false false off"},
	} {
		if c.detail["instance"] == over {
			s.fails(fmt.Sprint(i), c.detail, meeting.Ended)
		} else {
			testkit.Equal(t, "number", s.succeeds(fmt.Sprint(i), c.detail), s.ada.PMI)
		}
		r := s.room()
		testkit.Equal(t, fmt.Sprint(c.detail), fmt.Sprint(r.Live.Open, r.Live.Locked, " ", r.SettingsNow().WaitingRoom), c.want)
	}
	before := s.room().Settings.Passcode
	s.succeeds("rotate", fields{"command": "room.rotate_passcode"})
	if now := s.room().Settings.Passcode; now == before || now == "" {
		t.Errorf("the passcode was %q and is %q", before, now)
	}
	testkit.Equal(t, "number", s.succeeds("number", fields{"command": "room.change_number", "pmi": "555 123 4321"}), "5551234321")
	testkit.Equal(t, "number", s.room().Number, "5551234321")
	testkit.Must(s.t, s.profiles.Edit(t.Context(), automation{now: s.clock.Now}.as(s.ada), "me", meeting.Edit{Link: new(meeting.Link("ada.lovelace"))}))
	s.succeeds("link", fields{"command": "meeting.start", "id": "ada.lovelace"})

	number := s.succeeds("plan", fields{"command": "meeting.schedule", "topic": "Engines", "type": 2, "duration": 30,
		"start_time": s.clock.Now().Add(time.Hour).Format(time.RFC3339), "schedule_for": "ada", "settings": fields{"use_pmi": true}})
	m, err := s.table.Meeting(t.Context(), s.ada.User, number)
	testkit.Must(s.t, err)
	if m.Topic != "Engines" || !m.UsePMI || m.Duration != 30*time.Minute {
		t.Errorf("planned %+v", m)
	}
}

// A command that the account does not grant leaves nothing: it uses up no id, and makes no event.
func TestCommandThatIsNotGrantedLeavesNothing(t *testing.T) {
	s := newScene(t)
	for _, grant := range []account.Grant{
		{}, {User: "ada", Commands: []string{"meeting.*"}}, {User: "bea", Commands: []string{"*"}},
	} {
		s.grants(grant)
		s.execute("id", fields{"command": "room.rotate_passcode"})
		all, err := s.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.name})
		testkit.Must(t, err)
		for _, item := range all.Items {
			if sk, ok := item["sk"].(*types.AttributeValueMemberS); !ok || strings.HasPrefix(sk.Value, "COMMAND") {
				t.Errorf("%v: it leaves %v", grant, item)
			}
		}
	}
	s.execute("unknown", fields{"command": "room.explode"})
	testkit.Equal(t, "outcome of an unknown command", s.outcome(source, "unknown").Version, 0)
	s.grants(account.Grant{User: "ada", Commands: []string{"room.*"}})
	s.succeeds("id", fields{"command": "room.rotate_passcode"})
}

// An automation knows the uuid that a planned meeting shows. A command that names it is for the instance of that
// meeting alone.
func TestCommandsNameAnInstanceByTheUUIDThatItsMeetingShows(t *testing.T) {
	s := newScene(t)
	shown := map[string]string{} // by the number
	plan := func(id string) string {
		inRoom := fields{"command": "meeting.schedule", "topic": id, "settings": fields{"use_pmi": true}}
		number := string(s.succeeds(id, inRoom))
		m, err := s.schedule.Get(t.Context(), automation{now: s.clock.Now}.as(s.ada), number)
		testkit.Must(t, err)
		shown[number] = m.UUID()
		return number
	}
	tea, review := plan("tea"), plan("review")
	room := s.room()
	s.succeeds("start", fields{"command": "meeting.start", "id": tea})
	for _, other := range []string{shown[review], room.UUID(), room.Live.Instance} {
		s.fails("lock "+other, fields{"command": "room.lock", "instance": other}, meeting.Ended)
	}
	s.succeeds("lock", fields{"command": "room.lock", "instance": shown[tea]})
	testkit.Equal(t, "locked", s.room().Live.Locked, true)
	s.succeeds("end", fields{"command": "meeting.end", "id": tea, "instance": shown[tea]})
	testkit.Equal(t, "open", s.room().Live.Open, false)
}

// A command has the rights of its user.
func TestCommandHasTheRightsOfItsUser(t *testing.T) {
	s := newScene(t)
	s.signUp("bea")
	for i, c := range []struct {
		grant   account.Grant
		user    string
		command string
		want    meeting.Reason
	}{
		{account.Grant{User: "*", Commands: []string{"meeting.start"}}, "ada", "meeting.start", ""},
		{account.Grant{User: "*", Commands: []string{"*"}}, "nobody", "meeting.start", meeting.NoUser},
		{account.Grant{User: "*", Commands: []string{"*"}}, "bea", "room.lock", meeting.NoMeeting}, // Ada's room
	} {
		s.grants(c.grant)
		o := s.execute(fmt.Sprint(i), fields{"command": c.command, "user_id": c.user, "id": string(s.ada.PMI)})
		testkit.Equal(t, c.command+" as "+c.user, o.Reason, c.want)
	}
}

// The outcome of a refused command has the reason, and names the field.
func TestRefusedCommands(t *testing.T) {
	s := newScene(t)
	taken := s.signUp("bea").PMI
	for i, c := range []struct {
		detail  fields
		reason  meeting.Reason
		message string
	}{
		{fields{"command": "room.explode"}, meeting.Invalid, `given "room.explode"; must be one of meeting.schedule`},
		{fields{}, meeting.Invalid, "command"},
		{fields{"command": "room.lock", "instance": ""}, meeting.Invalid, "instance"},
		{fields{"command": "meeting.end", "id": ""}, meeting.Invalid, "id"},
		{fields{"command": "room.change_number"}, meeting.Invalid, "pmi"},
		{fields{"command": "room.change_number", "pmi": string(taken)}, meeting.NumberTaken, ""},
		{fields{"command": "meeting.schedule", "duration": "long"}, meeting.Invalid, "duration"},
		{fields{"command": "meeting.schedule", "schedule_for": 7}, meeting.Invalid, "schedule_for"},
		{fields{"command": "room.open_waiting_room", "for": "friends"}, meeting.Invalid, "for"},
		{fields{"command": "room.rotate_passcode", "instance": "i"}, meeting.Invalid, "instance"},
		{fields{"command": "meeting.start", "instance": "i"}, meeting.Invalid, "instance"},
		{fields{"command": "room.rotate_passcode", "id": "5551234321"}, meeting.Invalid, "id"},
		{fields{"command": "room.lock"}, meeting.RoomIdle, ""},
	} {
		if message := s.fails(fmt.Sprint(i), c.detail, c.reason); !strings.Contains(message, c.message) {
			t.Errorf("%v: %q, want it to name %s", c.detail, message, c.message)
		}
	}
}
