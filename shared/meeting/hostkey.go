package meeting

import (
	"context"
	"crypto/subtle"
)

// ClaimHost makes somebody who is in, and signed in to the owner's account, host of this instance by the owner's host
// key. Six digits are few: each key costs a guess of the caller's budget and one of the room's budget for keys, and
// once either is spent no key is compared (I13).
func (d *Door) ClaimHost(ctx context.Context, c Caller, address string, t Credential, key string) (Admission, error) {
	found, seat, err := d.findSeat(ctx, c, address, t)
	if err != nil {
		return Admission{}, err
	}
	r := found.Room
	switch {
	case !r.isLive(seat.ID.Instance()):
		return Admission{}, refuse(Ended)
	case !seat.renewable(d.core.env.Now()) || seat.isAmong(r.Live.Removed):
		return Admission{}, refuse(SeatMoved)
	case c.Account != r.Owner.Account:
		return Admission{}, refuse(SignInRequired)
	}
	if err := d.checkHostKey(ctx, c, r, key); err != nil {
		return Admission{}, err
	}
	r, err = d.core.applyDecisionOn(ctx, r, func(r Room) (*Transition, error) {
		by, err := r.madeHosts("host_key", []Identity{seat.Identity()})
		return &by, err
	})
	if err != nil {
		return Admission{}, err
	}
	seat, err = d.core.updateSeat(ctx, seat, func(was Seat) (Seat, bool) {
		if was.State != Admitted || was.Role == Host || was.wasMadeHost() {
			return was, false
		}
		was.Role, was.Context = AlternativeHost, r.seatContext()
		return was.withAction(d.logEntry(c, ActionClaimHost)), true
	})
	if err != nil {
		return Admission{}, err
	}
	return d.continueSeat(ctx, c, r, seat, t.Secret)
}

// checkHostKey refuses a key that is not the owner's. It counts before it compares, so that no burst exceeds the
// budgets; the right key costs a guess too.
func (d *Door) checkHostKey(ctx context.Context, c Caller, r Room, key string) error {
	var owner Profile
	var ofCaller, ofRoom int
	window := d.core.budgetWindow()
	err := together(ctx,
		func(ctx context.Context) error { return CheckActive(ctx, d.core.store, c) },
		func(ctx context.Context) (err error) { owner, err = d.core.store.Profile(ctx, r.Owner); return err },
		func(ctx context.Context) (err error) {
			ofCaller, err = d.core.store.Spend(ctx, c.budgetScope(), window)
			return err
		},
		func(ctx context.Context) (err error) {
			ofRoom, err = d.core.store.Spend(ctx, "host key#"+string(r.Number), window)
			return err
		})
	switch {
	case err != nil:
		return err
	case ofCaller > ClientGuesses || ofRoom > RoomGuesses:
		return d.core.untilNextWindow(TooManyGuesses)
	case owner.HostKey == "" || subtle.ConstantTimeCompare([]byte(owner.HostKey), []byte(key)) != 1:
		return refuse(WrongHostKey)
	}
	return nil
}
