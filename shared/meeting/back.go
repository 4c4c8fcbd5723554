package meeting

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// comeBack is the poll of somebody who waits, the renewal of a lease, and the reconnect. The secret of the seat stands for
// the passcode.
func (d *Door) comeBack(ctx context.Context, c Caller, j Join) (Admission, error) {
	spot, seat, err := d.seatAt(ctx, c, j.Address, j.Back)
	if err != nil {
		return Admission{}, err
	}
	if seat.ID.Instance() != spot.Room.Gate.Instance {
		return Admission{}, cmp.Or(d.walkOn(ctx, spot), error(refused(Ended)))
	}
	room, err := d.settle(ctx, spot.Room, seat.Role.Hosting() && !seat.renewable(d.Now()))
	if err != nil {
		return Admission{}, err
	}
	return d.resume(ctx, c, room, seat, j.Back.Secret)
}

// seatAt is the seat that the caller holds, and the room at the address. Whoever does not know the seat's secret hears the
// uniform refusal.
func (d *Door) seatAt(ctx context.Context, c Caller, address string, t Ticket) (Spot, Seat, error) {
	var seat Seat
	spot, err := d.find(ctx, address, "", func(ctx context.Context) (err error) {
		if t.ID.Instance() != "" {
			seat, err = d.Seat(ctx, t.ID)
		}
		return err
	})
	if err == nil && (!seat.Exists() || !seat.owns(t.Secret) || seat.User != c.User) {
		err = d.noTicket(ctx, c, spot)
	}
	if err == nil && seat.Visit.ID != "" && seat.ID.Instance() != spot.Room.Gate.Instance { // I14: they came by an old number
		spot, err = d.find(ctx, string(seat.Visit.ID), "", nothingBeside)
	}
	return spot, seat, err
}

// resume answers for a seat that exists: it renews what lives, and sends the rest through the turnstile again.
func (d *Door) resume(ctx context.Context, c Caller, r Room, s Seat, secret string) (Admission, error) {
	for range tries {
		var a Admission
		var err error
		if r, err = d.opened(ctx, r, s); err != nil {
			return Admission{}, err
		}
		who := &returner{door: d, caller: c, seat: s, secret: secret}
		if _, _, err := who.at(r); err != nil {
			return Admission{}, err
		}
		if s.renewable(d.Now()) && r.Gate.Open {
			a, err = who.renew(ctx, r)
		} else {
			a, err = d.pass(ctx, r, who)
		}
		if !errors.Is(err, ErrStale) {
			return a, err
		}
		s = a.Seat // as others made it: look again
		if r, err = d.Room(ctx, r.Number); err != nil {
			return Admission{}, err
		}
	}
	return Admission{}, busy()
}

// opened is the room of the seat. If somebody is in it but it is not open, it was read before it opened, and the seat after somebody was let
// in: to decide on that would send them back to the waiting room.
func (d *Door) opened(ctx context.Context, r Room, s Seat) (Room, error) {
	if s.State == Admitted && !r.Gate.Open && s.ID.Instance() == r.Gate.Instance {
		return d.Room(ctx, r.Number)
	}
	return r, nil
}

// A returner comes back to a seat of theirs.
type returner struct {
	door   *Door
	caller Caller
	seat   Seat
	secret string
}

func (b *returner) at(r Room) (Knock, Seat, error) {
	s := b.seat
	switch {
	case s.ID.Instance() != r.Gate.Instance:
		return Knock{}, s, refused(Ended)
	case s.State == WasDenied:
		return Knock{}, s, refused(Denied)
	case s.State == WasRemoved, slices.Contains(r.Gate.Removed, s.Identity()):
		return Knock{}, s, refused(Removed)
	}
	return Knock{
		Caller: b.caller, Identity: s.Identity(), Client: s.Client, Visit: Visit{Sat: s.Visit},
		Known: true, Waits: s.State == Waiting, Held: s.Held, Approved: s.Approved,
	}, s, nil
}

// queue is free: they hold a seat already.
func (*returner) queue(context.Context, Room) error { return nil }

// renew prolongs the lease of somebody who is in, and tells those whom a host let in meanwhile.
func (b *returner) renew(ctx context.Context, r Room) (Admission, error) {
	s, now := b.seat, b.door.Now()
	if s.Approved || b.due(now) {
		s.Approved, s.Lease = false, now.Add(b.door.lease())
		return b.sit(ctx, r, s)
	}
	return b.door.admission(r, s, b.secret, false), nil
}

// due reports whether a third of the lease is over: polling more often than that writes nothing.
func (b *returner) due(now time.Time) bool {
	return b.seat.Lease.Sub(now) <= b.door.lease()*2/3
}

// sit stores the seat over the one that was read; on ErrStale the admission holds the seat as others made it.
func (b *returner) sit(ctx context.Context, r Room, s Seat) (Admission, error) {
	s.Quiet = s.State == b.seat.State && s.Role == b.seat.Role && s.Held == b.seat.Held && s.ForHost == b.seat.ForHost
	if s.State == Waiting && s.Quiet && !b.due(b.door.Now()) {
		return b.door.admission(r, b.seat, b.secret, false), nil
	}
	s, err := b.door.ChangeSeat(ctx, s)
	return b.door.admission(r, s, b.secret, false), err
}

// Leave frees the caller's seat. When a host leaves the room empty, the sitting ends (I17). Leaving twice changes nothing.
func (d *Door) Leave(ctx context.Context, c Caller, address string, t Ticket) error {
	spot, seat, err := d.seatAt(ctx, c, address, t)
	if err != nil {
		return err
	}
	for range tries {
		if seat.State != Waiting && seat.State != Admitted {
			return nil
		}
		hosted := seat.State == Admitted && seat.Role.Hosting()
		seat = seat.gone(d.Now())
		seat.State, seat.Approved, seat.ForHost = Left, false, false
		seat, err = d.ChangeSeat(ctx, seat)
		if err == nil && hosted && spot.Room.Gate.Open && spot.Room.Gate.Instance == seat.ID.Instance() {
			return d.endIfDeserted(ctx, spot.Room)
		}
		if !errors.Is(err, ErrStale) {
			return err
		}
	}
	return busy()
}
