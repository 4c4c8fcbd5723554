package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

const bellKey = secret.Text("what-doorbells-are-made-of")

func bell(context.Context) (secret.Text, error) { return bellKey, nil }

// notification is what a notification has for the host.
type notification struct{ Admit, Later string }

// rung returns the notification for the host that the person waits.
func (s *scene) rung(host string, p *person) (n notification) {
	s.t.Helper()
	number := meeting.Number(s.room)
	lobby, err := s.Door().Lobby(s.t.Context(), number, meeting.SeatID(p.seat.ID))
	testkit.Must(s.t, err)
	rings := doorbell.Notification{Visitor: doorbell.Visitor{Room: number, Seat: meeting.SeatID(p.seat.ID), At: s.Clock.Now()},
		User: testkit.Caller(host).User, Notice: doorbell.Notice{Address: number, Seat: meeting.SeatID(p.seat.ID), Live: lobby.Room.Live.Open}}
	m, err := rings.Message(bellKey, s.Clock.Now())
	testkit.Must(s.t, err)
	testkit.Must(s.t, json.Unmarshal(m.Content, &n))
	return n
}

// signIn makes the profile of the user, at their first request.
func (s *scene) signIn(user string) {
	s.t.Helper()
	_, err := s.Profiles().View(s.t.Context(), caller(user), "me")
	testkit.Must(s.t, err)
}

// use sends the ticket as the service worker does: without a token.
func (s *scene) use(ticket string) testkit.Answer {
	return s.Guest().Do("POST", "/v2/doorbell", fields{"ticket": ticket})
}

// A ticket admits the one person whom its notification names, once.
func TestATicketAdmitsOnePerson(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), AlternativeHosts: &[]string{"bob@example.com"}})
	s.signIn("bob")
	in(t, s.ada.join())
	sam, sue, al := s.guest("Sam"), s.guest("Sue"), s.guest("Al")
	for _, p := range []*person{sam, sue, al} {
		stands(t, p.join(), "waiting_room")
	}
	ticket := s.rung("ada", sam).Admit
	for range 2 {
		s.use(ticket).Want(t, 200).Is(t, `{"state": "admitted"}`)
	}
	in(t, sam.poll())
	stands(t, sue.poll(), "waiting_room")
	s.use(s.rung("bob", sue).Admit).Want(t, 200) // an alternative host, by the address that they verified
	in(t, sue.poll())
	left := s.rung("ada", al).Admit
	al.leave().Want(t, 204)
	s.use(left).Want(t, 200).Is(t, `{"state": "left"}`)
}

// A ticket has no right but that of its user by now, for its person and its instance, and for its time.
func TestWhatATicketCannotDo(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), AlternativeHosts: &[]string{"bob@example.com"}})
	s.signIn("bob")
	in(t, s.ada.join())
	sam := s.guest("Sam")
	stands(t, sam.join(), "waiting_room")
	ticket, byBob := s.rung("ada", sam).Admit, s.rung("bob", sam)
	s.use(s.rung("eve", sam).Admit).Refused(t, 404, 3001, "meeting_not_found")
	s.use("x."+ticket).Refused(t, 403, 4173, "ticket_invalid")
	s.use(ticket[:len(ticket)-1]).Refused(t, 403, 4173, "ticket_invalid")
	s.use("").Refuses(t, "ticket")
	s.policy(meeting.SettingsEdit{AlternativeHosts: &[]string{}})
	s.use(byBob.Admit).Refused(t, 404, 3001, "meeting_not_found")
	s.use(byBob.Later).Refused(t, 404, 3001, "meeting_not_found")
	s.sayOf("deny", sam).Want(t, 204)
	s.use(ticket).Want(t, 200).Is(t, `{"state": "denied"}`)
	s.Clock.Advance(doorbell.TicketLife)
	s.use(ticket).Refused(t, 403, 4173, "ticket_invalid")
	sue := s.guest("Sue")
	in(t, s.ada.join())
	stands(t, sue.join(), "waiting_room")
	old := s.rung("ada", sue)
	testkit.Must(t, s.Starts().End(t.Context(), testkit.Caller("ada"), s.room))
	s.use(old.Admit).Refused(t, 409, 4105, "room_idle")
	s.use(old.Later).Refused(t, 409, 4114, "ended")
}

// "5 minutes" says to those who wait when the host comes, whether the room is live or not. It says it once.
func TestAHostSaysThatTheyComeInFiveMinutes(t *testing.T) {
	for name, live := range map[string]bool{"idle": false, "live": true} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.SetLease(10 * time.Minute)
			s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)})
			if live {
				in(t, s.ada.join())
			}
			sam := s.guest("Sam")
			sam.join().Want(t, 202)
			n := s.rung("ada", sam)
			testkit.Equal(t, "admits", n.Admit != "", live)
			s.use(n.Later).Want(t, 204)
			s.Clock.Advance(time.Minute)
			s.use(n.Later).Want(t, 204)
			testkit.Equal(t, "comes", sam.poll().Want(t, 202).Text(t, "host_comes_at"), "2026-03-02T09:05:00Z")
			s.Clock.Advance(4 * time.Minute)
			if answer := sam.poll().Want(t, 202); strings.Contains(answer.Body, "host_comes_at") {
				t.Errorf("after that time: %s", answer.Body)
			}
		})
	}
}

func TestWithoutADoorbellNoTicketIsTaken(t *testing.T) {
	s := newScene(t)
	s.Serve(doorbellRoutes(doorbell.NewAnswers(s.Door(), s.Store, s.Env, nil))...)
	s.use("x.y").Refused(t, 409, 4174, "doorbell_off")
}
