package main

import (
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// calendarOf is the calendar entry that the client is given, unfolded: its lines.
func calendarOf(t *testing.T, c *testkit.Client, method, path string) []string {
	t.Helper()
	a := c.With("Accept", "text/calendar").Do(method, path, nil).Want(t, 200)
	if a.Header["Content-Type"] != "text/calendar; charset=utf-8" {
		t.Errorf("%s %s is of type %s", method, path, a.Header["Content-Type"])
	}
	return strings.Split(strings.ReplaceAll(a.Body, "\r\n ", ""), "\r\n")
}

// property is the first line of the entry's events that has the name.
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

func TestTheInvitationForACalendar(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, room := setUp(t, edge, meeting.Edit{})
	id := create(t, edge, `{"topic":"Tea & cake","start_time":"2026-03-03T10:00:00","timezone":"Europe/Berlin",
		"settings":{"use_pmi":true,"meeting_invitees":[{"email":"grace@example.com"}]}}`)
	lines := calendarOf(t, ada, "GET", "/v2/meetings/"+id+"/invitation")
	for name, want := range map[string]string{
		"METHOD":   "METHOD:REQUEST",
		"SUMMARY":  "SUMMARY:Tea & cake",
		"DTSTART":  "DTSTART;TZID=Europe/Berlin:20260303T100000",
		"SEQUENCE": "SEQUENCE:0",
		"LOCATION": fmt.Sprintf("LOCATION:https://meet.example.com/j/%s?omn=%s&pwd=%s", p.PMI, id, room.Settings.Passcode),
	} {
		if got := property(lines, name); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for name, part := range map[string]string{
		"ORGANIZER": "ada@example.com", "ATTENDEE": "grace@example.com", "DESCRIPTION": `Passcode: ` + room.Settings.Passcode, "UID": id,
	} {
		if got := property(lines, name); !strings.Contains(got, part) {
			t.Errorf("%s lacks %s", got, part)
		}
	}
	text := ada.Do("GET", "/v2/meetings/"+id+"/invitation", nil).Want(t, 200).Text(t, "invitation")
	if !strings.Contains(text, "Time: Mar 3, 2026 10:00 Europe/Berlin") || !strings.Contains(text, "Meeting ID: "+p.PMI.Grouped()) {
		t.Errorf("the text is\n%s", text)
	}
}

func TestACalendarEntryKeepsItsNameAndCountsItsRevisions(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	path := "/v2/meetings/" + create(t, edge, weekly)
	uid := property(calendarOf(t, ada, "GET", path+"/invitation"), "UID")
	for i, change := range []struct{ method, path, body string }{
		{"PATCH", path, `{"settings":{"meeting_invitees":[{"email":"grace@example.com"}]}}`},
		{"PATCH", path, `{"start_time":"2026-03-23T16:00:00"}`},
		{"PATCH", path, `{"topic":"Another"}`},
		{"PATCH", path + "?occurrence_id=" + second, `{"duration":45}`},
		{"DELETE", path + "?occurrence_id=" + third, ``},
		{"PATCH", path, `{"recurrence":{"type":2,"weekly_days":"2","end_times":9}}`},
		{"PATCH", path, `{"settings":{"meeting_invitees":[]}}`},
	} {
		ada.Do(change.method, change.path, change.body).Want(t, 204)
		lines := calendarOf(t, ada, "GET", path+"/invitation")
		if got, want := property(lines, "SEQUENCE"), fmt.Sprintf("SEQUENCE:%d", i+1); got != want || property(lines, "UID") != uid {
			t.Errorf("after %s %s: %s of %s, want %s of %s", change.method, change.body, got, property(lines, "UID"), want, uid)
		}
	}
	ada.Do("PATCH", path, `{"settings":{"host_video":true}}`).Want(t, 204)
	if got := property(calendarOf(t, ada, "GET", path+"/invitation"), "SEQUENCE"); got != "SEQUENCE:7" {
		t.Errorf("after a change that no entry shows: %s", got)
	}
	cancelled := calendarOf(t, ada, "DELETE", path)
	if property(cancelled, "METHOD") != "METHOD:CANCEL" || property(cancelled, "SEQUENCE") != "SEQUENCE:8" || property(cancelled, "UID") != uid {
		t.Errorf("the cancellation is\n%s", strings.Join(cancelled, "\n"))
	}
}

func TestACalendarEntryOfOneOccurrence(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	path := "/v2/meetings/" + create(t, edge, weekly)
	ada.Do("PATCH", path+"?occurrence_id="+second, `{"start_time":"2026-03-31T14:00:00"}`).Want(t, 204)
	one := calendarOf(t, ada, "GET", path+"/invitation?occurrence_id="+second)
	if property(one, "DTSTART") != "DTSTART;TZID=Europe/Berlin:20260331T140000" || property(one, "RECURRENCE-ID") != "RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000" {
		t.Errorf("the occurrence is\n%s", strings.Join(one, "\n"))
	}
	text := ada.Do("GET", path+"/invitation?occurrence_id="+second, nil).Want(t, 200).Text(t, "invitation")
	if !strings.Contains(text, "Time: Mar 31, 2026 14:00 Europe/Berlin\n\nJoin:") {
		t.Errorf("its text is\n%s", text)
	}
	gone := calendarOf(t, ada, "DELETE", path+"?occurrence_id="+third)
	if property(gone, "METHOD") != "METHOD:CANCEL" || property(gone, "RECURRENCE-ID") != "RECURRENCE-ID;TZID=Europe/Berlin:20260406T100000" ||
		property(gone, "SEQUENCE") != "SEQUENCE:2" {
		t.Errorf("the cancellation is\n%s", strings.Join(gone, "\n"))
	}
	if whole := calendarOf(t, ada, "GET", path+"/invitation"); property(whole, "EXDATE") != "EXDATE;TZID=Europe/Berlin:20260406T100000" {
		t.Errorf("the series is\n%s", strings.Join(whole, "\n"))
	}
}

func TestAMeetingWithoutATimeHasNoCalendarEntry(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada").With("Accept", "text/calendar")
	id := create(t, edge, `{"type":3}`)
	ada.Do("GET", "/v2/meetings/"+id+"/invitation", nil).Refuses(t, "meetingId")
	ada.Do("DELETE", "/v2/meetings/"+id, nil).Want(t, 204)
}
