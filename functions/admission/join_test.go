package main

import (
	"fmt"
	"testing"
	"time"

	"personal-rooms/shared/meeting"
)

func TestAHostIsSeatedAndGuestsJoin(t *testing.T) {
	s := newScene(t)
	host := in(t, s.ada.join())
	host.Want(t, 201).Is(t, fmt.Sprintf(`{
		"state": "admitted", "seat": {"id": "%s", "secret": "%s", "role": "host", "display_name": "Ada"}, "renew_after": 30,
		"meeting": {"id": %s, "uuid": "%s", "topic": "Ada's Personal Meeting Room", "host_id": "ada", "started_at": "2026-03-02T09:00:00Z"}}`,
		s.ada.seat.ID, s.ada.seat.Secret, s.room, meeting.SeatID(s.ada.seat.ID).Instance()))

	sam := s.guest("Sam")
	same(t, "role of a guest", in(t, sam.join()).Want(t, 201).Text(t, "seat.role"), "participant")
	same(t, "the same sitting", in(t, sam.poll()).Want(t, 200).Text(t, "meeting.uuid"), host.Text(t, "meeting.uuid"))
	same(t, "names", s.names("admitted"), "Ada Sam")
}

func TestPeopleAreShownAsTheyCallThemselves(t *testing.T) {
	s := newScene(t)
	for name, c := range map[string]struct {
		who  *person
		says any
		want string
	}{
		"a name":             {s.user("bob"), "  Bobby <b>&amp; ", "Bobby <b>&amp;"},
		"the token's":        {s.user("bob"), nil, "Bob Acme"},
		"the token's, empty": {s.user("bob"), "   ", "Bob Acme"},
		"a guest's":          {s.guest(""), "", "Guest"},
		"64 characters":      {s.guest(""), "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"},
	} {
		s.ada.join()
		same(t, name, in(t, c.who.join(fields{"display_name": c.says})).Text(t, "seat.display_name"), c.want)
	}
}

func TestI9NothingIsSaidToThoseWhoWait(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	sam := s.guest("Sam")
	want := `{"state": "%s", "seat": {"id": "%s", "secret": "%s"}, "retry_after": 5}`
	for _, state := range []string{"waiting_for_host", "waiting_room"} {
		answer := waits(t, sam.join(), state)
		answer.Is(t, fmt.Sprintf(want, state, sam.seat.ID, sam.seat.Secret))
		same(t, "Retry-After", answer.Header["Retry-After"], "5")
		waits(t, sam.poll(), state).Is(t, fmt.Sprintf(want, state, sam.seat.ID, sam.seat.Secret))
		in(t, s.ada.join())
	}
	s.sayOf("admit", sam).Want(t, 204)
	if in(t, sam.poll()).Text(t, "meeting.topic") == "" {
		t.Error("somebody admitted knows no topic")
	}
}

func TestGuestsWaitForTheHost(t *testing.T) {
	s := newScene(t)
	sam := s.guest("Sam")
	waits(t, sam.join(), "waiting_for_host")
	waits(t, sam.poll(), "waiting_for_host")
	same(t, "the host sees who waits", s.names("waiting"), "Sam")
	s.start("ada", s.room)
	same(t, "seat", in(t, sam.poll()).Want(t, 200).Text(t, "seat.id"), sam.seat.ID)
}

func TestJoinBeforeHost(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{JoinBeforeHost: new(true)})
	in(t, s.guest("Sam").join())
	in(t, s.guest("Sue").join())
	same(t, "the host comes later", in(t, s.ada.join()).Text(t, "seat.role"), "host")
	same(t, "names", s.names("admitted"), "Ada Sam Sue")
}

func TestJoinBeforeHostHasAWindowInThePersonalRoomToo(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{JoinBeforeHost: new(true), JoinBeforeHostWindow: new(10 * time.Minute)})
	review := s.meetingOf("Review") // in an hour
	sam := s.guest("Sam")
	waits(t, sam.join(fields{"omn": review}), "waiting_for_host")
	waits(t, s.guest("Sue").at(review).join(), "waiting_for_host")
	s.Clock.Advance(50*time.Minute - time.Second)
	waits(t, sam.poll(), "waiting_for_host")
	s.Clock.Advance(time.Second)
	in(t, sam.poll())
}

