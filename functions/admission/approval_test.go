package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// reopen ends Ada's sitting and begins the next one.
func (s *scene) reopen() {
	s.end("ada", s.room)
	s.start("ada", s.room)
}

func TestI8AnApprovalDoesNotPassTheTurnstileOfTheNextSitting(t *testing.T) {
	for name, c := range map[string]struct {
		capacity int
		lost     []dynamoproxy.Fault // besides the last write
	}{
		"its recount lost to end and reopen": {1, nil},
		"its turn lost to end and reopen":    {2, nil},
		"its turn lost, after a recount":     {1, []dynamoproxy.Fault{dynamoproxy.Pass}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone), Capacity: &c.capacity})
			in(t, s.ada.join())
			gone, sue := s.guest("Gone"), s.guest("Sue")
			for _, p := range []*person{gone, sue} {
				waits(t, p.join(), "waiting_room")
			}
			s.sayOf("admit", gone).Want(t, 204)
			gone.leave().Want(t, 204) // so the room for one seems full, and is not

			before := meeting.SeatID(sue.seat.ID).Instance()
			s.faults.Plan("UpdateItem ROOM", append(c.lost, dynamoproxy.After(s.reopen))...)
			s.sayOf("admit", sue).Refused(t, 409, 4105, "room_idle")
			same(t, "faults not met", s.faults.Pending(), 0)

			room := s.do("GET", "", nil).Want(t, 200)
			if room.Text(t, "uuid") == before {
				t.Fatal("the sitting was not reopened")
			}
			same(t, "on the way in the next sitting", room.Text(t, "arriving"), "0")
			sue.poll().Refused(t, 409, 4114, "ended")
			waits(t, s.guest("First").join(), "waiting_room")
		})
	}
}

func TestI8WhoWasPutBackAndJoinsAfreshWaitsThoughTheWaitingRoomIsOff(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	bob := s.user("bob")
	in(t, bob.join())
	s.sayOf("wait", bob).Want(t, 204)
	waits(t, bob.poll(), "waiting_room")
	bob.leave().Want(t, 204)
	for range 2 {
		waits(t, bob.join(), "waiting_room") // a seat of its own each time
		waits(t, bob.poll(), "waiting_room")
	}
	in(t, s.guest("Sam").join()) // the others come and go as before
	in(t, s.user("cy").join())

	s.sayOf("admit", bob).Want(t, 204)
	in(t, bob.poll())
	bob.leave().Want(t, 204)
	waits(t, bob.join(), "waiting_room") // an approval is for the seat

	s.reopen()
	in(t, bob.join()) // for that sitting only
}

func TestI8AnAlternativeHostWhoWasPutBackWaitsToo(t *testing.T) {
	s := newScene(t)
	s.policy(meeting.SettingsEdit{AlternativeHosts: new([]string{"bob@example.com"})})
	in(t, s.ada.join())
	bob := s.user("bob")
	same(t, "role", in(t, bob.join()).Text(t, "seat.role"), "alternative_host")
	s.sayOf("wait", bob).Want(t, 204)
	waits(t, bob.join(), "waiting_room")
}

func TestI18AdmitAllIsForThoseWhoWaitForTheMeetingThatSits(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	a, b := s.meetingOf("Alpha"), s.meetingOf("Beta")
	al, bea, sam := s.guest("Al"), s.guest("Bea"), s.guest("Sam")
	waits(t, bea.join(fields{"omn": b}), "waiting_for_host") // before the room opens, for either
	in(t, s.ada.join(fields{"omn": a}))
	waits(t, al.join(fields{"omn": a}), "waiting_room")
	waits(t, sam.join(), "waiting_room")
	waits(t, bea.poll(), "waiting_for_host")

	all := s.do("PUT", "/participants/status", fields{"action": "admit"}).Want(t, 200)
	if strings.Contains(all.Body, bea.seat.ID) {
		t.Errorf("Beta's guest is among all who wait for Alpha: %s", all.Body)
	}
	in(t, al.poll())
	in(t, sam.poll())
	waits(t, bea.poll(), "waiting_for_host")
	same(t, "admitted", s.names("admitted"), "Ada Al Sam")

	s.Clock.Advance(time.Second)
	s.sayOf("admit", bea).Want(t, 204) // named, she is welcome
	same(t, "meeting", in(t, bea.poll()).Text(t, "meeting.topic"), "Alpha")
}

// A poll reads the room and the seat side by side. Between the two the room opens, and a host lets them in.
func TestI8AnApprovalIsNotLostToAPollThatReadTheRoomBeforeItOpened(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	sue := s.guest("Sue")
	waits(t, sue.join(), "waiting_for_host")

	read := make(chan struct{})
	var once sync.Once
	fault := func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if strings.Contains(string(body), "SEAT#") {
			<-read
			s.start("ada", s.room)
			s.sayOf("admit", sue).Want(t, 204)
			return next.RoundTrip(r)
		}
		defer once.Do(func() { close(read) })
		return next.RoundTrip(r)
	}
	s.faults.Plan("GetItem", dynamoproxy.Times(2, fault)...)
	in(t, sue.poll())
	same(t, "who is in", s.names("admitted"), "Sue")
}

// The seat was taken, and a host let them in before the answer to that was sent again.
func TestI8AnApprovalIsNotLostToASeatWhoseAnswerWasLost(t *testing.T) {
	s := newScene(t)
	s.waitingRoom()
	sue := s.guest("Sue")
	s.faults.Plan("PutItem", dynamoproxy.LoseAnswerThen(func() {
		s.start("ada", s.room)
		s.do("PUT", "/participants/status", fields{"action": "admit"}).Want(t, 200)
	}))
	in(t, sue.join())
	same(t, "who is in", s.names("admitted"), "Sue")
}
