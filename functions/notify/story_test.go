package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// All that can happen, once; each event as asyncapi.yaml says.
func TestEverythingThatHappensIsTold(t *testing.T) {
	s := newScene(t)
	s.aProfile()
	s.meetings()
	s.beforeTheHost()
	s.aSitting()
	s.commands()
	s.tells()

	seen := map[string]bool{}
	schemas := newSchemas(t)
	for _, e := range s.told() {
		seen[e.Event] = true
		schemas.hold(t, e)
		same(t, e.Event+"'s account", e.Payload.Account, testkit.Account)
	}
	for _, name := range event.Names() {
		if !seen[string(name)] {
			t.Errorf("%s was not told", name)
		}
	}
	s.noSecrets()
}

// noSecrets holds that no event lets anybody in who is not invited.
func (s *scene) noSecrets() {
	s.t.Helper()
	profile, err := s.profiles().View(s.t.Context(), caller("ada"), "me")
	s.must(err)
	for _, e := range s.told() {
		text := string(e.raw)
		if strings.Contains(text, profile.HostKey) && profile.HostKey != "" {
			s.t.Errorf("a host key: %s", text)
		}
		if passcode := s.room().Settings.Passcode; strings.Contains(text, passcode) && e.Event != string(event.InvitationDue) {
			s.t.Errorf("a passcode: %s", text)
		}
	}
}

func (s *scene) aProfile() {
	s.room() // the first sight of her
	s.tells()
	same(s.t, "at first sight", s.names(""), "")
	s.edit(meeting.Edit{FirstName: new("Augusta"), Dept: new("Engines & <more>")})
	s.edit(meeting.Edit{Passthrough: meeting.Passthrough{"in_meeting.chat": []byte("true"), "in_meeting.secret": []byte(`"hidden"`)}})
	s.edit(meeting.Edit{PMI: new(meeting.Number("5551234321"))})
	s.edit(meeting.Edit{Room: &meeting.SettingsEdit{Passcode: new("Pass-9zX")}})
	s.tells()
	same(s.t, "of her", s.names("user/acme/ada"), "user.updated user.settings_updated user.updated room.number_changed")
	same(s.t, "of the room", s.names("room/5551234321"), "room.updated")
	same(s.t, "changed", fmt.Sprint(s.last("room.updated").Payload.Object["changed"]), "[passcode]")
	same(s.t, "to", s.last("room.number_changed").Payload.Object["number"], any("5551234321"))
}

func (s *scene) meetings() {
	ctx := s.t.Context()
	start := s.clock.Now().Add(24 * time.Hour)
	p, err := s.schedule().Create(ctx, caller("ada"), "me", meeting.Plan{
		Topic: new("Tea & <cake>"), Start: &meeting.ClientTime{Time: start}, UsePMI: new(true), Invitees: &[]string{"grace@example.com", "charles@example.com"}})
	s.must(err)
	id := string(p.Meeting.ID)
	s.tells()
	same(s.t, "planned", s.names("meeting/"+id), "meeting.created room.invitation_due room.invitation_due")
	created := s.last("meeting.created")
	same(s.t, "id", created.Payload.Object["id"], any(number(p.Meeting.ID)))
	if raw := string(created.raw); !strings.Contains(raw, "Tea & <cake>") {
		s.t.Errorf("escaped: %s", raw)
	}
	due := s.last("room.invitation_due").Payload.Object
	for _, part := range []string{"METHOD:REQUEST", "charles@example.com", "5551234321", "omn=" + id} {
		if !strings.Contains(unfolded(due["ics"]), part) {
			s.t.Errorf("the entry lacks %s: %s", part, due["ics"])
		}
	}

	_, err = s.schedule().Change(ctx, caller("ada"), id, meeting.Plan{Agenda: new("Cake only"), Invitees: &[]string{"grace@example.com"}})
	s.must(err)
	_, err = s.schedule().Cancel(ctx, caller("ada"), id)
	s.must(err)
	s.tells()
	same(s.t, "changed and cancelled", s.names("meeting/"+id), "meeting.created room.invitation_due room.invitation_due "+
		"meeting.updated room.invitation_due room.invitation_due meeting.deleted room.invitation_due")
	same(s.t, "at last", s.last("room.invitation_due").Payload.Object["method"], any(event.Cancel))
	same(s.t, "before", s.last("meeting.updated").Payload.Old["agenda"], any(""))
}

