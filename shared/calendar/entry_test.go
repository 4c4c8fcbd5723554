package calendar_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

// uid is that of the entry of review: it must never change.
const uid = "82345678901-1772438400000@personal-rooms"

func daily(times int) meeting.Recurrence {
	return meeting.Recurrence{Cycle: meeting.Daily, Interval: 1, Times: times}
}

func TestRequestHasTheWholeMeeting(t *testing.T) {
	needReader(t)
	asked := map[string]string{"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
	start := now.Add(48 * time.Hour).Unix()
	const link = "https://rooms.example.com/j/82345678901?pwd=123456"
	const description = "What we did.\n\nJoin:\n" + link
	want := reading{
		Method: "REQUEST", Version: "2.0", Properties: []string{"CALSCALE", "METHOD", "PRODID", "VERSION"},
		Components: []string{"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VEVENT"}, Zones: []string{"Europe/Berlin"},
		Entries: []entry{{
			Names: []string{"ATTENDEE", "CREATED", "DESCRIPTION", "DTEND", "DTSTAMP", "DTSTART", "LOCATION", "ORGANIZER", "SEQUENCE", "STATUS",
				"SUMMARY", "TRANSP", "UID", "URL"},
			UID: uid, Sequence: 3, DTStamp: now.Unix(), Created: review().CreatedAt.Unix(), Summary: "Review",
			Description: description, Location: link, URL: link, Status: "CONFIRMED", Transp: "OPAQUE",
			Organizer: []person{{"mailto:ada@example.com", map[string]string{"CN": "Ada Lovelace"}}},
			Attendee:  []person{{"mailto:grace@example.com", asked}, {"mailto:o'neill@example.org", asked}},
		}},
		Occurrences: []occurrence{{Start: start, End: start + 3600, Summary: "Review", Description: description}},
	}
	if diff := cmp.Diff(want, request(t, inviteTo(review())), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	bare := inviteTo(review())
	bare.Organizer.Name, bare.Meeting.Agenda, bare.Joining = "", "", ""
	e := request(t, bare).Entries[0]
	if len(e.Organizer[0].Parameters) > 0 || slices.Contains(e.Names, "DESCRIPTION") {
		t.Errorf("without a name and texts: %+v", e)
	}
}

// outline returns a calendar in a line: the times are those of its only entry, and those of the occurrence it changes.
func outline(r reading) string {
	e := r.Entries[0]
	agenda, _, _ := strings.Cut(e.Description, "\n")
	text := fmt.Sprintf("%s %s, revision %d, organizers %d, attendees %d, %s held", r.Method, e.Status, e.Sequence,
		len(e.Organizer), len(e.Attendee), agenda)
	for _, o := range r.Occurrences {
		text += time.Unix(o.Start, 0).UTC().Format(" 2.1. 15:04")
	}
	if e.RecurrenceID != nil {
		text += time.Unix(*e.RecurrenceID, 0).UTC().Format(", as the one of 2.1. 15:04")
	}
	return text
}

func TestMethodsAndRevisions(t *testing.T) {
	needReader(t)
	usual, uninvited, anonymous, moved := inviteTo(review()), inviteTo(review()), inviteTo(review()), inviteTo(review())
	uninvited.Meeting.Invitees, anonymous.Organizer.Email = nil, ""
	moved.Meeting.Start, moved.Meeting.Timezone, moved.Meeting.Sequence = now.Add(24*time.Hour), "Asia/Tokyo", 4
	moved.JoinURL = "https://rooms.example.com/j/5551234321?omn=82345678901" // the number was edited
	m := seriesOf("Europe/Berlin", "2026-03-04T10:00", daily(4))
	m = with(m, 1, meeting.Exception{Cancelled: true})
	m = with(m, 2, meeting.Exception{Start: now.Add(100 * time.Hour), Agenda: new("Only this once.")})
	one := func(n int) reading { return read(t, written(t)(calendar.Occurrence(inviteTo(m), nth(m, n)))) }
	const invited = ", organizers 1, attendees 2, What we did. held"
	for _, c := range []struct {
		got  reading
		want string
	}{
		{request(t, usual), "REQUEST CONFIRMED, revision 3" + invited + " 4.3. 09:00"},
		{request(t, uninvited), "PUBLISH CONFIRMED, revision 3, organizers 1, attendees 0, What we did. held 4.3. 09:00"},
		{request(t, anonymous), "PUBLISH CONFIRMED, revision 3, organizers 0, attendees 0, What we did. held 4.3. 09:00"},
		{request(t, moved), "REQUEST CONFIRMED, revision 4" + invited + " 3.3. 09:00"},
		{cancelled(t, usual), "CANCEL CANCELLED, revision 4" + invited + " 4.3. 09:00"},
		{cancelled(t, uninvited), "CANCEL CANCELLED, revision 4, organizers 1, attendees 0, What we did. held 4.3. 09:00"},
		{cancelled(t, anonymous), "CANCEL CANCELLED, revision 4, organizers 0, attendees 0, What we did. held 4.3. 09:00"},
		{cancelled(t, inviteTo(m)), "CANCEL CANCELLED, revision 4" + invited + " 4.3. 09:00 6.3. 09:00 7.3. 09:00"},
		{one(0), "REQUEST CONFIRMED, revision 3" + invited + " 4.3. 09:00, as the one of 4.3. 09:00"},
		{one(1), "CANCEL CANCELLED, revision 3" + invited + " 5.3. 09:00, as the one of 5.3. 09:00"},
		{one(2), "REQUEST CONFIRMED, revision 3, organizers 1, attendees 2, Only this once. held 6.3. 13:00, " +
			"as the one of 6.3. 09:00"},
	} {
		if got := outline(c.got); got != c.want || len(c.got.Entries) != 1 || c.got.Entries[0].UID != uid {
			t.Errorf("%s, want %s: %+v", got, c.want, c.got.Entries)
		}
	}
	usual.Meeting.CreatedAt = usual.Meeting.CreatedAt.Add(time.Millisecond)
	if got := request(t, usual).Entries[0]; got.UID == uid {
		t.Errorf("%s is also the UID of a later meeting of the same number", got.UID)
	}
}

func TestOccurrenceIsAnEntryOnlyIfACalendarShowsADifference(t *testing.T) {
	needReader(t)
	m := seriesOf("Europe/Berlin", "2026-03-04T10:00", daily(5))
	same, _ := m.Occurrence(nth(m, 1))
	settings := meeting.Passthrough{"host_video": []byte("true")}
	for name, c := range map[string]struct {
		e       meeting.Exception
		entries int
	}{
		"only its settings":      {meeting.Exception{Passthrough: settings}, 1},
		"moved to where it was":  {meeting.Exception{Start: same.Start}, 1},
		"as long as the others":  {meeting.Exception{Duration: m.Duration}, 1},
		"with the same agenda":   {meeting.Exception{Agenda: &m.Agenda}, 1},
		"cancelled":              {meeting.Exception{Cancelled: true}, 1},
		"moved":                  {meeting.Exception{Start: same.Start.Add(time.Minute)}, 2},
		"longer":                 {meeting.Exception{Duration: m.Duration + time.Minute}, 2},
		"settings and an agenda": {meeting.Exception{Agenda: new(""), Passthrough: settings}, 2},
	} {
		if got := request(t, inviteTo(with(m, 1, c.e))).Entries; len(got) != c.entries {
			t.Errorf("%s: %d entries", name, len(got))
		}
	}
}

// hostile are texts that break careless readers.
var hostile = []string{
	`"`, `'`, `\`, `\n`, `\\;`, ",", ";", ":", "^", "^n", "^'", "\n", "\r\n", "\r", "\t", "\x00", "\x1b[2J", "\x7f", "\u0085",
	"\u2028", "\u2029", "\ufeff",
	"END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:", "\nATTENDEE:mailto:mallory@example.com", `":mailto:mallory@example.com`, `;X="`,
	" ", "  ", "        ", "\n ", "<b>", "Größe", "日本語の会議", "🧑🏽‍🚀", "é", "مرحبا",
	strings.Repeat("ü", 80), strings.Repeat("x", 200), strings.Repeat(" ", 100),
}

func anyText(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile)), 0, 12).Draw(t, name), "")
}

// without removes the control characters, line breaks among them, and those of removed.
func without(removed, s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune("\u2028\u2029"+removed, r) {
			return -1
		}
		return r
	}, s)
}

func TestAnyTextIsReadAsItWasWritten(t *testing.T) {
	needReader(t)
	usual := request(t, inviteTo(review()))
	rapid.Check(t, func(t *rapid.T) {
		i := inviteTo(review())
		m := &i.Meeting
		m.Topic, m.Agenda, i.Organizer.Name = anyText(t, "topic"), "First: "+anyText(t, "agenda"), "Ada"+anyText(t, "name")
		got := request(t, i)
		e := &got.Entries[0]
		const name = ` \` // a name is one line; the reader takes a backslash for an escape, which in parameters it is not
		for _, c := range []struct{ removed, wrote, read string }{
			{"", m.Topic, e.Summary}, {"", m.Agenda + i.Joining, e.Description}, {name, i.Organizer.Name, e.Organizer[0].Parameters["CN"]},
		} {
			if without(c.removed, c.wrote) != without(c.removed, c.read) {
				t.Errorf("%q is read as %q", c.wrote, c.read)
			}
		}
		e.Summary, e.Description, e.Organizer = usual.Entries[0].Summary, usual.Entries[0].Description, usual.Entries[0].Organizer
		got.Occurrences = usual.Occurrences
		if diff := cmp.Diff(usual, got); diff != "" {
			t.Errorf("a text changed more than a text: %s", diff)
		}
	})
}

func TestLineBreaksAreKeptOnlyInTheDescription(t *testing.T) {
	needReader(t)
	const evil = "\r\nATTENDEE:mailto:mallory@example.com"
	i := inviteTo(review())
	i.Meeting.Agenda, i.Organizer.Name = "One\nTwo\r\nThree\rFour\u2028Five\n\n\tSix", "Ada\nLovelace"
	i.Organizer.Email += evil
	i.Meeting.Invitees = []string{"grace@example.com" + evil}
	i.JoinURL += evil
	got := request(t, i).Entries
	if len(got) != 1 || len(got[0].Attendee) != 1 || len(got[0].Organizer) != 1 || got[0].Organizer[0].Parameters["CN"] != "Ada Lovelace" ||
		!strings.HasPrefix(got[0].Description, "One\nTwo\nThree\nFour\nFive\n\n\tSix\n\nJoin:") {
		t.Errorf("%+v", got)
	}
}
