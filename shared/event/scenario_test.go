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
	s.attack()
	s.instance()
	s.plans()
	s.otherEvents()
	s.departure()
	if s.needless*3 > len(s.ids) {
		t.Errorf("the stream's filter passes %d writes without an event, beside %d events", s.needless, len(s.ids))
	}
	if len(s.seen) != len(event.Names()) || len(s.ended) < 2 {
		t.Errorf("events %v, ended instances %v", slices.Sorted(maps.Keys(s.seen)), s.ended)
	}
}

func (s *scenario) profile() {
	guests := meeting.WaitGuests
	for _, name := range []string{"ada", "grace"} {
		_, err := s.Profiles().View(s.t.Context(), s.people[name], "me")
		testkit.Must(s.t, err)
	}
	s.expect("profiles are created", nil)
	s.expect("another number", s.edit(meeting.Edit{PMI: new(pmi), AlwaysPMI: new(true), Forwarding: new(true)}),
		event.UserUpdated, event.SettingsUpdated, event.NumberChanged)
	s.expect("a link", s.edit(meeting.Edit{Link: new(meeting.Link("ada.lovelace"))}), event.UserUpdated)
	s.expect("another host key", s.edit(meeting.Edit{HostKey: new(hostKey)}))
	s.expect("another name", s.edit(meeting.Edit{FirstName: new("Augusta")}), event.UserUpdated, event.RoomUpdated)
	s.expect("settings", s.edit(meeting.Edit{SchedulePMI: new(true), Passthrough: meeting.Passthrough{
		"in_meeting.chat": json.RawMessage("true"), "schedule_meeting.audio_type": json.RawMessage(hidden),
	}}), event.SettingsUpdated)
	s.expect("the same settings", s.edit(meeting.Edit{SchedulePMI: new(true)}))
	s.expect("a passcode and a waiting room", s.settings(meeting.SettingsEdit{NewPasscode: true, WaitingRoom: &guests}),
		event.RoomUpdated)
	s.expect("the same waiting room", s.settings(meeting.SettingsEdit{WaitingRoom: &guests}))
}

func (s *scenario) instance() {
	everyone, nobody := meeting.WaitEveryone, meeting.WaitNobody
	s.expect("Grace waits for the host", s.join("grace", ""), event.WaitsForHost)
	s.expect("Grace polls", s.poll("grace", time.Minute))
	s.expect("Grace leaves", s.leave("grace"), event.WaitsNoMore)
	s.expect("Grace waits again", s.join("grace", ""), event.WaitsForHost)
	s.expect("Dan, a guest, waits for the host", s.join("dan", ""), event.WaitsForHost)
	s.expect("Ada opens the room", s.join("ada", ""), event.MeetingStarted, event.Joined)
	s.expect("Dan waits for approval", s.poll("dan", time.Second), event.JoinedWaitingRoom)
	s.expect("Grace is admitted by her poll", s.poll("grace", time.Second), event.Joined)

	s.expect("Charles, a guest, waits", s.join("charles", ""), event.JoinedWaitingRoom)
	s.expect("Charles polls", s.poll("charles", 5*time.Second))
	s.expect("Charles is admitted", s.decide((*meeting.Door).Admit, "charles"), event.Admitted, event.Joined)
	testkit.Must(s.t, s.poll("charles", time.Second))
	s.expect("Charles renews his lease", s.poll("charles", 40*time.Second))
	s.expect("Charles is moved to the waiting room", s.decide((*meeting.Door).MoveToWaitingRoom, "charles"),
		event.MovedToWaitingRoom)
	s.expect("Charles leaves", s.leave("charles"), event.LeftWaitingRoom)
	s.expect("Dan is denied", s.decide((*meeting.Door).Deny, "dan"), event.LeftWaitingRoom, event.Denied)

	testkit.Must(s.t, s.poll("ada", 0))
	for _, want := range [][]event.Name{{event.RoleChanged}, nil} {
		s.expect("Grace becomes host", s.decide((*meeting.Door).MakeHost, "grace"), want...)
	}
	for _, want := range [][]event.Name{{event.RoomLocked}, nil} {
		s.expect("the room is locked", s.live(meeting.LiveEdit{Locked: new(true)}), want...)
	}
	s.expect("the host writes to those who wait", s.live(meeting.LiveEdit{Message: new("Five minutes")}))
	s.expect("the room is unlocked", s.live(meeting.LiveEdit{Locked: new(false)}), event.RoomUnlocked)
	s.expect("the waiting room is closed", s.live(meeting.LiveEdit{WaitingRoom: &nobody}), event.RoomUpdated)
	s.expect("Eve joins", s.join("eve", ""), event.Joined)
	for _, want := range [][]event.Name{{event.Left, event.Removed}, nil} {
		s.expect("Eve is removed", s.decide((*meeting.Door).Remove, "eve"), want...)
	}
	s.expect("Frank joins by a guest pass", s.joinByPass("frank"), event.PassUsed, event.Joined)
	s.expect("Frank leaves", s.leave("frank"), event.Left)
	s.expect("the waiting room is for everyone", s.live(meeting.LiveEdit{WaitingRoom: &everyone}), event.RoomUpdated)
	s.expect("Charles joins again", s.join("charles", ""), event.JoinedWaitingRoom)
	s.expect("Charles is admitted again", s.decide((*meeting.Door).Admit, "charles"), event.Admitted, event.Joined)
	testkit.Must(s.t, s.poll("charles", time.Second))
	s.expect("Grace renews her lease", s.poll("grace", time.Minute))
	s.expect("Charles reconnects after his lease", s.poll("charles", time.Minute), event.Left, event.JoinedWaitingRoom)
	s.expect("Charles is removed from the waiting room", s.decide((*meeting.Door).Remove, "charles"),
		event.LeftWaitingRoom, event.Removed)
	s.expect("Grace, a host, is the last to leave; Ada's lease had ended", s.leave("grace"),
		event.Left, event.Left, event.MeetingEnded,
		event.RoomUpdated) // the waiting room is that of the settings again
	s.expect("the meeting is ended again", s.end(pmi))

	s.expect("join before host",
		s.settings(meeting.SettingsEdit{JoinBeforeHost: new(true), WaitingRoom: &nobody, AutoLock: new(longPause)}),
		event.RoomUpdated)
	s.expect("Grace opens the room", s.join("grace", ""), event.MeetingStarted, event.JoinedBeforeHost, event.Joined)
	for range longPause / time.Minute {
		testkit.Must(s.t, s.poll("grace", time.Minute))
	}
	s.expect("the room locked itself, and Ada unlocks it", s.live(meeting.LiveEdit{Locked: new(false)}),
		event.RoomUnlocked)
	s.expect("Grace renews her lease", s.poll("grace", 0))
}

