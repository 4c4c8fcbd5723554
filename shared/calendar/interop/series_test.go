package interop

import (
	"fmt"
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
var zones = []string{
	"Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "America/Los_Angeles", "America/New_York", "America/Nuuk", "America/Santiago",
	"America/Sao_Paulo", "America/St_Johns", "Antarctica/Troll", "Asia/Gaza", "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran",
	"Asia/Tokyo", "Atlantic/Azores", "Australia/Lord_Howe", "Australia/Sydney", "Etc/GMT+5", "Europe/Berlin", "Europe/Dublin", "Europe/Istanbul",
	"Europe/London", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "UTC",
}

// sameElsewhere checks that another program finds the occurrences that the meeting has, in the time from its first one on.
func sameElsewhere(t tester, m meeting.Meeting, span time.Duration) {
	t.Helper()
	text, err := calendar.Request(inviteTo(m))
	from := m.Start.AddDate(0, 0, -40)
	until := m.Start.Add(span)
	got := read(t, written(t, text, err), from, until)
	var want []occurrence
	for _, o := range m.Occurrences(from, int(span/(24*time.Hour))+10) {
		if !o.Cancelled && o.Start.Before(until) {
			about := strings.TrimPrefix(m.At(o).Agenda+"\n\n", "\n\n") + inviteTo(m).Joining
			want = append(want, occurrence{o.Start.Unix(), o.End().Unix(), m.Topic, about})
		}
	}
	if diff := cmp.Diff(want, got.Occurrences, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s from %s: (-here +elsewhere)\n%s\n%s", m.Timezone, m.Series.First, diff, text)
	}
}

const (
	month = 31 * 24 * time.Hour
	year  = 366 * 24 * time.Hour
)

func TestEveryRuleIsTheSameElsewhere(t *testing.T) {
	needReader(t)
	ends := map[string]meeting.Recurrence{
		"endless":              {},
		"7 times":              {Times: 7},
		"until its very start": {Until: time.Date(2026, 11, 13, 14, 0, 0, 0, time.UTC)},
		"until just before":    {Until: time.Date(2026, 11, 13, 13, 59, 59, 0, time.UTC)},
	}
	for name, rule := range map[string]meeting.Recurrence{
		"every day":               {Cycle: meeting.Daily, Interval: 1},
		"every 3 days":            {Cycle: meeting.Daily, Interval: 3},
		"every week":              {Cycle: meeting.Weekly, Interval: 1, Days: []time.Weekday{5}},
		"every second week":       {Cycle: meeting.Weekly, Interval: 2, Days: []time.Weekday{0, 1, 5, 6}},
		"every month":             {Cycle: meeting.Monthly, Interval: 1, MonthDay: 13},
		"the last Friday":         {Cycle: meeting.Monthly, Interval: 1, Week: -1, Weekday: 5},
		"every second 2nd Friday": {Cycle: meeting.Monthly, Interval: 2, Week: 2, Weekday: 5},
	} {
		for end, of := range ends {
			t.Run(name+", "+end, func(t *testing.T) {
				first := "2026-03-13T09:00"
				if rule.Week == -1 {
					first = "2026-03-27T09:00"
				}
				rule.Times, rule.Until = of.Times, of.Until
				sameElsewhere(t, seriesOf("America/New_York", first, rule), year)
			})
		}
	}
	t.Run("months without the day are left out", func(t *testing.T) {
		rule := meeting.Recurrence{Cycle: meeting.Monthly, Interval: 1, MonthDay: 31}
		sameElsewhere(t, seriesOf("Europe/Berlin", "2026-01-31T09:00", rule), 2*year)
	})
}

func TestSeriesAreTheSameInEveryZoneWhereverItsClocksChange(t *testing.T) {
	needReader(t)
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range append(changes(zone, 2026), now) {
			_, before := change.Add(-time.Second).In(zone).Zone()
			clock := change.UTC().Add(time.Duration(before)*time.Second).AddDate(0, 0, -3)
			for _, minutes := range []int{-60, -30, 0, 30, 60, 90} {
				first := clock.Add(time.Duration(minutes) * time.Minute).Format("2006-01-02T15:04")
				sameElsewhere(t, seriesOf(name, first, meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: 6}), month)
			}
		}
	}
}

