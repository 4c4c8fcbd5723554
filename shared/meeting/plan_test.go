package meeting

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func plannedMeeting() Meeting {
	return Meeting{
		ID: forA.ID, Host: ada.User, Type: Scheduled, Topic: "Plans", Start: nine.Add(time.Hour), Duration: time.Hour,
		Timezone: "Europe/Berlin", Invitees: []string{"x@example.com"}, Passthrough: Passthrough{"mute": json.RawMessage("true")}, Version: 3,
	}
}

func TestStartedSeriesMayChangeItsTimeOfDay(t *testing.T) {
	m := mondays()
	later := nine.AddDate(0, 0, 10) // two occurrences are over
	first := m.Start.Add(time.Hour)
	to, err := Plan{Start: &ClientTime{Time: first}}.applyTo(m, later)
	if err != nil || starts(to) != "03-02T10:00 03-09T10:00 03-16T10:00 03-23T10:00 03-30T09:00 04-06T09:00" {
		t.Errorf("%s %v", starts(to), err)
	}
	daily := &Recurring{Recurrence: Recurrence{Cycle: Daily, Interval: 1}}
	if _, err := (Plan{Start: &ClientTime{Time: first.AddDate(0, 0, 1)}, Recurrence: daily}).applyTo(m, later); fieldsOf(err) != "start_time" {
		t.Errorf("another day in the past: %v", err)
	}
	once := plannedMeeting()
	if _, err := (Plan{Start: &ClientTime{Time: once.Start}}).applyTo(once, later); err != nil {
		t.Errorf("the start that it had: %v", err)
	}
}

