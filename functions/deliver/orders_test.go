package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/dev/testkit/livekittest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func caller(id string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: "acme", ID: id}, Email: id + "@example.com", Name: id}
}

// join lets Ada and Sam into Ada's room, and returns its number and Sam's seat.
func (s *scene) join() (number string, sam meeting.Seat) {
	s.t.Helper()
	_, own, err := meeting.NewProfiles(s.store, s.d.env).Room(s.t.Context(), caller("ada"), "me")
	testkit.Must(s.t, err)
	for _, c := range []meeting.Caller{caller("ada"), caller("sam")} {
		a, err := s.d.orders.door.Join(s.t.Context(), c,
			meeting.JoinInput{Address: string(own.Number), Passcode: own.Settings.Passcode})
		testkit.Must(s.t, err)
		s.admissions = append(s.admissions, a)
		s.connected, sam = append(s.connected, string(a.Seat.MediaIdentity())), a.Seat
	}
	return string(own.Number), sam
}

// Each case is an order to disconnect Sam, whom Ada has moved to the waiting room, and one to close the room. Only an
// older version's order, without the number of the admission, could reach somebody who was admitted again.
func TestOrders(t *testing.T) {
	for name, c := range map[string]struct {
		setup                  func(s *scene, admit func())
		older                  bool
		failed, executed, room bool
	}{
		"moved to the waiting room":          {func(*scene, func()) {}, false, false, true, true},
		"admitted again":                     {func(_ *scene, admit func()) { admit() }, false, false, true, true},
		"an older order":                     {func(*scene, func()) {}, true, false, true, true},
		"admitted again, and an older order": {func(_ *scene, admit func()) { admit() }, true, false, false, true},
		"the server fails": {func(s *scene, _ func()) { s.serverError = errors.New("it answered 503") },
			false, true, true, true},
		"no media server": {func(s *scene, _ func()) { s.d.orders.server = nil }, false, false, false, false},
		"the table fails": {func(s *scene, _ func()) {
			client, _ := dynamotest.Table(t)
			s.d.orders.door = meeting.NewDoor(table.New(client, "no-such-table"), s.d.env)
		}, false, true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			number, sam := s.join()
			door, selected := s.d.orders.door, meeting.Selection{IDs: []meeting.SeatID{sam.ID}}
			_, err := door.MoveToWaitingRoom(t.Context(), caller("ada"), number, selected)
			testkit.Must(s.t, err)
			c.setup(s, func() {
				_, err := door.Admit(t.Context(), caller("ada"), number, selected)
				testkit.Must(s.t, err)
			})
			one := media.Order{Room: sam.ID.Instance(), Participant: string(sam.MediaIdentity())}
			if c.older {
				one.Participant = string(sam.ID)
			}
			all := media.Order{Room: one.Room}
			testkit.Equal(t, "failed", s.handle(order(one)) != "", c.failed)
			s.handle(order(all))
			var want []media.Order
			if c.executed {
				want = append(want, one)
			}
			if c.room {
				want = append(want, all)
			}
			if d := cmp.Diff(want, s.executed); d != "" {
				t.Error(d)
			}
			if c.failed && s.wait(order(one)) < firstWait {
				t.Errorf("tried again after %s", s.wait(order(one)))
			}
		})
	}
}

// People who are connected and not on the roster are disconnected, and so are strangers. If that fails, the order is
// tried again.
func TestI7OffTheRosterIsDisconnected(t *testing.T) {
	s := newScene(t)
	_, sam := s.join()
	off := media.Order{Room: sam.ID.Instance(), Participant: media.OffRoster}
	testkit.Equal(t, "failed", s.handle(order(off)), "")
	testkit.Equal(t, "executed", len(s.executed), 0)

	s.connected = append(s.connected, "~stranger", string(sam.ID)+".7")
	testkit.Equal(t, "failed", s.handle(order(off)), "")
	var got []string
	for _, o := range s.executed {
		got = append(got, o.Participant)
	}
	slices.Sort(got)
	testkit.Equal(t, "disconnected", strings.Join(got, " "), string(sam.ID)+".7 ~stranger")

	s.serverError = errors.New("it answered 503")
	testkit.Equal(t, "failed", s.handle(order(off)) != "", true)
	testkit.Equal(t, "executed", len(s.executed), 2)

	s.connected, s.serverError, s.executed = s.connected[:2], nil, nil // Ada and Sam, who stopped renewing their leases
	s.clock.Advance(meeting.DefaultLease + time.Minute)
	testkit.Equal(t, "failed", s.handle(order(off)), "")
	testkit.Equal(t, "executed", len(s.executed), 2)
	after, err := s.store.Seat(t.Context(), sam.ID)
	testkit.Must(s.t, err)
	testkit.Equal(t, "Sam's seat", after.State, meeting.Left)

	s.connected, s.executed = nil, nil
	testkit.Equal(t, "failed", s.handle(order(off)), "")
	testkit.Equal(t, "executed", len(s.executed), 0)
}

// On a real LiveKit server: a guest who gave up the seat and stayed connected is disconnected after a lock, and the
// host is not. When the guest has come in again, the order for the seat that they had left does not reach them.
func TestI7LiveKitDisconnectsPeopleOffTheRoster(t *testing.T) {
	liveKit, s := livekittest.Start(t), newScene(t)
	s.d.orders.server = liveKit
	number, sam := s.join()
	late := media.Order{Room: sam.ID.Instance(), Participant: string(sam.MediaIdentity())}
	connected := func() string {
		all, err := liveKit.Connected(t.Context(), sam.ID.Instance())
		testkit.Must(t, err)
		slices.Sort(all)
		return strings.Join(all, " ")
	}
	var over []<-chan struct{}
	for _, a := range s.admissions {
		over = append(over, liveKit.Connect(a))
	}
	both := slices.Sorted(slices.Values(s.connected))
	liveKit.Eventually("both are connected", func() bool { return connected() == strings.Join(both, " ") })

	door, sams := s.d.orders.door, s.admissions[1]
	seat := meeting.Credential{ID: sam.ID, Secret: sams.Secret}
	testkit.Must(t, door.Leave(t.Context(), caller("sam"), number, seat))
	_, err := door.UpdateLive(t.Context(), caller("ada"), number, meeting.LiveEdit{Locked: new(true)})
	testkit.Must(t, err)
	testkit.Equal(t, "failed", s.handle(order(media.Order{Room: sam.ID.Instance(), Participant: media.OffRoster})), "")
	<-over[1]
	liveKit.Eventually("Ada is alone", func() bool { return connected() == s.connected[0] })

	_, err = door.UpdateLive(t.Context(), caller("ada"), number, meeting.LiveEdit{Locked: new(false)})
	testkit.Must(t, err)
	again, err := door.Join(t.Context(), caller("sam"), meeting.JoinInput{Address: number, Seat: seat})
	testkit.Must(t, err)
	liveKit.Connect(again)
	both = slices.Sorted(slices.Values([]string{s.connected[0], string(again.Seat.MediaIdentity())}))
	liveKit.Eventually("Sam is back", func() bool { return connected() == strings.Join(both, " ") })
	testkit.Equal(t, "failed", s.handle(order(late)), "")
	testkit.Equal(t, "connected after the late order", connected(), strings.Join(both, " "))
}
