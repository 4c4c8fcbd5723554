package calendar_test

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

func TestWhatHasNoEntryIsRefused(t *testing.T) {
	timeless := review()
	timeless.Type, timeless.Start = meeting.NoFixedTime, time.Time{}
	m := seriesOf("Europe/Berlin", "2026-03-04T10:00", meeting.Recurrence{Cycle: meeting.Daily, Interval: 2, Times: 2})
	day := nth(m, 0)
	occurrence := func(m meeting.Meeting, id meeting.OccurrenceID) func() (string, error) {
		return func() (string, error) { return calendar.Occurrence(inviteTo(m), id) }
	}
	for name, write := range map[string]func() (string, error){
		"a meeting without a time":              func() (string, error) { return calendar.Request(inviteTo(timeless)) },
		"the cancellation of one":               func() (string, error) { return calendar.Cancel(inviteTo(timeless)) },
		"an occurrence without an id":           occurrence(m, ""),
		"an occurrence on no day of the series": occurrence(m, day+"1"),
		"an occurrence of a single meeting":     occurrence(review(), day),
		"a single meeting as an occurrence":     occurrence(review(), ""),
	} {
		if text, err := write(); meeting.ReasonOf(err) != meeting.Invalid || text != "" {
			t.Errorf("%s: %q %v", name, text, err)
		}
	}
}

// zoneOf returns the definition of the time zone in the calendar of an invitation.
func zoneOf(t *testing.T, i calendar.Invite) string {
	t.Helper()
	text, err := calendar.Request(i)
	if err != nil {
		t.Fatal(err)
	}
	return zoneIn(text)
}

func TestClocksThatChangeByARuleAreDefinedByIt(t *testing.T) {
	for zone, want := range map[string]string{
		"Europe/Dublin": `
			BEGIN:STANDARD DTSTART:20251026T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0000 TZNAME:GMT RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU END:STANDARD
			BEGIN:DAYLIGHT DTSTART:20260329T010000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100 TZNAME:IST RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU END:DAYLIGHT`,
		"Asia/Kolkata": `
			BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETFROM:+0530 TZOFFSETTO:+0530 TZNAME:IST END:STANDARD`,
	} {
		m := review()
		m.Timezone = zone
		if got := zoneOf(t, inviteTo(m)); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%s is\n%s", zone, got)
		}
	}
	late := inviteTo(seldom("Europe/Berlin", "2026-03-04T09:00"))
	late.Now = now.AddDate(400, 0, 0)
	if got := zoneOf(t, late); strings.Contains(got, "RDATE") || strings.Count(got, "RRULE") != 2 {
		t.Errorf("after 400 years it is %d bytes", len(got))
	}
}

func TestClocksThatChangeByNoRuleAreDefinedByTheirChanges(t *testing.T) {
	m := review()
	m.Timezone = "Asia/Gaza" // its clocks follow the moon
	if got := zoneOf(t, inviteTo(m)); strings.Contains(got, "RRULE") || strings.Contains(got, "RDATE") {
		t.Errorf("for one meeting: %s", got)
	}
	many := inviteTo(seldom(m.Timezone, "2026-03-04T09:00"))
	if got := zoneOf(t, many); strings.Contains(got, "RRULE") || strings.Count(got, "RDATE") != 2 {
		t.Errorf("for many years: %s", got)
	}
}
