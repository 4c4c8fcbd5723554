package proof

import (
	"slices"

	"personal-rooms/shared/meeting"
)

// large is a capacity that nobody reaches.
const large = 100

// An observation is what an answer says of one instant of its operation: what the door was, or what a seat was.
type observation struct {
	what  string
	holds func(*state) bool
	until int64 // 0: the operation returned
}

// observations returns all that the answer says. Each must hold at some instant of the operation.
func (h *history) observations(v *invocation) []observation {
	idle := func(s *state) bool { return !h.live(s).Open }
	switch {
	case v.unknown(), v.Reason == meeting.Full && h.room.Settings.Capacity < large:
		return nil
	case v.Kind == "join" || v.Kind == "poll":
		return h.entry(v)
	case v.Reason == meeting.RoomIdle:
		return []observation{{what: "finds the room idle", holds: idle}}
	case v.Reason == meeting.NoSeat:
		isOther := func(s *state) bool { return v.Targets[0].Instance() != h.live(s).Instance }
		return []observation{{what: "finds another instance", holds: isOther}}
	case v.Reason != "":
		return []observation{{what: "is refused for no reason", holds: func(*state) bool { return false }}}
	}
	switch v.Kind {
	case "leave":
		isOut := seatIs(v.Seat.ID, left, denied, removed)
		return []observation{{what: "is out", holds: func(s *state) bool {
			return isOut(s) || h.live(s).Instance != v.Seat.ID.Instance() // or it is over for everybody
		}}}
	case "start":
		return []observation{{what: "finds the room open", holds: func(s *state) bool { return h.live(s).Open }}}
	case "end":
		return []observation{{what: "finds the room idle", holds: idle}}
	case "lock", "unlock":
		locked := func(s *state) bool { return h.live(s).Locked == (v.Kind == "lock") }
		return []observation{{what: v.Kind + "s", holds: locked}, h.roster(v)}
	case "roster":
		return []observation{h.roster(v)}
	}
	return h.decision(v)
}

// live returns the live state of the room.
func (h *history) live(s *state) meeting.LiveState { return s.room(h.room.Number).Live }

func seatIs(id meeting.SeatID, states ...meeting.State) func(*state) bool {
	return func(s *state) bool { return slices.Contains(states, s.seat(id).State) }
}

// entry returns what the answer to a join or a poll says. A join whose own seat was stored but not confirmed is
// answered as a poll.
func (h *history) entry(v *invocation) []observation {
	door := func(s *state) bool { return h.answers(v, s, v.Seat.ID) }
	seat := func(*state) bool { return true }
	id := v.Seat.ID
	if v.Kind == "join" {
		id = h.made(v)
		door = func(s *state) bool {
			return h.answers(v, s, "") && id == v.Got.ID || id != "" && len(v.faults) > 0 && h.answers(v, s, id)
		}
	}
	switch {
	case v.State != "":
		seat = seatIs(v.Got.ID, v.State)
	case v.Reason == meeting.Locked && v.Kind == "poll":
		seat = seatIs(id, left)
	}
	return []observation{{what: "hears of the door", holds: door}, {what: "hears of the seat", holds: seat}}
}

// answers reports whether the door, as it is, answers as it did: to a new join, or to the holder of a seat.
func (h *history) answers(v *invocation, s *state, id meeting.SeatID) bool {
	r := s.room(h.room.Number)
	who, seat := s.visitor(r, v.actor, id), s.seat(id)
	if v.Reason == meeting.Ended {
		return id.Instance() != r.Live.Instance
	}
	if id != "" && id.Instance() != r.Live.Instance && v.Reason == "" {
		return false
	}
	switch {
	case v.Reason == meeting.Removed:
		return who.removed || seat.State == removed
	case v.Reason == meeting.Denied:
		return who.denied || seat.State == denied
	case v.Reason == meeting.TooManyWaiting: // many guests of a network that a host decided on
		return who.listed
	case v.Reason == meeting.Locked:
		return !who.host && r.Live.Open && r.Live.Locked
	case v.State == admitted:
		return r.Live.Open && !who.removed
	case v.State == waiting:
		remembered := id != "" || !who.listed || h.takenSeat(v).NeedsApproval
		return !who.host && !who.removed && !who.denied && waits(r, who, seat, v.forHost) && remembered
	}
	return false
}

// takenSeat returns the seat that the operation made, as it was at first.
func (h *history) takenSeat(v *invocation) meeting.Seat {
	id := h.made(v)
	for _, s := range h.states {
		if seat := s.seat(id); seat.Exists() {
			return seat
		}
	}
	return meeting.Seat{}
}

// waits reports whether the door sends somebody to wait: for the host, or for approval.
func waits(r meeting.Room, who visitor, seat meeting.Seat, forHost bool) bool {
	switch {
	case r.Live.Open == forHost:
		return false
	case forHost:
		return who.held || !r.Settings.JoinBeforeHost
	case r.Live.Locked:
		return seat.Exists()
	}
	return who.held
}

// roster returns what a roster says: exactly who is in or waits, and at least how many entered before and have no
// seat yet (I7).
func (h *history) roster(v *invocation) observation {
	entered := v.Seq
	if v.Kind == "roster" {
		entered = 0
		if before := h.live(h.stateAt(v.call)); before.Instance == v.Instance {
			entered = before.AdmissionSeq
		}
	}
	return observation{what: "reads the roster", holds: func(s *state) bool {
		landed := map[int64]bool{}
		for _, seat := range s.roster(v.Instance) {
			for _, n := range seat.AdmissionSeqs {
				landed[n] = true
			}
		}
		arriving := 0
		for n := int64(1); n <= entered; n++ {
			arriving += bit(!landed[n])
		}
		return v.Arriving >= arriving && sameIDs(s.idsIn(v.Instance, admitted), v.Present) &&
			sameIDs(s.idsIn(v.Instance, waiting), v.waits)
	}}
}

// idsIn returns the seats of the instance that are in the state.
func (s *state) idsIn(instance string, in meeting.State) (all []meeting.SeatID) {
	for _, seat := range s.roster(instance) {
		if seat.State == in {
			all = append(all, seat.ID)
		}
	}
	return all
}

func sameIDs(a, b []meeting.SeatID) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// decision returns what the answer to a host's decision says: the states of the seats; and for all who wait, that
// these were all (I8).
func (h *history) decision(v *invocation) (all []observation) {
	named := ids(append(slices.Clone(v.applied), v.skipped...))
	for _, seat := range append(slices.Clone(v.applied), v.skipped...) {
		all = append(all, observation{what: "finds a seat " + string(seat.State), holds: seatIs(seat.ID, seat.State)})
	}
	if len(v.Targets) > 0 {
		return all
	}
	return append(all, observation{
		what:  "reads who waits",
		holds: func(s *state) bool { return sameIDs(s.idsIn(v.Instance, waiting), named) },
		until: h.firstEffect(v) - 1, // it reads before it admits anybody
	})
}
