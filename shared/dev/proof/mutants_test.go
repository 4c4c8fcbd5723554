package proof

import (
	"context"
	"errors"
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
	wrap     func(*operation, meeting.Store) meeting.Store
	late     func(*operation) time.Duration // how far the clock of the operation is behind
}

// around returns the mutated storage and clock. A nil mutant changes nothing.
func (m *mutant) around(o *operation, s meeting.Store, clock func() time.Time) (meeting.Store, func() time.Time) {
	switch {
	case m == nil:
		return s, clock
	case m.late != nil:
		return s, func() time.Time { return clock().Add(-m.late(o)) }
	}
	return m.wrap(o, s), clock
}

// A mutated storage changes what is asked of it, or what it answers.
type mutated struct {
	meeting.Store
	transition func(context.Context, meeting.Number, *meeting.Transition)
	applied    func(meeting.Transition, *meeting.Room)
	room       func(*meeting.Room)
	roster     func(*meeting.Roster)
	seat       func(context.Context, meeting.Seat) // was stored
}

func (m mutated) ApplyTransition(ctx context.Context, n meeting.Number, t meeting.Transition) (meeting.Room, error) {
	if m.transition != nil {
		m.transition(ctx, n, &t)
	}
	r, err := m.Store.ApplyTransition(ctx, n, t)
	if m.applied != nil && err == nil {
		m.applied(t, &r)
	}
	return r, err
}

func (m mutated) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	r, err := m.Store.Room(ctx, n)
	if m.room != nil && err == nil && r.Enterable() {
		m.room(&r)
	}
	return r, err
}

func (m mutated) Roster(ctx context.Context, instance string) (meeting.Roster, error) {
	l, err := m.Store.Roster(ctx, instance)
	if m.roster != nil {
		m.roster(&l)
	}
	return l, err
}

func (m mutated) ChangeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	now, err := m.Store.ChangeSeat(ctx, s)
	if err == nil && m.seat != nil {
		m.seat(ctx, now)
	}
	return now, err
}

// transitions is a mutation of every transition.
func transitions(change func(*meeting.Transition)) func(*operation, meeting.Store) meeting.Store {
	return func(_ *operation, s meeting.Store) meeting.Store {
		only := func(_ context.Context, _ meeting.Number, t *meeting.Transition) { change(t) }
		return mutated{Store: s, transition: only}
	}
}

// reads is a mutation of every room that operations of the kind read.
func reads(kind string, change func(*operation, *meeting.Room)) func(*operation, meeting.Store) meeting.Store {
	return func(o *operation, s meeting.Store) meeting.Store {
		if !strings.HasPrefix(o.Kind, kind) {
			return s
		}
		return mutated{Store: s, room: func(r *meeting.Room) { change(o, r) }}
	}
}

