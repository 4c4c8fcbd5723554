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

// fieldsOf returns the names of the fields that err refuses.
func fieldsOf(err error) string {
	var names []string
	if bad, ok := errors.AsType[*Refusal](err); ok {
		for _, f := range bad.Fields {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestBadPlanNamesAllBadFields(t *testing.T) {
	series := func(start *ClientTime, rule Recurrence, ends time.Time) Plan {
		return Plan{Type: new(FixedTime), Start: start, Recurrence: &Recurring{Recurrence: rule, Ends: &ClientTime{Time: ends}}}
	}
	daily := Recurrence{Cycle: Daily, Interval: 1}
	sundays := Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{time.Sunday}}
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
		{"too long", Plan{Duration: new(MaxDuration + 1)}, "duration"},
		{"no time zone", Plan{Timezone: new("Mars/Olympus")}, "timezone"},
		{"the server's time zone", Plan{Timezone: new("Local")}, "timezone"},
		{"too many settings", Plan{Passthrough: Passthrough{"x": json.RawMessage(strings.Repeat("1", MaxPassthrough))}}, "settings"},
		{"two bad fields", Plan{Start: &ClientTime{}, Duration: new(time.Duration(0))}, "start_time duration"},
		{"a series without a recurrence", Plan{Type: new(FixedTime)}, "recurrence"},
		{"a series that ends before it begins", series(nil, daily, nine.Add(-time.Hour)), "recurrence.end_date_time"},
		{"a series that ends before its first day", series(nil, sundays, nine.AddDate(0, 0, 2)), "recurrence.end_date_time"},
		{"a series that began long ago", series(&ClientTime{Time: nine.AddDate(0, 0, -2)}, daily, nine.AddDate(0, 0, 9)), "start_time"},
	} {
		if _, err := c.plan.applyTo(plannedMeeting(), nine); fieldsOf(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v", c.name, err)
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

func TestAliasHasOnlyTheHostsOfItsMeeting(t *testing.T) {
	alias := Meeting{ID: forA.ID, Host: ada.User, UsePMI: true, Topic: "A"}.room(adasRoom().Settings, "i")
	want := Room{Number: forA.ID, Kind: Alias, Owner: ada.User, Topic: "A", Settings: Settings{AlternativeHosts: []string{bob.Email}}}
	if !reflect.DeepEqual(alias, want) {
		t.Errorf("the alias has settings of its own: %+v", alias)
	}
}

func TestMeetingKeepsItsTimeOfDayInAnotherZone(t *testing.T) {
	for zone, later := range map[string]time.Duration{"Asia/Tokyo": -8 * time.Hour, "America/New_York": 6 * time.Hour} {
		m, err := Plan{Timezone: &zone}.applyTo(plannedMeeting(), nine.Add(-wholeDay))
		if want := plannedMeeting().Start.Add(later); err != nil || !m.Start.Equal(want) {
			t.Errorf("%s: %s, want %s: %v", zone, m.Start, want, err)
		}
	}
}
