package calendar_test

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

const decade = 10 * year

// seldom is a series without end that has few occurrences.
func seldom(zone, first string) meeting.Meeting {
	return seriesOf(zone, first, meeting.Recurrence{Cycle: meeting.Monthly, Interval: 10, MonthDay: 4})
}

func TestTimeZonesAreDefinedAsTheyAre(t *testing.T) {
	for _, zone := range zones {
		for _, first := range []string{"2010-01-04T09:00", "2026-03-04T09:00", "2026-07-04T09:00"} {
			m := seldom(zone, first)
			text, err := calendar.Request(inviteTo(m))
			for _, wrong := range clocks(t, written(t, text, err), m.Start, m.Start.Add(decade)) {
				t.Errorf("%s from %s: %s", zone, first, wrong)
			}
		}
	}
}

func TestATimeZoneThatIsDefinedOtherwiseWouldBeSeen(t *testing.T) {
	m := seldom("Europe/Berlin", "2026-03-04T09:00")
	text, err := calendar.Request(inviteTo(m))
	for _, other := range []*strings.Replacer{
		strings.NewReplacer("TZOFFSETTO:+0200", "TZOFFSETTO:+0300"), strings.NewReplacer("BYDAY=-1SU", "BYDAY=4SU"),
		strings.NewReplacer("T020000", "T013000"), strings.NewReplacer("RRULE:FREQ=YEARLY;BYMONTH=3", "RRULE:FREQ=YEARLY;COUNT=9;BYMONTH=3"),
	} {
		if len(clocks(t, other.Replace(written(t, text, err)), m.Start, m.Start.Add(decade))) == 0 {
			t.Errorf("nobody sees anything wrong with %s", other.Replace(text))
		}
	}
}

func TestClocksThatChangeByARuleAreDefinedByIt(t *testing.T) {
	for zone, want := range map[string]string{
		"America/New_York": `
			BEGIN:STANDARD DTSTART:20251102T020000 TZOFFSETFROM:-0400 TZOFFSETTO:-0500 TZNAME:EST RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU END:STANDARD
			BEGIN:DAYLIGHT DTSTART:20260308T020000 TZOFFSETFROM:-0500 TZOFFSETTO:-0400 TZNAME:EDT RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU END:DAYLIGHT`,
		"Europe/Dublin": `
			BEGIN:STANDARD DTSTART:20251026T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0000 TZNAME:GMT RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU END:STANDARD
			BEGIN:DAYLIGHT DTSTART:20260329T010000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100 TZNAME:IST RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU END:DAYLIGHT`,
		"Australia/Lord_Howe": `
			BEGIN:DAYLIGHT DTSTART:20251005T020000 TZOFFSETFROM:+1030 TZOFFSETTO:+1100 TZNAME:+11 RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=1SU END:DAYLIGHT
			BEGIN:STANDARD DTSTART:20260405T020000 TZOFFSETFROM:+1100 TZOFFSETTO:+1030 TZNAME:+1030 RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU END:STANDARD`,
		"Asia/Kolkata": `
			BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETFROM:+0530 TZOFFSETTO:+0530 TZNAME:IST END:STANDARD`,
	} {
		m := review()
		m.Timezone = zone
		text, err := calendar.Request(inviteTo(m))
		if got := defined(written(t, text, err)); strings.Join(strings.Fields(got), "\n") != strings.Join(strings.Fields(want), "\n") {
			t.Errorf("%s is\n%s", zone, got)
		}
	}
}

func TestClocksThatChangeByNoRuleAreDefinedByTheirChanges(t *testing.T) {
	m := review()
	m.Timezone = "Asia/Gaza" // where they follow the moon
	text, err := calendar.Request(inviteTo(m))
	if got := defined(written(t, text, err)); strings.Contains(got, "RRULE") || strings.Contains(got, "RDATE") {
		t.Errorf("for one meeting: %s", got)
	}
	text, err = calendar.Request(inviteTo(seldom(m.Timezone, "2026-03-04T09:00")))
	if got := defined(written(t, text, err)); strings.Contains(got, "RRULE") || strings.Count(got, "RDATE") != 2 {
		t.Errorf("for many years: %s", got)
	}
}

