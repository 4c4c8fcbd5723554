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

// Clocks that change by rules are defined by them, for good, others by their changes: each in a component of its own.
func TestTimeZonesAreDefinedByRules(t *testing.T) {
	zoned := func(name string) calendar.Invite {
		i := inviteTo(review())
		i.Meeting.Timezone = name
		return i
	}
	late := inviteTo(seldom("Europe/Berlin", "2026-03-04T09:00"))
	late.Now = now.AddDate(400, 0, 0)
	for name, c := range map[string]struct {
		invite       calendar.Invite
		rules, dates int
		has          string
	}{
		"summer time, which the law calls standard": {zoned("Europe/Dublin"), 2, 0, `
			BEGIN:STANDARD DTSTART:19971026T020000 TZOFFSETFROM:+0100 TZOFFSETTO:+0000 TZNAME:GMT RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU END:STANDARD
			BEGIN:DAYLIGHT DTSTART:19700329T010000 TZOFFSETFROM:+0000 TZOFFSETTO:+0100 TZNAME:IST RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU END:DAYLIGHT`},
		"no changes": {zoned("Asia/Kolkata"), 0, 0, `
			BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETFROM:+0530 TZOFFSETTO:+0530 TZNAME:IST END:STANDARD`},
		"400 years later":                 {late, 2, 0, ""},
		"by the moon, for one meeting":    {zoned("Asia/Gaza"), 0, 2, ""},
		"by the moon, for a series of it": {inviteTo(seldom("Asia/Gaza", "2026-03-04T09:00")), 0, 22, ""},
		"on any seven days of a month": {zoned("America/Santiago"), 2, 0, `
			BEGIN:STANDARD DTSTART:19700405T000000 TZOFFSETFROM:-0300 TZOFFSETTO:-0400 TZNAME:-04
			RRULE:FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=SU END:STANDARD`},
		"on seven days of two months": {zoned("Africa/Cairo"), 3, 0, ""},
	} {
		got := strings.Join(strings.Fields(zoneIn(written(t)(calendar.Request(c.invite)))), " ")
		rules, dates := strings.Count(got, "RRULE"), strings.Count(got, "RDATE")
		if rules != c.rules || dates != c.dates || !strings.HasSuffix(got, strings.Join(strings.Fields(c.has), " ")) {
			t.Errorf("%s: %d rules, %d lists of dates in\n%s", name, rules, dates, got)
		}
	}
}