func (s *scenario) attack() {
	s.expect("the last of too many wrong passcodes", s.guess(meeting.RoomGuesses), event.UnderAttack)
	s.expect("one more", s.guess(1))
	s.expect("a new passcode", s.settings(meeting.SettingsEdit{NewPasscode: true}), event.RoomUpdated)
	s.expect("they go on", s.guess(meeting.RoomGuesses), event.UnderAttack)
	s.expect("a passcode that is trusted", s.settings(meeting.SettingsEdit{NewPasscode: true}), event.RoomUpdated)
}

func (s *scenario) plans() {
	at := &meeting.ClientTime{Time: time.Date(2035, 3, 12, 10, 0, 0, 0, time.UTC)}
	grace := []string{"grace@example.com"}
	tea := s.plan(meeting.Plan{Topic: new("Tea & <cake>"), Start: at, UsePMI: new(true),
		Invitees: &[]string{"grace@example.com", "x@example.org"}, Passthrough: meeting.Passthrough{
			"host_video": json.RawMessage("true"), "audio": json.RawMessage(hidden)}})
	s.expect("a meeting is planned", nil, event.MeetingCreated, event.InvitationDue)
	s.expect("it starts in the live room", s.Starts().Start(s.t.Context(), s.people["ada"], string(tea)), event.MeetingStarted)
	s.expect("it ends, with Grace in it", s.end(tea), event.Left, event.MeetingEnded)
	s.expect("another topic", s.change(tea, meeting.Plan{Topic: new("High tea")}),
		event.MeetingUpdated, event.InvitationDue)
	s.expect("a hidden setting", s.change(tea, meeting.Plan{Passthrough: meeting.Passthrough{"audio": json.RawMessage(`"both"`)}}))
	s.expect("an invitee less", s.change(tea, meeting.Plan{Invitees: &grace}),
		event.MeetingUpdated, event.InvitationDue)
	s.expect("no fixed time", s.change(tea, meeting.Plan{Type: new(meeting.NoFixedTime)}),
		event.MeetingUpdated, event.InvitationDue)
	s.expect("the meeting is cancelled", s.cancel(tea), event.MeetingDeleted)

	weekly := &meeting.Recurring{Recurrence: meeting.Recurrence{
		Cycle: meeting.Weekly, Interval: 1, Days: []time.Weekday{time.Monday}, Times: 3}}
	series := s.plan(meeting.Plan{Type: new(meeting.FixedTime), Start: at, Recurrence: weekly, UsePMI: new(false),
		Timezone: new("Europe/Berlin"), Invitees: &grace})
	s.expect("a series is planned", nil, event.MeetingCreated, event.InvitationDue)
	m, err := s.table.Meeting(s.t.Context(), s.people["ada"].User, series)
	testkit.Must(s.t, err)
	next := m.Occurrences(s.Clock.Now(), 1)[0]
	_, err = s.Schedule().CancelOccurrence(s.t.Context(), s.people["ada"], string(series), next.ID)
	s.expect("one occurrence is cancelled", err, event.MeetingUpdated, event.InvitationDue)
	s.expect("its room gets a waiting room",
		s.change(series, meeting.Plan{Settings: meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)}}),
		event.RoomUpdated)
	s.expect("the series is cancelled", s.cancel(series), event.MeetingDeleted, event.InvitationDue)
}

