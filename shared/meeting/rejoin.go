package meeting

import (
	"cmp"
	"context"
	"errors"
)

// returnToSeat is the poll of somebody who waits, the renewal of a lease, and the reconnect. The secret of the seat
// replaces the passcode.
func (d *Door) returnToSeat(ctx context.Context, c Caller, j JoinInput) (Admission, error) {
	found, seat, err := d.findSeat(ctx, c, j.Address, j.Seat)
	if err != nil {
		return Admission{}, err
	}
	waits := d.waitsForNext(found.Room, seat)
	if seat.ID.Instance() != found.Room.Live.Instance && !waits {
		return Admission{}, cmp.Or(d.core.padReads(ctx, found), error(refuse(Ended)))
	}
	if found.Room.role(JoinRequest{Caller: c, Target: Target{MeetingRef: seat.Target}}) == AlternativeHost {
		if err := CheckActive(ctx, d.core.store, c); err != nil {
			return Admission{}, err
		}
	}
	if waits {
		return d.moveToNext(ctx, c, found.Room, seat, j.Seat.Secret)
	}
	end := d.core.endIfOver
	if seat.renewable(d.core.env.Now()) { // somebody is in
		end = d.core.endIfExpired
	}
	room, err := end(ctx, found.Room)
	if err != nil {
		return Admission{}, err
	}
	a, err := d.continueSeat(ctx, c, room, seat, j.Seat.Secret)
	if ReasonOf(err) == Ended {
		return d.moveNow(ctx, c, room, seat, j.Seat.Secret)
	}
	return a, err
}

// findSeat returns the caller's seat, and the room at the address. Without the right secret it returns the uniform
// refusal.
func (d *Door) findSeat(ctx context.Context, c Caller, address string, t Credential) (Destination, Seat, error) {
	var seat Seat
	var rules AccountRules
	found, err := d.core.resolve(ctx, address, "", func(ctx context.Context) (err error) {
		if t.ID.Instance() != "" {
			seat, err = d.core.store.Seat(ctx, t.ID)
		}
		return err
	}, d.core.readRules(d.core.likelyAccount(c), &rules))
	if err == nil && (!seat.Exists() || !seat.hasSecret(t.Secret) || seat.User != c.User) {
		err = d.core.refuseUnknownSeat(ctx, c, found)
	}
	if err == nil && seat.Target.ID != "" && seat.ID.Instance() != found.Room.Live.Instance { // I14: by an old number
		found, err = d.core.resolve(ctx, string(seat.Target.ID), "")
	}
	if err == nil {
		found.Room, err = d.core.govern(ctx, found.Room, rules)
	}
	return found, seat, err
}

// continueSeat answers for a stored seat: it renews a live lease, and sends everybody else through the turnstile.
func (d *Door) continueSeat(ctx context.Context, c Caller, r Room, s Seat, secret string) (Admission, error) {
	for range tries {
		var a Admission
		var err error
		if r, err = d.rereadIfOpened(ctx, r, s); err != nil {
			return Admission{}, err
		}
		who := &rejoin{door: d, caller: c, seat: s, secret: secret}
		if who.pass, err = d.passOf(ctx, r, s); err != nil {
			return Admission{}, err
		}
		if _, _, err := who.request(r); err != nil {
			return Admission{}, err
		}
		if s.renewable(d.core.env.Now()) && r.Live.Open {
			a, err = who.renew(ctx, r)
		} else {
			a, err = d.turnstile(ctx, r, who)
		}
		if !errors.Is(err, ErrStale) {
			return a, err
		}
		s = a.Seat // after a concurrent change
		if r, err = d.core.reread(ctx, r); err != nil {
			return Admission{}, err
		}
	}
	return Admission{}, refuse(Busy)
}

// rereadIfOpened reads the room again if the seat is admitted and the room is not open: then the room was read before
// it opened, and the seat after somebody was admitted. That room would send them back to the waiting room.
func (d *Door) rereadIfOpened(ctx context.Context, r Room, s Seat) (Room, error) {
	if s.State == Admitted && !r.Live.Open && s.ID.Instance() == r.Live.Instance {
		return d.core.reread(ctx, r)
	}
	return r, nil
}

// A rejoin is somebody who has a seat.
type rejoin struct {
	door   *Door
	caller Caller
	seat   Seat
	pass   Pass // by which they took the seat, if that matters
	secret string
}

