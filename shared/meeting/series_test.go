package meeting

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// recurring is an hour's meeting that recurs on the clocks of the zone, from the first day of the rule.
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

// but is the meeting with the exceptions, which are given in the order of their ids.
func (m Meeting) but(exceptions ...Exception) Meeting {
	series := *m.Series
	series.Exceptions = exceptions
	m.Series = &series
	return m
}

func id(day string) OccurrenceID { return idOf(at(day + "T00:00:00Z")) }

// told is what the occurrences are: "Mar 2 14:00", with "-" if cancelled.
func told(all []Occurrence) string {
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

func TestADailyMeetingAtNineStaysAtNineOnTheClocks(t *testing.T) {
	for _, c := range []struct{ zone, first, want string }{
		{"America/New_York", "2026-03-07T09:00:00Z", "Mar 7 14:00, Mar 8 13:00, Mar 9 13:00"},
		{"America/New_York", "2026-10-31T09:00:00Z", "Oct 31 13:00, Nov 1 14:00, Nov 2 14:00"},
		{"Europe/Berlin", "2026-03-28T09:00:00Z", "Mar 28 08:00, Mar 29 07:00, Mar 30 07:00"},
		{"Europe/Berlin", "2026-10-24T09:00:00Z", "Oct 24 07:00, Oct 25 08:00, Oct 26 08:00"},
	} {
		m := recurring(t, c.zone, c.first, Recurrence{Cycle: Daily})
		all := m.Occurrences(time.Time{}, 3)
		if told(all) != c.want {
			t.Errorf("%s: %s, want %s", c.zone, told(all), c.want)
		}
		for _, o := range all {
			if on := toWallClock(o.Start, zoneOf(t, c.zone)).Format("15:04"); on != "09:00" {
				t.Errorf("%s: %s on the clocks", c.zone, on)
			}
		}
	}
}

func TestADailyMeetingInAGapAndInAnOverlap(t *testing.T) {
	for _, c := range []struct{ zone, first, want string }{
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
		if told(all) != c.want {
			t.Errorf("%s: %s, want %s", c.zone, told(all), c.want)
		}
		for i, o := range all {
			if o.ID != idOf(m.Series.First.AddDate(0, 0, i)) {
				t.Errorf("%s: the occurrence of %s has the id %s", c.zone, o.Start, o.ID)
			}
		}
	}
}

func TestASeriesBeginsOnTheFirstDayOfItsRule(t *testing.T) {
	for _, c := range []struct {
		name, first, want string
		rule              Recurrence
	}{
		{"daily", "2026-05-06T09:00:00.5Z", "2026-05-06T09:00:00Z", Recurrence{Cycle: Daily, Interval: 3}},
		{"later in the week", "2026-05-06T09:00:00Z", "2026-05-08T09:00:00Z",
			Recurrence{Cycle: Weekly, Interval: 2, Days: []time.Weekday{1, 5}}},
		{"in the next week of the rule", "2026-05-06T09:00:00Z", "2026-05-17T09:00:00Z",
			Recurrence{Cycle: Weekly, Interval: 2, Days: []time.Weekday{0}}},
		{"in the next month", "2026-05-06T09:00:00Z", "2026-06-05T09:00:00Z", Recurrence{Cycle: Monthly, Interval: 1, MonthDay: 5}},
		{"in the next month that has the day", "2026-06-30T09:00:00Z", "2026-07-31T09:00:00Z",
			Recurrence{Cycle: Monthly, Interval: 1, MonthDay: 31}},
		{"on the last Friday", "2026-05-06T09:00:00Z", "2026-05-29T09:00:00Z", Recurrence{Cycle: Monthly, Interval: 1, Week: -1, Weekday: 5}},
		{"on the last moment", "2026-05-06T09:00:00Z", "2026-05-08T09:00:00Z",
			Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{5}, Until: at("2026-05-08T13:00:00Z")}},
		{"too late", "2026-05-06T09:00:00Z", "",
			Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{5}, Until: at("2026-05-08T12:59:59Z")}},
	} {
		got, found := Series{Rule: c.rule, First: at(c.first)}.begin(zoneOf(t, "America/New_York"))
		if found != (c.want != "") || found && !got.First.Equal(at(c.want)) {
			t.Errorf("%s: %v, begins at %s", c.name, found, got.First)
		}
	}
}

