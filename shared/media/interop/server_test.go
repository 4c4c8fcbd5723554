package interop

import (
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit/livekittest"
	"personal-rooms/shared/dev/testkit/mediatest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// connected returns who is connected to the instance, by the last part of the identities.
func connected(t *testing.T, s *livekittest.Server) string {
	t.Helper()
	all, err := s.Connected(t.Context(), instance)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i] = strings.TrimPrefix(all[i], instance+".")
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func seatOf(name string, seq int64) meeting.Seat {
	return meeting.Seat{
		ID: meeting.SeatID(instance + "." + name), Name: name, Role: meeting.Participant, State: meeting.Admitted,
		MediaSeq: seq,
	}
}

func admission(s meeting.Seat) meeting.Admission {
	a := mediatest.Admitted(s.Name, s.Role)
	a.Seat = s
	return a
}

// The orders for somebody who left reach nobody else: neither others in the room nor the same person, who came in again
// meanwhile. The room that is closed is empty.
func TestI7LiveKitExecutesOrders(t *testing.T) {
	s := livekittest.Start(t)
	sam, samAgain, sue := seatOf("sam", 1), seatOf("sam", 3), seatOf("sue", 2)
	samEnds, sueEnds, samAgainEnds := s.Connect(admission(sam)), s.Connect(admission(sue)), s.Connect(admission(samAgain))
	s.Eventually("all are listed", func() bool { return connected(t, s) == "sam.1 sam.3 sue.2" })

	left := sam
	left.State = meeting.Left
	for _, late := range media.OrdersOf(sam, left) {
		if err := s.Execute(t.Context(), late); err != nil {
			t.Fatal(err)
		}
	}
	<-samEnds
	s.Eventually("one is disconnected", func() bool { return connected(t, s) == "sam.3 sue.2" })

	if err := s.Execute(t.Context(), media.Order{Room: instance}); err != nil {
		t.Fatal(err)
	}
	<-sueEnds
	<-samAgainEnds
	s.Eventually("the room is empty", func() bool { return connected(t, s) == "" })
}
