package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// When each reason is given is tested in shared/dev/proof/rules, its status and code in shared/api.
func TestAHostKeyMakesAHost(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{HostKey: new("246810")})
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	bob.claim("246811").Refused(t, 403, 4121, "wrong_host_key")
	testkit.Equal(t, "role", in(t, bob.claim("246810")).Text(t, "seat.role"), "alternative_host")
	s.sayOf("remove", s.ada).Refused(t, 409, 4107, "is_owner")
	s.sayOf("remove", bob).Want(t, 204)
	bob.poll().Refused(t, 403, 4113, "removed")
}

// Who is a host is tested in package meeting. This tests that every route asks.
func TestOnlyHostsAndAdministratorsDecide(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	for _, route := range s.API.Routes() {
		if route.Scope == "" {
			continue
		}
		path := strings.NewReplacer("{room}", s.room, "{id}", bob.seat.ID).Replace(route.Path)
		ask := func(c *testkit.Client) testkit.Answer {
			return c.Do(route.Method, path, fields{
				"locked": true, "action": "admit", "method": "waiting_room.update", "params": fields{"waiting_room_title": "Soon"},
			})
		}
		ask(s.Guest()).Refused(t, 401, 124, "token")
		ask(bob.client).Refused(t, 404, 3001, "meeting_not_found")
		ask(s.AsAdmin("root").Claiming("account_id", "other")).Refused(t, 404, 3001, "meeting_not_found")
		ask(s.As("ada").Claiming("scope", "user:read")).Refused(t, 403, 4700, "scope")
		ask(s.AsAdmin("root")).Want(t, 200, 202, 204)
	}
}

