package event_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// The scenario publishes every event of the code, and nothing else.
func TestEventsOfTheScenario(t *testing.T) {
	s := newScenario(t)
	s.profile()
	s.instance()
	s.plans()
	s.otherEvents()
	if s.needless*3 > len(s.ids) {
		t.Errorf("the stream's filter passes %d writes without an event, beside %d events", s.needless, len(s.ids))
	}
	if len(s.seen) != len(event.Names()) || len(s.ended) < 2 {
		t.Errorf("events %v, ended instances %v", slices.Sorted(maps.Keys(s.seen)), s.ended)
	}
}

func (s *scenario) profile() {
	guests := meeting.WaitGuests
	for _, c := range []meeting.Caller{s.ada, s.grace} {
		_, err := s.profiles().View(s.t.Context(), c, "me")
		s.must(err)
	}
	s.expect("profiles are created")
	s.edit(meeting.Edit{PMI: new(pmi), AlwaysPMI: new(true), Forwarding: new(true)})
	s.expect("another number", event.UserUpdated, event.SettingsUpdated, event.NumberChanged)
	s.edit(meeting.Edit{Link: new(meeting.Link("ada.lovelace"))})
	s.expect("a link", event.UserUpdated)
	s.edit(meeting.Edit{HostKey: new(hostKey)})
	s.expect("another host key")
	s.edit(meeting.Edit{FirstName: new("Augusta")})
	s.expect("another name", event.UserUpdated, event.RoomUpdated)
	s.edit(meeting.Edit{SchedulePMI: new(true), Passthrough: meeting.Passthrough{
		"in_meeting.chat": json.RawMessage("true"), "schedule_meeting.audio_type": json.RawMessage(hidden)}})
	s.expect("settings", event.SettingsUpdated)
	s.edit(meeting.Edit{SchedulePMI: new(true)})
	s.expect("the same settings")
	s.settings(meeting.SettingsEdit{NewPasscode: true, WaitingRoom: &guests})
	s.expect("a passcode and a waiting room", event.RoomUpdated)
	s.settings(meeting.SettingsEdit{WaitingRoom: &guests})
	s.expect("the same waiting room")
}

