package meeting

import (
	"testing"
	"time"
)

// recurring returns a meeting of an hour that recurs in the zone, from the first day of the rule.
func recurring(t interface{ Fatal(...any) }, zone, first string, rule Recurrence) Meeting {
	rule.Interval = max(rule.Interval, 1)
	if bad := rule.check(); len(bad) > 0 {
		t.Fatal(bad)
	}
	series, found := Series{Rule: rule, First: at(first)}.begin(zoneOf(zone))
	if !found {
		t.Fatal("the series has no day")
	}
	start := fromWallClock(series.First, zoneOf(zone))
	return Meeting{Type: FixedTime, Start: start, Series: &series, Duration: time.Hour, Timezone: zone}
}

func TestOccurrenceInAGapOfTheClocksIsStillAhead(t *testing.T) {
	for _, c := range []struct{ zone, first, from, want string }{
		{"America/New_York", "2026-03-08T02:30:00.5Z", "2026-03-08T00:00:00Z", "03-08T07:30 03-09T06:30"},
		{"America/New_York", "2026-03-01T02:30:00Z", "2026-03-08T08:10:00Z", "03-08T07:30 03-09T06:30"},
		{"Pacific/Apia", "2011-12-01T09:00:00Z", "2011-12-30T19:59:59Z", "12-30T19:00 12-30T19:00"},
		{"Pacific/Apia", "2011-12-01T09:00:00Z", "2011-12-30T20:00:00Z", "12-31T19:00 01-01T19:00"},
	} {
		m := recurring(t, c.zone, c.first, Recurrence{Cycle: Daily})
		if got := startsOf(m.Occurrences(at(c.from), 2)); got != c.want {
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
