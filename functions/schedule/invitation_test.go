package main

import (
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// calendarHas fails the test unless the client gets a calendar entry with all these lines. It returns the entry.
func calendarHas(t *testing.T, c *testkit.Client, method, path string, want ...string) (entry string) {
	t.Helper()
	a := c.With("Accept", "text/calendar").Do(method, path, nil).Want(t, 200)
	testkit.Equal(t, "Content-Type", a.Header["Content-Type"], "text/calendar; charset=utf-8")
	entry = strings.ReplaceAll(a.Body, "\r\n ", "")
	for _, line := range want {
		if !strings.Contains(entry, "\r\n"+line+"\r\n") {
			t.Errorf("%s %s has no line %s: %s", method, path, line, entry)
		}
	}
	return entry
}

func TestInvitationIsTextOrACalendarEntry(t *testing.T) {
	s := newScene(t)
	p, room := s.setUp(meeting.Edit{})
	id := s.create(`{"topic":"Tea & cake","start_time":"2026-03-03T10:00:00","timezone":"Europe/Berlin","agenda":"Cake",
		"settings":{"use_pmi":true,"meeting_invitees":[{"email":"grace@example.com"}]}}`)
	link := fmt.Sprintf("https://meet.example.com/j/%s?omn=%s&pwd=%s", p.PMI, id, room.LinkPasscode())
	got := s.ada.Do("GET", at(id)+"/invitation", nil).Want(t, 200)
	testkit.Equal(t, "text", got.Text(t, "invitation"), fmt.Sprintf("Ada Acme is inviting you to a meeting.\n\nTopic: Tea & cake\n"+
		"Time: Mar 3, 2026 10:00 Europe/Berlin\n\nCake\n\nJoin:\n%s\n\nMeeting ID: %s\nPasscode: %s\n",
		link, p.PMI.Grouped(), room.Settings.Passcode))
	entry := calendarHas(t, s.ada, "GET", at(id)+"/invitation", "METHOD:REQUEST", "SUMMARY:Tea & cake",
		"DTSTART;TZID=Europe/Berlin:20260303T100000", "SEQUENCE:0", "LOCATION:"+link)
	for _, part := range []string{"ada@example.com", "grace@example.com", "Passcode: " + room.Settings.Passcode} {
		if !strings.Contains(entry, part) {
			t.Errorf("the entry lacks %s: %s", part, entry)
		}
	}
}

func TestOneOccurrenceIsInvitedToAndCancelled(t *testing.T) {
	s := newScene(t)
	path := at(s.create(weekly))
	s.ada.Do("PATCH", path+"?occurrence_id="+second, `{"duration":45}`).Want(t, 204)
	calendarHas(t, s.ada, "GET", path+"/invitation?occurrence_id="+second,
		"RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000", "SEQUENCE:1")
	text := s.ada.Do("GET", path+"/invitation?occurrence_id="+second, nil).Want(t, 200).Text(t, "invitation")
	if !strings.Contains(text, "Time: Mar 30, 2026 10:00 Europe/Berlin\n\nJoin:") {
		t.Errorf("the text of one occurrence is\n%s", text)
	}
	calendarHas(t, s.ada, "DELETE", path+"?occurrence_id="+third, "METHOD:CANCEL",
		"RECURRENCE-ID;TZID=Europe/Berlin:20260406T100000", "SEQUENCE:2")
	calendarHas(t, s.ada, "DELETE", path, "METHOD:CANCEL", "SEQUENCE:3")

	accepts := s.ada.With("Accept", "text/calendar")
	timeless := at(s.create(`{"type":3}`))
	accepts.Do("GET", timeless+"/invitation", nil).Refuses(t, "meetingId")
	accepts.Do("DELETE", timeless, nil).Want(t, 204)
}
