package meeting

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// A mutant is the door with one thing wrong, made by a wrapper of its storage or by a wrong clock.
type mutant struct {
	name  string
	stage string // where it is caught
	rule  string // by this
	wraps func(deed, Store) Store
	late  func(deed) time.Duration // by how much a deed's clock is behind
}

func (m *mutant) around(d deed, s Store, clock func() time.Time) (Store, func() time.Time) {
	if m.late != nil {
		return s, func() time.Time { return clock().Add(-m.late(d)) }
	}
	return m.wraps(d, s), clock
}

// A wrong storage changes what is asked of it, or what it answers.
type wrong struct {
	Store
	turn func(Transition) Transition
	room func(Room) Room
	roll func(Roster) Roster
	last *Roster // that was read

	turned func(Transition, Room) Room
	seated func(Store, Seat)
}

func (w wrong) ApplyTransition(ctx context.Context, n Number, t Transition) (Room, error) {
	if w.turn != nil {
		t = w.turn(t)
	}
	r, err := w.Store.ApplyTransition(ctx, n, t)
	if w.turned != nil {
		r = w.turned(t, r)
	}
	return r, err
}

func (w wrong) Room(ctx context.Context, n Number) (Room, error) {
	r, err := w.Store.Room(ctx, n)
	if w.room != nil && r.Enterable() {
		r = w.room(r)
	}
	return r, err
}

func (w wrong) Roster(ctx context.Context, instance string) (Roster, error) {
	l, err := w.Store.Roster(ctx, instance)
	if w.roll != nil {
		l = w.roll(l)
	}
	if w.last != nil {
		*w.last = l
	}
	return l, err
}

func (w wrong) ChangeSeat(ctx context.Context, s Seat) (Seat, error) {
	now, err := w.Store.ChangeSeat(ctx, s)
	if err == nil && w.seated != nil {
		w.seated(w.Store, now)
	}
	return now, err
}

func turning(change func(*Transition)) func(deed, Store) Store {
	return func(_ deed, s Store) Store {
		return wrong{Store: s, turn: func(t Transition) Transition { change(&t); return t }}
	}
}

func reading(kinds string, change func(deed, *Room)) func(deed, Store) Store {
	return func(d deed, s Store) Store {
		if !strings.Contains(kinds, d.Kind) {
			return s
		}
		return wrong{Store: s, room: func(r Room) Room { change(d, &r); return r }}
	}
}

var mutants = []mutant{
	{
		name: "no epoch is checked", stage: "a lock and three who join", rule: "I7",
		wraps: turning(func(t *Transition) { t.Epoch = nil }),
	},
	{
		name: "the counter is decremented", stage: "somebody leaves a full room", rule: "I12",
		wraps: decrements,
	},
	{
		name: "a recount ignores those arriving", stage: "three come for the last seat", rule: "I12",
		wraps: forgetsArriving,
	},
	{
		name: "a recount does not ask whether somebody passed", stage: "somebody leaves a full room", rule: "I12",
		wraps: turning(func(t *Transition) {
			if t.SetSeated != nil {
				t.Seq = nil
			}
		}),
	},
	{
		name: "the seats of those who vanished stay taken", stage: "three come for the last seat", rule: "I12: all are gone",
		wraps: func(_ deed, s Store) Store { return wrong{Store: s, roll: foreverIn} },
	},
	{
		name: "a removal does not wait for seats in flight", stage: "removed while a second seat is in flight", rule: "I10",
		wraps: func(_ deed, s Store) Store { return wrong{Store: s, turned: nobodyArrives} },
	},
	{
		name: "a seat is stored over whatever is there", stage: "removed from the waiting room as they are admitted", rule: "I10",
		wraps: overwrites,
	},
	{
		name: "a poll trusts the row alone", stage: "an end, a start, and what goes wrong", rule: "I17",
		wraps: reading("poll", func(d deed, r *Room) { r.Live.Instance, r.Live.Open = d.Back.ID.Instance(), true }),
	},
	{
		name: "a lease is renewed after its end", stage: "the last seat, and a lease that ends", rule: "I12",
		late: func(d deed) time.Duration {
			if d.Kind == "poll" {
				return time.Minute
			}
			return 0
		},
	},
	{
		name: "the waiting room is skipped at a reopening", stage: "early, racing the start, and polling", rule: "I8",
		wraps: reading("join", func(_ deed, r *Room) {
			if !r.Live.Open {
				r.Settings.WaitingRoom = WaitNobody
			}
		}),
	},
	{
		name: "an owner is a guest", stage: "the owner comes to a room that is full and locked", rule: "I11",
		wraps: reading("join", func(_ deed, r *Room) { r.Owner = bob.User }),
	},
	{
		name: "a deserted sitting is ended though somebody passed", stage: "the last host leaves as others come", rule: "I17",
		wraps: turning(func(t *Transition) {
			if t.End != nil {
				t.Epoch, t.Seq = nil, nil
			}
		}),
	},
	{
		name: "a decision is made on whatever sits there", stage: "two hosts end, and one decides", rule: "another one",
		wraps: onTheNext,
	},
}