func (s *scenario) instance() {
	everyone, nobody := meeting.WaitEveryone, meeting.WaitNobody
	s.join("grace", s.grace, "")
	s.expect("Grace waits for the host", event.WaitsForHost)
	s.poll("grace", s.grace, time.Minute)
	s.expect("Grace polls")
	s.leave("grace", s.grace)
	s.expect("Grace leaves", event.WaitsNoMore)
	s.join("grace", s.grace, "")
	s.expect("Grace waits again", event.WaitsForHost)
	s.join("ada", s.ada, "")
	s.expect("Ada opens the room", event.MeetingStarted, event.Joined)
	s.poll("grace", s.grace, time.Second)
	s.expect("Grace is admitted by her poll", event.Joined)

	s.join("charles", s.charles, "")
	s.expect("Charles, a guest, waits", event.JoinedWaitingRoom)
	s.poll("charles", s.charles, 5*time.Second)
	s.expect("Charles polls")
	s.decide((*meeting.Door).Admit, "charles")
	s.expect("Charles is admitted", event.Admitted, event.Joined)
	s.poll("charles", s.charles, time.Second)
	s.poll("charles", s.charles, 40*time.Second)
	s.expect("Charles renews his lease")
	s.decide((*meeting.Door).MoveToWaitingRoom, "charles")
	s.expect("Charles is moved to the waiting room", event.MovedToWaitingRoom)
	s.leave("charles", s.charles)
	s.expect("Charles leaves", event.LeftWaitingRoom)
	s.join("dan", s.dan, "")
	s.expect("Dan waits", event.JoinedWaitingRoom)
	s.decide((*meeting.Door).Deny, "dan")
	s.expect("Dan is denied", event.LeftWaitingRoom, event.Denied)

	s.poll("ada", s.ada, 0)
	for _, want := range [][]event.Name{{event.RoleChanged}, nil} {
		s.decide((*meeting.Door).MakeHost, "grace")
		s.expect("Grace becomes host", want...)
	}
	for _, want := range [][]event.Name{{event.RoomLocked}, nil} {
		s.live(meeting.LiveEdit{Locked: new(true)})
		s.expect("the room is locked", want...)
	}
	s.live(meeting.LiveEdit{Locked: new(false)})
	s.expect("the room is unlocked", event.RoomUnlocked)
	s.live(meeting.LiveEdit{WaitingRoom: &nobody})
	s.expect("the waiting room is closed", event.RoomUpdated)
	s.join("eve", s.eve, "")
	s.expect("Eve joins", event.Joined)
	for _, want := range [][]event.Name{{event.Left, event.Removed}, nil} {
		s.decide((*meeting.Door).Remove, "eve")
		s.expect("Eve is removed", want...)
	}
	s.live(meeting.LiveEdit{WaitingRoom: &everyone})
	s.expect("the waiting room is for everyone", event.RoomUpdated)
	s.join("charles", s.charles, "")
	s.expect("Charles joins again", event.JoinedWaitingRoom)
	s.decide((*meeting.Door).Admit, "charles")
	s.expect("Charles is admitted again", event.Admitted, event.Joined)
	s.poll("charles", s.charles, time.Second)
	s.poll("charles", s.charles, longPause)
	s.expect("Charles reconnects after his lease", event.Left, event.JoinedWaitingRoom)
	s.decide((*meeting.Door).Remove, "charles")
	s.expect("Charles is removed from the waiting room", event.LeftWaitingRoom, event.Removed)
	s.leave("grace", s.grace)
	s.expect("Grace, a host, is the last to leave", event.Left, event.MeetingEnded)
	s.end(pmi)
	s.expect("the meeting is ended again")

	s.settings(meeting.SettingsEdit{JoinBeforeHost: new(true), WaitingRoom: &nobody, AutoLock: new(longPause)})
	s.expect("join before host", event.RoomUpdated)
	s.join("grace", s.grace, "")
	s.expect("Grace opens the room", event.MeetingStarted, event.JoinedBeforeHost, event.Joined)
	s.clock.Advance(longPause)
	s.live(meeting.LiveEdit{Locked: new(false)})
	s.expect("the room locked itself, and Ada unlocks it", event.RoomUnlocked)
	s.poll("grace", s.grace, 0)
	s.expect("Grace renews her lease")
}

func (s *scenario) plans() {
	at := &meeting.ClientTime{Time: time.Date(2035, 3, 12, 10, 0, 0, 0, time.UTC)}
	grace := []string{"grace@example.com"}
	tea := s.plan(meeting.Plan{Topic: new("Tea & <cake>"), Start: at, UsePMI: new(true), Invitees: &[]string{"grace@example.com", "x@example.org"},
		Passthrough: meeting.Passthrough{"host_video": json.RawMessage("true"), "audio": json.RawMessage(hidden)}})
	s.expect("a meeting is planned", event.MeetingCreated, event.InvitationDue, event.InvitationDue)
	s.must(s.starts().Start(s.t.Context(), s.ada, string(tea)))
	s.expect("it starts in the live room", event.MeetingStarted)
	s.end(tea)
	s.expect("it ends", event.MeetingEnded)
	for _, c := range []struct {
		what string
		edit meeting.Plan
		want []event.Name
	}{
		{"another topic", meeting.Plan{Topic: new("High tea")}, []event.Name{event.MeetingUpdated, event.InvitationDue, event.InvitationDue}},
		{"a hidden setting", meeting.Plan{Passthrough: meeting.Passthrough{"audio": json.RawMessage(`"both"`)}}, nil},
		{"an invitee less", meeting.Plan{Invitees: &grace}, []event.Name{event.MeetingUpdated, event.InvitationDue, event.InvitationDue}},
		{"no fixed time", meeting.Plan{Type: new(meeting.NoFixedTime)}, []event.Name{event.MeetingUpdated, event.InvitationDue}},
	} {
		s.change(tea, c.edit)
		s.expect(c.what, c.want...)
	}
	s.cancel(tea)
	s.expect("the meeting is cancelled", event.MeetingDeleted)

	weekly := &meeting.Recurring{Recurrence: meeting.Recurrence{Cycle: meeting.Weekly, Interval: 1, Days: []time.Weekday{time.Monday}, Times: 3}}
	series := s.plan(meeting.Plan{Type: new(meeting.FixedTime), Start: at, Recurrence: weekly, UsePMI: new(false),
		Timezone: new("Europe/Berlin"), Invitees: &grace})
	s.expect("a series is planned", event.MeetingCreated, event.InvitationDue)
	m, err := s.table.Meeting(s.t.Context(), s.ada.User, series)
	s.must(err)
	_, err = s.schedule().CancelOccurrence(s.t.Context(), s.ada, string(series), m.Occurrences(s.clock.Now(), 1)[0].ID)
	s.must(err)
	s.expect("one occurrence is cancelled", event.MeetingUpdated, event.InvitationDue)
	s.change(series, meeting.Plan{Settings: meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)}})
	s.expect("its room gets a waiting room", event.RoomUpdated)
	s.cancel(series)
	s.expect("the series is cancelled", event.MeetingDeleted, event.InvitationDue)
}