func TestJoinBeforeHostHasTheWindowOfTheNextOccurrence(t *testing.T) {
	s := newScene(t)
	schedule := meeting.Schedule{Turnstile: s.Turnstile}
	day := 24 * time.Hour
	now := s.Clock.Now()
	m, err := schedule.Create(t.Context(), caller("ada"), "me", meeting.Plan{Type: new(meeting.FixedTime), Start: &meeting.ClientTime{Time: now},
		Duration: new(time.Hour), UsePMI: new(false), Recurrence: &meeting.Recurring{Recurrence: meeting.Recurrence{Cycle: meeting.Daily, Interval: 7, Times: 9}},
		Settings: meeting.SettingsEdit{Passcode: new("open123"), JoinBeforeHost: new(true), JoinBeforeHostWindow: new(10 * time.Minute)}})
	s.must(err)
	number, all := string(m.Meeting.ID), m.Occurrences
	knock := func() int {
		return s.Guest().Do("POST", "/v2/live_meetings/"+number+"/guests", `{"passcode":"open123"}`).Status
	}
	moved := meeting.Plan{Start: &meeting.ClientTime{Time: all[2].Start.Add(-day)}}
	_, err = schedule.ChangeOccurrence(t.Context(), caller("ada"), number, all[2].ID, moved)
	s.must(err)
	_, err = schedule.CancelOccurrence(t.Context(), caller("ada"), number, all[3].ID)
	s.must(err)
	for _, c := range []struct {
		name string
		at   time.Time
		want int
	}{
		{"an hour after the first was over", now.Add(2 * time.Hour), 202},
		{"eleven minutes before the second", all[1].Start.Add(-11 * time.Minute), 202},
		{"in the window of one that was moved", all[2].Start.Add(-day - 5*time.Minute), 201},
		{"where that one was", all[2].Start.Add(-5 * time.Minute), 202},
		{"in the window of one that was cancelled", all[3].Start.Add(-5 * time.Minute), 202},
		{"in the window of the next", all[4].Start.Add(-10 * time.Minute), 201},
	} {
		s.Clock.Advance(c.at.Sub(s.Clock.Now()))
		if got := knock(); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
		if c.want == 201 {
			s.end("ada", number)
		}
	}
}

func TestJoinBeforeHostHasAWindow(t *testing.T) {
	s := newScene(t)
	p := s.plan("ada", "Review", false, s.Clock.Now().Add(time.Hour), meeting.SettingsEdit{
		JoinBeforeHost: new(true), JoinBeforeHostWindow: new(10 * time.Minute)})
	s.passcode = p.Room.Settings.Passcode
	sam := s.guest("Sam").at(p.Meeting.ID.String())
	waits(t, sam.join(), "waiting_for_host")
	s.Clock.Advance(50*time.Minute - time.Second)
	waits(t, sam.poll(), "waiting_for_host")
	s.Clock.Advance(time.Second)
	in(t, sam.poll())
}

func TestJoinBeforeHostDoesNotPassTheWaitingRoom(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{JoinBeforeHost: new(true), WaitingRoom: new(meeting.WaitGuests)})
	waits(t, s.guest("Sam").join(), "waiting_for_host")
	in(t, s.user("bob").join())
	waits(t, s.guest("Sue").join(), "waiting_room")
}

func TestAPersonalLinkLeadsToTheRoom(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{Link: new(meeting.Link("Ada.Lovelace"))})
	in(t, s.ada.at("ada.lovelace").join())
	in(t, s.guest("Sam").at("ADA.LOVELACE").join())
	same(t, "role", in(t, s.ada.poll()).Text(t, "seat.role"), "host")
	same(t, "admitted", s.ada.client.Do("GET", "/v2/live_meetings/ada.lovelace", nil).Text(t, "admitted"), "2")
}

func TestANumberMayBeGrouped(t *testing.T) {
	s := newScene(t)
	grouped := meeting.Number(s.room).Grouped()
	in(t, s.ada.at(grouped[:3]+"%20"+grouped[4:7]+"-"+grouped[8:]).join())
}

func TestOnlyTheSignedInOrThoseOfADomain(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	s.policy(meeting.SettingsEdit{SignedInOnly: new(true)})
	s.guest("Sam").join().Refused(t, 403, 4115, "sign_in_required")
	in(t, s.outsider("bob").join())
	s.policy(meeting.SettingsEdit{Domains: new([]string{"example.com"})})
	s.guest("Sam").join().Refused(t, 403, 4115, "sign_in_required")
	s.outsider("eve").join().Refused(t, 403, 4116, "domain_not_allowed")
	unverified := s.user("eve")
	unverified.client = unverified.client.Claiming("email_verified", "false")
	unverified.join().Refused(t, 403, 4116, "domain_not_allowed")
	in(t, s.user("carl").join())
}

func TestI14InvitationsSurviveANumberEdit(t *testing.T) {
	s := newScene(t)
	omn, old := s.meetingOf("Review"), s.room
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434"))})
	s.moveIn()
	in(t, s.ada.join(fields{"omn": omn}))
	sam := s.guest("Sam").at(old)
	same(t, "the old link leads to", in(t, sam.join(fields{"omn": omn})).Text(t, "meeting.id"), omn)
	in(t, sam.at(s.room).poll())
	s.guest("Sue").at(old).join().Refused(t, 404, 3001, "meeting_not_found")
}

