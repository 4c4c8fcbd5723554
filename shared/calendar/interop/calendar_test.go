package interop

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/calendar/calendartest"
	"personal-rooms/shared/meeting"
)

// The meetings that these tests are about.
var (
	now  = calendartest.Now
	made = review().CreatedAt

	review   = calendartest.Review
	inviteTo = calendartest.InviteTo
	seriesOf = calendartest.SeriesOf
	seldom   = calendartest.Seldom
	nth      = calendartest.Nth
	with     = calendartest.With
)

// uid is that of the entry of review: it must never change.
const uid = "82345678901-1772438400000@personal-rooms"

// written is a calendar that was not refused.
func written(t tester, text string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return text
}

// entries are those of a calendar as they are read.
func entries(t tester, text string, err error) reading {
	t.Helper()
	return read(t, written(t, text, err), now, now.AddDate(1, 0, 0))
}

func TestAMeetingIsInvitedToAsItIs(t *testing.T) {
	needReader(t)
	text, err := calendar.Request(inviteTo(review()))
	got := entries(t, text, err)
	asked := map[string]string{"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
	start := now.Add(48 * time.Hour).Unix()
	description := "What we did.\n\nJoin:\nhttps://rooms.example.com/j/82345678901?pwd=123456"
	want := reading{
		Method: "REQUEST", Version: "2.0", Properties: []string{"CALSCALE", "METHOD", "PRODID", "VERSION"},
		Components: []string{"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VEVENT"}, Zones: []string{"Europe/Berlin"},
		Entries: []entry{{
			Names: []string{"ATTENDEE", "CREATED", "DESCRIPTION", "DTEND", "DTSTAMP", "DTSTART", "LOCATION", "ORGANIZER", "SEQUENCE", "STATUS",
				"SUMMARY", "TRANSP", "UID", "URL"},
			UID: uid, Sequence: 3, DTStamp: now.Unix(), Created: made.Unix(), Summary: "Review",
			Description: description,
			Location:    "https://rooms.example.com/j/82345678901?pwd=123456", URL: "https://rooms.example.com/j/82345678901?pwd=123456",
			Status: "CONFIRMED", Transp: "OPAQUE",
			Organizer: []person{{"mailto:ada@example.com", map[string]string{"CN": "Ada Lovelace"}}},
			Attendee:  []person{{"mailto:grace@example.com", asked}, {"mailto:o'neill@example.org", asked}},
		}},
		Occurrences: []occurrence{{Start: start, End: start + 3600, Summary: "Review", Description: description}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutAnOrganizerOrAnybodyToAskAMeetingIsPublished(t *testing.T) {
	needReader(t)
	invited, alone := review(), review()
	alone.Invitees = nil
	for _, c := range []struct {
		name                 string
		m                    meeting.Meeting
		email                string
		method               string
		organizer, attendees int
	}{
		{"invited", invited, "ada@example.com", "REQUEST", 1, 2},
		{"nobody asked", alone, "ada@example.com", "PUBLISH", 1, 0},
		{"nobody to answer to", invited, "", "PUBLISH", 0, 0},
		{"neither", alone, "", "PUBLISH", 0, 0},
	} {
		i := inviteTo(c.m)
		i.Organizer.Email = c.email
		text, err := calendar.Request(i)
		got := entries(t, text, err)
		if e := got.Entries[0]; got.Method != c.method || len(e.Organizer) != c.organizer || len(e.Attendee) != c.attendees {
			t.Errorf("%s: %s, organizer %v, attendees %v", c.name, got.Method, e.Organizer, e.Attendee)
		}
		text, err = calendar.Cancel(i)
		got = entries(t, text, err)
		if e := got.Entries[0]; got.Method != "CANCEL" || len(e.Organizer) != c.organizer || len(e.Attendee) != c.attendees {
			t.Errorf("%s, cancelled: %s, organizer %v, attendees %v", c.name, got.Method, e.Organizer, e.Attendee)
		}
	}
}

func TestAnOrganizerNeedsNoName(t *testing.T) {
	needReader(t)
	i := inviteTo(review())
	i.Organizer.Name = ""
	text, err := calendar.Request(i)
	got := entries(t, text, err).Entries[0].Organizer
	if len(got) != 1 || got[0].Address != "mailto:ada@example.com" || len(got[0].Parameters) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestAMeetingIsOneEntryForAllOfItsLife(t *testing.T) {
	needReader(t)
	planned := review()
	moved := planned
	moved.Start, moved.Timezone, moved.UsePMI, moved.Sequence = moved.Start.Add(24*time.Hour), "Asia/Tokyo", true, 4
	for _, m := range []meeting.Meeting{planned, moved} {
		i := inviteTo(m)
		i.JoinURL = "https://rooms.example.com/j/5551234321?omn=82345678901" // the number was edited
		text, err := calendar.Request(i)
		got := entries(t, text, err).Entries[0]
		if got.UID != uid || int64(got.Sequence) != m.Sequence {
			t.Errorf("%s, revision %d", got.UID, got.Sequence)
		}
	}
}

func TestAnotherMeetingOfTheSameNumberIsAnotherEntry(t *testing.T) {
	needReader(t)
	m := review()
	m.CreatedAt = made.Add(time.Millisecond)
	text, err := calendar.Request(inviteTo(m))
	if got := entries(t, text, err).Entries[0]; got.UID == uid {
		t.Errorf("%s names both", got.UID)
	}
}

func TestAMeetingThatIsCancelledIsTheNextRevisionOfItsEntry(t *testing.T) {
	needReader(t)
	text, err := calendar.Cancel(inviteTo(review()))
	got := entries(t, text, err)
	if e := got.Entries[0]; got.Method != "CANCEL" || len(got.Entries) != 1 || e.Status != "CANCELLED" || e.Sequence != 4 ||
		e.UID != uid || e.RecurrenceID != nil {
		t.Errorf("%+v", got)
	}
}

func TestAnOccurrenceIsAnEntryOnlyIfACalendarShowsThatItDiffers(t *testing.T) {
	needReader(t)
	m := seriesOf("Europe/Berlin", "2026-03-04T10:00", meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: 5})
	same, _ := m.Occurrence(nth(m, 1))
	for name, c := range map[string]struct {
		e       meeting.Exception
		entries int
	}{
		"only its settings":      {meeting.Exception{Passthrough: meeting.Passthrough{"host_video": []byte("true")}}, 1},
		"moved to where it was":  {meeting.Exception{Start: same.Start}, 1},
		"as long as the others":  {meeting.Exception{Duration: m.Duration}, 1},
		"with the same agenda":   {meeting.Exception{Agenda: &m.Agenda}, 1},
		"cancelled":              {meeting.Exception{Cancelled: true}, 1},
		"moved":                  {meeting.Exception{Start: same.Start.Add(time.Minute)}, 2},
		"longer":                 {meeting.Exception{Duration: m.Duration + time.Minute}, 2},
		"with an agenda":         {meeting.Exception{Agenda: new("Only this once.")}, 2},
		"without the agenda":     {meeting.Exception{Agenda: new("")}, 2},
		"settings and an agenda": {meeting.Exception{Agenda: new(""), Passthrough: meeting.Passthrough{"host_video": []byte("true")}}, 2},
	} {
		text, err := calendar.Request(inviteTo(with(m, 1, c.e)))
		if got := entries(t, text, err).Entries; len(got) != c.entries {
			t.Errorf("%s: %d entries", name, len(got))
		}
	}
}

func TestASeriesThatIsCancelledIsCancelledAsAWhole(t *testing.T) {
	needReader(t)
	m := seriesOf("Europe/Berlin", "2026-03-04T10:00", meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: 5})
	m = with(m, 1, meeting.Exception{Cancelled: true})
	m = with(m, 2, meeting.Exception{Duration: 2 * time.Hour})
	text, err := calendar.Cancel(inviteTo(m))
	got := entries(t, text, err)
	if len(got.Entries) != 1 || got.Entries[0].Status != "CANCELLED" || got.Entries[0].RecurrenceID != nil || len(got.Occurrences) != 4 {
		t.Errorf("%+v", got)
	}
}

func TestOneOccurrenceIsInvitedToOrCancelled(t *testing.T) {
	needReader(t)
	m := seriesOf("Europe/Berlin", "2026-03-04T10:00", meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: 5})
	m = with(m, 1, meeting.Exception{Cancelled: true})
	m = with(m, 2, meeting.Exception{Start: now.Add(100 * time.Hour), Agenda: new("Only this once.")})
	for n, want := range []struct{ method, status, description string }{
		{"REQUEST", "CONFIRMED", "What we did.\n\nJoin"},
		{"CANCEL", "CANCELLED", "What we did.\n\nJoin"},
		{"REQUEST", "CONFIRMED", "Only this once.\n\nJoin"},
	} {
		o, _ := m.Occurrence(nth(m, n))
		text, err := calendar.Occurrence(inviteTo(m), o.ID)
		got := entries(t, text, err)
		if len(got.Entries) != 1 || got.Method != want.method {
			t.Fatalf("occurrence %d: %+v", n, got)
		}
		e := got.Entries[0]
		if e.Status != want.status || e.UID != uid || e.Sequence != 3 || len(e.Attendee) != 2 ||
			!strings.HasPrefix(e.Description, want.description) || e.RecurrenceID == nil || *e.RecurrenceID != o.Original.Unix() {
			t.Errorf("occurrence %d: %+v", n, e)
		}
		if held := got.Occurrences; len(held) != 1 || held[0].Start != o.Start.Unix() || held[0].End != o.End().Unix() {
			t.Errorf("occurrence %d is held %v", n, held)
		}
	}
}

func TestAMeetingInUTCNeedsNoTimeZone(t *testing.T) {
	needReader(t)
	for _, zone := range []string{"UTC", "Etc/UTC", "Nowhere/Any_More"} {
		m := review()
		m.Timezone = zone
		text, err := calendar.Request(inviteTo(m))
		if got := entries(t, text, err); slices.Contains(got.Components, "VTIMEZONE") || strings.Contains(text, "TZID") ||
			got.Occurrences[0].Start != m.Start.Unix() {
			t.Errorf("%s: %s", zone, text)
		}
	}
}
