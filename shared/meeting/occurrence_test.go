package meeting

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// mondays returns a weekly meeting of ada, on Mondays at 10:00 in Berlin, from March 2, 2026.
func mondays() Meeting {
	m, err := Plan{Type: new(FixedTime), Timezone: new("Europe/Berlin"), Start: &ClientTime{Time: nine}, Recurrence: &Recurring{
		Recurrence: Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{time.Monday}, Times: 6}}}.applyTo(plannedMeeting(), nine)
	if err != nil {
		panic(err)
	}
	return m
}

// The Mondays of March 2026.
const (
	march2  OccurrenceID = "1772409600000"
	march9  OccurrenceID = "1773014400000"
	march16 OccurrenceID = "1773619200000"
)

func starts(m Meeting) string { return startsOf(m.Occurrences(time.Time{}, 99)) }

func startsOf(all []Occurrence) string {
	var words []string
	for _, o := range all {
		if o.Cancelled {
			words = append(words, "not")
		}
		words = append(words, o.Start.UTC().Format("01-02T15:04"))
	}
	return strings.Join(words, " ")
}

func TestSeriesIsPlanned(t *testing.T) {
	weekly := Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{time.Wednesday}, Times: 2}
	wall := func(text string) *ClientTime {
		at, _ := time.Parse("2006-01-02T15:04", text)
		return &ClientTime{Time: at, Local: true}
	}
	for _, c := range []struct {
		name string
		plan Plan
		want string
	}{
		{"begins on the first day of its rule", Plan{Start: wall("2026-03-02T10:00"), Recurrence: &Recurring{Recurrence: weekly}}, "03-04T09:00 03-11T09:00"},
		{"without a start, from now on", Plan{Recurrence: &Recurring{Recurrence: weekly}}, "03-04T09:00 03-11T09:00"},
		{"stays at its time of day when the clocks change", Plan{Start: wall("2026-03-25T10:00"), Recurrence: &Recurring{Recurrence: weekly}},
			"03-25T09:00 04-01T08:00"},
		{"until an instant", Plan{Start: wall("2026-03-02T10:00"), Recurrence: &Recurring{
			Recurrence: Recurrence{Cycle: Daily, Interval: 2}, Ends: &ClientTime{Time: nine.AddDate(0, 0, 4)}}}, "03-02T09:00 03-04T09:00 03-06T09:00"},
		{"until a time on its clocks", Plan{Start: wall("2026-03-02T10:00"), Recurrence: &Recurring{
			Recurrence: Recurrence{Cycle: Daily, Interval: 2}, Ends: wall("2026-03-04T10:00")}}, "03-02T09:00 03-04T09:00"},
	} {
		c.plan.Type, c.plan.Timezone = new(FixedTime), new("Europe/Berlin")
		blank := plannedMeeting()
		blank.Start, blank.Version = time.Time{}, 0 // new
		if m, err := c.plan.applyTo(blank, nine); err != nil || starts(m) != c.want || !m.Start.Equal(m.Occurrences(time.Time{}, 1)[0].Start) {
			t.Errorf("%s: %s %v", c.name, starts(m), err)
		}
	}
}

