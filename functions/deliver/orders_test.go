package main

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// Each case is an order to disconnect Sam, who is in Ada's room.
func TestOrders(t *testing.T) {
	ada := meeting.Caller{User: meeting.User{Account: "acme", ID: "ada"}, Email: "ada@example.com", Name: "Ada"}
	sam := meeting.Caller{User: meeting.User{Account: "acme", ID: "sam"}, Email: "sam@example.com", Name: "Sam"}
	type room struct {
		*scene

		number string
		sam    meeting.Selection
	}
	moved := func(r room) error {
		_, err := r.d.orders.door.MoveToWaitingRoom(t.Context(), ada, r.number, r.sam)
		return err
	}
	for name, c := range map[string]struct {
		setup    func(room) error
		failed   bool
		executed bool
	}{
		"removed": {func(r room) error {
			_, err := r.d.orders.door.Remove(t.Context(), ada, r.number, r.sam)
			return err
		}, false, true},
		"moved to the waiting room": {moved, false, true},
		"admitted again": {func(r room) error {
			r.must(moved(r))
			_, err := r.d.orders.door.Admit(t.Context(), ada, r.number, r.sam)
			return err
		}, false, false},
		"instance over": {func(r room) error {
			return meeting.NewStarts(r.store, r.d.env).End(t.Context(), ada, r.number)
		}, false, true},
		"the server fails": {func(r room) error { r.serverError = errors.New("it answered 503"); return moved(r) }, true, true},
		"the table fails": {func(r room) error {
			client, _ := dynamotest.Table(t)
			r.d.orders.door = meeting.NewDoor(table.New(client, "no-such-table"), r.d.env)
			return nil
		}, true, false},
		"no media server": {func(r room) error { r.d.orders.execute = nil; return nil }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := room{scene: newScene(t)}
			_, own, err := meeting.NewProfiles(r.store, r.d.env).Room(t.Context(), ada, "me")
			r.must(err)
			r.number = string(own.Number)
			var seat meeting.Admission
			for _, c := range []meeting.Caller{ada, sam} {
				seat, err = r.d.orders.door.Join(t.Context(), c, meeting.JoinInput{Address: r.number, Passcode: own.Settings.Passcode})
				r.must(err)
			}
			r.sam = meeting.Selection{IDs: []meeting.SeatID{seat.Seat.ID}}
			r.must(c.setup(r))
			o := media.Order{Room: seat.Seat.ID.Instance(), Participant: string(seat.Seat.ID)}
			m := order(o)
			same(t, "failed", r.handle(m) != "", c.failed)
			var want []media.Order
			if c.executed {
				want = append(want, o)
			}
			if d := cmp.Diff(want, r.executed); d != "" {
				t.Error(d)
			}
			if c.failed && r.wait(m) < firstWait {
				t.Errorf("tried again after %s", r.wait(m))
			}
		})
	}
}

// An order without a participant closes the room.
func TestOrderForAllParticipants(t *testing.T) {
	s := newScene(t)
	all := media.Order{Room: "room"}
	same(t, "failed", s.handle(order(all)), "")
	if d := cmp.Diff([]media.Order{all}, s.executed); d != "" {
		t.Error(d)
	}
}
