package calendar_test

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// review returns a meeting in Berlin, two days from now, with two invitees.
func review() meeting.Meeting {
	return meeting.Meeting{
		ID: "82345678901", Type: meeting.Scheduled, Topic: "Review", Agenda: "What we did.", Start: now.Add(48 * time.Hour), Duration: time.Hour,
		Timezone: "Europe/Berlin", Invitees: []string{"grace@example.com", "o'neill@example.org"}, Sequence: 3, CreatedAt: now.Add(-time.Hour),
	}
}

func inviteTo(m meeting.Meeting) calendar.Invite {
	return calendar.Invite{
		Meeting: m, Organizer: calendar.Organizer{Name: "Ada Lovelace", Email: "ada@example.com"},
		JoinURL: "https://rooms.example.com/j/82345678901?pwd=123456", Joining: "Join:\nhttps://rooms.example.com/j/82345678901?pwd=123456",
		Now: now,
	}
}

// seriesOf returns a series of meetings of one hour. The first begins at a time on the clocks of the zone, such as
// 2026-03-04T10:00.
func seriesOf(zone, first string, rule meeting.Recurrence) meeting.Meeting {
	m := review()
	at, err := time.Parse("2006-01-02T15:04", first)
	if err != nil {
		panic(err)
	}
	m.Type, m.Timezone, m.Series = meeting.FixedTime, zone, &meeting.Series{Rule: rule, First: at}
	m.Start = m.Occurrences(time.Time{}, 1)[0].Original
	return m
}

// seldom returns a series without end that has an occurrence every ten months.
func seldom(zone, first string) meeting.Meeting {
	return seriesOf(zone, first, meeting.Recurrence{Cycle: meeting.Monthly, Interval: 10, MonthDay: 4})
}

// nth returns the id of the nth occurrence of the rule, from 0 on.
func nth(m meeting.Meeting, n int) meeting.OccurrenceID {
	series := *m.Series
	series.Exceptions, m.Series = nil, &series
	return m.Occurrences(time.Time{}, n+1)[n].ID
}

func with(m meeting.Meeting, n int, e meeting.Exception) meeting.Meeting {
	series := *m.Series
	e.ID = nth(m, n)
	series.Exceptions = append(slices.Clone(series.Exceptions), e)
	slices.SortFunc(series.Exceptions, func(a, b meeting.Exception) int { return cmp.Compare(a.ID, b.ID) })
	m.Series = &series
	return m
}

// zoneIn returns the part of a calendar that defines its time zone.
func zoneIn(calendar string) string {
	_, text, _ := strings.Cut(calendar, "TZID:")
	_, text, _ = strings.Cut(text, "\r\n")
	text, _, _ = strings.Cut(text, "END:VTIMEZONE")
	return text
}
