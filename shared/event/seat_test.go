package event_test

import (
	"slices"
	"testing"
	"time"

	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// seatIn is somebody's seat in the state.
func seatIn(state meeting.State, with func(*meeting.Seat)) meeting.Seat {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := meeting.Seat{
		ID: "instance.seat", State: state, Role: meeting.Participant, User: meeting.User{Account: "another", ID: "bea"}, Name: "Bea", Version: 1,
		PresentSince: at, Context: meeting.SeatContext{Room: pmi, Owner: meeting.User{Account: "acme", ID: "ada"}, OpenedAt: at, Epoch: 3,
			Meeting: meeting.MeetingRef{ID: "83123456789", Topic: "Tea", Type: meeting.Scheduled}},
	}
	if with != nil {
		with(&s)
	}
	return s
}

// How people come and go where no use case leads every day.
func TestComingsAndGoings(t *testing.T) {
	forHost := func(s *meeting.Seat) { s.WaitsForHost = true }
	later := func(s *meeting.Seat) { s.Lease = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) }
	document := readDocument(t)
	for _, c := range []struct {
		does          string
		before, after any
		want          []event.Name
	}{
		{"a renewal", seatIn(meeting.Admitted, nil), seatIn(meeting.Admitted, later), nil},
		{"the host is there, and now they wait for approval", seatIn(meeting.Waiting, forHost), seatIn(meeting.Waiting, nil),
			[]event.Name{event.JoinedWaitingRoom}},
		{"another meeting sits meanwhile", seatIn(meeting.Waiting, nil), seatIn(meeting.Waiting, forHost),
			[]event.Name{event.LeftWaitingRoom, event.WaitsForHost}},
		{"the same, of somebody who was in", seatIn(meeting.Admitted, nil), seatIn(meeting.Waiting, forHost),
			[]event.Name{event.Left, event.WaitsForHost}},
		{"denied at the door", seatIn(meeting.Waiting, forHost), seatIn(meeting.WasDenied, ruledBy("ada")),
			[]event.Name{event.WaitsNoMore, event.Denied}},
		{"removed after they left", seatIn(meeting.Left, nil), seatIn(meeting.WasRemoved, ruledBy("ada")), []event.Name{event.Removed}},
		{"back after they left", seatIn(meeting.Left, nil), seatIn(meeting.Admitted, nil), []event.Name{event.Joined}},
		{"host no more", seatIn(meeting.Admitted, func(s *meeting.Seat) { s.Role = meeting.AlternativeHost }), seatIn(meeting.Admitted, nil),
			[]event.Name{event.RoleChanged}},
		{"cleaned away", seatIn(meeting.Admitted, nil), nil, nil},
		{"a seat from before seats knew their place", nil, seatIn(meeting.Admitted, func(s *meeting.Seat) { s.Context = meeting.SeatContext{} }), nil},
	} {
		change := event.Change{Item: "seat/instance.seat", Write: "w", At: time.Unix(1_800_000_000, 0), Before: c.before, After: c.after}
		var names []event.Name
		for _, e := range event.FromChange(change) {
			names = append(names, e.Name)
			document.check(t, string(e.Name), bodyOf(t, e))
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("%s: told %v, want %v", c.does, names, c.want)
		}
	}
}

func ruledBy(host string) func(*meeting.Seat) {
	return func(s *meeting.Seat) {
		s.HostActions = []meeting.HostActionRecord{{Action: meeting.ActionDeny, By: meeting.User{Account: "acme", ID: host}}}
	}
}

// Whose account it is not learns no user's id.
func TestAUserOfAnotherAccountIsToldOfWithoutTheirID(t *testing.T) {
	e := event.FromChange(event.Change{After: seatIn(meeting.Admitted, nil)})[0]
	object, is := e.Object.(event.Meeting)
	if p := object.Participant; !is || p.ID != "" || p.User != "" || p.UserName != "Bea" || e.Account != "acme" {
		t.Errorf("%+v", e)
	}
}
