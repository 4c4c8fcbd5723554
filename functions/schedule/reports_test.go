package main

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

const (
	report  = "/v2/report/meetings/"
	reports = "/v2/report/users/me/meetings"
	days    = "?from=2026-03-01&to=2026-03-31"
)

func TestReportOfAnInstanceHasZoomsShape(t *testing.T) {
	s := newScene(t)
	held := s.holdMeeting()
	const fields = `"custom_keys":[{"key":"course","value":"7"}],"tracking_fields":[{"field":"cost centre","value":"42"}]`
	s.ada.Do("PATCH", at(held.id), `{"tracking_fields":[{"field":"cost centre","value":"42"}],
		"settings":{"custom_keys":[{"key":"course","value":"7"}]}}`).Want(t, 204)
	shown := fmt.Sprintf(`"uuid":"%s","id":%s,"host_id":"ada","type":2,"topic":"Tea","user_name":"Ada Acme","user_email":"ada@example.com",
		"dept":"","source":"open_api","start_time":"2026-03-02T09:00:00Z","end_time":"2026-03-02T09:29:50Z","duration":30,"total_minutes":75,
		"participants_count":4`, held.uuid, held.id)
	for _, address := range []string{held.uuid, held.id} {
		s.ada.Do("GET", report+address, nil).Want(t, 200).Is(t, "{"+shown+","+fields+"}")
	}
	s.ada.Do("GET", reports+"?from=2026-03-02&to=2026-03-02&page_size=300", nil).Want(t, 200).Is(t, `{"from":"2026-03-02","to":"2026-03-02",
		"page_count":1,"page_number":1,"page_size":30,"total_records":1,"next_page_token":"",
		"meetings":[{`+shown+`,"participants_count_my_account":2}]}`)
	s.ada.Do("DELETE", at(held.id), nil).Want(t, 204)
	s.ada.Do("GET", report+held.uuid, nil).Want(t, 200).Is(t, "{"+shown+`,"custom_keys":[],"tracking_fields":[]}`)
}

// Everybody has both times, so that a client can store them. People who only waited were in for no time.
func TestReportOfParticipantsHasZoomsShape(t *testing.T) {
	s := newScene(t)
	held := s.holdMeeting()
	var past attendanceShape
	s.ada.Do("GET", "/v2/past_meetings/"+held.uuid+"/participants", nil).Want(t, 200).Into(t, &past)
	row := func(i int, id, name, email, joined, left, status string, seconds int, internal bool) string {
		return fmt.Sprintf(`{"id":%[1]q,"participant_user_id":%[1]q,"user_id":%[2]q,"name":%[3]q,"user_email":%[4]q,
			"join_time":"2026-03-02T%[5]sZ","leave_time":"2026-03-02T%[6]sZ","status":%[7]q,"duration":%[8]d,"internal_user":%[9]t,
			"failover":false,"customer_key":""}`, id, past.Participants[i].UserID.InInstance(), name, email, joined, left, status, seconds, internal)
	}
	all := s.ada.Do("GET", report+held.uuid+"/participants?include_fields=registrant_id", nil).Want(t, 200)
	all.Is(t, `{"page_count":1,"page_number":1,"page_size":30,"total_records":6,"next_page_token":"","participants":[`+strings.Join([]string{
		row(0, "ada", "Ada", "ada@example.com", "09:01:00", "09:29:50", "in_meeting", 1730, true),
		row(1, "", "Bob", "", "09:05:00", "09:20:00", "in_meeting", 900, false),
		row(2, "", "Mallory", "", "09:03:00", "09:04:30", "in_waiting_room", 0, false),
		row(3, "grace", "Grace", "grace@example.com", "09:04:00", "09:29:50", "in_meeting", 1550, true),
		row(4, "eve", "Eve", "eve@example.org", "09:05:00", "09:10:00", "in_meeting", 300, false),
		row(5, "", "Dave", "", "09:21:00", "09:22:30", "in_waiting_room", 0, false),
	}, ",")+`]}`)
	page := s.ada.Do("GET", report+held.id+"/participants?page_size=4", nil).Want(t, 200)
	rest := s.ada.Do("GET", report+held.id+"/participants?page_size=4&next_page_token="+page.Text(t, "next_page_token"), nil).Want(t, 200)
	testkit.Equal(t, "first on the next page", rest.Text(t, "participants.0.name"), "Eve")
	for _, p := range past.Participants {
		if id := p.UserID.InInstance(); len(id) != 16 {
			t.Errorf("the user_id %s is no short text", id)
		}
	}
}