func (s *scene) beforeTheHost() {
	early := guest("192.0.2.1")
	a := s.comes(early, "Early")
	s.leaves(early, a)
	s.edit(meeting.Edit{Room: &meeting.SettingsEdit{JoinBeforeHost: new(true)}})
	first := s.comes(early, "First")
	s.ends()
	s.tells()
	same(s.t, "waits for the host", s.names("seat/"+string(a.Seat.ID)), "meeting.participant_jbh_waiting meeting.participant_jbh_waiting_left")
	same(s.t, "comes before the host", s.names("seat/"+string(first.Seat.ID)), "meeting.participant_jbh_joined meeting.participant_joined")
}

func (s *scene) aSitting() {
	s.edit(meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitGuests)}})
	ada := s.comes(caller("ada"), "Ada")
	bea := s.comes(caller("bea"), "Bea")
	s.decides(s.door().MakeHost, bea)
	sam, tim, una, vic := guest("192.0.2.2"), guest("192.0.2.3"), guest("192.0.2.4"), guest("192.0.2.5")
	one, two, three, four := s.comes(sam, "Sam"), s.comes(tim, "Tim"), s.comes(una, "Una"), s.comes(vic, "Vic")
	s.decides(s.door().Admit, one)
	s.decides(s.door().MoveToWaitingRoom, one)
	s.leaves(tim, two)
	s.decides(s.door().Deny, three)
	s.decides(s.door().Admit, four)
	s.decides(s.door().Remove, four)
	s.locks(true)
	s.locks(false)
	s.leaves(caller("bea"), bea)
	s.ends()
	s.tells()
	for seat, want := range map[meeting.SeatID]string{
		ada.Seat.ID: "meeting.participant_joined",
		bea.Seat.ID: "meeting.participant_joined meeting.participant_role_changed meeting.participant_left",
		one.Seat.ID: "meeting.participant_joined_waiting_room meeting.participant_admitted meeting.participant_joined " +
			"meeting.participant_put_in_waiting_room",
		two.Seat.ID:   "meeting.participant_joined_waiting_room meeting.participant_left_waiting_room",
		three.Seat.ID: "meeting.participant_joined_waiting_room meeting.participant_left_waiting_room room.participant_denied",
		four.Seat.ID: "meeting.participant_joined_waiting_room meeting.participant_admitted meeting.participant_joined " +
			"meeting.participant_left room.participant_removed",
	} {
		same(s.t, string(seat), s.names("seat/"+string(seat)), want)
	}
	all := s.names("room/5551234321")
	if want := "meeting.started room.locked room.unlocked meeting.ended"; !strings.HasSuffix(all, want) {
		s.t.Errorf("of the room: %s, want %s at last", all, want)
	}
	var orders []string
	for _, o := range bodies[media.Order](s, "MediaOrdersQueue") {
		orders = append(orders, o.Participant)
	}
	same(s.t, "orders to the media server", strings.Join(orders, " "), " "+string(one.Seat.ID)+" "+string(four.Seat.ID)+" ")
}

func (s *scene) commands() {
	ctx := s.t.Context()
	for _, reason := range []meeting.Reason{"", meeting.RoomIdle} {
		o, err := s.table.PutOutcome(ctx, account.Outcome{Account: testkit.Account, ID: "command" + string(reason), Command: "room.lock", User: "ada"})
		s.must(err)
		o.DoneAt, o.Reason, o.Message, o.Number = s.clock.Now(), reason, "It is idle.", "5551234321"
		_, err = s.table.PutOutcome(ctx, o)
		s.must(err)
	}
	s.tells()
	same(s.t, "done", s.names("command/acme/command"), "automation.succeeded")
	same(s.t, "failed", s.last("automation.failed").Payload.Object["reason"], any(string(meeting.RoomIdle)))
}
