package meeting

import (
	"context"
	"slices"
	"time"
)

// A removal looks for seats in flight every removalPoll, for removalWait at most. Then the caller must repeat it.
const (
	removalWait = 4 * time.Second
	removalPoll = 100 * time.Millisecond
)

// Remove removes the people in the seats from the instance, by identity, by seat and by pass: no seat of theirs comes
// in again, one in flight included (I10). A guest from the network of one of them needs approval, unless they are in
// already. If a seat in flight does not land within a few seconds it returns [Arriving]; to repeat the removal is safe.
func (d *Door) Remove(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	r, roster, err := d.liveRoster(ctx, c, address)
	if err != nil {
		return Result{}, err
	}
	selected, err := sel.pick(r, roster, d.core.env.Now())
	if err == nil {
		err = refuseOwner(selected)
	}
	if err != nil || len(selected) == 0 {
		return Result{}, err
	}
	people := selected.people()
	others := roster.filter(func(s Seat) bool { return s.goesWith(people) }).except(selected) // who came by the same passes
	chosen := slices.Concat(selected, others)
	people = chosen.people() // and all other seats of theirs
	r, err = d.core.applyDecisionOn(ctx, r, func(r Room) (*Transition, error) { return new(r.removal(chosen)), nil })
	if err != nil {
		return Result{}, err
	}
	done, err := d.removeSeats(ctx, c, r, people)
	if err != nil {
		return done, err
	}
	for _, s := range chosen.except(done.Applied) {
		s.State = WasRemoved // by an earlier call
		done.Applied = append(done.Applied, s)
	}
	return done, nil
}

// goesWith reports whether the seat is to be marked as removed with the people. The owner is never removed.
func (s Seat) goesWith(people []Identity) bool {
	return s.State != WasRemoved && s.Role != Host && s.isAmong(people)
}

// removeSeats marks every seat of the people as removed, until none can be in flight any more. The room is as the
// removal made it: later admissions were decided with it.
func (d *Door) removeSeats(ctx context.Context, c Caller, r Room, people []Identity) (Result, error) {
	var done Result
	for until := d.core.env.Now().Add(removalWait); ; d.core.env.Pause(ctx, removalPoll) {
		roster, err := d.core.store.Roster(ctx, r.Live.Instance)
		if err != nil {
			return done, err
		}
		theirs := roster.filter(func(s Seat) bool { return s.goesWith(people) })
		err = d.updateSeats(ctx, theirs, &done, "", func(_ int, was Seat) (Seat, bool) {
			to := was.exited(d.core.env.Now())
			to.State, to.Approved, to.Context = WasRemoved, false, r.seatContext()
			return to.withAction(d.logEntry(c, ActionRemove)), was.State != WasRemoved
		})
		if err != nil || len(roster.arriving(r.Live, d.core.env.Now())) == 0 {
			return done, err
		}
		if ctx.Err() != nil || d.core.env.Now().After(until) {
			again := refuse(Arriving)
			again.Retry = int(ArrivalTimeout.Seconds())
			return done, again
		}
	}
}
