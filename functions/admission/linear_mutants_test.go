package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/meeting"
)

// wrong is storage that makes a wrong door.
type wrong struct {
	meeting.Store

	turn   func(context.Context, meeting.Store, *meeting.Transition) // changes a turn
	turned func(meeting.Transition, *meeting.Room)                   // changes what it returns
	room   func(*meeting.Room)
	seat   func(context.Context, meeting.Store, *meeting.Seat)
}

func (w wrong) ApplyTransition(ctx context.Context, n meeting.Number, t meeting.Transition) (meeting.Room, error) {
	if w.turn != nil {
		w.turn(ctx, w.Store, &t)
	}
	r, err := w.Store.ApplyTransition(ctx, n, t)
	if w.turned != nil && err == nil {
		w.turned(t, &r)
	}
	return r, err
}

func (w wrong) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	r, err := w.Store.Room(ctx, n)
	if w.room != nil && err == nil {
		w.room(&r)
	}
	return r, err
}

func (w wrong) ChangeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	if w.seat != nil {
		w.seat(ctx, w.Store, &s)
	}
	return w.Store.ChangeSeat(ctx, s)
}

func turning(change func(*meeting.Transition)) func(meeting.Store) meeting.Store {
	return func(s meeting.Store) meeting.Store {
		return wrong{Store: s, turn: func(_ context.Context, _ meeting.Store, t *meeting.Transition) { change(t) }}
	}
}

// stale is a room as it was read some time ago: every other read is answered from memory.
func stale(s meeting.Store) meeting.Store {
	var mu sync.Mutex
	var last meeting.Room
	var reads int
	return wrong{Store: s, room: func(r *meeting.Room) {
		mu.Lock()
		defer mu.Unlock()
		if reads++; reads%2 == 0 && last.Number == r.Number {
			*r = last
			return
		}
		last = *r
	}}
}

// whateverSits binds no turn to its sitting.
func whateverSits(ctx context.Context, s meeting.Store, t *meeting.Transition) {
	if r, err := s.Room(ctx, roomIn(ctx)); err == nil && r.Live.Open {
		t.Instance, t.Epoch, t.ForMeeting = r.Live.Instance, nil, nil
	}
}

// roomIn is the room of the history that the operation is part of.
func roomIn(ctx context.Context) meeting.Number {
	d, _ := ctx.Value(deedKey{}).(*deed)
	return d.history.room
}

// overwrites stores the seat in the place of a later version.
func overwrites(ctx context.Context, s meeting.Store, seat *meeting.Seat) {
	if there, err := s.Seat(ctx, seat.ID); err == nil && there.Exists() {
		seat.Version = there.Version
	}
}

// mutants are wrong doors.
var mutants = []struct {
	name  string
	wraps func(meeting.Store) meeting.Store
	seed  int // that was seen to find it, and is played first
}{
	{"no epoch is checked", turning(func(t *meeting.Transition) { t.Epoch = nil }), 100},
	{"a lock is not written", turning(func(t *meeting.Transition) { t.Lock = nil }), 10},
	{"rooms are read from memory", stale, 38},
	{"a seat is stored over whatever is there", func(s meeting.Store) meeting.Store { return wrong{Store: s, seat: overwrites} }, 43},
	{"a removal does not wait for those on the way", func(s meeting.Store) meeting.Store {
		return wrong{Store: s, turned: func(t meeting.Transition, r *meeting.Room) {
			if t.Remove != nil {
				r.Live.AdmissionSeq = 0
			}
		}}
	}, 91},
	{"a removal is of the seat only", turning(func(t *meeting.Transition) { t.Remove = nil }), 100},
	{"a turn is made on whatever sits there", func(s meeting.Store) meeting.Store { return wrong{Store: s, turn: whateverSits} }, 14},
	{"seats are not counted", turning(func(t *meeting.Transition) { t.Seats = 0 }), 36},
	{"nobody is denied for long", turning(func(t *meeting.Transition) { t.Deny = nil }), 28},
}

// mutantSeeds is how many histories are played until a wrong door must be found.
const mutantSeeds = 150

func TestAWrongDoorIsNotLinearizable(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.wraps = m.wraps
			for _, seed := range seedsFrom(m.seed) {
				if told, proven := h.play(seed).history.check(5 * time.Second); proven {
					t.Logf("found at seed %d: %s", seed, told)
					return
				}
			}
			t.Errorf("not found by %d seeds", mutantSeeds)
		})
	}
}

// seedsFrom is the first seed and then all others: a change of the code makes a seed another history.
func seedsFrom(first int) []int {
	all := []int{first}
	for seed := 1; seed <= mutantSeeds; seed++ {
		if seed != first {
			all = append(all, seed)
		}
	}
	return all
}
