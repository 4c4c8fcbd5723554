package proof

import (
	"slices"
	"time"

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
	case "waiting room on", "waiting room off":
		want := decided(meeting.LiveState{}, v.Kind).WaitingRoom
		chosen := func(s *state) bool { return waitingRoom(s.room(h.room.Number)) == want }
		return []observation{{what: "turns the " + v.Kind, holds: chosen}, h.roster(v)}
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

// isIn reports whether the seat is admitted, and its lease was alive at the time.
func (s *state) isIn(id meeting.SeatID, at time.Time) bool {
	seat := s.seat(id)
	return seat.State == admitted && at.Before(seat.Lease)
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
		seat = func(s *state) bool { return !s.isIn(id, v.began) }
	}
	return []observation{{what: "hears of the door", holds: door}, {what: "hears of the seat", holds: seat}}
}

// answers reports whether the door, as it is, answers as it did: to a new join, or to the holder of a seat.
func (h *history) answers(v *invocation, s *state, id meeting.SeatID) bool {
	r, who := h.doorOf(v, s, id)
	seat := s.seat(id)
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
	case v.Reason == meeting.TooManyWaiting: // so many guests of a network that a host decided on
		return who.listed && s.mutedWaits(r.Live.Instance, v) >= meeting.MaxMutedWaits
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

// doorOf returns the room and the visitor as the door takes them: somebody who was not in finds a deserted room idle,
// and is decided on as it is only if they could open that (I17).
func (h *history) doorOf(v *invocation, s *state, id meeting.SeatID) (meeting.Room, visitor) {
	r := s.room(h.room.Number)
	who := s.visitor(r, v.actor, id)
	if who.wasIn || who.host || !s.deserted(r.Live, v.began) {
		return r, who
	}
	idle := r
	idle.Live.Open = false
	if as := s.visitor(idle, v.actor, id); as.held || !r.Settings.JoinBeforeHost {
		return idle, as
	}
	return r, who
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
		entered = h.entered(v, v.call)
	}
	return observation{what: "reads the roster", holds: func(s *state) bool {
		landed := map[int64]bool{}
		for _, seat := range s.roster(v.Instance) {
			for _, n := range seat.AdmissionSeqs {
				landed[n] = true
			}
		}
		arriving := 0
		for n := h.abandoned(v) + 1; n <= entered; n++ {
			arriving += bit(!landed[n])
		}
		return v.Arriving >= arriving && sameIDs(s.idsIn(v, admitted), v.Present) &&
			sameIDs(s.idsIn(v, waiting), v.waits) && s.marked(v)
	}}
}

// entered returns how many had entered the operation's instance by the time.
func (h *history) entered(v *invocation, at int64) int64 {
	if g := h.live(h.stateAt(at)); g.Instance == v.Instance {
		return g.AdmissionSeq
	}
	return 0
}

// abandoned returns how many had entered so long ago that those who have no seat yet will get none.
func (h *history) abandoned(v *invocation) int64 {
	if v.call < h.lapsed {
		return 0
	}
	return h.entered(v, h.lapsed)
}

// idsIn returns the seats of the operation's instance that are in the state, and whose lease counts still.
func (s *state) idsIn(v *invocation, in meeting.State) (all []meeting.SeatID) {
	for _, seat := range s.roster(v.Instance) {
		if seat.State == in && counts(seat, v.began) {
			all = append(all, seat.ID)
		}
	}
	return all
}

// mutedWaits returns how many others wait because of the caller's network.
func (s *state) mutedWaits(instance string, v *invocation) (n int) {
	network := clientIdentity(instance, v.actor.caller.Address)
	for _, seat := range s.roster(instance) {
		n += bit(seat.Muted && seat.Client == network && seat.State == waiting && counts(seat, v.began))
	}
	return n
}

// marked reports whether the roster says of each guest who waits what a host did to others from the network (I10).
func (s *state) marked(v *invocation) bool {
	for i, id := range v.waits {
		if v.marks[i] != s.mark(s.seat(id)) {
			return false
		}
	}
	return true
}

func (s *state) mark(seat meeting.Seat) meeting.HostAction {
	was := func(in meeting.State) bool {
		return slices.ContainsFunc(s.roster(seat.ID.Instance()), func(other meeting.Seat) bool {
			return other.Client == seat.Client && other.State == in
		})
	}
	switch {
	case !seat.User.None():
		return ""
	case was(removed):
		return meeting.ActionRemove
	case was(denied):
		return meeting.ActionDeny
	case seat.Muted:
		return meeting.ActionMoveToWaitingRoom
	}
	return ""
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
		holds: func(s *state) bool { return sameIDs(s.idsIn(v, waiting), named) },
		until: h.firstAdmission(v) - 1, // it reads before it admits anybody
	})
}
