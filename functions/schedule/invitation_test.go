package main

import (
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// calendarOf returns the lines of the calendar entry that the client gets, unfolded.
func calendarOf(t *testing.T, c *testkit.Client, method, path string) []string {
	t.Helper()
	a := c.With("Accept", "text/calendar").Do(method, path, nil).Want(t, 200)
	if a.Header["Content-Type"] != "text/calendar; charset=utf-8" {
		t.Errorf("%s %s is of type %s", method, path, a.Header["Content-Type"])
	}
	return strings.Split(strings.ReplaceAll(a.Body, "\r\n ", ""), "\r\n")
}

// property returns the first line of the entry's events that has the name.
func property(lines []string, name string) string {
	event := false
	for _, line := range lines {
		event = event || line == "BEGIN:VEVENT"
		if (event || name == "METHOD") && (strings.HasPrefix(line, name+":") || strings.HasPrefix(line, name+";")) {
			return line
		}
	}
	return ""
}

// has fails the test unless the entry has all these lines.
func has(t *testing.T, lines []string, want ...string) {
	t.Helper()
	for _, line := range want {
		if got := property(lines, strings.FieldsFunc(line, func(c rune) bool { return c == ':' || c == ';' })[0]); got != line {
			t.Errorf("the entry has %s, want %s", got, line)
		}
	}
}

func TestInvitationIsTextOrACalendarEntry(t *testing.T) {
	edge := newEdge(t)
	p, room := setUp(t, edge, meeting.Edit{})
	id := create(t, edge, `{"topic":"Tea & cake","start_time":"2026-03-03T10:00:00","timezone":"Europe/Berlin","agenda":"Cake",
		"settings":{"use_pmi":true,"meeting_invitees":[{"email":"grace@example.com"}]}}`)
	link := fmt.Sprintf("https://meet.example.com/j/%s?omn=%s&pwd=%s", p.PMI, id, room.Settings.Passcode)
	got := edge.As("ada").Do("GET", at(id)+"/invitation", nil).Want(t, 200)
	want := fmt.Sprintf("Ada Acme is inviting you to a meeting.\n\nTopic: Tea & cake\nTime: Mar 3, 2026 10:00 Europe/Berlin\n\nCake\n\n"+
		"Join:\n%s\n\nMeeting ID: %s\nPasscode: %s\n", link, p.PMI.Grouped(), room.Settings.Passcode)
	if text := got.Text(t, "invitation"); text != want || strings.Contains(got.Body, `\u0026`) {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
	lines := calendarOf(t, edge.As("ada"), "GET", at(id)+"/invitation")
	has(t, lines, "METHOD:REQUEST", "SUMMARY:Tea & cake", "DTSTART;TZID=Europe/Berlin:20260303T100000", "SEQUENCE:0", "LOCATION:"+link)
	for name, part := range map[string]string{
		"ORGANIZER": "ada@example.com", "ATTENDEE": "grace@example.com", "DESCRIPTION": `Passcode: ` + room.Settings.Passcode, "UID": id,
	} {
		if got := property(lines, name); !strings.Contains(got, part) {
			t.Errorf("%s lacks %s", got, part)
		}
	}
}

func TestCalendarEntryKeepsItsUIDAndCountsItsRevisions(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	path := at(create(t, edge, weekly))
	uid := property(calendarOf(t, ada, "GET", path+"/invitation"), "UID")
	ada.Do("PATCH", path, `{"topic":"Another"}`).Want(t, 204)
	ada.Do("PATCH", path+"?occurrence_id="+second, `{"duration":45}`).Want(t, 204)
	has(t, calendarOf(t, ada, "GET", path+"/invitation"), "SEQUENCE:2", uid)
	one := calendarOf(t, ada, "GET", path+"/invitation?occurrence_id="+second)
	has(t, one, "DTSTART;TZID=Europe/Berlin:20260330T100000", "RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000", uid)
	text := ada.Do("GET", path+"/invitation?occurrence_id="+second, nil).Want(t, 200).Text(t, "invitation")
	if !strings.Contains(text, "Time: Mar 30, 2026 10:00 Europe/Berlin\n\nJoin:") {
		t.Errorf("the text of one occurrence is\n%s", text)
	}
	gone := calendarOf(t, ada, "DELETE", path+"?occurrence_id="+third)
	has(t, gone, "METHOD:CANCEL", "RECURRENCE-ID;TZID=Europe/Berlin:20260406T100000", "SEQUENCE:3", uid)
	has(t, calendarOf(t, ada, "GET", path+"/invitation"), "EXDATE;TZID=Europe/Berlin:20260406T100000")
	has(t, calendarOf(t, ada, "DELETE", path), "METHOD:CANCEL", "SEQUENCE:4", uid)
}

func TestMeetingWithoutATimeHasNoCalendarEntry(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada").With("Accept", "text/calendar")
	id := create(t, edge, `{"type":3}`)
	ada.Do("GET", at(id)+"/invitation", nil).Refuses(t, "meetingId")
	ada.Do("DELETE", at(id), nil).Want(t, 204)
}