func foreverIn(l Roster) Roster {
	l = slices.Clone(l)
	for i := range l {
		l[i].Lease = nine.Add(MaxInstanceTime)
	}
	return l
}

func nobodyArrives(t Transition, r Room) Room {
	if t.Remove != nil {
		r.Live.AdmissionSeq = 0
	}
	return r
}

// overwrites stores a seat in the place of a later version.
func overwrites(_ deed, s Store) Store { return overwriting{s} }

type overwriting struct{ Store }

func (o overwriting) ChangeSeat(ctx context.Context, s Seat) (Seat, error) {
	now, err := o.Store.ChangeSeat(ctx, s)
	if errors.Is(err, ErrStale) {
		s.Version = now.Version
		return o.Store.ChangeSeat(ctx, s)
	}
	return now, err
}

// onTheNext binds no decision to its sitting.
func onTheNext(d deed, s Store) Store {
	if !d.decides() {
		return s
	}
	return wrong{Store: s, turn: func(t Transition) Transition {
		if r, err := s.Room(context.Background(), adasRoom().Number); err == nil {
			t.Instance = r.Live.Instance
		}
		return t
	}}
}

// decrements counts down when somebody leaves.
func decrements(_ deed, s Store) Store {
	return wrong{Store: s, seated: func(s Store, now Seat) {
		if now.State == Left {
			_, _ = s.ApplyTransition(context.Background(), adasRoom().Number, Transition{Instance: now.ID.Instance(), Seats: -1})
		}
	}}
}

// forgetsArriving counts the seats and nobody on the way.
func forgetsArriving(d deed, s Store) Store {
	var last Roster
	return wrong{Store: s, last: &last, turn: func(t Transition) Transition {
		if t.SetSeated != nil {
			guests := last.filter(func(s Seat) bool { return s.State == Admitted && s.Role != Host })
			t.SetSeated = new(int64(len(guests)))
		}
		return t
	}}
}

func TestAMutantIsCaught(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(stages, func(s stage) bool { return s.name == m.stage })
			if i < 0 {
				t.Fatalf("no scene is called %q", m.stage)
			}
			play := stages[i]
			play.mutant = &m
			x, _ := explore(t, play, nil)
			if x.broken == "" || !strings.Contains(x.broken, m.rule) {
				t.Fatalf("survives %d states by %s; what is broken: %q", len(x.seen), m.rule, x.broken)
			}
			t.Logf("after %d states: %s\n%s", len(x.seen), x.broken, strings.Join(x.path(), "\n"))
			if again, _ := explore(t, play, x.path()); again.broken != x.broken {
				t.Errorf("the schedule played again breaks %q; want %q", again.broken, x.broken)
			}
		})
	}
}