func TestAnOccurrenceKeepsItsNameWhateverBecomesOfIt(t *testing.T) {
	m := recurring(t, "Europe/Berlin", "2026-03-02T09:00:00Z", Recurrence{Cycle: Weekly, Days: []time.Weekday{1}})
	const third = OccurrenceID("1773619200000") // 2026-03-16
	o, found := m.Occurrence(third)
	if !found || !o.Start.Equal(at("2026-03-16T08:00:00Z")) || !o.Original.Equal(o.Start) || o.Duration != time.Hour || o.Exception != nil {
		t.Fatalf("%+v %v", o, found)
	}
	moved := m.but(Exception{ID: third, Start: at("2026-03-19T22:30:00Z"), Duration: 2 * time.Hour})
	o, found = moved.Occurrence(third)
	if !found || !o.Start.Equal(at("2026-03-19T22:30:00Z")) || !o.Original.Equal(at("2026-03-16T08:00:00Z")) ||
		!o.End().Equal(at("2026-03-20T00:30:00Z")) {
		t.Errorf("moved: %+v %v", o, found)
	}
	for _, first := range []string{"2026-03-02T00:00:00Z", "2026-03-02T23:59:00Z"} {
		edited := *moved.Series
		edited.First = at(first)
		edited, found = edited.begin(zoneOf(t, "Europe/Berlin"))
		if !found || len(edited.Exceptions) != 1 {
			t.Fatalf("edited to %s: %+v", first, edited)
		}
		m.Series = &edited
		if o, found = m.Occurrence(third); !found || o.ID != third || !o.Start.Equal(at("2026-03-19T22:30:00Z")) ||
			o.Original.Equal(at("2026-03-16T08:00:00Z")) {
			t.Errorf("edited to %s: %+v %v", first, o, found)
		}
	}
}

func TestAnEditOfTheSeriesKeepsTheExceptionsOfDaysThatItStillHas(t *testing.T) {
	m := recurring(t, "UTC", "2026-03-02T09:00:00Z", Recurrence{Cycle: Weekly, Days: []time.Weekday{1, 3}}).but(
		Exception{ID: id("2026-03-04"), Cancelled: true}, Exception{ID: id("2026-03-09"), Cancelled: true},
		Exception{ID: id("2026-03-16"), Cancelled: true}, Exception{ID: id("2026-03-30"), Cancelled: true})
	edited := *m.Series
	edited.First = at("2026-03-05T10:00:00Z")
	edited.Rule.Days = []time.Weekday{1}
	edited.Rule.Times = 3
	edited, _ = edited.begin(time.UTC)
	if len(edited.Exceptions) != 2 || edited.Exceptions[0].ID != id("2026-03-09") || edited.Exceptions[1].ID != id("2026-03-16") {
		t.Errorf("%+v", edited.Exceptions)
	}
	if len(m.Series.Exceptions) != 4 || m.Series.Exceptions[0].ID != id("2026-03-04") {
		t.Error("the series that was read was changed")
	}
}

func TestOccurrencesFromATimeOn(t *testing.T) {
	m := recurring(t, "UTC", "2026-03-02T09:00:00Z", Recurrence{Cycle: Daily, Times: 6}).but(
		Exception{ID: id("2026-03-03"), Start: at("2026-03-06T09:00:00Z")}, // onto another
		Exception{ID: id("2026-03-04"), Cancelled: true},
		Exception{ID: id("2026-03-05"), Start: at("2026-03-01T09:00:00Z")}, // before the first
		Exception{ID: id("2026-03-07"), Duration: 3 * time.Hour},
	)
	for _, c := range []struct {
		from  string
		limit int
		want  string
	}{
		{"2020-01-01T00:00:00Z", 9, "Mar 1 09:00, Mar 2 09:00, -Mar 4 09:00, Mar 6 09:00, Mar 6 09:00, Mar 7 09:00"},
		{"2026-03-01T09:59:59Z", 1, "Mar 1 09:00"},
		{"2026-03-01T10:00:00Z", 1, "Mar 2 09:00"},
		{"2026-03-02T09:59:59Z", 2, "Mar 2 09:00, -Mar 4 09:00"},
		{"2026-03-02T10:00:00Z", 2, "-Mar 4 09:00, Mar 6 09:00"},
		{"2026-03-04T10:00:00Z", 9, "Mar 6 09:00, Mar 6 09:00, Mar 7 09:00"},
		{"2026-03-07T10:00:00Z", 9, "Mar 7 09:00"},
		{"2026-03-07T12:00:00Z", 9, ""},
		{"2020-01-01T00:00:00Z", 0, ""},
		{"2020-01-01T00:00:00Z", -1, ""},
	} {
		if got := told(m.Occurrences(at(c.from), c.limit)); got != c.want {
			t.Errorf("%d from %s: %s, want %s", c.limit, c.from, got, c.want)
		}
	}
	if both := m.Occurrences(at("2026-03-05T00:00:00Z"), 2); both[0].ID != id("2026-03-03") || both[1].ID != id("2026-03-06") {
		t.Errorf("of two at once, %s is before %s", both[0].ID, both[1].ID)
	}
}

