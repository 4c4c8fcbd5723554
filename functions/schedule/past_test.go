package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

const past = "/v2/past_meetings/"

// heldMeeting is a meeting of ada's that began at nine o'clock and ended after half an hour less ten seconds.
type heldMeeting struct{ id, uuid string }

// holdMeeting lets people join the meeting, and hosts decide on them, by the use cases of the admission function.
func holdMeeting(t *testing.T, edge *testkit.Edge) heldMeeting {
	t.Helper()
	edge.SetLease(time.Hour)
	id := create(t, edge, `{"topic":"Tea","password":"tea","settings":{"waiting_room":true,"alternative_hosts":"grace@example.com"}}`)
	start(t, edge, id)
	held := heldMeeting{id: id, uuid: edge.As("ada").Do("GET", at(id), nil).Text(t, "uuid")}
	door := edge.Door()
	advance := func(minutes int) { edge.Clock.Advance(time.Duration(minutes) * time.Minute) }
	join := func(c meeting.Caller, name string) meeting.Credential {
		a, err := door.Join(t.Context(), c, meeting.JoinInput{Address: id, Name: name, Passcode: "tea"})
		if err != nil {
			t.Fatal(err)
		}
		return meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}
	}
	decide := func(action func(context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error), by string, on meeting.Credential) {
		if _, err := action(t.Context(), testkit.Caller(by), id, meeting.Selection{IDs: []meeting.SeatID{on.ID}}); err != nil {
			t.Fatal(err)
		}
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
	eve := join(meeting.Caller{User: meeting.User{Account: "other", ID: "eve"}, Email: "eve@example.org"}, "Eve")
	decide(door.Admit, "grace", bob)
	decide(door.Admit, "ada", eve)
	advance(5)
	decide(door.Remove, "ada", eve)
	advance(10)
	if err := door.Leave(t.Context(), guest, id, bob); err != nil {
		t.Fatal(err)
	}
	advance(1)
	join(guest, "Dave")
	edge.Clock.Advance(8*time.Minute + 50*time.Second)
	end(t, edge, id)
	return held
}

func TestPastMeetingHasZoomsShape(t *testing.T) {
	edge := newEdge(t)
	held := holdMeeting(t, edge)
	setUp(t, edge, meeting.Edit{Dept: new("Engines")})
	for _, c := range []*testkit.Client{edge.As("ada"), edge.AsAdmin("root")} {
		for _, address := range []string{held.uuid, held.id} {
			c.Do("GET", past+address, nil).Want(t, 200).Is(t, fmt.Sprintf(`{"uuid":"%s","id":%s,"host_id":"ada","type":2,"topic":"Tea",
				"user_name":"Ada Acme","user_email":"ada@example.com","dept":"Engines","start_time":"2026-03-02T09:00:00Z",
				"end_time":"2026-03-02T09:29:50Z","duration":30,"total_minutes":75,"participants_count":4}`, held.uuid, held.id))
		}
	}
}

func TestParticipantsHaveZoomsShape(t *testing.T) {
	edge := newEdge(t)
	held := holdMeeting(t, edge)
	got := edge.As("ada").Do("GET", past+held.uuid+"/participants", nil).Want(t, 200)
	var page attendanceShape
	got.Into(t, &page)
	seats := make([]any, len(page.Participants))
	for i, p := range page.Participants {
		seats[i] = p.UserID
	}
	got.Is(t, shape(t, "participants", seats...))
	var names []string
	for token, more := "", true; more; more = token != "" {
		page := edge.As("ada").Do("GET", past+held.id+"/participants?page_size=4&next_page_token="+token, nil).Want(t, 200)
		names = append(names, page.Text(t, "participants.0.name"))
		token = page.Text(t, "next_page_token")
	}
	if !slices.Equal(names, []string{"Ada", "Eve"}) {
		t.Errorf("pages of four begin with %v", names)
	}
}

// instances returns the uuids of a page of instances.
func instances(t *testing.T, a testkit.Answer) (uuids []string) {
	t.Helper()
	var page instancesShape
	a.Want(t, 200).Into(t, &page)
	for _, m := range page.Meetings {
		uuids = append(uuids, m.UUID)
	}
	return uuids
}

func TestInstancesOfAMeeting(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, _ := setUp(t, edge, meeting.Edit{})
	own, pmi := create(t, edge, `{"type":3}`), string(p.PMI)
	path := past + own + "/instances?page_size=2"
	ada.Do("GET", past+own+"/instances", nil).Is(t, `{"page_size":300,"next_page_token":"","meetings":[]}`)
	var held []string
	for range 3 {
		edge.Clock.Advance(time.Minute)
		start(t, edge, own)
		held = append(held, rows(t, ada.Do("GET", mine+"?type=live", nil))[0].UUID)
		end(t, edge, own)
	}
	slices.Reverse(held)
	start(t, edge, own) // a live instance is not past
	page := ada.Do("GET", path, nil)
	token := page.Text(t, "next_page_token")
	rest := ada.Do("GET", path+"&next_page_token="+token, nil)
	if got := append(instances(t, page), instances(t, rest)...); !slices.Equal(got, held) || rest.Text(t, "next_page_token") != "" {
		t.Errorf("it was held as %v, want %v", got, held)
	}
	shows(t, ada.Do("GET", past+own, nil).Want(t, 200), map[string]string{"uuid": held[0]})
	ada.Do("GET", past+pmi+"/instances?next_page_token="+token, nil).Refuses(t, "next_page_token")
	edge.AsAdmin("root").Do("GET", past+pmi+"/instances", nil).Want(t, 200)
}
