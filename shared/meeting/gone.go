package meeting

import (
	"context"
	"slices"
	"time"
)

// Where people meet is a server of its own, and tells of them what happened there. Of sittings and seats that we do not know, and of what is
// over here, it tells nothing new: that changes nothing, however often it is told.

// Gone frees the seat of somebody who left the sitting's media at the time, as if they had said so here (I17): if a host leaves the room empty,
// the sitting ends. A seat that was taken or renewed since stays theirs. Who goes on polling all the same comes to the door again, as one whose
// lease ran out does: they are let in, wait, or are refused by a lock, as the room is by then.
func (d *Door) Gone(ctx context.Context, instance string, id SeatID, at time.Time) error {
	seat, r, err := d.seatOf(ctx, instance, id)
	if err != nil || !r.sits(instance) {
		return err
	}
	return d.free(ctx, r, Roll{seat}, at)
}

// settling is how long somebody who was let in may take to come into the sitting's media.
const settling = 30 * time.Second

// Emptied frees the seats of the sitting, for nobody is in its media any more: but for those who may still be on their way there.
func (d *Door) Emptied(ctx context.Context, instance string, at time.Time) error {
	roll, err := d.Roll(ctx, instance)
	if err != nil || len(roll) == 0 {
		return err
	}
	r, err := d.Room(ctx, roll[0].Place.Room)
	if err != nil || !r.sits(instance) {
		return err
	}
	return d.free(ctx, r, roll.only(func(s Seat) bool { return s.State != Admitted || !s.PassedAt.Add(settling).After(at) }), at)
}

// A Stance is how somebody who came into the media of a sitting stands with it.
type Stance int

const (
	Stays   Stance = iota // they are admitted, or we do not know them
	Strays                // they are not admitted, or not any more
	IsStale               // the sitting is over
)

// Came is how somebody stands who came into the sitting's media: tickets are good for longer than what they were given for.
func (d *Door) Came(ctx context.Context, instance string, id SeatID) (Stance, error) {
	seat, r, err := d.seatOf(ctx, instance, id)
	switch {
	case err != nil || !seat.Exists() || seat.Place.Room == "":
		return Stays, err
	case !r.sits(instance):
		return IsStale, nil
	case seat.State != Admitted || slices.Contains(r.Gate.Removed, seat.Identity()):
		return Strays, nil
	}
	return Stays, nil
}

// seatOf is the seat of the sitting, and the room that it is in; zero if there is none.
func (d *Door) seatOf(ctx context.Context, instance string, id SeatID) (Seat, Room, error) {
	if instance == "" || id.Instance() != instance {
		return Seat{}, Room{}, nil
	}
	seat, err := d.Seat(ctx, id)
	if err != nil || seat.Place.Room == "" {
		return seat, Room{}, err
	}
	r, err := d.Room(ctx, seat.Place.Room)
	return seat, r, err
}

// sits reports whether the sitting goes on in the room.
func (r Room) sits(instance string) bool { return r.Gate.Open && r.Gate.Instance == instance }

// free frees those of the seats that were left at the time.
func (d *Door) free(ctx context.Context, r Room, seats Roll, at time.Time) error {
	var done Decided
	over := at
	if now := d.Now(); over.After(now) {
		over = now
	}
	lease := d.lease()
	err := d.flip(ctx, seats.only(func(s Seat) bool { return s.leftAt(at, lease) }), &done, "", func(_ int, was Seat) (Seat, bool) {
		to := was.gone(over)
		to.State, to.Approved, to.ForHost = Left, false, false
		return to, was.leftAt(at, lease)
	})
	left := slices.ContainsFunc(slices.Concat(seats, done.Seats), func(s Seat) bool { return s.State == Left && s.Role.Hosting() })
	if err != nil || !left { // that a host left is told again where the end of the sitting failed
		return err
	}
	return d.endIfDeserted(ctx, r)
}

// leftAt reports whether somebody who left at the time left the seat as it is: they came in before, know of it, and did not renew it since.
func (s Seat) leftAt(at time.Time, lease time.Duration) bool {
	return s.State == Admitted && !s.Approved && !s.PassedAt.After(at) && !s.Lease.Add(-lease).After(at)
}
