package calendar_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

// zones are of all kinds: with clocks that change by rules, by tables, by half an hour, in winter, and not at all.
var zones = strings.Fields(`Africa/Cairo Africa/Casablanca Africa/Johannesburg America/Los_Angeles America/New_York America/Nuuk America/Santiago
	America/Sao_Paulo America/St_Johns Antarctica/Troll Asia/Gaza Asia/Jerusalem Asia/Kathmandu Asia/Kolkata Asia/Tehran
	Asia/Tokyo Atlantic/Azores Australia/Lord_Howe Australia/Sydney Etc/GMT+5 Europe/Berlin Europe/Dublin Europe/Istanbul
	Europe/London Pacific/Apia Pacific/Auckland Pacific/Chatham UTC`)

const (
	month = 31 * 24 * time.Hour
	year  = 366 * 24 * time.Hour
)

// sameElsewhere checks that the other program finds the occurrences that the meeting has, in the span from its first
// one on.
func sameElsewhere(t rapid.TB, m meeting.Meeting, span time.Duration) {
	t.Helper()
	text := written(t)(calendar.Request(inviteTo(m)))
	from, until := m.Start.AddDate(0, 0, -40), m.Start.Add(span)
	got := ask(t, question{Calendar: text, From: from.Unix(), Until: until.Unix(), Times: span < year})
	var want []occurrence
	var times [][2]int64
	for _, o := range m.Occurrences(from, int(span/(24*time.Hour))+10) {
		if !o.Cancelled && o.Start.Before(until) {
			about := strings.TrimPrefix(m.At(o).Agenda+"\n\n", "\n\n") + inviteTo(m).Joining
			want = append(want, occurrence{o.Start.Unix(), o.End().Unix(), m.Topic, about})
			times = append(times, [2]int64{o.Start.Unix(), o.End().Unix()})
		}
	}
	if diff := cmp.Diff(want, got.Occurrences, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s from %s: (-here +elsewhere)\n%s\n%s", m.Timezone, m.Series.First, diff, text)
	}
	slices.SortFunc(times, func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) })
	if diff := cmp.Diff(times, got.Times, cmpopts.EquateEmpty()); span < year && diff != "" {
		t.Errorf("%s from %s: (-here +vobject)\n%s\n%s", m.Timezone, m.Series.First, diff, text)
	}
}

func instant(clock string) time.Time {
	when, err := time.Parse(time.RFC3339, clock)
	if err != nil {
		panic(err)
	}
	return when
}

func TestAnySeriesIsTheSameElsewhere(t *testing.T) {
	needReader(t)
	rapid.Check(t, func(t *rapid.T) {
		first := now.AddDate(0, 0, rapid.IntRange(0, 700).Draw(t, "day")).Truncate(24 * time.Hour).
			Add(time.Duration(rapid.IntRange(0, 95).Draw(t, "quarter of an hour")) * 15 * time.Minute)
		m := seriesOf(rapid.SampledFrom(zones).Draw(t, "zone"), first.Format("2006-01-02T15:04"), anyRule(t, first))
		m.Duration = time.Duration(rapid.IntRange(1, 24*60).Draw(t, "minutes")) * time.Minute
		for n := range rapid.IntRange(0, 3).Draw(t, "exceptions") {
			if len(m.Occurrences(time.Time{}, n+1)) <= n {
				break
			}
			m = with(m, n, anyException(t, m))
		}
		span := year
		if m.Series.Rule.Cycle == meeting.Daily {
			span = 4 * month
		}
		sameElsewhere(t, m, span)
	})
}

func anyRule(t *rapid.T, first time.Time) meeting.Recurrence {
	rule := meeting.Recurrence{Cycle: rapid.SampledFrom([]meeting.Cycle{meeting.Daily, meeting.Weekly, meeting.Monthly}).Draw(t, "cycle")}
	rule.Interval = rapid.IntRange(1, 10).Draw(t, "interval")
	switch {
	case rule.Cycle == meeting.Weekly:
		for day := range time.Weekday(7) {
			if day == first.Weekday() || rapid.Bool().Draw(t, "on") {
				rule.Days = append(rule.Days, day)
			}
		}
	case rule.Cycle == meeting.Monthly && rapid.Bool().Draw(t, "by day"):
		rule.MonthDay = first.Day()
	case rule.Cycle == meeting.Monthly:
		rule.Weekday, rule.Week = first.Weekday(), (first.Day()-1)/7+1
		if first.AddDate(0, 0, 7).Month() != first.Month() {
			rule.Week = -1
		}
	}
	switch rapid.SampledFrom([]string{"endless", "times", "until"}).Draw(t, "end") {
	case "times":
		rule.Times = rapid.IntRange(1, meeting.MaxTimes).Draw(t, "times")
	case "until":
		rule.Until = first.Add(time.Duration(rapid.IntRange(24, 24*400).Draw(t, "hours")) * time.Hour)
	}
	return rule
}