func TestSharedFieldsAreNotChangedForOneOccurrence(t *testing.T) {
	was := Planned{Meeting: mondays(), Room: adasRoom(), Hosts: []string{bob.Email}}
	o, _ := was.Meeting.Occurrence(march9)
	same := Plan{Type: new(FixedTime), Topic: &was.Meeting.Topic, Timezone: new("Europe/Berlin"), Recurrence: &Recurring{Recurrence: was.Meeting.Series.Rule},
		UsePMI: new(false), Invitees: &was.Meeting.Invitees, Settings: SettingsEdit{Passcode: new("open123"), AlternativeHosts: new([]string{bob.Email})}}
	if m, err := same.applyToOccurrence(was, o, nine); err != nil || starts(m) != starts(was.Meeting) {
		t.Errorf("what is the same is refused: %v", err)
	}
	moved, err := Plan{Start: &ClientTime{Time: nine.AddDate(0, 0, 8)}}.applyToOccurrence(was, o, nine)
	o, _ = moved.Occurrence(march9)
	longer, errOfLonger := Plan{Duration: new(2 * time.Hour)}.applyToOccurrence(Planned{Meeting: moved}, o, nine)
	back, errOfBack := Plan{Start: &ClientTime{Time: o.Original}}.applyToOccurrence(Planned{Meeting: moved}, o, nine)
	if err := errors.Join(err, errOfLonger, errOfBack); err != nil || len(back.exceptions()) > 0 || starts(longer) != starts(moved) {
		t.Errorf("moved and longer it is %+v, moved back %+v, %v", longer.exceptions(), back.exceptions(), err)
	}
	for field, plan := range map[string]Plan{
		"type":                       {Type: new(Scheduled)},
		"topic":                      {Topic: new("Another")},
		"timezone":                   {Timezone: new("Asia/Tokyo")},
		"recurrence":                 {Recurrence: &Recurring{Recurrence: Recurrence{Cycle: Daily, Interval: 1}}},
		"password":                   {Settings: SettingsEdit{Passcode: new("other")}},
		"settings.use_pmi":           {UsePMI: new(true)},
		"settings.alternative_hosts": {Settings: SettingsEdit{AlternativeHosts: new([]string{})}},
		"settings.meeting_invitees":  {Invitees: new([]string{})},
		"start_time":                 {Start: &ClientTime{Time: nine.AddDate(-1, 0, 0)}},
		"duration":                   {Duration: new(MaxDuration + time.Minute)},
	} {
		if _, err := plan.applyToOccurrence(was, o, nine); fieldsOf(err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestChangeOfASeriesKeepsExceptionsOfItsDays(t *testing.T) {
	was := mondays()
	for _, e := range []Exception{{ID: march2, Cancelled: true}, {ID: march9, Start: nine.AddDate(0, 0, 8)}, {ID: march16, Duration: time.Minute}} {
		was, _ = was.with(e)
	}
	if got := starts(was); got != "not 03-02T09:00 03-10T09:00 03-16T09:00 03-23T09:00 03-30T08:00 04-06T08:00" {
		t.Fatalf("it is %s", got)
	}
	fortnightly := Recurrence{Cycle: Weekly, Interval: 2, Days: []time.Weekday{time.Monday}, Times: 2}
	for _, c := range []struct {
		name    string
		plan    Plan
		want    string
		dropped string
	}{
		{"another time of day", Plan{Start: &ClientTime{Time: nine.Add(time.Hour)}},
			"not 03-02T10:00 03-10T09:00 03-16T10:00 03-23T10:00 03-30T09:00 04-06T09:00", ""},
		{"every other week", Plan{Recurrence: &Recurring{Recurrence: fortnightly}}, "not 03-02T09:00 03-16T09:00", "2026-03-09"},
		{"on Tuesdays", Plan{Recurrence: &Recurring{Recurrence: Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{time.Tuesday}, Times: 1}}},
			"03-03T09:00", "2026-03-02, 2026-03-09, 2026-03-16"},
		{"once only", Plan{Type: new(Scheduled)}, "03-02T09:00", "2026-03-02, 2026-03-09, 2026-03-16"},
		{"with another topic", Plan{Topic: new("Another")}, starts(was), ""},
		{"on the clocks of another zone", Plan{Timezone: new("Asia/Tokyo")},
			"not 03-02T01:00 03-10T01:00 03-16T01:00 03-23T01:00 03-30T01:00 04-06T01:00", ""},
	} {
		to, err := c.plan.applyTo(was, nine)
		notes := dropped(was, to)
		if err != nil || starts(to) != c.want || (len(notes) > 0) != (c.dropped != "") || len(notes) > 0 && !strings.Contains(notes[0].Message, ": "+c.dropped+".") {
			t.Errorf("%s: %s %v %v", c.name, starts(to), notes, err)
		}
	}
}

func TestSeriesHasAMaximalNumberOfExceptions(t *testing.T) {
	m := mondays()
	m.Series.Rule = Recurrence{Cycle: Daily, Interval: 1}
	var err error
	for i, o := range m.Occurrences(time.Time{}, MaxExceptions+1) {
		if err != nil {
			t.Fatalf("at %d: %v", i, err)
		}
		m, err = m.with(Exception{ID: o.ID, Cancelled: true})
	}
	if fieldsOf(err) != "occurrence_id" {
		t.Errorf("one too many: %v", err)
	}
	if !slices.IsSortedFunc(m.Series.Exceptions, func(a, b Exception) int { return byID(a, b.ID) }) {
		t.Error("they are not in the order of their ids")
	}
	full := mondays()
	if _, err := full.with(Exception{ID: march9, Agenda: new(strings.Repeat("x", maxAgendas+1))}); fieldsOf(err) != "agenda" {
		t.Errorf("too long agendas: %v", err)
	}
	if _, err := full.with(Exception{ID: march9, Passthrough: Passthrough{"x": make([]byte, MaxPassthrough)}}); fieldsOf(err) != "settings" {
		t.Errorf("too many settings: %v", err)
	}
}

func TestRevisionCountsChangesOfTheCalendarEntry(t *testing.T) {
	video := Passthrough{"host_video": json.RawMessage("true")}
	for name, c := range map[string]struct {
		plan Plan
		want int64
	}{
		"moved": {Plan{Start: &ClientTime{Time: nine.Add(time.Hour)}}, 1}, "renamed": {Plan{Topic: new("Another")}, 1},
		"with others": {Plan{Invitees: new([]string{"eve@example.com"})}, 1}, "longer": {Plan{Duration: new(2 * time.Hour)}, 1},
		"in another zone": {Plan{Timezone: new("Asia/Tokyo")}, 1}, "another agenda": {Plan{Agenda: new("Another")}, 1},
		"with what the entry does not show": {Plan{Passthrough: video, Topic: new(mondays().Topic)}, 0},
	} {
		to, err := c.plan.applyTo(mondays(), nine)
		if got := to.revised(mondays()).Sequence; err != nil || got != c.want {
			t.Errorf("%s: %d %v", name, got, err)
		}
	}
	for name, c := range map[string]struct {
		e         Exception
		revisions int64
		kept      int
	}{
		"in nothing": {Exception{}, 0, 0}, "in settings": {Exception{Passthrough: video}, 0, 1},
		"in what is the same": {Exception{Duration: time.Hour, Agenda: new("")}, 0, 0}, "cancelled": {Exception{Cancelled: true}, 1, 1},
	} {
		c.e.ID = march9
		to, err := mondays().with(c.e)
		if err != nil || to.revised(mondays()).Sequence != c.revisions || len(to.exceptions()) != c.kept {
			t.Errorf("an occurrence differs %s: %+v %v", name, to.exceptions(), err)
		}
	}
}

func TestPreviousOccurrencesAreShown(t *testing.T) {
	m := mondays()
	m.Series.Rule = Recurrence{Cycle: Daily, Interval: 1}
	now := nine.AddDate(0, 0, 100)
	all := Planned{Meeting: m}.Past(now).Occurrences
	if len(all) != ShownOccurrences || !all[ShownOccurrences/2].End().After(now) || all[ShownOccurrences/2-1].End().After(now) {
		t.Errorf("%d, from %v", len(all), all[0].Start)
	}
	m.Series.Rule.Times = 60
	if all = (Planned{Meeting: m}.Past(now).Occurrences); len(all) != ShownOccurrences || all[ShownOccurrences-1].ID != m.Occurrences(time.Time{}, 60)[59].ID {
		t.Errorf("of what is over: %d, from %v", len(all), all[0].Start)
	}
}
