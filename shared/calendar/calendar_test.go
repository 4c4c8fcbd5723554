package calendar_test

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/calendar/calendartest"
	"personal-rooms/shared/meeting"
)

func TestMeetingWithoutATimeHasNoEntry(t *testing.T) {
	for _, kind := range []meeting.Type{meeting.NoFixedTime, meeting.Instant} {
		m := calendartest.Review()
		m.Type, m.Start = kind, time.Time{}
		for name, write := range map[string]func(calendar.Invite) (string, error){"request": calendar.Request, "cancel": calendar.Cancel} {
			if text, err := write(calendartest.InviteTo(m)); meeting.ReasonOf(err) != meeting.Invalid || text != "" {
				t.Errorf("%s of type %d: %q %v", name, kind, text, err)
			}
		}
	}
}

func TestUnknownOccurrenceIsRefused(t *testing.T) {
	m := calendartest.SeriesOf("Europe/Berlin", "2026-03-04T10:00", meeting.Recurrence{Cycle: meeting.Daily, Interval: 2, Times: 2})
	day := calendartest.Nth(m, 0)
	for _, c := range []struct {
		m  meeting.Meeting
		id meeting.OccurrenceID
	}{{m, ""}, {m, "soon"}, {m, day + "1"}, {calendartest.Review(), ""}, {calendartest.Review(), day}} {
		if text, err := calendar.Occurrence(calendartest.InviteTo(c.m), c.id); meeting.ReasonOf(err) != meeting.Invalid || text != "" {
			t.Errorf("%q of type %d: %q %v", c.id, c.m.Type, text, err)
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
	return calendartest.Zone(text)
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
		m := calendartest.Review()
		m.Timezone = zone
		if got := zoneOf(t, calendartest.InviteTo(m)); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%s is\n%s", zone, got)
		}
	}
	late := calendartest.InviteTo(calendartest.Seldom("Europe/Berlin", "2026-03-04T09:00"))
	late.Now = calendartest.Now.AddDate(400, 0, 0)
	if got := zoneOf(t, late); strings.Contains(got, "RDATE") || strings.Count(got, "RRULE") != 2 {
		t.Errorf("after 400 years it is %d bytes", len(got))
	}
}

func TestClocksThatChangeByNoRuleAreDefinedByTheirChanges(t *testing.T) {
	m := calendartest.Review()
	m.Timezone = "Asia/Gaza" // its clocks follow the moon
	if got := zoneOf(t, calendartest.InviteTo(m)); strings.Contains(got, "RRULE") || strings.Contains(got, "RDATE") {
		t.Errorf("for one meeting: %s", got)
	}
	many := calendartest.InviteTo(calendartest.Seldom(m.Timezone, "2026-03-04T09:00"))
	if got := zoneOf(t, many); strings.Contains(got, "RRULE") || strings.Count(got, "RDATE") != 2 {
		t.Errorf("for many years: %s", got)
	}
}
