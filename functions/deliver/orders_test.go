package main

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// Each case is an order to disconnect Sam, whom Ada has moved to the waiting room, and one to close the room.
func TestOrders(t *testing.T) {
	caller := func(id string) meeting.Caller {
		return meeting.Caller{User: meeting.User{Account: "acme", ID: id}, Email: id + "@example.com", Name: id}
	}
	for name, c := range map[string]struct {
		setup                  func(s *scene, admit func())
		failed, executed, room bool
	}{
		"moved to the waiting room": {func(*scene, func()) {}, false, true, true},
		"admitted again":            {func(_ *scene, admit func()) { admit() }, false, false, true},
		"the server fails": {func(s *scene, _ func()) { s.serverError = errors.New("it answered 503") },
			true, true, true},
		"no media server": {func(s *scene, _ func()) { s.d.orders.execute = nil }, false, false, false},
		"the table fails": {func(s *scene, _ func()) {
			client, _ := dynamotest.Table(t)
			s.d.orders.door = meeting.NewDoor(table.New(client, "no-such-table"), s.d.env)
		}, true, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, ada := newScene(t), caller("ada")
			_, own, err := meeting.NewProfiles(s.store, s.d.env).Room(t.Context(), ada, "me")
			testkit.Must(s.t, err)
			number, door := string(own.Number), s.d.orders.door
			var sam meeting.Admission
			for _, c := range []meeting.Caller{ada, caller("sam")} {
				sam, err = door.Join(t.Context(), c, meeting.JoinInput{Address: number, Passcode: own.Settings.Passcode})
				testkit.Must(s.t, err)
			}
			selected := meeting.Selection{IDs: []meeting.SeatID{sam.Seat.ID}}
			_, err = door.MoveToWaitingRoom(t.Context(), ada, number, selected)
			testkit.Must(s.t, err)
			c.setup(s, func() {
				_, err := door.Admit(t.Context(), ada, number, selected)
				testkit.Must(s.t, err)
			})
			one := media.Order{Room: sam.Seat.ID.Instance(), Participant: string(sam.Seat.ID)}
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
