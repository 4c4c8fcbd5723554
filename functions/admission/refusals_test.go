package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestRefusalsHaveTheirStatusAndCode(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{HostKey: new("246810"), Room: &meeting.SettingsEdit{Capacity: new(2)}})
	s.do("PATCH", "", fields{"locked": true}).Refused(t, 409, 4105, "room_idle")
	in(t, s.ada.join())
	sam, bob := s.guest("Sam"), s.user("bob")
	bob.client = bob.client.With("Idempotency-Key", "k1")
	in(t, bob.join())
	bob.join(fields{"display_name": "Another"}).Refused(t, 422, 4108, "idempotency_key")
	in(t, sam.join())
	hostKey := func(p *person, key string) testkit.Answer {
		return p.post(fields{"seat": fields{"id": p.seat.ID, "secret": p.seat.Secret}, "host_key": key})
	}
	hostKey(bob, "246811").Refused(t, 403, 4121, "wrong_host_key")
	hostKey(sam, "246810").Refused(t, 403, 4115, "sign_in_required")
	same(t, "role", in(t, hostKey(bob, "246810")).Text(t, "seat.role"), "alternative_host")
	s.guest("Sue").join().Refused(t, 403, 4111, "full")
	s.do("PATCH", "", fields{"locked": true}).Want(t, 200)
	s.guest("Sue").join().Refused(t, 403, 4110, "locked")
	s.sayOf("remove", s.ada).Refused(t, 409, 4107, "is_owner")
	s.sayOf("make_host", sam).Refuses(t, "participant_ids")
	s.sayOf("remove", bob).Want(t, 204)
	bob.poll().Refused(t, 403, 4113, "removed")
	s.sayOf("wait", sam).Want(t, 204)
	s.sayOf("deny", sam).Want(t, 204)
	sam.poll().Refused(t, 403, 4112, "denied")
	s.must(s.Starts().End(t.Context(), caller("ada"), s.room))
	sam.poll().Refused(t, 409, 4114, "ended")
	for range meeting.MaxClientWaits {
		stands(t, s.guest("Sue").join(), "waiting_for_host")
	}
	late := s.guest("Sue").join()
	late.Refused(t, 429, 4120, "too_many_knocks")
	same(t, "Retry-After", late.Header["Retry-After"], "601")
}

func TestOnlyHostsAndAdministratorsDecide(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	for _, c := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"GET", "", nil, 200}, {"GET", "/participants", nil, 200}, {"PATCH", "", fields{"locked": true}, 200},
		{"PUT", "/participants/status", fields{"action": "admit"}, 200},
		{"PUT", "/participants/" + bob.seat.ID + "/status", fields{"action": "remove"}, 204},
	} {
		method, path, body := c.method, "/v2/live_meetings/"+s.room+c.path, c.body
		s.Guest().Do(method, path, body).Refused(t, 401, 124, "token")
		bob.client.Do(method, path, body).Refused(t, 404, 3001, "meeting_not_found")
		s.AsAdmin("root").Claiming("account_id", "other").Do(method, path, body).Refused(t, 404, 3001, "meeting_not_found")
		if reader := s.As("ada").Claiming("scope", "meeting:read"); method != "GET" {
			reader.Do(method, path, body).Refused(t, 403, 4700, "scope")
		}
		s.AsAdmin("root").Do(method, path, body).Want(t, c.status)
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
	s.must(err)
	ended := instant.Room.Number.String()
	s.must(s.Starts().End(t.Context(), caller("ada"), ended))
	s.edit("bob", meeting.Edit{PMI: new(meeting.Number("7772123434"))})
	s.edit("bob", meeting.Edit{PMI: new(meeting.Number("7772123435")), Forwarding: new(true)})

	const wrong, noSeat = `{"passcode":"wrong"}`, `{"seat":{"id":"x.y","secret":"z"}}`
	const join = "GetItem GetItem GetItem GetItem UpdateItem UpdateItem in 4"
	const poll = "GetItem GetItem GetItem GetItem UpdateItem in 4"
	const spent = "GetItem GetItem GetItem GetItem in 3"
	cases := []struct{ what, room, body, reads string }{
		{"unknown number", "5559998888", wrong, join}, {"unknown meeting id", "83123456789", wrong, join},
		{"retired number", old, wrong, join}, {"retired number that forwards", "7772123434", wrong, join},
		{"id of an ended instant meeting", ended, wrong, join}, {"wrong passcode", s.room, wrong, join},
		{"no passcode", s.room, ``, join}, {"empty passcode", s.room, `{"passcode":""}`, join},
		{"long passcode", s.room, `{"passcode":"` + strings.Repeat("x", 60000) + `"}`, join},
		{"impossible passcode", s.room, `{"passcode":"ä\u0000\n"}`, join},
		{"passcode as a number", s.room, `{"passcode":12345678}`, join},
		{"meeting in the room", inRoom, wrong, join}, {"personal link", "ada.lovelace", wrong, join},
		{"unknown link", "ada.nobody", wrong, join}, {"unknown seat", s.room, noSeat, poll},
		{"unknown seat and room", "5559998888", noSeat, poll}, {"unknown seat of a meeting", inRoom, noSeat, poll},
	}
	s.meter.TripWindow = testkit.TripWindow
	ask := func(client *testkit.Client, what, room, body, reads string) testkit.Answer {
		t.Helper()
		s.meter.Reset()
		answer := client.Do("POST", "/v2/live_meetings/"+room+"/guests", body)
		same(t, what, fmt.Sprint(s.operations(), " in ", s.meter.Trips()), reads)
		return answer
	}
	var first testkit.Answer
	for i, c := range cases {
		answer := ask(s.Guest().From(fmt.Sprint("203.0.113.", i)), c.what, c.room, c.body, c.reads)
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
	s.meter.TripWindow = testkit.TripWindow
	for _, room := range []string{s.room, inRoom, "5559998888", "83123456789", "ada.nobody"} {
		right := fmt.Sprintf(`{"passcode":%q}`, s.passcode)
		ask(s.Guest(), room, room, right, spent).Refused(t, 429, 429, "too_many_guesses")
	}
}