func TestI14NobodyPointsAVictimsNumberAtTheirOwnMeeting(t *testing.T) {
	s := newScene(t)
	s.edit("eve", meeting.Edit{FirstName: new("Eve")})
	evil := s.plan("eve", "Phishing", true, s.Clock.Now(), meeting.SettingsEdit{})
	in(t, s.ada.join())
	got := in(t, s.guest("Sam").join(fields{"omn": evil.Meeting.ID}))
	same(t, "host", got.Text(t, "meeting.host_id"), "ada")
	same(t, "topic", got.Text(t, "meeting.topic"), "Ada's Personal Meeting Room")
	// Nor with Ada's number at rest.
	old := s.room
	s.end("ada", s.room)
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434"))})
	s.start("eve", evil.Meeting.ID.String())
	s.guest("Sam").at(old).join(fields{"omn": evil.Meeting.ID, "passcode": evil.Room.Settings.Passcode}).
		Refused(t, 404, 3001, "meeting_not_found")
}

func TestForwardingLeadsFromARestingNumberToTheRoom(t *testing.T) {
	s := newScene(t)
	old := s.room
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434")), Forwarding: new(true)})
	s.moveIn()
	in(t, s.ada.join())
	in(t, s.guest("Sam").at(old).join())
	s.edit("ada", meeting.Edit{Forwarding: new(false)})
	s.guest("Sue").at(old).join().Refused(t, 404, 3001, "meeting_not_found")
}

func TestI18OneSittingOneMeeting(t *testing.T) {
	s := newScene(t)
	a, b := s.meetingOf("Alpha"), s.meetingOf("Beta")
	in(t, s.ada.join(fields{"omn": a}))
	same(t, "topic", in(t, s.guest("Al").join(fields{"omn": a})).Text(t, "meeting.topic"), "Alpha")
	same(t, "the bare number joins what sits", in(t, s.guest("Sam").join()).Text(t, "meeting.id"), a)

	bea := s.guest("Bea")
	waits(t, bea.join(fields{"omn": b}), "waiting_for_host")
	shown := s.row("Bea")
	same(t, "shown with the name of", shown["meeting_topic"], "Beta")
	same(t, "shown with", fmt.Sprint(shown["meeting_id"]), b)
	s.do("PUT", "/participants/status", fields{"action": "admit"}).Want(t, 200)
	waits(t, bea.poll(), "waiting_for_host") // "all" are those who came for Alpha
	if err := s.starts().Start(t.Context(), caller("ada"), b); meeting.ReasonOf(err) != meeting.RoomInUse {
		t.Errorf("starting Beta: %v", err)
	}

	s.end("ada", s.room)
	bea.poll().Refused(t, 409, 4114, "ended")
	waits(t, bea.join(fields{"omn": b}), "waiting_for_host")
	s.start("ada", b)
	same(t, "topic", in(t, bea.poll()).Text(t, "meeting.topic"), "Beta")
}

func TestAMeetingsNumberLeadsToThePersonalRoom(t *testing.T) {
	s := newScene(t)
	a := s.meetingOf("Alpha")
	in(t, s.ada.at(a).join())
	same(t, "meeting", in(t, s.guest("Sam").at(a).join()).Text(t, "meeting.id"), a)
	same(t, "meeting of the room", s.do("GET", "", nil).Text(t, "meeting_id"), a)
}

func TestAlternativeHostsOpenTheRoomForTheirMeeting(t *testing.T) {
	s := newScene(t)
	a := s.meetingOf("Alpha", "bob@example.com")
	bob := s.user("bob")
	same(t, "role", in(t, bob.join(fields{"omn": a, "passcode": ""})).Text(t, "seat.role"), "alternative_host")
	bob.client.Do("PATCH", "/v2/live_meetings/"+s.room, fields{"locked": true}).Want(t, 200)

	imposter := s.user("bob")
	imposter.client = imposter.client.Claiming("account_id", "other")
	imposter.join(fields{"omn": a, "passcode": ""}).Refused(t, 404, 3001, "meeting_not_found")
}

func TestAlternativeHostsAreHostsWhereaGuestOpenedTheRoom(t *testing.T) {
	s := newScene(t)
	a := s.meetingOf("Alpha", "bob@example.com")
	sam := s.guest("Sam")
	waits(t, sam.join(fields{"omn": a}), "waiting_for_host")
	s.policy(meeting.SettingsEdit{JoinBeforeHost: new(true)})
	in(t, sam.poll())
	bob := s.user("bob")
	same(t, "role", in(t, bob.join(fields{"omn": a})).Text(t, "seat.role"), "alternative_host")
	bob.client.Do("PATCH", "/v2/live_meetings/"+a, fields{"locked": true}).Want(t, 200)
}