var mutants = []mutant{
	{
		name:     "no epoch is checked",
		scenario: "a lock and three joins", rule: "I7", seed: 2,
		wrap: transitions(func(t *meeting.Transition) { t.Epoch = nil }),
	},
	{
		name:     "a lock is not written",
		scenario: "a lock and three joins", rule: "I7", seed: 4,
		wrap: transitions(func(t *meeting.Transition) { t.Lock = nil }),
	},
	{
		name: "rooms are read from memory", seed: 38, // no rule says what a poll of an ended instance is answered
		wrap: remember,
	},
	{
		name:     "the counter is decremented",
		scenario: "a participant leaves a full room", rule: "I12",
		wrap: decrement,
	},
	{
		name:     "seats are not counted",
		scenario: "three join for the last seat", rule: "I12", seed: 36,
		wrap: transitions(func(t *meeting.Transition) { t.Seats = 0 }),
	},
	{
		name:     "a recount ignores those arriving",
		scenario: "three join for the last seat", rule: "I12",
		wrap: ignoreArriving,
	},
	{
		name:     "a recount does not check whether somebody passed",
		scenario: "a participant leaves a full room", rule: "I12",
		wrap: transitions(func(t *meeting.Transition) {
			if t.SetSeated != nil {
				t.Seq = nil
			}
		}),
	},
	{
		name:     "the seats of vanished clients stay taken",
		scenario: "three join for the last seat", rule: "I12: everybody is gone",
		wrap: func(_ *operation, s meeting.Store) meeting.Store { return mutated{Store: s, roster: leaseForever} },
	},
	{
		name:     "a removal does not wait for seats in flight",
		scenario: "removed while a second seat is in flight", rule: "I10", seed: 12,
		wrap: func(_ *operation, s meeting.Store) meeting.Store { return mutated{Store: s, applied: hideArriving} },
	},
	{
		name:     "a removal is of the seat only",
		scenario: "removed while a second seat is in flight", rule: "I10", seed: 2,
		wrap: transitions(func(t *meeting.Transition) { t.Remove = nil }),
	},
	{
		name:     "a denial is of the seat only",
		scenario: "admitted, denied and moved at once", rule: "I8", seed: 6,
		wrap: transitions(func(t *meeting.Transition) { t.Deny = nil }),
	},
	{
		name:     "a seat is stored over any version",
		scenario: "removed from the waiting room while admitted", rule: "I10", seed: 13,
		wrap: func(_ *operation, s meeting.Store) meeting.Store { return overwriting{s} },
	},
	{
		name:     "a poll trusts the seat alone",
		scenario: "an end, a start, and a fault", rule: "I17", seed: 2,
		wrap: reads("poll", func(o *operation, r *meeting.Room) {
			r.Live.Instance, r.Live.Open = o.Seat.ID.Instance(), true
		}),
	},
	{
		name:     "a lease is renewed after its end",
		scenario: "the last seat, and a lease that ends", rule: "I12",
		late: func(o *operation) time.Duration {
			if o.Kind == "poll" {
				return time.Minute
			}
			return 0
		},
	},
	{
		name:     "the waiting room is skipped at a reopening",
		scenario: "early joins during the start", rule: "I8", seed: 9,
		wrap: reads("join", func(_ *operation, r *meeting.Room) {
			if !r.Live.Open {
				r.Settings.WaitingRoom = meeting.WaitNobody
			}
		}),
	},
	{
		name:     "an owner is a guest",
		scenario: "the owner joins a full and locked room", rule: "I11", seed: 1,
		wrap: reads("join", func(_ *operation, r *meeting.Room) { r.Owner = bob.User }),
	},
	{
		name:     "an empty instance is ended though somebody passed",
		scenario: "the last host leaves while others join", rule: "I17",
		wrap: transitions(func(t *meeting.Transition) {
			if t.End != nil {
				t.Epoch, t.Seq = nil, nil
			}
		}),
	},
	{
		name:     "a transition applies to any instance",
		scenario: "two hosts end, and one decides", rule: "another one", seed: 2,
		wrap: applyToAny,
	},
}

// A memory is the room as an actor read it some time ago. The mutant answers every other read from it.
type memory struct {
	mu    sync.Mutex
	last  meeting.Room
	reads int
}

func remember(o *operation, s meeting.Store) meeting.Store {
	return mutated{Store: s, room: o.memory.recall}
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
	*l = slices.Clone(*l)
	for i := range *l {
		(*l)[i].Lease = nine.Add(meeting.MaxInstanceTime)
	}
}

func hideArriving(t meeting.Transition, r *meeting.Room) {
	if t.Remove != nil {
		r.Live.AdmissionSeq = 0
	}
}

type overwriting struct{ meeting.Store }

// ChangeSeat stores the seat in the place of a later version.
func (o overwriting) ChangeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	now, err := o.Store.ChangeSeat(ctx, s)
	if errors.Is(err, meeting.ErrStale) {
		s.Version = now.Version
		return o.Store.ChangeSeat(ctx, s)
	}
	return now, err
}

func applyToAny(_ *operation, s meeting.Store) meeting.Store {
	return mutated{Store: s, transition: func(ctx context.Context, n meeting.Number, t *meeting.Transition) {
		if r, err := s.Room(ctx, n); err == nil && r.Live.Open {
			t.Instance, t.Epoch, t.ForMeeting = r.Live.Instance, nil, nil
		}
	}}
}

func decrement(_ *operation, s meeting.Store) meeting.Store {
	return mutated{Store: s, seat: func(ctx context.Context, now meeting.Seat) {
		if now.State == left {
			_, _ = s.ApplyTransition(ctx, adasNumber, meeting.Transition{Instance: now.ID.Instance(), Seats: -1})
		}
	}}
}

func ignoreArriving(_ *operation, s meeting.Store) meeting.Store {
	var last meeting.Roster
	recount := func(_ context.Context, _ meeting.Number, t *meeting.Transition) {
		if t.SetSeated == nil {
			return
		}
		people := int64(0)
		for _, seat := range last {
			if seat.State == admitted && seat.Role != meeting.Host {
				people++
			}
		}
		t.SetSeated = &people
	}
	return mutated{Store: s, roster: func(l *meeting.Roster) { last = *l }, transition: recount}
}
