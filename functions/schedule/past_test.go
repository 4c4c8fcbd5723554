package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

const past = "/v2/past_meetings/"

// heldMeeting is a meeting of ada's that began at nine o'clock and ended after half an hour less ten seconds.
type heldMeeting struct{ id, uuid string }

// holdMeeting lets people join the meeting, and hosts decide on them, by the use cases of the admission function.
func (s *scene) holdMeeting() heldMeeting {
	t := s.t
	t.Helper()
	s.SetLease(time.Hour)
	id := s.create(`{"topic":"Tea","password":"tea-42","settings":{"waiting_room":true,"alternative_hosts":"grace@example.com"}}`)
	s.start(id)
	held := heldMeeting{id: id, uuid: s.ada.Do("GET", at(id), nil).Text(t, "uuid")}
	door := s.Door()
	advance := func(minutes int) { s.Clock.Advance(time.Duration(minutes) * time.Minute) }
	join := func(c meeting.Caller, name string) meeting.Credential {
		a, err := door.Join(t.Context(), c, meeting.JoinInput{Address: id, Name: name, Passcode: "tea-42"})
		testkit.Must(t, err)
		return meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
	}
	poll := func(c meeting.Caller, seat meeting.Credential) {
		_, err := door.Join(t.Context(), c, meeting.JoinInput{Address: id, Seat: seat})
		testkit.Must(t, err)
	}
	decide := func(action func(context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error), by string, on meeting.Credential) {
		_, err := action(t.Context(), testkit.Caller(by), id, meeting.Selection{IDs: []meeting.SeatID{on.ID}})
		testkit.Must(t, err)
	}
	guest := meeting.Caller{Address: "192.0.2.7"}
	advance(1)
	join(testkit.Caller("ada"), "Ada")
	advance(1)
	bob := join(guest, "Bob")
	advance(1)
	decide(door.Deny, "ada", join(meeting.Caller{Address: "192.0.2.66"}, "Mallory"))
	advance(1)
	join(testkit.Caller("grace"), "Grace")
	advance(1)
	other := meeting.Caller{User: meeting.User{Account: "other", ID: "eve"}, Email: "eve@example.org"}
	eve := join(other, "Eve")
	decide(door.Admit, "grace", bob)
	decide(door.Admit, "ada", eve)
	poll(guest, bob)
	poll(other, eve)
	advance(5)
	decide(door.Remove, "ada", eve)
	advance(10)
	testkit.Must(t, door.Leave(t.Context(), guest, id, bob))
	advance(1)
	join(guest, "Dave")
	s.Clock.Advance(8*time.Minute + 50*time.Second)
	s.end(id)
	return held
}

func TestPastMeetingAndItsParticipantsHaveZoomsShape(t *testing.T) {
	s := newScene(t)
	held := s.holdMeeting()
	s.setUp(meeting.Edit{Dept: new("Engines")})
	for _, address := range []string{held.uuid, held.id} {
		s.ada.Do("GET", past+address, nil).Want(t, 200).Is(t, fmt.Sprintf(`{"uuid":"%s","id":%s,"host_id":"ada","type":2,"topic":"Tea",
			"user_name":"Ada Acme","user_email":"ada@example.com","dept":"Engines","source":"open_api","start_time":"2026-03-02T09:00:00Z",
			"end_time":"2026-03-02T09:29:50Z","duration":30,"total_minutes":75,"participants_count":4}`, held.uuid, held.id))
	}
	all := s.ada.Do("GET", past+held.uuid+"/participants", nil).Want(t, 200)
	var shown attendanceShape
	all.Into(t, &shown)
	var seats []any
	for _, p := range shown.Participants {
		seats = append(seats, p.UserID)
	}
	all.Is(t, shape(t, "participants", seats...))
	page := s.ada.Do("GET", past+held.id+"/participants?page_size=4", nil).Want(t, 200)
	rest := s.ada.Do("GET", past+held.id+"/participants?page_size=4&next_page_token="+page.Text(t, "next_page_token"), nil).Want(t, 200)
	testkit.Equal(t, "first on the next page", rest.Text(t, "participants.0.name"), "Eve")
	testkit.Equal(t, "the end", rest.Text(t, "next_page_token"), "")
}

func TestInstancesOfAMeeting(t *testing.T) {
	s := newScene(t)
	id := s.create(`{"type":3}`)
	path := past + id + "/instances"
	s.ada.Do("GET", path, nil).Is(t, page(300, ""))
	var held []string
	for i := range 3 {
		s.start(id)
		uuid := s.ada.Do("GET", mine+"?type=live", nil).Text(t, "meetings.0.uuid")
		held = append(held, fmt.Sprintf(`{"uuid":%q,"start_time":"2026-03-02T09:0%d:00Z"}`, uuid, i))
		s.end(id)
		s.Clock.Advance(time.Minute)
	}
	s.start(id) // a live instance is not past
	two := s.ada.Do("GET", path+"?page_size=2", nil).Want(t, 200)
	token := two.Text(t, "next_page_token")
	two.Is(t, fmt.Sprintf(`{"page_count":2,"page_number":1,"total_records":3,"page_size":2,"next_page_token":%q,"meetings":[%s,%s]}`, token, held[2], held[1]))
	s.ada.Do("GET", path+"?page_size=2&next_page_token="+token, nil).
		Is(t, fmt.Sprintf(`{"page_count":2,"page_number":2,"total_records":3,"page_size":2,"next_page_token":"","meetings":[%s]}`, held[0]))
	p, _ := s.setUp(meeting.Edit{})
	s.ada.Do("GET", past+string(p.PMI)+"/instances?next_page_token="+token, nil).Refuses(t, "next_page_token")
}