func (s *scenario) otherEvents() {
	s.edit(meeting.Edit{AlwaysPMI: new(false)})
	s.expect("not always the PMI", event.UserUpdated, event.SettingsUpdated)
	instant, err := s.starts().Instant(s.t.Context(), s.ada, "me", meeting.InstantStart{UsePMI: new(false), Topic: "Now"})
	s.must(err)
	s.expect("an instant meeting", event.MeetingCreated, event.MeetingStarted, event.Joined)
	s.end(instant.Meeting.ID)
	s.expect("it ends, and its room is retired", event.MeetingEnded)
	s.settings(meeting.SettingsEdit{JoinBeforeHost: new(false)})
	later := s.plan(meeting.Plan{Topic: new("Tea"), UsePMI: new(true)})
	s.join("grace", s.grace, later)
	s.expect("Grace waits for another meeting", event.RoomUpdated, event.MeetingCreated, event.WaitsForHost)
	for reason, want := range map[meeting.Reason]event.Name{"": event.CommandSucceeded, meeting.RoomIdle: event.CommandFailed} {
		begun := account.Outcome{Account: testkit.Account, ID: "id" + string(reason), Command: "room.lock", User: "ada"}
		o, err := s.table.PutOutcome(s.t.Context(), begun)
		s.must(err)
		s.expect("a command has begun")
		o.DoneAt, o.Reason, o.Number = s.clock.Now(), reason, pmi
		if reason != "" {
			o.Message = "Nobody is in this room: start it first."
		}
		_, err = s.table.PutOutcome(s.t.Context(), o)
		s.must(err)
		s.expect("a command is done", want)
	}
	_, err = s.table.PutEndpoint(s.t.Context(), account.Endpoint{Account: testkit.Account, ID: "1", URL: "https://example.com"})
	s.must(err)
	s.expect("a webhook is stored")
}

// checkBody requires that the event's body follows the document, has no secret, and is the same each time.
func (s *scenario) checkBody(e, again event.Event) {
	s.t.Helper()
	body := bodyOf(s.t, e)
	s.document.check(s.t, string(e.Name), body)
	if !bytes.Equal(body, bodyOf(s.t, again)) {
		s.t.Errorf("two bodies of %s", e.Name)
	}
	r, err := s.table.Room(s.t.Context(), pmi)
	s.must(err)
	for _, secret := range append(s.secrets, hostKey, r.Settings.Passcode, strings.Trim(hidden, `"`)) {
		if secret != "" && bytes.Contains(body, []byte(secret)) {
			s.t.Errorf("%q is in %s", secret, body)
		}
	}
}

func bodyOf(t *testing.T, e event.Event) []byte {
	t.Helper()
	if invitation, is := e.Object.(event.Invitation); is {
		invitation.ICS = "BEGIN:VCALENDAR"
		e.Object = invitation
	}
	body, err := e.Body()
	must(t, err)
	return body
}
