package meeting

import (
	"encoding/json"
	"errors"
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

func TestAPlanChangesWhatItNames(t *testing.T) {
	was := plannedMeeting()
	if got, err := (Plan{}).applyTo(was, nine); err != nil || !reflect.DeepEqual(got, was) {
		t.Errorf("an empty plan made %+v %v", got, err)
	}
	got, err := Plan{
		Topic: new("Other"), Duration: new(2 * time.Hour), Invitees: new([]string{}),
		Passthrough: Passthrough{"mute": json.RawMessage("false"), "focus": json.RawMessage("1")},
	}.applyTo(was, nine)
	if err != nil || got.Topic != "Other" || got.Duration != 2*time.Hour || len(got.Invitees) != 0 || string(got.Passthrough["mute"]) != "false" ||
		len(got.Passthrough) != 2 || !got.Start.Equal(was.Start) || got.Version != 3 {
		t.Errorf("%+v %v", got, err)
	}
	if string(was.Passthrough["mute"]) != "true" {
		t.Error("the meeting that was read was changed")
	}
}

func TestAPlanSaysAllThatIsWrongWithIt(t *testing.T) {
	for _, c := range []struct {
		name string
		plan Plan
		want string
	}{
		{"a little late", Plan{Start: &ClientTime{Time: nine.Add(-startTolerance)}}, ""},
		{"in the past", Plan{Start: &ClientTime{Time: nine.Add(-startTolerance - 1)}}, "start_time"},
		{"far ahead", Plan{Start: &ClientTime{Time: nine.Add(maxAhead)}}, ""},
		{"too far ahead", Plan{Start: &ClientTime{Time: nine.Add(maxAhead + 1)}}, "start_time"},
		{"absurd", Plan{Start: &ClientTime{Time: time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC)}}, "start_time"},
		{"a minute", Plan{Duration: new(time.Minute)}, ""},
		{"no time at all", Plan{Duration: new(time.Duration(0))}, "duration"},
		{"back in time", Plan{Duration: new(-time.Hour)}, "duration"},
		{"more than a day", Plan{Duration: new(MaxDuration + 1)}, "duration"},
		{"no time zone", Plan{Timezone: new("Mars/Olympus")}, "timezone"},
		{"an empty one", Plan{Timezone: new("")}, "timezone"},
		{"that of the server", Plan{Timezone: new("Local")}, "timezone"},
		{"a path", Plan{Timezone: new("../../etc/passwd")}, "timezone"},
		{"more settings than are kept", Plan{Passthrough: Passthrough{"x": json.RawMessage(strings.Repeat("1", MaxPassthrough))}}, "settings"},
		{"two things at once", Plan{Start: &ClientTime{}, Duration: new(time.Duration(0))}, "start_time duration"},
	} {
		_, err := c.plan.applyTo(plannedMeeting(), nine)
		var names []string
		if bad, ok := errors.AsType[*Refusal](err); ok {
			for _, f := range bad.Fields {
				names = append(names, f.Name)
			}
		}
		if got := strings.Join(names, " "); got != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %q %v", c.name, got, err)
		}
	}
}

func TestTimesAsClientsGiveThem(t *testing.T) {
	wall := time.Date(2026, 7, 1, 9, 30, 15, 0, time.UTC)
	for _, c := range []struct {
		name string
		when ClientTime
		want string
	}{
		{"an instant", ClientTime{Time: wall.In(time.FixedZone("", 3600))}, "2026-07-01T09:30:15Z"},
		{"on the clocks of Berlin, in summer", ClientTime{Time: wall, Local: true}, "2026-07-01T07:30:15Z"},
		{"and in winter", ClientTime{Time: wall.AddDate(0, 6, 0), Local: true}, "2027-01-01T08:30:15Z"},
	} {
		m, err := Plan{Start: &c.when}.applyTo(plannedMeeting(), nine)
		if got := m.Start.Format(time.RFC3339); err != nil || got != c.want || m.Start.Location() != time.UTC {
			t.Errorf("%s: %s %v", c.name, got, err)
		}
	}
}

func TestAnotherTimeZoneKeepsTheTimeOnTheClocks(t *testing.T) {
	m, err := Plan{Timezone: new("Asia/Tokyo")}.applyTo(plannedMeeting(), nine)
	if want := plannedMeeting().Start.Add(-8 * time.Hour); err == nil && !m.Start.Equal(want) {
		t.Errorf("it starts at %v, want %v", m.Start, want)
	}
	east, err := Plan{Timezone: new("America/New_York")}.applyTo(plannedMeeting(), nine)
	if want := plannedMeeting().Start.Add(6 * time.Hour); err != nil || !east.Start.Equal(want) {
		t.Errorf("it starts at %v, want %v: %v", east.Start, want, err)
	}
	given, err := Plan{Timezone: new("America/New_York"), Start: &ClientTime{Time: nine.Add(time.Hour)}}.applyTo(plannedMeeting(), nine)
	if err != nil || !given.Start.Equal(nine.Add(time.Hour)) {
		t.Errorf("an instant that is given: %v %v", given.Start, err)
	}
}