func (b *rejoin) request(r Room) (JoinRequest, Seat, error) {
	s := b.seat
	switch {
	case s.ID.Instance() != r.Live.Instance:
		return JoinRequest{}, s, refuse(Ended)
	case s.State == WasDenied:
		return JoinRequest{}, s, refuse(Denied)
	case s.State == WasRemoved, s.isAmong(r.Live.Removed):
		return JoinRequest{}, s, refuse(Removed)
	}
	if err := s.checkReturn(b.door.core.env.Now()); err != nil {
		return JoinRequest{}, s, err
	}
	return JoinRequest{
		Caller: b.caller, Identity: s.Identity(), Target: Target{MeetingRef: s.Target},
		Client: clientIdentity(r.Live.Instance, b.caller.Address), SeatClient: s.Client, Reconnects: s.State == Admitted,
		Pass: b.pass, Trusted: s.Trusted, HasSeat: true, IsWaiting: s.State == Waiting, NeedsApproval: s.NeedsApproval, Approved: s.Approved,
	}, s, nil
}

// checkActive refuses a user who was deactivated since they took the seat. People who are in renew it without this
// check.
func (b *rejoin) checkActive(ctx context.Context) error {
	if b.caller.None() {
		return nil
	}
	return CheckActive(ctx, b.door.core.store, b.caller)
}

// usePass does nothing: the seat was counted when it was taken.
func (b *rejoin) usePass(context.Context, Seat) error { return nil }

// checkWaitLimit never refuses a seat that waits.
func (b *rejoin) checkWaitLimit(ctx context.Context, r Room, seat Seat) error {
	if seat.in(Waiting, b.door.core.env.Now()) {
		return nil
	}
	return b.door.checkWaitLimit(ctx, r, b.caller, seat)
}

// renew prolongs the lease of an admitted seat. It writes only if that is due, if a host approved the seat since, or if
// its role changed.
func (b *rejoin) renew(ctx context.Context, r Room) (Admission, error) {
	s, now := b.seat, b.door.core.env.Now()
	role, err := b.role(ctx, r)
	if err != nil {
		return Admission{}, err
	}
	if role == s.Role && !s.Approved && !s.renewalDue(now, b.door.core.leaseOf(s)) {
		return b.door.admission(r, s, b.secret, false), nil
	}
	if role != s.Role {
		s.Role, s.Context = role, r.seatContext()
	}
	s.Approved = false
	s = s.renewed(now, b.door.core.leaseOf(s))
	return b.storeSeat(ctx, r, s)
}

// storeSeat stores the seat over the one that was read. With ErrStale the admission holds the seat that is stored.
func (b *rejoin) storeSeat(ctx context.Context, r Room, s Seat) (Admission, error) {
	was := b.seat
	if was.State == Left {
		s = s.returned(b.door.core.env.Now())
	}
	s.NoEvent = s.State == was.State && s.Role == was.Role && s.NeedsApproval == was.NeedsApproval &&
		s.WaitsForHost == was.WaitsForHost
	if s.State == Waiting && s.NoEvent && !was.renewalDue(b.door.core.env.Now(), b.door.core.waitLease()) {
		return b.door.admission(r, was, b.secret, false), nil
	}
	s, err := b.door.core.store.ChangeSeat(ctx, s)
	return b.door.admission(r, s, b.secret, false), err
}

// Leave frees the caller's seat. When the last person leaves, the instance ends (I17). To leave again has no other
// effect, nor to leave an instance that is over: its end was announced for everybody who was in (I20).
func (d *Door) Leave(ctx context.Context, c Caller, address string, t Credential) error {
	found, seat, err := d.findSeat(ctx, c, address, t)
	if err != nil || seat.ID.Instance() != found.Room.Live.Instance {
		return err
	}
	seat, err = d.core.updateSeat(ctx, seat, func(was Seat) (Seat, bool) {
		return was.left(d.core.env.Now()), was.State == Waiting || was.State == Admitted
	})
	if err != nil || !seat.wasIn() || !found.Room.isLive(seat.ID.Instance()) {
		return err
	}
	return d.core.endIfLast(ctx, found.Room, seat.ID)
}

// admission returns the answer to the people in the seat, as it is now.
func (d *Door) admission(r Room, s Seat, secret string, isNew bool) Admission {
	a := Admission{State: s.State, New: isNew, Secret: secret, Seat: s, Room: r, AskAgain: d.core.renewAfter(s)}
	if s.State != Admitted {
		a.HostComesAt = r.HostComesAt(d.core.env.Now())
		a.AskAgain = s.retryAfter(d.core.env.Now(), d.core.waitLease())
	}
	return a
}