func TestAnOccurrenceAtATimeThatClocksLeaveOutIsStillAhead(t *testing.T) {
	for _, c := range []struct{ zone, first, from, want string }{
		{"America/New_York", "2026-03-01T02:30:00Z", "2026-03-08T08:10:00Z", "Mar 8 07:30, Mar 9 06:30"},
		{"Pacific/Apia", "2011-12-01T09:00:00Z", "2011-12-30T19:59:59Z", "Dec 30 19:00, Dec 30 19:00"},
		{"Pacific/Apia", "2011-12-01T09:00:00Z", "2011-12-30T20:00:00Z", "Dec 31 19:00, Jan 1 19:00"},
	} {
		if got := told(recurring(t, c.zone, c.first, Recurrence{Cycle: Daily}).Occurrences(at(c.from), 2)); got != c.want {
			t.Errorf("%s from %s: %s, want %s", c.zone, c.from, got, c.want)
		}
	}
}

func TestTheNextOccurrenceIsNotACancelledOne(t *testing.T) {
	m := recurring(t, "UTC", "2026-03-02T09:00:00Z", Recurrence{Cycle: Daily, Until: at("2026-03-06T09:00:00Z")}).but(
		Exception{ID: id("2026-03-03"), Cancelled: true}, Exception{ID: id("2026-03-04"), Start: at("2026-03-05T08:00:00Z"), Cancelled: true},
		Exception{ID: id("2026-03-05"), Start: at("2026-03-07T12:00:00Z")})
	for now, want := range map[string]string{
		"2026-03-02T09:59:59Z": "2026-03-02T09:00:00Z",
		"2026-03-02T10:00:00Z": "2026-03-06T09:00:00Z",
		"2026-03-06T10:00:00Z": "2026-03-07T12:00:00Z",
	} {
		if got, found := m.Next(at(now)); !found || !got.Start.Equal(at(want)) {
			t.Errorf("after %s: %s %v, want %s", now, got.Start, found, want)
		}
	}
	if got, found := m.Next(at("2026-03-07T13:00:00Z")); found {
		t.Errorf("after the last: %+v", got)
	}
}