// The answers are the same bytes, after the same reads and writes, whatever is wrong.
func TestI13RefusalsAreUniform(t *testing.T) {
	s := newScene(t)
	inRoom, old := s.meetingOf("Alpha"), s.room
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434")), Link: new(meeting.Link("Ada.Lovelace"))})
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), SignedInOnly: new(true), Capacity: new(1)})
	in(t, s.ada.join())
	s.do("PATCH", "", fields{"locked": true}).Want(t, 200)
	instant, err := s.Starts().Instant(t.Context(), caller("ada"), "me", meeting.InstantStart{})
	testkit.Must(s.t, err)
	ended := instant.Room.Number.String()
	testkit.Must(s.t, s.Starts().End(t.Context(), caller("ada"), ended))
	s.edit("bob", meeting.Edit{PMI: new(meeting.Number("7772123434"))})
	s.edit("bob", meeting.Edit{PMI: new(meeting.Number("7772123435")), Forwarding: new(true)})

	const wrong, noSeat = `{"passcode":"wrong"}`, `{"seat":{"id":"x.y","secret":"z"}}`
	const reads = "GetItem GetItem GetItem GetItem GetItem"
	const named = reads + " GetItem GetItem UpdateItem UpdateItem in 4" // the meeting, and the caller's guesses at meetings
	const join, poll, spent = reads + " UpdateItem UpdateItem in 4", reads + " UpdateItem in 4", reads + " in 3"
	const token = `{"passcode":"AAAAAAAAAAAAAAAAAAAAAA"}`
	cases := []struct{ what, room, body, operations string }{
		{"unknown number", "5559998888", wrong, join}, {"unknown meeting id", "83123456789", wrong, join},
		{"released number", old, wrong, join}, {"released number that forwards", "7772123434", wrong, join},
		{"id of an ended instant meeting", ended, wrong, join}, {"wrong passcode", s.room, wrong, join},
		{"no passcode", s.room, ``, poll}, {"empty passcode", s.room, `{"passcode":""}`, poll},
		{"no passcode, unknown number", "5559998888", ``, poll}, {"no passcode, unknown link", "ada.nobody", ``, poll},
		{"wrong token", s.room, token, spent}, {"token, unknown number", "5559998888", token, spent},
		{"token, unknown link", "ada.nobody", token, spent}, {"token, meeting in the room", inRoom, token, spent},
		{"long passcode", s.room, `{"passcode":"` + strings.Repeat("x", 60000) + `"}`, join},
		{"impossible passcode", s.room, `{"passcode":"ä\u0000\n"}`, join},
		{"meeting in the room", inRoom, wrong, join}, {"personal link", "ada.lovelace", wrong, join},
		{"unknown link", "ada.nobody", wrong, join}, {"unknown seat", s.room, noSeat, poll},
		{"a meeting in the room is named", s.room, `{"passcode":"wrong","omn":` + inRoom + `}`, named},
		{"an unknown meeting is named", s.room, `{"passcode":"wrong","omn":83123456789}`, named},
		{"a meeting in another room is named", "5559998888", `{"passcode":"wrong","omn":` + inRoom + `}`, named},
		{"unknown seat and room", "5559998888", noSeat, poll}, {"unknown seat of a meeting", inRoom, noSeat, poll},
	}
	s.meter.TripWindow = testkit.TripWindow
	ask := func(client *testkit.Client, what, room, body, operations string) testkit.Answer {
		t.Helper()
		s.meter.Reset()
		answer := client.Do("POST", "/v2/live_meetings/"+room+"/guests", body)
		var made []string
		for _, c := range s.meter.Calls() {
			made = append(made, string(c.Operation))
		}
		slices.Sort(made)
		testkit.Equal(t, what, fmt.Sprint(strings.Join(made, " "), " in ", s.meter.Trips()), operations)
		return answer
	}
	var first testkit.Answer
	for i, c := range cases {
		answer := ask(s.Guest().From(fmt.Sprint("203.0.113.", i)), c.what, c.room, c.body, c.operations)
		answer.Refused(t, 404, 3001, "meeting_not_found")
		if i == 0 {
			first = answer
		}
		if d := cmp.Diff([]any{first.Body, first.Header}, []any{answer.Body, answer.Header}); d != "" {
			t.Errorf("%s: %s", c.what, d)
		}
	}
	s.meter.TripWindow = 0
	for range meeting.ClientGuesses {
		s.guest("Eve").at("5559998888").join(fields{"passcode": "wrong"}).Want(t, 404)
	}
	s.Clock.Advance(5 * time.Second)
	s.meter.TripWindow = testkit.TripWindow
	for _, room := range []string{s.room, inRoom, "5559998888", "83123456789", "ada.nobody"} {
		right := fmt.Sprintf(`{"passcode":%q}`, s.passcode)
		ask(s.Guest(), room, room, right, spent).Refused(t, 429, 429, "too_many_guesses")
	}
}

// People whom the owner does not know wait for approval; that they are unknown is read in the owner's contacts.
func TestI13ADistrustedPasscodeLeadsStrangersToTheWaitingRoom(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	path := "/v2/live_meetings/" + s.room
	for i := range meeting.RoomGuesses {
		client := s.Guest().From(fmt.Sprint("203.0.113.", i/meeting.ClientGuesses))
		client.Do("POST", path+"/guests", fields{"passcode": fmt.Sprint("wrong", i)}).Want(t, 404)
	}
	right := fields{"passcode": s.passcode}
	s.As("eve").Claiming("account_id", "other").Do("POST", path+"/participants", right).Want(t, 202)
	s.As("bob").Do("POST", path+"/participants", right).Want(t, 201)
}

func TestAppsSeeTheRoomsOfTheirUser(t *testing.T) {
	s := newScene(t)
	path := "/v2/live_meetings/" + s.room
	s.AsApp("ada", "meeting:read").Do("GET", path, nil).Want(t, 200)
	s.AsApp("ada", "meeting:read").Do("PATCH", path, `{"locked":true}`).Refused(t, 403, 4700, "scope")
	s.AsApp("eve", "meeting:read").Do("GET", path, nil).Refused(t, 404, 3001, "meeting_not_found")
	s.AsApp("ada", "meeting:write").Do("POST", path+"/participants", nil).Refused(t, 403, 4700, "scope")
}
