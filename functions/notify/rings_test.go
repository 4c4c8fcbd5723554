package main

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

// Somebody who begins to wait is named in the queue of rings, once; nobody else, and nobody without a doorbell.
func TestPeopleWhoBeginToWaitRing(t *testing.T) {
	s := newScene(t)
	s.edit(meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)}})
	s.join(testkit.Caller("ada"))
	waits := s.join(meeting.Caller{Address: "198.51.100.9"})
	s.publishAll()
	rings := bodies[doorbell.Visitor](s, "RingsQueue")
	if len(rings) != 1 || rings[0].Seat != waits.Seat.ID || rings[0].Room != s.room().Number || rings[0].At.IsZero() {
		t.Errorf("%+v", rings)
	}
	one := meeting.Selection{IDs: []meeting.SeatID{waits.Seat.ID}}
	number := string(s.room().Number)
	for _, decide := range []func() (meeting.Result, error){
		func() (meeting.Result, error) { return s.door().Admit(t.Context(), testkit.Caller("ada"), number, one) },
		func() (meeting.Result, error) {
			return s.door().MoveToWaitingRoom(t.Context(), testkit.Caller("ada"), number, one)
		},
	} {
		_, err := decide()
		testkit.Must(t, err)
	}
	s.publishAll()
	s.rings = nil
	s.join(meeting.Caller{Address: "198.51.100.10"})
	s.publishAll()
	testkit.Equal(t, "rings", len(s.cloud.Sent(t, "RingsQueue")), 1)
}