func TestWhenTheLastOccurrenceEnds(t *testing.T) {
	week := recurring(t, "America/New_York", "2026-03-05T09:00:00Z", Recurrence{Cycle: Daily, Until: at("2026-03-10T00:00:00Z")})
	cancelled := func(days ...string) (all []Exception) {
		for _, day := range days {
			all = append(all, Exception{ID: id(day), Cancelled: true})
		}
		return all
	}
	for _, c := range []struct {
		name string
		m    Meeting
		want string
	}{
		{"by the rule", week, "2026-03-09T14:00:00Z"},
		{"the last is cancelled", week.but(cancelled("2026-03-08", "2026-03-09")...), "2026-03-07T15:00:00Z"},
		{"all are cancelled", week.but(cancelled("2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09")...),
			"2026-03-09T14:00:00Z"},
		{"the last is moved to the front", week.but(Exception{ID: id("2026-03-09"), Start: at("2026-03-01T00:00:00Z")}), "2026-03-08T14:00:00Z"},
		{"the last is moved back", week.but(Exception{ID: id("2026-03-09"), Start: at("2026-03-20T00:00:00Z"), Duration: time.Minute}),
			"2026-03-20T00:01:00Z"},
		{"an early one is moved behind the last", week.but(Exception{ID: id("2026-03-05"), Start: at("2026-04-01T00:00:00Z")}),
			"2026-04-01T01:00:00Z"},
		{"one is moved there, and cancelled", week.but(Exception{ID: id("2026-03-05"), Start: at("2026-04-01T00:00:00Z"), Cancelled: true}),
			"2026-03-09T14:00:00Z"},
		{"a long one ends last", week.but(Exception{ID: id("2026-03-08"), Duration: 30 * time.Hour}), "2026-03-09T19:00:00Z"},
		{"a number of times", recurring(t, "UTC", "2026-01-31T23:30:00Z", Recurrence{Cycle: Monthly, MonthDay: 31, Times: 3}), "2026-06-01T00:30:00Z"},
		{"only the first is left, of thousands of days", recurring(t, "UTC", "2026-01-01T00:00:00Z",
			Recurrence{Cycle: Monthly, Interval: 10, MonthDay: 1, Until: at("2027-12-31T00:00:00Z")}).but(cancelled("2026-11-01", "2027-09-01")...),
			"2026-01-01T01:00:00Z"},
		{"once", Meeting{Type: Scheduled, Start: at("2026-03-02T09:00:00Z"), Duration: time.Hour}, "2026-03-02T10:00:00Z"},
	} {
		if got := c.m.lastEnd(); !got.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	for name, m := range map[string]Meeting{
		"endless":        recurring(t, "UTC", "2026-03-02T09:00:00Z", Recurrence{Cycle: Daily}).but(cancelled("2026-03-02")...),
		"without a time": {Type: NoFixedTime},
	} {
		if got := m.lastEnd(); !got.IsZero() {
			t.Errorf("%s: ends at %s", name, got)
		}
	}
}

func TestAMeetingThatDoesNotRecurHasOneOccurrenceOrNone(t *testing.T) {
	start := at("2026-03-02T09:00:00Z")
	once := Meeting{Type: Scheduled, Start: start, Duration: time.Hour, Timezone: "Nowhere/Else"}
	all := once.Occurrences(start.Add(time.Hour-1), 5)
	if len(all) != 1 || all[0] != (Occurrence{Original: start, Start: start, Duration: time.Hour}) {
		t.Errorf("%+v", all)
	}
	if all := append(once.Occurrences(start.Add(time.Hour), 5), once.Occurrences(start, 0)...); len(all) > 0 {
		t.Errorf("%+v", all)
	}
	if o, found := once.Occurrence(""); !found || !o.Start.Equal(start) {
		t.Errorf("%+v %v", o, found)
	}
	if _, found := once.Occurrence(idOf(start)); found {
		t.Error("its day names it")
	}
	for _, kind := range []Type{NoFixedTime, Instant, PersonalRoom} {
		m := Meeting{Type: kind, Duration: time.Hour}
		if _, found := m.Occurrence(""); found || len(m.Occurrences(time.Time{}, 5)) > 0 {
			t.Errorf("one of type %d has an occurrence", kind)
		}
	}
}

func TestWhatIsNoNameOfAnOccurrence(t *testing.T) {
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

func TestAMeetingAtOneOfItsOccurrences(t *testing.T) {
	m := recurring(t, "UTC", "2026-03-02T09:00:00Z", Recurrence{Cycle: Daily})
	m.Agenda, m.Passthrough = "All", Passthrough{"mute": json.RawMessage("true")}
	m = m.but(
		Exception{ID: id("2026-03-03"), Start: at("2026-03-03T12:00:00Z"), Duration: time.Minute, Agenda: new(""),
			Passthrough: Passthrough{"focus": json.RawMessage("1")}},
		Exception{ID: id("2026-03-04"), Duration: 2 * time.Hour})
	for day, want := range map[string]string{
		"2026-03-02": `09:00 1h0m0s "All" map[mute:true]`,
		"2026-03-03": `12:00 1m0s "" map[focus:1 mute:true]`,
		"2026-03-04": `09:00 2h0m0s "All" map[mute:true]`,
	} {
		o, _ := m.Occurrence(id(day))
		one := m.At(o)
		if got := fmt.Sprintf("%s %s %q %s", one.Start.Format("15:04"), one.Duration, one.Agenda, one.Passthrough); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
	if len(m.Passthrough) != 1 || m.Agenda != "All" {
		t.Error("the series was changed")
	}
}