func TestBadPlanNamesAllBadFields(t *testing.T) {
	for _, c := range []struct {
		name string
		plan Plan
		want string
	}{
		{"nothing", Plan{}, ""},
		{"a start a little late", Plan{Start: &ClientTime{Time: nine.Add(-startTolerance)}}, ""},
		{"a start in the past", Plan{Start: &ClientTime{Time: nine.Add(-startTolerance - 1)}}, "start_time"},
		{"a start far ahead", Plan{Start: &ClientTime{Time: nine.Add(maxAhead)}}, ""},
		{"a start too far ahead", Plan{Start: &ClientTime{Time: nine.Add(maxAhead + 1)}}, "start_time"},
		{"no duration", Plan{Duration: new(time.Duration(0))}, "duration"},
		{"more than a day", Plan{Duration: new(MaxDuration + 1)}, "duration"},
		{"no time zone", Plan{Timezone: new("Mars/Olympus")}, "timezone"},
		{"the server's time zone", Plan{Timezone: new("Local")}, "timezone"},
		{"too many settings", Plan{Passthrough: Passthrough{"x": json.RawMessage(strings.Repeat("1", MaxPassthrough))}}, "settings"},
		{"two bad fields", Plan{Start: &ClientTime{}, Duration: new(time.Duration(0))}, "start_time duration"},
	} {
		if _, err := c.plan.applyTo(plannedMeeting(), nine); fieldsOf(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestStartIsAnInstantOrAWallClockTime(t *testing.T) {
	wall := time.Date(2026, 7, 1, 9, 30, 15, 0, time.UTC)
	start := plannedMeeting().Start
	for _, c := range []struct {
		name string
		plan Plan
		want time.Time
	}{
		{"an instant", Plan{Start: &ClientTime{Time: wall.In(time.FixedZone("", 3600))}}, wall},
		{"in summer", Plan{Start: &ClientTime{Time: wall, Local: true}}, wall.Add(-2 * time.Hour)},
		{"in winter", Plan{Start: &ClientTime{Time: wall.AddDate(0, 6, 0), Local: true}}, wall.AddDate(0, 6, 0).Add(-time.Hour)},
		{"in a zone to the east", Plan{Timezone: new("Asia/Tokyo")}, start.Add(-8 * time.Hour)},
		{"in a zone to the west", Plan{Timezone: new("America/New_York")}, start.Add(6 * time.Hour)},
		{"an instant, in another zone", Plan{Timezone: new("America/New_York"), Start: &ClientTime{Time: start}}, start},
	} {
		m, err := c.plan.applyTo(plannedMeeting(), nine.Add(-24*time.Hour))
		if !m.Start.Equal(c.want) || m.Start.Location() != time.UTC && c.plan.Start != nil {
			t.Errorf("%s: %s, want %s: %v", c.name, m.Start, c.want, err)
		}
	}
}

func TestEachTypeHasItsTimes(t *testing.T) {
	for _, c := range []struct {
		kind               Type
		start, want, until time.Time
	}{
		{Scheduled, nine, nine, nine.Add(time.Hour)},
		{Scheduled, time.Time{}, nine, nine.Add(time.Hour)},
		{NoFixedTime, nine, time.Time{}, time.Time{}},
		{Instant, nine, time.Time{}, nine.Add(InstantLife)},
	} {
		m, bad := Plan{}.timed(Meeting{Type: c.kind, Start: c.start, Duration: time.Hour, CreatedAt: nine}, nine.Add(30*time.Second))
		if len(bad) > 0 || !m.Start.Equal(c.want) || !m.Until().Equal(c.until) {
			t.Errorf("type %d from %v: starts %v, until %v", c.kind, c.start, m.Start, m.Until())
		}
	}
}

func TestI19MeetingDoesNotChangeTheSettingsOfThePersonalRoom(t *testing.T) {
	room := Settings{Passcode: "open123", WaitingRoom: WaitGuests, JoinBeforeHostWindow: time.Minute, Domains: []string{"acme.example"}, Capacity: 2}
	const refused, advised = "refused", "advised"
	for _, c := range []struct {
		name string
		edit SettingsEdit
		want string
	}{
		{"nothing", SettingsEdit{}, ""},
		{"the room's settings", SettingsEdit{Passcode: new("open123"), WaitingRoom: new(WaitGuests), WaitingRoomOn: new(true), JoinBeforeHost: new(false),
			JoinBeforeHostWindow: new(time.Minute), SignedInOnly: new(false), Domains: new([]string{"acme.example"}), Capacity: new(2)}, ""},
		{"another passcode", SettingsEdit{Passcode: new("other")}, refused},
		{"no passcode", SettingsEdit{Passcode: new("")}, refused},
		{"another waiting room", SettingsEdit{WaitingRoom: new(WaitEveryone)}, advised},
		{"no waiting room", SettingsEdit{WaitingRoomOn: new(false)}, advised},
		{"join before host", SettingsEdit{JoinBeforeHost: new(true)}, advised},
		{"another window", SettingsEdit{JoinBeforeHostWindow: new(time.Hour)}, advised},
		{"sign in", SettingsEdit{SignedInOnly: new(true)}, advised},
		{"another domain", SettingsEdit{Domains: new([]string{})}, advised},
		{"another capacity", SettingsEdit{Capacity: new(9)}, advised},
		{"alternative hosts, which each meeting has", SettingsEdit{AlternativeHosts: new([]string{bob.Email})}, ""},
	} {
		notes, err := c.edit.ignoredInPersonalRoom(room)
		if (ReasonOf(err) == Invalid) != (c.want == refused) || (len(notes) > 0) != (c.want == advised) {
			t.Errorf("%s: %v %v", c.name, notes, err)
		}
	}
	alias := Meeting{ID: forA.ID, Host: ada.User, UsePMI: true, Topic: "A"}.room(Settings{Passcode: "other", AlternativeHosts: forA.Hosts}, "i")
	want := Room{Number: forA.ID, Kind: Alias, Owner: ada.User, Topic: "A", Settings: Settings{AlternativeHosts: forA.Hosts}}
	if !reflect.DeepEqual(alias, want) {
		t.Errorf("the alias has settings of its own: %+v", alias)
	}
}

func TestI18MeetingIsLiveOnlyInItsOwnInstance(t *testing.T) {
	a := Meeting{ID: forA.ID, UsePMI: true}
	for _, c := range []struct {
		name string
		m    Meeting
		room Room
		now  time.Time
		want bool
	}{
		{"A, in its instance", a, live(adasRoom(), forA), nine, true},
		{"A, in the instance of B", a, live(adasRoom(), forB), nine, false},
		{"A, in the personal room that was opened for no meeting", a, live(adasRoom(), Target{}), nine, false},
		{"A, before it starts", a, adasRoom(), nine, false},
		{"I17: A, after 30 hours", a, live(adasRoom(), forA), nine.Add(MaxInstanceTime), false},
		{"a meeting in its own room", Meeting{ID: "83000000003"}, live(adasRoom(), Target{}), nine, true},
	} {
		if got := c.m.isLiveIn(c.room, c.now); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
