package meeting

import (
	"context"
	"slices"
	"time"
)

// The media server reports who left and who joined there. A report about an unknown seat, or about an instance that is
// over, has no effect, and neither has a repeated one.

// arrivalInMedia is how long an admitted participant may take to connect to the media server.
const arrivalInMedia = 30 * time.Second

// OnParticipantLeft frees the seat of somebody who left the media server at the time, as [Door.Leave] does (I17). A
// seat that was taken or renewed since is kept. If their client still polls, they are decided on as if their lease had
// ended.
func (d *Door) OnParticipantLeft(ctx context.Context, instance string, id SeatID, at time.Time) error {
	seat, r, err := d.seatOfInstance(ctx, instance, id)
	if err != nil || !r.isLive(instance) {
		return err
	}
	return d.freeSeats(ctx, r, Roster{seat}, at)
}

// OnMediaEmpty frees the seats of an instance whose media are empty, except those that may still be about to connect.
func (d *Door) OnMediaEmpty(ctx context.Context, instance string, at time.Time) error {
	roster, err := d.core.store.Roster(ctx, instance)
	if err != nil || len(roster) == 0 {
		return err
	}
	r, err := d.core.store.Room(ctx, roster[0].Context.Room)
	if err != nil || !r.isLive(instance) {
		return err
	}
	return d.freeSeats(ctx, r, roster.filter(func(s Seat) bool {
		return s.State != Admitted || !s.AdmittedAt.Add(arrivalInMedia).After(at)
	}), at)
}

// A MediaStanding says whether somebody may be connected to the media of an instance.
type MediaStanding int

const (
	Allowed      MediaStanding = iota // they are admitted, or unknown here
	NotAllowed                        // they are not admitted, or not any more
	InstanceOver                      // the instance is over
)

// CheckParticipant returns whether somebody who connected to the media server may stay: a media token lives longer
// than the admission that it was made for.
func (d *Door) CheckParticipant(ctx context.Context, instance string, id SeatID) (MediaStanding, error) {
	seat, r, err := d.seatOfInstance(ctx, instance, id)
	switch {
	case err != nil || seat.Context.Room == "":
		return Allowed, err
	case !r.isLive(instance):
		return InstanceOver, nil
	case seat.State != Admitted || slices.Contains(r.Live.Removed, seat.Identity()):
		return NotAllowed, nil
	}
	return Allowed, nil
}

// seatOfInstance returns the seat and its room; zero if the instance has no such seat.
func (d *Door) seatOfInstance(ctx context.Context, instance string, id SeatID) (Seat, Room, error) {
	if instance == "" || id.Instance() != instance {
		return Seat{}, Room{}, nil
	}
	seat, err := d.core.store.Seat(ctx, id)
	if err != nil || seat.Context.Room == "" {
		return seat, Room{}, err
	}
	r, err := d.core.store.Room(ctx, seat.Context.Room)
	return seat, r, err
}

// freeSeats frees those of the seats that were left at the time. If they were the last ones it ends the instance: also
// when the report is repeated because that failed.
func (d *Door) freeSeats(ctx context.Context, r Room, seats Roster, at time.Time) error {
	var done Result
	lease, left := d.core.lease(), at
	if now := d.core.env.Now(); left.After(now) {
		left = now
	}
	wasLeft := func(s Seat) bool { return s.wasLeft(at, lease) }
	err := d.updateSeats(ctx, seats.filter(wasLeft), &done, "", func(_ int, was Seat) (Seat, bool) {
		return was.left(left), wasLeft(was)
	})
	gone := append(done.Applied, seats...).filter(func(s Seat) bool { return s.State == Left && s.wasIn() })
	if err != nil || len(gone) == 0 {
		return err
	}
	return d.core.endIfLast(ctx, r, gone[0].ID)
}

// wasLeft reports whether somebody who left the media at the time left the seat as it now is: they know that they were
// admitted, came in before, and did not renew the lease since.
func (s Seat) wasLeft(at time.Time, lease time.Duration) bool {
	return s.State == Admitted && !s.Approved && !s.AdmittedAt.After(at) && !s.Lease.Add(-lease).After(at)
}
