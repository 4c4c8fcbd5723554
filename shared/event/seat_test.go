package event_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// seatIn returns a seat in the state.
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

// Changes of seats that the scenario does not have.
func TestEventsOfSeats(t *testing.T) {
	forHost := func(s *meeting.Seat) { s.WaitsForHost = true }
	later := func(s *meeting.Seat) { s.Lease = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC) }
	muted := func(s *meeting.Seat) { s.Muted = true }
	mutedAndDenied := func(s *meeting.Seat) { s.Muted = true; decidedBy("ada")(s) }
	document := readDocument(t)
	for _, c := range []struct {
		what          string
		before, after any
		want          []event.Name
	}{
		{"a renewal", seatIn(meeting.Admitted, nil), seatIn(meeting.Admitted, later), nil},
		{"the host is present, and they wait for approval", seatIn(meeting.Waiting, forHost), seatIn(meeting.Waiting, nil),
			[]event.Name{event.JoinedWaitingRoom}},
		{"another meeting is live since", seatIn(meeting.Waiting, nil), seatIn(meeting.Waiting, forHost),
			[]event.Name{event.LeftWaitingRoom, event.WaitsForHost}},
		{"the same, of a participant", seatIn(meeting.Admitted, nil), seatIn(meeting.Waiting, forHost),
			[]event.Name{event.Left, event.WaitsForHost}},
		{"denied while waiting for the host", seatIn(meeting.Waiting, forHost), seatIn(meeting.WasDenied, decidedBy("ada")),
			[]event.Name{event.WaitsNoMore, event.Denied}},
		{"removed after they left", seatIn(meeting.Left, nil), seatIn(meeting.WasRemoved, decidedBy("ada")), []event.Name{event.Removed}},
		{"joined again after they left", seatIn(meeting.Left, nil), seatIn(meeting.Admitted, nil), []event.Name{event.Joined}},
		{"not a host any more", seatIn(meeting.Admitted, func(s *meeting.Seat) { s.Role = meeting.AlternativeHost }), seatIn(meeting.Admitted, nil),
			[]event.Name{event.RoleChanged}},
		{"they wait because of their network", nil, seatIn(meeting.Waiting, muted), []event.Name{event.JoinedWaitingRoom}},
		{"and give up", seatIn(meeting.Waiting, muted), seatIn(meeting.Left, muted), nil},
		{"and wait again", seatIn(meeting.Left, muted), seatIn(meeting.Waiting, muted), nil},
		{"and are denied", seatIn(meeting.Waiting, muted), seatIn(meeting.WasDenied, mutedAndDenied),
			[]event.Name{event.LeftWaitingRoom, event.Denied}},
		{"and are admitted", seatIn(meeting.Waiting, muted), seatIn(meeting.Admitted, nil), []event.Name{event.Joined}},
		{"deleted", seatIn(meeting.Admitted, nil), nil, nil},
		{"without a context", nil, seatIn(meeting.Admitted, func(s *meeting.Seat) { s.Context = meeting.SeatContext{} }), nil},
	} {
		change := event.Change{Item: "seat/instance.seat", Write: "w", At: time.Unix(1_800_000_000, 0), Before: c.before, After: c.after}
		var names []event.Name
		for _, e := range event.FromChange(change) {
			names = append(names, e.Name)
			document.check(t, string(e.Name), bodyOf(t, e))
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("%s: events %v, want %v", c.what, names, c.want)
		}
	}
}

func decidedBy(host string) func(*meeting.Seat) {
	return func(s *meeting.Seat) {
		s.HostActions = []meeting.HostActionRecord{{Action: meeting.ActionDeny, By: meeting.User{Account: "acme", ID: host}}}
	}
}

// Receivers make no sound for a guest who waits because of their network.
func TestAMutedGuestIsMarked(t *testing.T) {
	muted := seatIn(meeting.Waiting, func(s *meeting.Seat) { s.Muted = true })
	e := event.FromChange(event.Change{After: muted})[0]
	if object, is := e.Object.(event.Meeting); !is || !object.Participant.Muted {
		t.Errorf("%+v", e)
	}
}

// An account does not receive the ids of another account's users.
func TestUserOfAnotherAccountHasNoID(t *testing.T) {
	e := event.FromChange(event.Change{After: seatIn(meeting.Admitted, nil)})[0]
	object, is := e.Object.(event.Meeting)
	if p := object.Participant; !is || p.ID != "" || p.User != "" || p.UserName != "Bea" || e.Account != "acme" {
		t.Errorf("%+v", e)
	}
}

// Some receivers parse an event, write it again in JavaScript, and verify the signature over that.
func TestBodyIsAsJavaScriptWritesIt(t *testing.T) {
	body := bodyOf(t, event.Event{Object: "R&D <all> \u2028\u2029 \\u2028 \\ \""})
	if want := `"object":"R&D <all> ` + "\u2028\u2029" + ` \\u2028 \\ \""`; !strings.Contains(string(body), want) {
		t.Errorf("%s has no %s", body, want)
	}
}
