package meeting

import (
	"context"
	"slices"
	"time"
)

// patience is how long a removal waits for a seat still in flight before it asks its caller to repeat it; lookAgain is
// how often it looks meanwhile.
const (
	patience  = 4 * time.Second
	lookAgain = 100 * time.Millisecond
)

// Remove puts the people in the seats out of the sitting, by identity and by seat: no seat of theirs comes in again, one still in
// flight included (I10). A guest is known by their seat only: who comes as a new guest from the address of one comes in by approval only. If such a seat does not land within a few seconds, it returns an Arriving fault; to repeat it is safe.
func (d *Door) Remove(ctx context.Context, c Caller, address string, sel Selection) (Decided, error) {
	r, roll, err := d.liveRoll(ctx, c, address)
	if err != nil {
		return Decided{}, err
	}
	chosen, err := sel.of(r, roll, d.Now())
	if err != nil || len(chosen) == 0 {
		return Decided{}, err
	}
	if err := ownerAmong(chosen); err != nil {
		return Decided{}, err
	}
	out := chosen.identities()
	guests := chosen.only(func(s Seat) bool { return s.User.None() })
	if r, err = d.decide(ctx, r, Turn{Remove: out, Hold: few(r.Gate.Held, guests.clients())}); err != nil {
		return Decided{}, err
	}
	done, err := d.clear(ctx, c, r, out)
	for _, s := range chosen {
		if err == nil && !slices.ContainsFunc(done.Seats, func(now Seat) bool { return now.ID == s.ID }) {
			s.State = WasRemoved // by an earlier call
			done.Seats = append(done.Seats, s)
		}
	}
	return done, err
}

// clear marks every seat of those who are out as removed, until none can be on its way any more. The room is as the removal made it:
// who passes later was decided on knowing of it.
func (d *Door) clear(ctx context.Context, c Caller, r Room, out []Identity) (Decided, error) {
	var done Decided
	for until := d.Now().Add(patience); ; d.Pause(ctx, lookAgain) {
		roll, err := d.Roll(ctx, r.Gate.Instance)
		if err != nil {
			return done, err
		}
		theirs := roll.only(func(s Seat) bool { return s.State != WasRemoved && slices.Contains(out, s.Identity()) })
		err = d.flip(ctx, theirs, &done, "", func(_ int, was Seat) (Seat, bool) {
			to := was.gone(d.Now())
			to.State, to.Approved, to.Place = WasRemoved, false, r.place()
			return to.after(d.act(c, DidRemove)), was.State != WasRemoved
		})
		if err != nil || len(roll.arriving(r.Gate, d.Now())) == 0 {
			return done, err
		}
		if ctx.Err() != nil || d.Now().After(until) {
			return done, &Fault{Reason: Arriving, Retry: int(Flight.Seconds()), Message: "They are removed, but somebody " +
				"let in just before is still on the way to a seat. Repeat the request to be sure that it was not one of them."}
		}
	}
}
