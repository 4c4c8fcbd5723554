package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

var (
	ada = meeting.Caller{User: meeting.User{Account: "acme", ID: "ada"}, Email: "ada@example.com", Name: "Ada"}
	sam = meeting.Caller{User: meeting.User{Account: "acme", ID: "sam"}, Email: "sam@example.com", Name: "Sam"}
)

// A sitting is Ada's, with Sam in it.
type sitting struct {
	*scene

	number string
	sams   meeting.SeatID
}

func newSitting(t *testing.T) *sitting {
	t.Helper()
	s := &sitting{scene: newScene(t)}
	_, room, err := meeting.NewProfiles(s.store, s.d.env).Room(t.Context(), ada, "me")
	s.must(err)
	s.number = string(room.Number)
	for _, c := range []meeting.Caller{ada, sam} {
		in, err := s.d.orders.door.Join(t.Context(), c, meeting.JoinInput{Address: s.number, Passcode: room.Settings.Passcode})
		s.must(err)
		s.sams = in.Seat.ID
	}
	return s
}

func (s *sitting) only() meeting.Selection { return meeting.Selection{IDs: []meeting.SeatID{s.sams}} }

// out is the order to disconnect Sam.
func (s *sitting) out() media.Order {
	return media.Order{Room: s.sams.Instance(), Participant: string(s.sams)}
}

func (s *sitting) obeys(want ...media.Order) {
	s.t.Helper()
	if d := cmp.Diff(want, s.obeyed); d != "" {
		s.t.Error(d)
	}
}

func TestTheMediaServerIsTold(t *testing.T) {
	s := newSitting(t)
	_, err := s.d.orders.door.Remove(t.Context(), ada, s.number, s.only())
	s.must(err)
	all := media.Order{Room: s.sams.Instance()}
	same(t, "failed", s.handle(order(s.out()), order(all)), "")
	s.obeys(s.out(), all)
}

func TestAnOrderIsTriedUntilTheServerObeys(t *testing.T) {
	s := newSitting(t)
	_, err := s.d.orders.door.MoveToWaitingRoom(t.Context(), ada, s.number, s.only())
	s.must(err)
	m := order(s.out())
	s.broken = errors.New("it is answered 503")
	same(t, "failed", s.handle(m), m.MessageId)
	if wait := s.wait(m); wait < firstWait {
		t.Errorf("again after %s", wait)
	}
	s.broken = nil
	same(t, "failed", s.handle(again(m, 2)), "")
	s.obeys(s.out(), s.out())
}

// While the media server was out of reach, Sam was put back and let in again.
func TestWhoWasLetInAgainIsNotDisconnected(t *testing.T) {
	s := newSitting(t)
	_, err := s.d.orders.door.MoveToWaitingRoom(t.Context(), ada, s.number, s.only())
	s.must(err)
	_, err = s.d.orders.door.Admit(t.Context(), ada, s.number, s.only())
	s.must(err)
	same(t, "failed", s.handle(again(order(s.out()), 5)), "")
	s.obeys()
}

// Of a sitting that is over nobody is let in again.
func TestWhoIsInASittingThatIsOverIsDisconnected(t *testing.T) {
	s := newSitting(t)
	s.must(meeting.NewStarts(s.store, s.d.env).End(t.Context(), ada, s.number))
	same(t, "failed", s.handle(order(s.out())), "")
	s.obeys(s.out())
}

func TestWithoutTheTableNoOrderIsDropped(t *testing.T) {
	s := newSitting(t)
	client, _ := dynamotest.Table(t)
	s.d.orders.door = meeting.NewDoor(table.New(client, "no-such-table"), s.d.env)
	m := order(s.out())
	same(t, "failed", s.handle(m), m.MessageId)
	s.obeys()
}

func TestWithoutAMediaServerOrdersAreDropped(t *testing.T) {
	s := newSitting(t)
	s.d.orders.execute = nil
	same(t, "failed", s.handle(order(s.out())), "")
	if said := s.log.String(); !strings.Contains(said, "no media server") {
		t.Error(said)
	}
}