func anyException(t *rapid.T, m meeting.Meeting) meeting.Exception {
	switch rapid.SampledFrom([]string{"cancelled", "moved", "longer"}).Draw(t, "exception") {
	case "cancelled":
		return meeting.Exception{Cancelled: true}
	case "moved":
		return meeting.Exception{Start: m.Start.Add(time.Duration(rapid.IntRange(-48, 24*300).Draw(t, "by")) * time.Hour)}
	default:
		return meeting.Exception{Duration: m.Duration + time.Hour}
	}
}

// The last occurrence of a rule may begin just at its end; a month without the day is skipped.
func TestEndOfASeriesIsTheSameElsewhere(t *testing.T) {
	needReader(t)
	for _, rule := range []meeting.Recurrence{
		{Cycle: meeting.Daily, Interval: 3}, {Cycle: meeting.Weekly, Interval: 2, Days: []time.Weekday{0, 1, 5, 6}},
		{Cycle: meeting.Monthly, Interval: 2, Week: 2, Weekday: 5}, {Cycle: meeting.Monthly, Interval: 1, MonthDay: 13},
	} {
		for _, until := range []string{"2026-11-13T14:00:00Z", "2026-11-13T13:59:59Z"} {
			rule.Until = instant(until)
			sameElsewhere(t, seriesOf("America/New_York", "2026-03-13T09:00", rule), year)
		}
	}
	sameElsewhere(t, seriesOf("Europe/Berlin", "2026-01-31T09:00", meeting.Recurrence{Cycle: meeting.Monthly, Interval: 1, MonthDay: 31}), 2*year)
}

func TestSeriesAroundAChangeOfClocksIsTheSameElsewhere(t *testing.T) {
	needReader(t)
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range append(changes(zone, 2026), now) {
			_, before := change.Add(-time.Second).In(zone).Zone()
			clock := change.UTC().Add(time.Duration(before)*time.Second).AddDate(0, 0, -3)
			for i, minutes := range []int{-60, -30, 0, 30, 60, 90} {
				first := clock.Add(time.Duration(minutes) * time.Minute).Format("2006-01-02T15:04")
				m := seriesOf(name, first, daily(6))
				m.Duration = []time.Duration{time.Hour, 90 * time.Minute, 3 * time.Hour, 24 * time.Hour}[(i+len(name))%4]
				sameElsewhere(t, m, month)
			}
		}
	}
}

func changes(zone *time.Location, year int) (all []time.Time) {
	_, change := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).In(zone).ZoneBounds()
	for ; change.UTC().Year() == year; _, change = change.ZoneBounds() {
		all = append(all, change)
	}
	return all
}

func TestOccurrencesThatDifferAreTheSameElsewhere(t *testing.T) {
	needReader(t)
	for _, e := range map[string]meeting.Exception{
		"cancelled":                    {Cancelled: true},
		"moved a day":                  {Start: instant("2026-10-30T10:00:00Z")},
		"moved before the first":       {Start: instant("2026-10-01T10:00:00Z")},
		"moved behind the last":        {Start: instant("2027-01-01T10:00:00Z")},
		"moved onto another":           {Start: instant("2026-10-30T05:30:00Z")},
		"longer":                       {Duration: 5 * time.Hour},
		"with an agenda":               {Agenda: new("Only this once, and; \"then\"\nnever again")},
		"moved to the first 1:30":      {Start: instant("2026-11-01T05:30:00Z"), Duration: time.Minute},
		"moved to the second 1:30":     {Start: instant("2026-11-01T06:30:00Z")},
		"until the second 1:30":        {Start: instant("2026-11-01T04:00:00Z"), Duration: 150 * time.Minute},
		"across the change of clocks":  {Start: instant("2026-11-01T04:00:00Z"), Duration: 8 * time.Hour},
		"moved to a time in the gap":   {Start: instant("2026-03-08T07:30:00Z")},
		"moved to another time of day": {Start: instant("2026-10-25T21:30:00Z")},
	} {
		for _, ends := range []meeting.Recurrence{{Times: 12}, {Until: instant("2026-11-03T06:30:00Z")}, {}} {
			ends.Cycle, ends.Interval = meeting.Daily, 1
			m := seriesOf("America/New_York", "2026-10-25T01:30", ends)
			for _, n := range []int{0, 4, 7, 8} { // the eighth is in the hour that the clocks show twice
				sameElsewhere(t, with(m, n, e), 3*month)
			}
		}
	}
	m := seriesOf("Europe/Berlin", "2026-03-25T02:30", daily(10))
	for n := range 10 { // one is in the hour that the clocks skip
		for _, e := range []meeting.Exception{{Cancelled: true}, {Duration: 2 * time.Hour}, {Start: m.Start.Add(12 * time.Hour)}} {
			sameElsewhere(t, with(m, n, e), month)
		}
	}
}