func (s *scenario) otherEvents() {
	s.expect("not always the PMI", s.edit(meeting.Edit{AlwaysPMI: new(false)}),
		event.UserUpdated, event.SettingsUpdated)
	instant, err := s.Starts().Instant(s.t.Context(), s.people["ada"], "me", meeting.InstantStart{UsePMI: new(false), Topic: "Now"})
	s.expect("an instant meeting", err, event.MeetingCreated, event.MeetingStarted, event.Joined)
	s.expect("it ends, and its room is released", s.end(instant.Meeting.ID), event.Left, event.MeetingEnded)
	testkit.Must(s.t, s.settings(meeting.SettingsEdit{JoinBeforeHost: new(false)}))
	later := s.plan(meeting.Plan{Topic: new("Tea"), UsePMI: new(true)})
	s.expect("Grace waits for another meeting", s.join("grace", later),
		event.RoomUpdated, event.MeetingCreated, event.WaitsForHost)
	for reason, want := range map[meeting.Reason]event.Name{"": event.CommandSucceeded, meeting.RoomIdle: event.CommandFailed} {
		begun := account.Outcome{Account: testkit.Account, Source: "com.example.calendar", ID: "id" + string(reason),
			Command: "room.lock", User: "ada"}
		o, err := s.table.PutOutcome(s.t.Context(), begun)
		testkit.Must(s.t, err)
		s.expect("a command has begun", nil)
		o.DoneAt, o.Reason, o.Number = s.Clock.Now(), reason, pmi
		if reason != "" {
			o.Message = "Nobody is in this room: start it first."
		}
		_, err = s.table.PutOutcome(s.t.Context(), o)
		testkit.Must(s.t, err)
		s.expect("a command is done", nil, want)
	}
	_, err = s.table.PutEndpoint(s.t.Context(), account.Endpoint{Account: testkit.Account, ID: "1", URL: "https://example.com"})
	s.expect("a webhook is stored", err)
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
	testkit.Must(s.t, err)
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
	testkit.Must(t, err)
	return body
}

// departure deletes users: a meeting that becomes another user's is not cancelled.
func (s *scenario) departure() {
	root := meeting.Caller{User: meeting.User{Account: testkit.Account, ID: "root"}, Scopes: []string{meeting.AdminWritesUsers}}
	at := &meeting.ClientTime{Time: s.Clock.Now().Add(time.Hour)}
	s.plan(meeting.Plan{Topic: new("Tea"), UsePMI: new(false), Start: at, Invitees: &[]string{"grace@example.com"}})
	s.expect("a meeting is planned", nil, event.MeetingCreated, event.InvitationDue)
	for _, c := range []struct {
		who, heir string
		want      []event.Name
	}{
		{"ada", "grace", []event.Name{event.MeetingCreated, event.InvitationDue, event.MeetingCreated, event.MeetingDeleted}},
		{"grace", "", []event.Name{event.MeetingDeleted, event.InvitationDue, event.MeetingDeleted}},
	} {
		for _, status := range []meeting.Status{meeting.Inactive, meeting.Active, meeting.Inactive} {
			_, err := s.Profiles().SetStatus(s.t.Context(), root, c.who, status)
			s.expect("the status of "+c.who+" changes", err)
		}
		_, err := s.Profiles().Delete(s.t.Context(), root, c.who, c.heir)
		s.expect(c.who+" is deleted", err, c.want...)
	}
}
