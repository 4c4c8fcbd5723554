package calendar_test

import (
	"strings"
	"testing"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/calendar/calendartest"
)

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
		text, err := calendar.Request(calendartest.InviteTo(m))
		if got := defined(written(t, text, err)); strings.Join(strings.Fields(got), "\n") != strings.Join(strings.Fields(want), "\n") {
			t.Errorf("%s is\n%s", zone, got)
		}
	}
}

func TestClocksThatChangeByNoRuleAreDefinedByTheirChanges(t *testing.T) {
	m := calendartest.Review()
	m.Timezone = "Asia/Gaza" // where they follow the moon
	text, err := calendar.Request(calendartest.InviteTo(m))
	if got := defined(written(t, text, err)); strings.Contains(got, "RRULE") || strings.Contains(got, "RDATE") {
		t.Errorf("for one meeting: %s", got)
	}
	text, err = calendar.Request(calendartest.InviteTo(calendartest.Seldom(m.Timezone, "2026-03-04T09:00")))
	if got := defined(written(t, text, err)); strings.Contains(got, "RRULE") || strings.Count(got, "RDATE") != 2 {
		t.Errorf("for many years: %s", got)
	}
}

func TestARuleOfClocksIsARuleForCenturies(t *testing.T) {
	i := calendartest.InviteTo(calendartest.Seldom("Europe/Berlin", "2026-03-04T09:00"))
	i.Now = calendartest.Now.AddDate(400, 0, 0)
	text, err := calendar.Request(i)
	if got := defined(written(t, text, err)); strings.Contains(got, "RDATE") || strings.Count(got, "RRULE") != 2 {
		t.Errorf("it is %d bytes", len(got))
	}
}

// written is a calendar that was not refused.
func written(t *testing.T, text string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return text
}

// defined is what a calendar says of its time zone.
func defined(text string) string {
	_, text, _ = strings.Cut(text, "TZID:")
	_, text, _ = strings.Cut(text, "\r\n")
	text, _, _ = strings.Cut(text, "END:VTIMEZONE")
	return text
}
