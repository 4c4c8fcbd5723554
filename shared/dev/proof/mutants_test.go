package proof

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

// A mutant is the door with one thing wrong: its storage, or its clock. The walk and the histories must each find it,
// where they can.
type mutant struct {
	name     string
	scenario string // where the walk finds it; empty: it does not look for it
	rule     string // that is broken there
	seed     int    // where histories begin to look for it; 0: they do not
	change   mutation
}

// played is the seed of a mutant for which histories play the scenario of the walk, and draw only its schedule.
const played = -1

// A mutation sets the hooks for an operation.
type mutation func(*client, *operation, *storage)

var mutants = []mutant{
	{"no epoch is checked", "a lock and three joins", "I7", 2,
		transitions(func(t *meeting.Transition) { t.Epoch = nil })},
	{"a lock is not written", "a lock and three joins", "I7", 2,
		transitions(func(t *meeting.Transition) { t.Lock = nil })},
	{"rooms are read from memory", "", "", 1, // no rule says what a poll of an ended instance is answered
		func(c *client, _ *operation, s *storage) { s.room = c.memory.recall }},
	{"the counter is decremented", "a participant leaves a full room", "I12", 0, decrement},
	{"seats are not counted", "three join for the last seat", "I12", 3,
		transitions(func(t *meeting.Transition) { t.Seats = 0 })},
	{"a recount ignores those arriving", "three join for the last seat", "I12", 0, ignoreArriving},
	{"a recount does not check whether somebody passed", "a participant leaves a full room", "I12", played,
		transitions(func(t *meeting.Transition) {
			if t.SetSeated != nil {
				t.Seq = nil
			}
		})},
	{"the seats of vanished clients stay taken", "three join for the last seat", "I12: everybody is gone", 8,
		func(_ *client, _ *operation, s *storage) { s.roster = leaseForever }},
	{"a removal does not wait for seats in flight", "removed while a second device joins", "I10", played,
		func(_ *client, _ *operation, s *storage) { s.applied = hideArriving }},
	{"a removal is of the seat only", "removed while a second seat is in flight", "I10", 2,
		transitions(func(t *meeting.Transition) { t.Remove = nil })},
	{"a denial is of the seat only", "admitted, denied and moved at once", "I8", 2,
		transitions(func(t *meeting.Transition) { t.Deny = nil })},
	{"a denial does not concern another seat that waits", "denied by one seat, and returns by the other", "I8", played,
		reads("poll", func(_ *operation, r *meeting.Room) { r.Live.Denied = nil })},
	{"a seat is stored over any version", "removed from the waiting room while admitted", "I10", 6,
		func(_ *client, _ *operation, s *storage) { s.overwrites = true }},
	{"a poll trusts the seat alone", "an end, a start, and a fault", "I17", 2,
		reads("poll", func(o *operation, r *meeting.Room) { r.Live.Instance, r.Live.Open = o.Seat.ID.Instance(), true })},
	{"a left seat is renewed", "a participant leaves a full room and returns", "without an admission", 3,
		readsLeft(func(*meeting.Seat) {})},
	{"a left seat counts as one that is in", "a guest leaves, and returns by both seats after one was removed", "I10", 21,
		readsLeft(func(s *meeting.Seat) { s.Lease = nine })},
	{"a guest is refused for a neighbour", "denied, and neighbours who come, return and stay", "I7", 6,
		func(c *client, o *operation, s *storage) { s.room = func(r *meeting.Room) { lockNeighbours(c, o, r) } }},
	{"a neighbour waits aloud", "removed by name, and a guest at the same address", "I10", 6,
		func(_ *client, _ *operation, s *storage) { s.takes = func(s *meeting.Seat) { s.Muted = false } }},
	{"a lease is renewed after its end", "the last seat, and a lease that ends", "I12", 3,
		func(_ *client, o *operation, s *storage) {
			if o.Kind == "poll" {
				s.behind = time.Minute
			}
		}},
	{"a page that closes prolongs the lease", "a page closes, and another one renews the seat", "I12", 0,
		func(_ *client, o *operation, s *storage) {
			if o.shortens() {
				s.changes = func(s *meeting.Seat) { s.Lease = s.Lease.Add(time.Minute) }
			}
		}},
	{"a late end of a connection shortens the lease", "a connection ends, and its client renews the seat", "I17", 0,
		func(_ *client, o *operation, s *storage) {
			if o.shortens() {
				s.read = func(s *meeting.Seat) { s.RenewedAt = time.Time{} }
			}
		}},
	{"the waiting room is skipped at a reopening", "early joins during the start", "I8", played,
		reads("join", func(_ *operation, r *meeting.Room) {
			if !r.Live.Open {
				r.Settings.WaitingRoom = meeting.WaitNobody
			}
		})},
	{"the waiting room of the instance is ignored", "the waiting room of one instance, and the next one", "I8", 4,
		reads("join", func(_ *operation, r *meeting.Room) { r.Live.WaitingRoom = "" })},
	{"a host's waiting room outlives the instance", "the waiting room of one instance, and the next one", "I19", 2,
		func(c *client, _ *operation, s *storage) { s.transition = storeAsSetting(c.room) }},
	{"an owner is a guest", "the owner joins a full and locked room", "I11", 1,
		reads("join", func(_ *operation, r *meeting.Room) { r.Owner = bob.User })},
	{"an empty instance is ended though somebody passed", "the last host leaves while others join", "I17", 8,
		transitions(func(t *meeting.Transition) {
			if t.End != nil {
				t.Epoch, t.Seq = nil, nil
			}
		})},
	{"the last one who leaves does not end the instance", "the last two leave while another one joins", "I17", played,
		reads("leave", func(_ *operation, r *meeting.Room) { r.Live.Occupancy = vacated(r.Live) })},
	{"a room is not asked whether it is empty", "a room that its host lost the connection to", "I17", 18,
		reads("join", func(_ *operation, r *meeting.Room) { r.Live.Occupancy = occupied })},
	{"a vacated room admits as before", "a room that its host lost the connection to", "I17", 31, neverVacated},
	{"a transition applies to any instance", "two hosts end, and one decides", "another one", 3, applyToAny},
}