func TestARunningSeriesMayChangeItsTimeOfDay(t *testing.T) {
	m := mondays()
	later := nine.AddDate(0, 0, 10) // two are over
	first := m.Start.Add(time.Hour)
	to, err := Plan{Start: &ClientTime{Time: first}}.applyTo(m, later)
	if err != nil || starts(to) != "03-02T10:00 03-09T10:00 03-16T10:00 03-23T10:00 03-30T09:00 04-06T09:00" {
		t.Errorf("%s %v", starts(to), err)
	}
	if _, err := (Plan{Start: &ClientTime{Time: first.AddDate(0, 0, 1)}, Recurrence: &Recurring{Recurrence: Recurrence{Cycle: Daily, Interval: 1}}}).applyTo(m, later); fieldsOf(err) != "start_time" {
		t.Errorf("another day that is past: %v", err)
	}
}

func TestEachTypeHasItsTimes(t *testing.T) {
	for _, c := range []struct {
		kind  Type
		start time.Time
		want  time.Time
		until time.Time
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

func TestI5TheLockOnInstantMeetings(t *testing.T) {
	for _, c := range []struct {
		always bool
		chosen *bool
		want   bool
	}{
		{true, nil, true}, {true, new(true), true}, {true, new(false), true},
		{false, nil, false}, {false, new(true), true}, {false, new(false), false},
	} {
		for _, saved := range []bool{false, true} {
			p := Profile{AlwaysPMI: c.always, SchedulePMI: saved}
			if p.instantPMI(c.chosen) != c.want || p.plannedPMI(Instant, c.chosen) != c.want {
				t.Errorf("%+v, chosen %v", c, c.chosen)
			}
		}
	}
}

func TestI6SchedulingIsAnExplicitChoice(t *testing.T) {
	for _, c := range []struct {
		saved  bool
		chosen *bool
		want   bool
	}{
		{false, nil, false}, {true, nil, true}, {true, new(false), false}, {false, new(true), true},
	} {
		for _, always := range []bool{false, true} {
			for _, kind := range []Type{Scheduled, NoFixedTime, FixedTime} {
				p := Profile{AlwaysPMI: always, SchedulePMI: c.saved}
				if p.plannedPMI(kind, c.chosen) != c.want {
					t.Errorf("saved %v, chosen %v, always use PMI %v, type %d", c.saved, c.chosen, always, kind)
				}
			}
		}
	}
}

func TestI19AMeetingNeverChangesTheRoomsDoor(t *testing.T) {
	room := Settings{Passcode: "open123", WaitingRoom: WaitGuests, JoinBeforeHostWindow: time.Minute, Domains: []string{"acme.example"}, Capacity: 2}
	for _, c := range []struct {
		name    string
		door    SettingsEdit
		refused bool
		advised bool
	}{
		{"nothing", SettingsEdit{}, false, false},
		{"what the room has", SettingsEdit{Passcode: new("open123"), WaitingRoom: new(WaitGuests), WaitingRoomOn: new(true), JoinBeforeHost: new(false),
			JoinBeforeHostWindow: new(time.Minute), SignedInOnly: new(false), Domains: new([]string{"acme.example"}), Capacity: new(2)}, false, false},
		{"another passcode", SettingsEdit{Passcode: new("other")}, true, false},
		{"no passcode", SettingsEdit{Passcode: new("")}, true, false},
		{"another waiting room", SettingsEdit{WaitingRoom: new(WaitEveryone)}, false, true},
		{"no waiting room", SettingsEdit{WaitingRoomOn: new(false)}, false, true},
		{"join before host", SettingsEdit{JoinBeforeHost: new(true)}, false, true},
		{"another window", SettingsEdit{JoinBeforeHostWindow: new(time.Hour)}, false, true},
		{"sign in", SettingsEdit{SignedInOnly: new(true)}, false, true},
		{"another domain", SettingsEdit{Domains: new([]string{})}, false, true},
		{"another capacity", SettingsEdit{Capacity: new(9)}, false, true},
		{"alternative hosts, which are the meeting's own", SettingsEdit{AlternativeHosts: new([]string{bob.Email})}, false, false},
	} {
		notes, err := c.door.ignoredInPersonalRoom(room)
		if (ReasonOf(err) == Invalid) != c.refused || (len(notes) > 0) != c.advised {
			t.Errorf("%s: %v %v", c.name, notes, err)
		}
	}
	alias := Meeting{ID: forA.ID, Host: ada.User, UsePMI: true, Topic: "A"}.room(Settings{Passcode: "other", AlternativeHosts: forA.Hosts}, "i")
	want := Room{Number: forA.ID, Kind: Alias, Owner: ada.User, Topic: "A", Settings: Settings{AlternativeHosts: forA.Hosts}}
	if !reflect.DeepEqual(alias, want) {
		t.Errorf("the alias has a door of its own: %+v", alias)
	}
}

func TestI18AMeetingSitsWhereItWasStarted(t *testing.T) {
	a := Meeting{ID: forA.ID, UsePMI: true}
	own := Meeting{ID: "83000000003"}
	for _, c := range []struct {
		name string
		m    Meeting
		room Room
		now  time.Time
		want bool
	}{
		{"A, in its sitting", a, live(adasRoom(), forA), nine, true},
		{"A, in the sitting of B", a, live(adasRoom(), forB), nine, false},
		{"A, in a room that was simply opened", a, live(adasRoom(), Target{}), nine, false},
		{"A, before it starts", a, adasRoom(), nine, false},
		{"I17: A, after 30 hours", a, live(adasRoom(), forA), nine.Add(MaxInstanceTime), false},
		{"a meeting in its own room", own, live(adasRoom(), Target{}), nine, true},
	} {
		if got := c.m.isLiveIn(c.room, c.now); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
