package meeting

import (
	"context"
	"slices"
	"time"
)

// Where people meet is a server of its own, and tells of them what happened there. Of sittings and seats that we do not know, and of what is
// over here, it tells nothing new: that changes nothing, however often it is told.

// OnParticipantLeft frees the seat of somebody who left the sitting's media at the time, as if they had said so here (I17): if a host leaves the room empty,
// the sitting ends. A seat that was taken or renewed since stays theirs. Who goes on polling all the same comes to the door again, as one whose
// lease ran out does: they are let in, wait, or are refused by a lock, as the room is by then.
func (d *Door) OnParticipantLeft(ctx context.Context, instance string, id SeatID, at time.Time) error {
	seat, r, err := d.seatOfInstance(ctx, instance, id)
	if err != nil || !r.isLive(instance) {
		return err
	}
	return d.freeSeats(ctx, r, Roster{seat}, at)
}

// settling is how long somebody who was let in may take to come into the sitting's media.
const settling = 30 * time.Second

// OnMediaEmpty frees the seats of the sitting, for nobody is in its media any more: but for those who may still be on their way there.
func (d *Door) OnMediaEmpty(ctx context.Context, instance string, at time.Time) error {
	roll, err := d.Roster(ctx, instance)
	if err != nil || len(roll) == 0 {
		return err
	}
	r, err := d.Room(ctx, roll[0].Context.Room)
	if err != nil || !r.isLive(instance) {
		return err
	}
	return d.freeSeats(ctx, r, roll.filter(func(s Seat) bool { return s.State != Admitted || !s.AdmittedAt.Add(settling).After(at) }), at)
}

// A MediaStanding is how somebody who came into the media of a sitting stands with it.
type MediaStanding int

const (
	Allowed      MediaStanding = iota // they are admitted, or we do not know them
	NotAllowed                        // they are not admitted, or not any more
	InstanceOver                      // the sitting is over
)

// CheckParticipant is how somebody stands who came into the sitting's media: tickets are good for longer than what they were given for.
func (d *Door) CheckParticipant(ctx context.Context, instance string, id SeatID) (MediaStanding, error) {
	seat, r, err := d.seatOfInstance(ctx, instance, id)
	switch {
	case err != nil || !seat.Exists() || seat.Context.Room == "":
		return Allowed, err
	case !r.isLive(instance):
		return InstanceOver, nil
	case seat.State != Admitted || slices.Contains(r.Live.Removed, seat.Identity()):
		return NotAllowed, nil
	}
	return Allowed, nil
}

// seatOfInstance is the seat of the sitting, and the room that it is in; zero if there is none.
func (d *Door) seatOfInstance(ctx context.Context, instance string, id SeatID) (Seat, Room, error) {
	if instance == "" || id.Instance() != instance {
		return Seat{}, Room{}, nil
	}
	seat, err := d.Seat(ctx, id)
	if err != nil || seat.Context.Room == "" {
		return seat, Room{}, err
	}
	r, err := d.Room(ctx, seat.Context.Room)
	return seat, r, err
}

// isLive reports whether the sitting goes on in the room.
func (r Room) isLive(instance string) bool { return r.Live.Open && r.Live.Instance == instance }

// freeSeats frees those of the seats that were left at the time.
func (d *Door) freeSeats(ctx context.Context, r Room, seats Roster, at time.Time) error {
	var done Result
	over := at
	if now := d.Now(); over.After(now) {
		over = now
	}
	lease := d.lease()
	err := d.updateSeats(ctx, seats.filter(func(s Seat) bool { return s.leftAt(at, lease) }), &done, "", func(_ int, was Seat) (Seat, bool) {
		to := was.exited(over)
		to.State, to.Approved, to.WaitsForHost = Left, false, false
		return to, was.leftAt(at, lease)
	})
	left := slices.ContainsFunc(slices.Concat(seats, done.Applied), func(s Seat) bool { return s.State == Left && s.Role.IsHost() })
	if err != nil || !left { // that a host left is told again where the end of the sitting failed
		return err
	}
	return d.endIfEmpty(ctx, r)
}

// leftAt reports whether somebody who left at the time left the seat as it is: they came in before, know of it, and did not renew it since.
func (s Seat) leftAt(at time.Time, lease time.Duration) bool {
	return s.State == Admitted && !s.Approved && !s.AdmittedAt.After(at) && !s.Lease.Add(-lease).After(at)
}
