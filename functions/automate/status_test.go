package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// continues delivers the event that each step causes.
func (s *scene) continues(user string) error {
	raw, err := json.Marshal(map[string]any{"id": "1", "source": "personal-rooms", "detail-type": event.StatusContinues,
		"detail": fields{"payload": fields{"account_id": testkit.Account, "object": fields{"id": user}}}})
	testkit.Must(s.t, err)
	_, err = s.handle(dynamoproxy.Watched(s.t.Context()), raw)
	return err
}

// meetings stores so many meetings of Ada's with rooms of their own, the last of which is live.
func (s *scene) meetings(n int) (numbers []meeting.Number) {
	s.t.Helper()
	host := s.ada.User
	for i := range n {
		number := meeting.Number(fmt.Sprintf("8300000%04d", i))
		room := meeting.Room{Number: number, Kind: meeting.MeetingRoom, Owner: host,
			Live: meeting.LiveState{Instance: fmt.Sprint("i", i), Open: i == n-1, OpenedAt: s.clock.Now()}}
		testkit.Must(s.t, s.table.Save(s.t.Context(), meeting.ClaimRoom{Room: room, Now: s.clock.Now()},
			meeting.PutMeeting{Meeting: meeting.Meeting{ID: number, Host: host, Type: meeting.Scheduled}}))
		numbers = append(numbers, number)
	}
	return append(numbers, s.ada.PMI)
}

// A request that deactivates a user stops at its first write. The events of what is stored finish its work, although
// any write of a step may fail, or be made and lose its answer: then the event is delivered again.
func TestAChangeOfStatusEndsWithoutItsRequest(t *testing.T) {
	s := newScene(t)
	numbers := s.meetings(201)
	admin := testkit.Caller("root")
	admin.Scopes = []string{meeting.AdminReadsUsers, meeting.AdminWritesUsers}
	s.faults.Plan("UpdateItem ROOM", dynamoproxy.Times(4, dynamoproxy.Break)...)
	if _, err := s.profiles.SetStatus(t.Context(), admin, "ada", meeting.Inactive); err == nil {
		t.Fatal("the request did not stop")
	}
	s.faults.Forget()

	invalid := dynamoproxy.Fail("ValidationException")
	failed := 0
	for i, underWay := 0, true; underWay; i++ {
		switch i % 5 {
		case 0:
			s.faults.Plan("UpdateItem ROOM", invalid)
		case 1:
			s.faults.Plan("UpdateItem ROOM", dynamoproxy.Pass, dynamoproxy.LoseAnswer, invalid)
		case 2:
			s.faults.Plan("UpdateItem PROFILE", invalid)
		case 3:
			s.faults.Plan("UpdateItem PROFILE", dynamoproxy.LoseAnswer)
		}
		if s.continues("ada") != nil {
			failed++
		}
		s.faults.Forget()
		p, err := s.table.Profile(t.Context(), s.ada.User)
		testkit.Must(t, err)
		underWay = p.ChangesStatus()
	}
	testkit.Equal(t, "failed steps", failed, 6)
	for _, n := range numbers {
		r, err := s.table.Room(t.Context(), n)
		testkit.Must(t, err)
		if r.Closed != meeting.Inactive || r.Live.Open {
			t.Errorf("%s: closed %q, live %v", n, r.Closed, r.Live.Open)
		}
	}
	testkit.Must(t, s.continues("ada")) // the same event again
	testkit.Must(t, s.continues("nobody"))
	if err := s.continues(""); err == nil {
		t.Error("an event without a user is taken")
	}
}