// changes are when the clocks of the zone change in the year.
func changes(zone *time.Location, year int) (all []time.Time) {
	offset := func(t time.Time) int {
		_, seconds := t.In(zone).Zone()
		return seconds
	}
	for t := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); t.Year() == year; t = t.Add(time.Hour / 2) {
		if offset(t) != offset(t.Add(-time.Hour/2)) {
			all = append(all, t)
		}
	}
	return all
}

func TestASeriesMayBeginWhereTheClocksChange(t *testing.T) {
	needReader(t)
	everyWeek := meeting.Recurrence{Cycle: meeting.Weekly, Interval: 1, Days: []time.Weekday{0}}
	for name, first := range map[string]string{
		"in the hour that there is not":      "2026-03-08T02:30",
		"in the hour that there is twice":    "2026-11-01T01:30",
		"just before the clocks go forward":  "2026-03-08T01:30",
		"just before the clocks go back":     "2026-11-01T00:30",
		"in the night before they go back":   "2026-11-01T00:00",
		"just as they go forward":            "2026-03-08T02:00",
		"just after the clocks went forward": "2026-03-08T03:00",
	} {
		t.Run(name, func(t *testing.T) {
			for _, duration := range []time.Duration{time.Hour, 90 * time.Minute, 3 * time.Hour, 24 * time.Hour} {
				m := seriesOf("America/New_York", first, everyWeek)
				m.Duration = duration
				sameElsewhere(t, m, year)
			}
		})
	}
}

func TestOccurrencesThatDifferAreTheSameElsewhere(t *testing.T) {
	needReader(t)
	at := func(clock string) time.Time {
		when, err := time.Parse(time.RFC3339, clock)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for name, e := range map[string]meeting.Exception{
		"cancelled":                 {Cancelled: true},
		"moved a day":               {Start: at("2026-10-30T10:00:00Z")},
		"moved before the first":    {Start: at("2026-10-01T10:00:00Z")},
		"moved behind all":          {Start: at("2027-01-01T10:00:00Z")},
		"moved onto another":        {Start: at("2026-10-30T05:30:00Z")},
		"longer":                    {Duration: 5 * time.Hour},
		"with an agenda":            {Agenda: new("Only this once, and; \"then\"\nnever again")},
		"with no agenda":            {Agenda: new("")},
		"with settings":             {Passthrough: meeting.Passthrough{"mute": []byte("true")}},
		"moved to the first 1:30":   {Start: at("2026-11-01T05:30:00Z"), Duration: time.Minute},
		"moved to the second 1:30":  {Start: at("2026-11-01T06:30:00Z")},
		"which ends at the second":  {Start: at("2026-11-01T04:00:00Z"), Duration: 150 * time.Minute},
		"over the change of clocks": {Start: at("2026-11-01T04:00:00Z"), Duration: 8 * time.Hour},
	} {
		for _, ends := range []meeting.Recurrence{{Times: 12}, {Until: at("2026-11-03T06:30:00Z")}, {}} {
			t.Run(fmt.Sprintf("%s, of %d", name, ends.Times), func(t *testing.T) {
				ends.Cycle, ends.Interval = meeting.Daily, 1
				m := seriesOf("America/New_York", "2026-10-25T01:30", ends)
				for _, n := range []int{0, 4, 7, 8} { // the eighth is in the hour that there is twice
					sameElsewhere(t, with(m, n, e), 3*month)
				}
			})
		}
	}
}

func TestOccurrencesInAnHourThatThereIsNotCanDiffer(t *testing.T) {
	needReader(t)
	m := seriesOf("Europe/Berlin", "2026-03-25T02:30", meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: 10})
	for n := range 10 {
		sameElsewhere(t, with(m, n, meeting.Exception{Cancelled: true}), month)
		sameElsewhere(t, with(m, n, meeting.Exception{Duration: 2 * time.Hour}), month)
		sameElsewhere(t, with(m, n, meeting.Exception{Start: m.Start.Add(12 * time.Hour)}), month)
	}
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