// Days are those of UTC, whatever the zone of the host: a program that asks each day for the days since its last
// question misses no instance.
func TestReportsOfTheDaysOfUTC(t *testing.T) {
	s := newScene(t)
	s.setUp(meeting.Edit{Timezone: new("Pacific/Auckland")})
	s.Clock.Advance(14 * time.Hour) // 23:00 of March 2 in UTC
	id := s.create(`{"type":3}`)
	for range 2 {
		s.start(id)
		s.Clock.Advance(30 * time.Minute)
		s.end(id)
		s.Clock.Advance(30 * time.Minute)
	}
	s.start(id) // a live instance is not past
	for query, want := range map[string]string{
		"?from=2026-03-02&to=2026-03-02":                           "1",
		"?from=2026-03-02&to=2026-03-03":                           "2",
		"?from=2026-03-03&to=2026-03-03&type=past":                 "1",
		"?from=2026-03-02&to=2026-03-02&timezone=Pacific/Auckland": "0",
	} {
		s.shows(reports+query, map[string]string{"total_records": want})
	}
	first := s.ada.Do("GET", reports+days+"&page_size=1", nil).Want(t, 200)
	next := url.QueryEscape(first.Text(t, "next_page_token"))
	s.shows(reports+days+"&page_size=1&next_page_token="+next, map[string]string{
		"meetings.0.start_time": "2026-03-02T23:00:00Z", "page_number": "2", "page_count": "2", "next_page_token": "",
	})
}

func TestUpcomingMeetingsAreThoseOfTheNextDay(t *testing.T) {
	s := newScene(t)
	p, room := s.setUp(meeting.Edit{})
	const path = "/v2/users/me/upcoming_meetings"
	s.ada.Do("GET", path, nil).Want(t, 200).Is(t, page(300, ""))
	s.create(`{"start_time":"2026-03-03T09:00:00Z"}`) // a day from now
	s.create(`{"type":3}`)
	soon := s.create(`{"topic":"Tea","start_time":"2026-03-02T10:00:00Z","duration":30,"timezone":"Europe/London","password":"tea-42"}`)
	inRoom := s.create(`{"topic":"Cake","start_time":"2026-03-02T11:00:00Z","settings":{"use_pmi":true}}`)
	first := fmt.Sprintf(`{"id":%[1]s,"topic":"Tea","type":2,"start_time":"2026-03-02T10:00:00Z","duration":30,"timezone":"Europe/London",
		"created_at":"2026-03-02T09:00:00Z","join_url":"https://meet.example.com/j/%[1]s?pwd=%[2]s","passcode":"tea-42",
		"use_pmi":false,"is_host":true,"is_all_day":false}`, soon, s.LinkPasscode(soon))
	second := fmt.Sprintf(`{"id":%[1]s,"topic":"Cake","type":2,"start_time":"2026-03-02T11:00:00Z","duration":60,"timezone":"UTC",
		"created_at":"2026-03-02T09:00:00Z","join_url":"https://meet.example.com/j/%[2]s?omn=%[1]s&pwd=%[3]s","passcode":%[4]q,
		"use_pmi":true,"is_host":true,"is_all_day":false}`, inRoom, p.PMI, room.LinkPasscode(), room.Settings.Passcode)
	s.ada.Do("GET", path, nil).Want(t, 200).Is(t, fmt.Sprintf(`{"page_count":1,"page_number":1,"page_size":300,"total_records":2,
		"next_page_token":"","meetings":[%s,%s]}`, first, second))
	token := s.ada.Do("GET", path+"?page_size=1", nil).Want(t, 200).Text(t, "next_page_token")
	s.Clock.Advance(time.Second) // the token is valid as time goes on
	s.shows(path+"?page_size=1&next_page_token="+token, map[string]string{"meetings.0.topic": "Cake"})
	s.ada.Do("GET", mine+"?type=upcoming&page_size=1&next_page_token="+token, nil).Refuses(t, "next_page_token")
}
