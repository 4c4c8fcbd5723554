package meeting

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// returnToSeat is the poll of somebody who waits, the renewal of a lease, and the reconnect. The secret of the seat stands for
// the passcode.
func (d *Door) returnToSeat(ctx context.Context, c Caller, j JoinInput) (Admission, error) {
	spot, seat, err := d.findSeat(ctx, c, j.Address, j.Seat)
	if err != nil {
		return Admission{}, err
	}
	if seat.ID.Instance() != spot.Room.Live.Instance {
		return Admission{}, cmp.Or(d.core.padReads(ctx, spot), error(refuse(Ended)))
	}
	room, err := d.core.endIfOver(ctx, spot.Room, seat.Role.IsHost() && !seat.renewable(d.core.env.Now()))
	if err != nil {
		return Admission{}, err
	}
	return d.continueSeat(ctx, c, room, seat, j.Seat.Secret)
}

// findSeat is the seat that the caller holds, and the room at the address. Whoever does not know the seat's secret hears the
// uniform refusal.
func (d *Door) findSeat(ctx context.Context, c Caller, address string, t Credential) (Destination, Seat, error) {
	var seat Seat
	spot, err := d.core.resolve(ctx, address, "", func(ctx context.Context) (err error) {
		if t.ID.Instance() != "" {
			seat, err = d.core.store.Seat(ctx, t.ID)
		}
		return err
	})
	if err == nil && (!seat.Exists() || !seat.hasSecret(t.Secret) || seat.User != c.User) {
		err = d.core.refuseUnknownSeat(ctx, c, spot)
	}
	if err == nil && seat.Target.ID != "" && seat.ID.Instance() != spot.Room.Live.Instance { // I14: they came by an old number
		spot, err = d.core.resolve(ctx, string(seat.Target.ID), "", noOtherRead)
	}
	return spot, seat, err
}

// continueSeat answers for a seat that exists: it renews what lives, and sends the rest through the turnstile again.
func (d *Door) continueSeat(ctx context.Context, c Caller, r Room, s Seat, secret string) (Admission, error) {
	for range tries {
		var a Admission
		var err error
		if r, err = d.rereadIfOpened(ctx, r, s); err != nil {
			return Admission{}, err
		}
		who := &rejoin{door: d, caller: c, seat: s, secret: secret}
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
		s = a.Seat // as others made it: look again
		if r, err = d.core.store.Room(ctx, r.Number); err != nil {
			return Admission{}, err
		}
	}
	return Admission{}, busy()
}

// rereadIfOpened is the room of the seat. If somebody is in it but it is not open, it was read before it opened, and the seat after somebody was let
// in: to decide on that would send them back to the waiting room.
func (d *Door) rereadIfOpened(ctx context.Context, r Room, s Seat) (Room, error) {
	if s.State == Admitted && !r.Live.Open && s.ID.Instance() == r.Live.Instance {
		return d.core.store.Room(ctx, r.Number)
	}
	return r, nil
}

// A rejoin comes back to a seat of theirs.
type rejoin struct {
	door   *Door
	caller Caller
	seat   Seat
	secret string
}

func (b *rejoin) request(r Room) (JoinRequest, Seat, error) {
	s := b.seat
	switch {
	case s.ID.Instance() != r.Live.Instance:
		return JoinRequest{}, s, refuse(Ended)
	case s.State == WasDenied:
		return JoinRequest{}, s, refuse(Denied)
	case s.State == WasRemoved, slices.Contains(r.Live.Removed, s.Identity()):
		return JoinRequest{}, s, refuse(Removed)
	}
	return JoinRequest{
		Caller: b.caller, Identity: s.Identity(), Client: s.Client, Target: Target{MeetingRef: s.Target},
		HasSeat: true, IsWaiting: s.State == Waiting, NeedsApproval: s.NeedsApproval, Approved: s.Approved,
	}, s, nil
}

// checkWaitLimit is free: they hold a seat already.
func (*rejoin) checkWaitLimit(context.Context, Room) error { return nil }

// renew prolongs the lease of somebody who is in, and tells those whom a host let in meanwhile.
func (b *rejoin) renew(ctx context.Context, r Room) (Admission, error) {
	s, now := b.seat, b.door.core.env.Now()
	if s.Approved || b.renewalDue(now) {
		s.Approved, s.Lease = false, now.Add(b.door.core.lease())
		return b.storeSeat(ctx, r, s)
	}
	return b.door.admission(r, s, b.secret, false), nil
}

// renewalDue reports whether a third of the lease is over: polling more often than that writes nothing.
func (b *rejoin) renewalDue(now time.Time) bool {
	return b.seat.Lease.Sub(now) <= b.door.core.lease()*2/3
}

// storeSeat stores the seat over the one that was read; on ErrStale the admission holds the seat as others made it.
func (b *rejoin) storeSeat(ctx context.Context, r Room, s Seat) (Admission, error) {
	s.NoEvent = s.State == b.seat.State && s.Role == b.seat.Role && s.NeedsApproval == b.seat.NeedsApproval && s.WaitsForHost == b.seat.WaitsForHost
	if s.State == Waiting && s.NoEvent && !b.renewalDue(b.door.core.env.Now()) {
		return b.door.admission(r, b.seat, b.secret, false), nil
	}
	s, err := b.door.core.store.ChangeSeat(ctx, s)
	return b.door.admission(r, s, b.secret, false), err
}

// Leave frees the caller's seat. When a host leaves the room empty, the sitting ends (I17). Leaving twice changes nothing.
func (d *Door) Leave(ctx context.Context, c Caller, address string, t Credential) error {
	spot, seat, err := d.findSeat(ctx, c, address, t)
	if err != nil {
		return err
	}
	for range tries {
		if seat.State != Waiting && seat.State != Admitted {
			return nil
		}
		hosted := seat.State == Admitted && seat.Role.IsHost()
		seat = seat.exited(d.core.env.Now())
		seat.State, seat.Approved, seat.WaitsForHost = Left, false, false
		seat, err = d.core.store.ChangeSeat(ctx, seat)
		if err == nil && hosted && spot.Room.Live.Open && spot.Room.Live.Instance == seat.ID.Instance() {
			return d.core.endIfEmpty(ctx, spot.Room)
		}
		if !errors.Is(err, ErrStale) {
			return err
		}
	}
	return busy()
}
