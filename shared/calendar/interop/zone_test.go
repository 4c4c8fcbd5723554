package interop

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

const decade = 10 * year

func TestTimeZonesAreDefinedAsTheyAre(t *testing.T) {
	needReader(t)
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
	needReader(t)
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

func TestTheTimeZoneIsDefinedForAllThatItIsNeededFor(t *testing.T) {
	needReader(t)
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
	needReader(t)
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

func TestAnInstantThatTheClocksShowTwiceIsToldInUTC(t *testing.T) {
	needReader(t)
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

// defined is what a calendar says of its time zone.
func defined(text string) string {
	_, text, _ = strings.Cut(text, "TZID:")
	_, text, _ = strings.Cut(text, "\r\n")
	text, _, _ = strings.Cut(text, "END:VTIMEZONE")
	return text
}