// transitions is a mutation of every transition.
func transitions(change func(*meeting.Transition)) mutation {
	return func(_ *client, _ *operation, s *storage) {
		s.transition = func(_ context.Context, t *meeting.Transition) { change(t) }
	}
}

// reads is a mutation of every room that operations of the kind read.
func reads(kind string, change func(*operation, *meeting.Room)) mutation {
	return func(_ *client, o *operation, s *storage) {
		if strings.HasPrefix(o.Kind, kind) {
			s.room = func(r *meeting.Room) { change(o, r) }
		}
	}
}

// A memory is the room as an actor read it some time ago. The mutant answers every other read from it.
type memory struct {
	mu    sync.Mutex
	last  meeting.Room
	reads int
}

func (m *memory) recall(r *meeting.Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.reads++; m.reads%2 == 0 && m.last.Number == r.Number {
		*r = m.last
		return
	}
	m.last = *r
}

func leaseForever(l *meeting.Roster) {
	for i := range *l {
		(*l)[i].Lease = nine.Add(meeting.MaxInstanceTime)
	}
}

func hideArriving(t meeting.Transition, r *meeting.Room) {
	if t.Remove != nil {
		r.Live.AdmissionSeq = 0
	}
}

func applyToAny(c *client, _ *operation, s *storage) {
	s.transition = func(ctx context.Context, t *meeting.Transition) {
		if r, err := s.Room(ctx, c.room.Number); err == nil && r.Live.Open {
			t.Instance, t.Epoch, t.ForMeeting = r.Live.Instance, nil, nil
		}
	}
}

func decrement(_ *client, _ *operation, s *storage) {
	s.seat = func(ctx context.Context, now meeting.Seat) {
		if now.State == left {
			_, _ = s.ApplyTransition(ctx, adasNumber, meeting.Transition{Instance: now.ID.Instance(), Seats: -1})
		}
	}
}

func ignoreArriving(_ *client, _ *operation, s *storage) {
	var last meeting.Roster
	s.roster = func(l *meeting.Roster) { last = *l }
	s.transition = func(_ context.Context, t *meeting.Transition) {
		if t.SetSeated == nil {
			return
		}
		t.SetSeated = new(int64)
		for _, seat := range last {
			if seat.State == admitted && seat.Role != meeting.Host {
				*t.SetSeated++
			}
		}
	}
}

// readsLeft is a mutation of every left seat that a poll reads: it is read as one that is in.
func readsLeft(change func(*meeting.Seat)) mutation {
	return func(_ *client, o *operation, s *storage) {
		s.read = func(seat *meeting.Seat) {
			if o.Kind == "poll" && seat.State == left {
				seat.State = admitted
				change(seat)
			}
		}
	}
}

func lockNeighbours(c *client, o *operation, r *meeting.Room) {
	network := clientIdentity(r.Live.Instance, c.caller.Address)
	if o.Kind == "join" && slices.Contains(r.Live.Denied, network) {
		r.Live.Locked = true
	}
}

func storeAsSetting(r meeting.Room) func(context.Context, *meeting.Transition) {
	return func(_ context.Context, t *meeting.Transition) {
		if t.WaitingRoom != nil {
			t.Settings, t.LinkKey = new(r.Settings), r.LinkKey
			t.Settings.WaitingRoom, t.WaitingRoom = *t.WaitingRoom, nil
		}
	}
}

// occupied is what a roster says in which somebody stays for long.
var occupied = meeting.Occupancy{Present: "a seat", Until: nine.Add(time.Hour)}

// vacated is what a roster says in which nobody's lease is alive.
func vacated(g meeting.LiveState) meeting.Occupancy {
	return meeting.Occupancy{Until: nine.Add(time.Hour), Seq: g.AdmissionSeq}
}

// neverVacated leaves out what an operation learns from a roster, but not the end of the instance.
func neverVacated(_ *client, _ *operation, s *storage) {
	s.room = func(r *meeting.Room) { r.Live.Occupancy.Seq-- }
	s.applied = func(_ meeting.Transition, r *meeting.Room) { r.Live.Occupancy.Seq-- }
}
