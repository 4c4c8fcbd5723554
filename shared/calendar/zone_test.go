package calendar_test

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

func TestTimeZonesAreDefinedAsTheyAre(t *testing.T) {
	needReader(t)
	for _, zone := range zones {
		for _, first := range []string{"2010-01-04T09:00", "2026-03-04T09:00", "2026-07-04T09:00"} {
			m := seldom(zone, first)
			text := written(t)(calendar.Request(inviteTo(m)))
			until := m.Start.AddDate(10, 0, 0)
			for _, wrong := range clocks(t, text, m.Start, until) {
				t.Errorf("%s from %s: %s", zone, first, wrong)
			}
			moved := strings.ReplaceAll(text, "TZOFFSETTO:+0200", "TZOFFSETTO:+0300")
			if zone == "Europe/Berlin" && len(clocks(t, moved, m.Start, until)) == 0 {
				t.Errorf("the reader accepts %s", moved)
			}
		}
	}
}

func TestTimeZoneIsDefinedForAllOccurrences(t *testing.T) {
	needReader(t)
	m := seriesOf("Asia/Gaza", "2026-06-04T09:00", meeting.Recurrence{Cycle: meeting.Monthly, Interval: 1, MonthDay: 4, Times: 6})
	before, behind := m.Start.AddDate(0, -6, 0), m.Start.AddDate(2, 0, 0)
	m = with(with(m, 1, meeting.Exception{Start: before}), 2, meeting.Exception{Start: behind})
	text := written(t)(calendar.Request(inviteTo(m)))
	if wrong := clocks(t, text, before, behind); len(wrong) > 0 {
		t.Errorf("%s\n%s", wrong, text)
	}
	sameElsewhere(t, m, 3*year)
}

// A zone is defined for the years that can be planned, however late the series ends.
func TestTimeZoneOfALongSeriesIsNoLonger(t *testing.T) {
	needReader(t)
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Asia/Gaza"} {
		rule := daily(0)
		want := zoneIn(written(t)(calendar.Request(inviteTo(seriesOf(zone, "2026-03-04T09:00", rule)))))
		rule.Until = time.Date(9998, 12, 31, 23, 59, 59, 0, time.UTC)
		m := seriesOf(zone, "2026-03-04T09:00", rule)
		const late = meeting.OccurrenceID("253370332800000") // December 27, 9998
		for _, exceptions := range [][]meeting.Exception{nil, {{ID: late, Cancelled: true}}} {
			m.Series.Exceptions = exceptions
			text := written(t)(calendar.Request(inviteTo(m)))
			if got := zoneIn(text); got != want || !strings.Contains(text, ";UNTIL=99981231T235959Z\r\n") {
				t.Errorf("%s with %v is %d bytes, without an end %d", zone, exceptions, len(got), len(want))
			}
		}
		sameElsewhere(t, m, month)
	}
}

func TestTimesThatNeedUTCAreInUTC(t *testing.T) {
	first := time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		zone  string
		start time.Time
		want  string
	}{
		{"America/New_York", first.Add(-time.Hour), "DTSTART;TZID=America/New_York:20261101T003000"},
		{"America/New_York", first, "DTSTART:20261101T053000Z"},                // 1:30, which the clocks show twice
		{"America/New_York", first.Add(time.Hour), "DTSTART:20261101T063000Z"}, // the second one
		{"America/New_York", first.Add(2 * time.Hour), "DTSTART;TZID=America/New_York:20261101T023000"},
		{"UTC", first, "DTSTART:20261101T053000Z"}, {"Etc/UTC", first, "DTSTART:20261101T053000Z"}, {"Nowhere/Any_More", first, "DTSTART:20261101T053000Z"},
	} {
		i := inviteTo(review())
		i.Meeting.Timezone, i.Meeting.Duration, i.Meeting.Start = c.zone, 10*time.Minute, c.start
		text := written(t)(calendar.Request(i))
		if !strings.Contains(text, c.want+"\r\n") || strings.Contains(text, "BEGIN:VTIMEZONE") != (c.zone == "America/New_York") {
			t.Errorf("%s in %s is\n%s", c.start, c.zone, text)
		}
	}
}

// After the horizon, a zone whose clocks change by no rule has the offset that it has for most of the time.
func TestZoneWithoutRulesEndsInItsUsualOffset(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Gaza")
	if err != nil {
		t.Fatal(err)
	}
	for months := range 24 {
		i := inviteTo(seldom("Asia/Gaza", "2026-03-04T09:00"))
		i.Now = now.AddDate(0, months, 0)
		summers := 0
		for day := range 3650 {
			if _, offset := i.Now.AddDate(0, 0, day).In(zone).Zone(); offset == 3*60*60 {
				summers++
			}
		}
		usual := map[bool]string{false: "+0200", true: "+0300"}[summers > 3650/2]
		text := zoneIn(written(t)(calendar.Request(i)))
		if last := text[strings.LastIndex(text, "TZOFFSETTO:"):]; !strings.HasPrefix(last, "TZOFFSETTO:"+usual) {
			t.Errorf("written in %s, the zone ends in %s, usual is %s", i.Now.Format("2006-01"), last, usual)
		}
	}
}

// Some readers refuse a calendar with a time that the clocks skip, and none agree when the rule has it.
func TestTimesInAGapAreWrittenAsInstants(t *testing.T) {
	m := seriesOf("Europe/Berlin", "2026-03-25T02:30", daily(10)) // the fifth is in the gap
	cancelled := written(t)(calendar.Request(inviteTo(with(m, 4, meeting.Exception{Cancelled: true}))))
	for _, want := range []string{"EXDATE;TZID=Europe/Berlin:20260329T033000", "EXDATE:20260329T013000Z", "EXDATE:20260329T003000Z"} {
		if !strings.Contains(cancelled, want+"\r\n") {
			t.Errorf("no %s in\n%s", want, cancelled)
		}
	}
	longer := written(t)(calendar.Request(inviteTo(with(m, 4, meeting.Exception{Duration: 2 * time.Hour}))))
	if !strings.Contains(longer, "RECURRENCE-ID;TZID=Europe/Berlin:20260329T033000\r\n") || strings.Contains(longer, "20260329T023000") {
		t.Error(longer)
	}
}