func TestTheTimeZoneIsDefinedForAllThatItIsNeededFor(t *testing.T) {
	m := seriesOf("Asia/Gaza", "2026-06-04T09:00", meeting.Recurrence{Cycle: meeting.Monthly, Interval: 1, MonthDay: 4, Times: 6})
	before, behind := m.Start.AddDate(0, -6, 0), m.Start.AddDate(2, 0, 0)
	m = with(with(m, 1, meeting.Exception{Start: before}), 2, meeting.Exception{Start: behind})
	text, err := calendar.Request(inviteTo(m))
	if wrong := clocks(t, written(t, text, err), before, behind); len(wrong) > 0 {
		t.Errorf("%s\n%s", wrong, text)
	}
	sameElsewhere(t, m, 3*year)
}

// A zone is defined for the years that can be planned, however long the series, and however much later the text is made.
func TestTheTimeZoneOfASeriesThatEndsAgesFromNowIsNoLongerThanAnother(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Asia/Gaza"} {
		rule := meeting.Recurrence{Cycle: meeting.Daily, Interval: 1}
		endless, err := calendar.Request(inviteTo(seriesOf(zone, "2026-03-04T09:00", rule)))
		want := defined(written(t, endless, err))
		rule.Until = time.Date(9998, 12, 31, 23, 59, 59, 0, time.UTC)
		m := seriesOf(zone, "2026-03-04T09:00", rule)
		text, err := calendar.Request(inviteTo(m))
		if got := defined(written(t, text, err)); got != want || !strings.Contains(text, ";UNTIL=99981231T235959Z\r\n") {
			t.Errorf("%s is %d bytes, without an end %d", zone, len(got), len(want))
		}
		const late = meeting.OccurrenceID("253370332800000") // December 27, 9998
		m.Series.Exceptions = []meeting.Exception{{ID: late, Cancelled: true}}
		text, err = calendar.Request(inviteTo(m))
		if got := defined(written(t, text, err)); got != want {
			t.Errorf("%s with an exception is %d bytes, without an end %d", zone, len(got), len(want))
		}
		sameElsewhere(t, m, month)
	}
}

func TestARuleOfClocksIsARuleForCenturies(t *testing.T) {
	i := inviteTo(seldom("Europe/Berlin", "2026-03-04T09:00"))
	i.Now = now.AddDate(400, 0, 0)
	text, err := calendar.Request(i)
	if got := defined(written(t, text, err)); strings.Contains(got, "RDATE") || strings.Count(got, "RRULE") != 2 {
		t.Errorf("it is %d bytes", len(got))
	}
}

// defined is what a calendar says of its time zone.
func defined(text string) string {
	_, text, _ = strings.Cut(text, "TZID:")
	_, text, _ = strings.Cut(text, "\r\n")
	text, _, _ = strings.Cut(text, "END:VTIMEZONE")
	return text
}

func TestAnInstantThatTheClocksShowTwiceIsToldInUTC(t *testing.T) {
	m := review()
	m.Timezone, m.Duration = "America/New_York", 10*time.Minute
	first := time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC)
	for start, want := range map[time.Time]string{
		first.Add(-time.Hour):    "DTSTART;TZID=America/New_York:20261101T003000",
		first:                    "DTSTART;TZID=America/New_York:20261101T013000",
		first.Add(time.Hour):     "DTSTART:20261101T063000Z",
		first.Add(2 * time.Hour): "DTSTART;TZID=America/New_York:20261101T023000",
	} {
		m.Start = start
		text, err := calendar.Request(inviteTo(m))
		got := read(t, written(t, text, err), start, start.Add(time.Hour))
		held := got.Occurrences[0]
		if !strings.Contains(text, want+"\r\n") || held.Start != start.Unix() || held.End != start.Add(m.Duration).Unix() {
			t.Errorf("%s is told as\n%s", start, text)
		}
	}
}
