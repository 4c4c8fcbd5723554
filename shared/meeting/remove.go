package meeting

import (
	"context"
	"slices"
	"time"
)

// patience is how long a removal waits for a seat still in flight before it asks its caller to repeat it; lookAgain is
// how often it looks meanwhile.
const (
	removalWait = 4 * time.Second
	removalPoll = 100 * time.Millisecond
)

// Remove puts the people in the seats out of the sitting, by identity and by seat: no seat of theirs comes in again, one still in
// flight included (I10). A guest is known by their seat only: who comes as a new guest from the address of one comes in by approval only. If such a seat does not land within a few seconds, it returns an Arriving fault; to repeat it is safe.
func (d *Door) Remove(ctx context.Context, c Caller, address string, sel Selection) (Result, error) {
	r, roll, err := d.liveRoster(ctx, c, address)
	if err != nil {
		return Result{}, err
	}
	chosen, err := sel.pick(r, roll, d.core.env.Now())
	if err != nil || len(chosen) == 0 {
		return Result{}, err
	}
	if err := refuseOwner(chosen); err != nil {
		return Result{}, err
	}
	out := chosen.identities()
	guests := chosen.filter(func(s Seat) bool { return s.User.None() })
	if r, err = d.core.applyDecision(ctx, r, Transition{Remove: out, RequireApproval: capped(r.Live.NeedApproval, guests.joinIdentities())}); err != nil {
		return Result{}, err
	}
	done, err := d.removeSeats(ctx, c, r, out)
	for _, s := range chosen {
		if err == nil && !slices.ContainsFunc(done.Applied, func(now Seat) bool { return now.ID == s.ID }) {
			s.State = WasRemoved // by an earlier call
			done.Applied = append(done.Applied, s)
		}
	}
	return done, err
}

// removeSeats marks every seat of those who are out as removed, until none can be on its way any more. The room is as the removal made it:
// who passes later was decided on knowing of it.
func (d *Door) removeSeats(ctx context.Context, c Caller, r Room, out []Identity) (Result, error) {
	var done Result
	for until := d.core.env.Now().Add(removalWait); ; d.core.env.Pause(ctx, removalPoll) {
		roll, err := d.core.store.Roster(ctx, r.Live.Instance)
		if err != nil {
			return done, err
		}
		theirs := roll.filter(func(s Seat) bool { return s.State != WasRemoved && slices.Contains(out, s.Identity()) })
		err = d.updateSeats(ctx, theirs, &done, "", func(_ int, was Seat) (Seat, bool) {
			to := was.exited(d.core.env.Now())
			to.State, to.Approved, to.Context = WasRemoved, false, r.seatContext()
			return to.withAction(d.logEntry(c, ActionRemove)), was.State != WasRemoved
		})
		if err != nil || len(roll.arriving(r.Live, d.core.env.Now())) == 0 {
			return done, err
		}
		if ctx.Err() != nil || d.core.env.Now().After(until) {
			again := refuse(Arriving)
			again.Retry = int(ArrivalTimeout.Seconds())
			return done, again
		}
	}
}
