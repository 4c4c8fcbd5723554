package meeting

import (
	"strings"
	"testing"
	"time"
)

// recurring returns a meeting of an hour that recurs in the zone, from the first day of the rule.
func recurring(t interface{ Fatal(...any) }, zone, first string, rule Recurrence) Meeting {
	rule.Interval = max(rule.Interval, 1)
	if bad := rule.check(); len(bad) > 0 {
		t.Fatal(bad)
	}
	series, found := Series{Rule: rule, First: at(first)}.begin(zoneOf(t, zone))
	if !found {
		t.Fatal("the series has no day")
	}
	return Meeting{Type: FixedTime, Start: fromWallClock(series.First, zoneOf(t, zone)), Series: &series, Duration: time.Hour, Timezone: zone}
}

// but returns the meeting with the exceptions, which are in the order of their ids.
func (m Meeting) but(exceptions ...Exception) Meeting {
	series := *m.Series
	series.Exceptions = exceptions
	m.Series = &series
	return m
}

// text returns the starts of the occurrences: "Mar 2 14:00", with "-" if cancelled.
func text(all []Occurrence) string {
	var words []string
	for _, o := range all {
		word := o.Start.UTC().Format("Jan 2 15:04")
		if o.Cancelled {
			word = "-" + word
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func TestDailyMeetingAroundAChangeOfClocks(t *testing.T) {
	for _, c := range []struct{ zone, first, want string }{
		{"America/New_York", "2026-03-07T09:00:00.5Z", "Mar 7 14:00, Mar 8 13:00, Mar 9 13:00"},
		{"America/New_York", "2026-10-31T09:00:00Z", "Oct 31 13:00, Nov 1 14:00, Nov 2 14:00"},
		{"Europe/Berlin", "2026-03-28T09:00:00Z", "Mar 28 08:00, Mar 29 07:00, Mar 30 07:00"},
		{"Europe/Berlin", "2026-10-24T09:00:00Z", "Oct 24 07:00, Oct 25 08:00, Oct 26 08:00"},
		{"America/New_York", "2026-03-07T02:30:00Z", "Mar 7 07:30, Mar 8 07:30, Mar 9 06:30"},
		{"America/New_York", "2026-10-31T01:30:00Z", "Oct 31 05:30, Nov 1 05:30, Nov 2 06:30"},
		{"Europe/Berlin", "2026-03-28T02:30:00Z", "Mar 28 01:30, Mar 29 01:30, Mar 30 00:30"},
		{"Europe/Berlin", "2026-10-24T02:30:00Z", "Oct 24 00:30, Oct 25 00:30, Oct 26 01:30"},
		{"Australia/Lord_Howe", "2026-10-03T02:15:00Z", "Oct 2 15:45, Oct 3 15:45, Oct 4 15:15"},
		{"America/Sao_Paulo", "2018-11-03T00:00:00Z", "Nov 3 03:00, Nov 4 03:00, Nov 5 02:00"},
		{"Pacific/Apia", "2011-12-29T09:00:00Z", "Dec 29 19:00, Dec 30 19:00, Dec 30 19:00"},
	} {
		m := recurring(t, c.zone, c.first, Recurrence{Cycle: Daily})
		all := m.Occurrences(time.Time{}, 3)
		if text(all) != c.want {
			t.Errorf("%s: %s, want %s", c.zone, text(all), c.want)
		}
		for i, o := range all {
			if o.ID != idOf(m.Series.First.AddDate(0, 0, i)) {
				t.Errorf("%s: the occurrence of %s has the id %s", c.zone, o.Start, o.ID)
			}
		}
	}
}

func TestOccurrenceInAGapOfTheClocksIsStillAhead(t *testing.T) {
	for _, c := range []struct{ zone, first, from, want string }{
		{"America/New_York", "2026-03-01T02:30:00Z", "2026-03-08T08:10:00Z", "Mar 8 07:30, Mar 9 06:30"},
		{"Pacific/Apia", "2011-12-01T09:00:00Z", "2011-12-30T19:59:59Z", "Dec 30 19:00, Dec 30 19:00"},
		{"Pacific/Apia", "2011-12-01T09:00:00Z", "2011-12-30T20:00:00Z", "Dec 31 19:00, Jan 1 19:00"},
	} {
		if got := text(recurring(t, c.zone, c.first, Recurrence{Cycle: Daily}).Occurrences(at(c.from), 2)); got != c.want {
			t.Errorf("%s from %s: %s, want %s", c.zone, c.from, got, c.want)
		}
	}
}

func TestMeetingThatDoesNotRecurHasOneOccurrenceOrNone(t *testing.T) {
	start := at("2026-03-02T09:00:00Z")
	once := Meeting{Type: Scheduled, Start: start, Duration: time.Hour, Timezone: "Nowhere/Else"}
	all := append(once.Occurrences(start.Add(time.Hour-1), 5), once.Occurrences(start.Add(time.Hour), 5)...)
	if len(all) != 1 || all[0] != (Occurrence{Original: start, Start: start, Duration: time.Hour}) {
		t.Errorf("%+v", all)
	}
	for id, want := range map[OccurrenceID]bool{"": true, idOf(start): false} {
		if o, found := once.Occurrence(id); found != want || found && !o.Start.Equal(start) {
			t.Errorf("%q: %+v %v", id, o, found)
		}
	}
	timeless := Meeting{Type: NoFixedTime, Duration: time.Hour}
	if _, found := timeless.Occurrence(""); found || len(timeless.Occurrences(time.Time{}, 5)) > 0 {
		t.Error("a meeting without a time has an occurrence")
	}
}

func TestBadOccurrenceIDsAreUnknown(t *testing.T) {
	m := recurring(t, "UTC", "2026-03-02T09:00:00Z", Recurrence{Cycle: Weekly, Days: []time.Weekday{1}})
	if day, ok := OccurrenceID("1772409600000").day(); !ok || !day.Equal(at("2026-03-02T00:00:00Z")) {
		t.Errorf("%s %v", day, ok)
	}
	for _, text := range []OccurrenceID{
		"", "0", "x", "-86400000", "+1772409600000", "01772409600000", " 1772409600000", "1772409600000.0", "1.7724096e12",
		"1772409600001", "1772442000000",
		"9223372036854775807", "9223372036828800000", "99999999999999999999", "253402300800000", "２", "1772409600000\x00",
		"1771804800000", // a Monday, before the first
		"1772496000000", // a Tuesday
	} {
		if o, found := m.Occurrence(text); found {
			t.Errorf("%q names %+v", text, o)
		}
	}
	for _, beyond := range []OccurrenceID{"-86400000", "253401868800000", "253402300800000"} { // 1969, a Monday of 9999, 10000
		if day, ok := beyond.day(); ok {
			t.Errorf("%s is %s", beyond, day)
		}
	}
	if o, found := m.Occurrence("253370419200000"); !found || !o.Start.Equal(at("9998-12-28T09:00:00Z")) {
		t.Errorf("the last Monday before never: %+v %v", o, found)
	}
}
