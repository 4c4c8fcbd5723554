package calendar_test

import (
	"testing"
	"time"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/calendar/calendartest"
	"personal-rooms/shared/meeting"
)

func TestWhatHasNoTimeHasNoEntry(t *testing.T) {
	loose, instant := calendartest.Review(), calendartest.Review()
	loose.Type, loose.Start = meeting.NoFixedTime, time.Time{}
	instant.Type, instant.Start = meeting.Instant, time.Time{}
	for _, m := range []meeting.Meeting{loose, instant} {
		for name, write := range map[string]func(calendar.Invite) (string, error){"request": calendar.Request, "cancel": calendar.Cancel} {
			if text, err := write(calendartest.InviteTo(m)); meeting.ReasonOf(err) != meeting.Invalid || text != "" {
				t.Errorf("%s of type %d: %q %v", name, m.Type, text, err)
			}
		}
	}
}

func TestAnOccurrenceThatIsNotThereIsRefused(t *testing.T) {
	m := calendartest.SeriesOf("Europe/Berlin", "2026-03-04T10:00", meeting.Recurrence{Cycle: meeting.Daily, Interval: 2, Times: 2})
	day := string(calendartest.Nth(m, 0))
	for _, c := range []struct {
		m  meeting.Meeting
		id string
	}{{m, ""}, {m, "soon"}, {m, day + "1"}, {calendartest.Review(), ""}, {calendartest.Review(), day}} {
		if text, err := calendar.Occurrence(calendartest.InviteTo(c.m), meeting.OccurrenceID(c.id)); meeting.ReasonOf(err) != meeting.Invalid || text != "" {
			t.Errorf("%q of type %d: %q %v", c.id, c.m.Type, text, err)
		}
	}
}
