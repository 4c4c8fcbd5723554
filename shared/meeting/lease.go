package meeting

import (
	"cmp"
	"context"
	"time"
)

// WaitLease is the lease of people who wait, and of those whom a host admitted until they know it, unless [Config] has
// a shorter one. People who wait ask often anyway.
const WaitLease = 90 * time.Second

// LeaveGrace is how long people whose page closed, or whose connection ended, keep their seat unless they are back.
const LeaveGrace = 30 * time.Second

// leaseGrace is how long after its end a lease still counts against capacity and in the roster: clocks differ.
const leaseGrace = 30 * time.Second

// renewalPause is how long after a renewal the next one of somebody who is in is not stored.
const renewalPause = 5 * time.Second

func (t *core) lease() time.Duration { return cmp.Or(t.env.Config.Lease, DefaultLease) }

func (t *core) waitLease() time.Duration { return min(t.lease(), WaitLease) }

// firstLease returns the lease of somebody who was just admitted.
func (t *core) firstLease() time.Duration {
	if t.env.Config.MediaPresence {
		return min(t.lease(), MediaArrival)
	}
	return t.lease()
}

// leaseOf returns the lease that the people in the seat get when they ask.
func (t *core) leaseOf(s Seat) time.Duration {
	switch {
	case s.State == Waiting:
		return t.waitLease()
	case s.InMedia:
		return max(t.lease(), MediaLease)
	}
	return t.lease()
}

// renewAfter returns after how long somebody who is in renews: half of the lease that they were given.
func (t *core) renewAfter(s Seat) time.Duration {
	return min(s.Lease.Sub(s.RenewedAt), t.leaseOf(s)) / 2
}

// renewed returns the seat with a lease from now on.
func (s Seat) renewed(now time.Time, lease time.Duration) Seat {
	s.RenewedAt, s.Lease = now, now.Add(lease)
	return s
}

// in reports whether the seat is in the state, and its lease is alive or ended within the grace.
func (s Seat) in(state State, now time.Time) bool {
	return s.State == state && now.Before(s.Lease.Add(leaseGrace))
}

// renewable reports whether the seat is admitted and its lease is alive. A lease that ended is never renewed.
func (s Seat) renewable(now time.Time) bool { return s.State == Admitted && now.Before(s.Lease) }

// renewalDue reports whether the renewal of the seat is worth a write: after a third of the lease. That of people who
// are in by their renewals alone is stored nearly always, so that [Door.OnDisconnected] sees it.
func (s Seat) renewalDue(now time.Time, lease time.Duration) bool {
	if s.State == Waiting || s.InMedia {
		return s.Lease.Sub(now) <= lease*2/3
	}
	return s.Lease.Sub(now) <= lease-renewalPause
}

// goneIn returns how long the roster still has the first of the people who did not renew their lease in time; 0 if
// there are none. More than a third of its length is left when somebody renews it.
func (t *core) goneIn(all Roster, now time.Time) (first time.Duration) {
	for _, s := range all {
		if left := s.Lease.Sub(now); left <= t.leaseOf(s)/3 && (first == 0 || left+leaseGrace < first) {
			first = left + leaseGrace
		}
	}
	return first
}

// shortened returns the seat with a lease of so long, and whether it ended later: no lease becomes longer.
func (s Seat) shortened(now time.Time, to time.Duration) (Seat, bool) {
	end := now.Add(to)
	if !end.Before(s.Lease) {
		return s, false
	}
	s.Lease, s.InMedia, s.NoEvent = end, false, false
	return s, true
}

// LeaveUnlessBack shortens the lease of the caller's seat to [LeaveGrace]: their page closes, or it reloads and renews
// the lease with its next request.
func (d *Door) LeaveUnlessBack(ctx context.Context, c Caller, address string, t Credential) error {
	found, seat, err := d.findSeat(ctx, c, address, t)
	if err != nil || seat.ID.Instance() != found.Room.Live.Instance {
		return err
	}
	return d.shortenLease(ctx, seat, LeaveGrace, func(was Seat) bool {
		return was.Version == seat.Version && (was.State == Waiting || was.State == Admitted)
	})
}

// OnDisconnected shortens the lease of an admitted seat to [LeaveGrace], because a connection of its client ended at
// the time. It has no effect if they renewed the lease since, if the media server reports them, nor if it is repeated.
// Call it only if the client did not close the connection itself, and the seat has no newer one.
func (d *Door) OnDisconnected(ctx context.Context, id SeatID, at time.Time) error {
	seat, err := d.core.store.Seat(ctx, id)
	if err != nil {
		return err
	}
	return d.shortenLease(ctx, seat, LeaveGrace, func(was Seat) bool {
		return was.State == Admitted && !was.Approved && !was.InMedia && !was.RenewedAt.Add(renewalPause).After(at)
	})
}

// shortenLease shortens the lease of the seat to so long, while it is as it may be. If the room remembers the seat as
// one that is in, it remembers the new end of the lease.
func (d *Door) shortenLease(ctx context.Context, seat Seat, to time.Duration, may func(Seat) bool) error {
	shortened := false
	seat, err := d.core.updateSeat(ctx, seat, func(was Seat) (Seat, bool) {
		is, ok := was.shortened(d.core.env.Now(), to)
		shortened = ok && may(was)
		return is, shortened
	})
	if err != nil || !shortened || seat.State != Admitted {
		return err
	}
	r, err := d.core.store.Room(ctx, seat.Context.Room)
	if err != nil || !r.isLive(seat.ID.Instance()) || r.Live.Occupancy.Present != seat.ID {
		return err
	}
	o := r.Live.Occupancy
	o.Until = seat.Lease
	_, err = d.core.remember(ctx, r, o)
	return err
}
