package meeting

import (
	"context"
	"time"
)

// The media server reports who left and who joined there. A report about an unknown seat, or about an instance that is
// over, has no effect, and neither has a repeated one.

// arrivalInMedia is how long an admitted participant may be on the way to the media server, when its room closes.
const arrivalInMedia = 30 * time.Second

// OnParticipantLeft frees the seat of somebody who left the media server at the time, as [Door.Leave] does (I17). A
// seat that was taken or renewed since is kept. If their client still polls, they are decided on as if their lease had
// ended.
func (d *Door) OnParticipantLeft(ctx context.Context, instance string, id MediaIdentity, at time.Time) error {
	seat, r, err := d.seatOfInstance(ctx, instance, id)
	if err != nil || !r.isLive(instance) || !seat.hasMediaIdentity(id) {
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
func (d *Door) CheckParticipant(ctx context.Context, instance string, id MediaIdentity) (MediaStanding, error) {
	seat, r, err := d.seatOfInstance(ctx, instance, id)
	if err != nil {
		return Allowed, err
	}
	return d.standing(ctx, instance, seat, r, id)
}

func (d *Door) standing(ctx context.Context, instance string, seat Seat, r Room, id MediaIdentity) (_ MediaStanding, err error) {
	if seat.Context.Room == "" {
		return Allowed, nil
	}
	if r, err = d.core.govern(ctx, r, AccountRules{}); err == nil {
		r, err = d.core.endIfExpired(ctx, r)
	}
	switch {
	case err != nil:
		return Allowed, err
	case !r.isLive(instance):
		return InstanceOver, nil
	}
	if stays, err := d.staysConnected(ctx, r, seat, id); err != nil || stays {
		return Allowed, err
	}
	return NotAllowed, nil
}

// OffRoster returns those of the people who are connected to the media of the instance who may not stay, because the
// roster does not show them (I7). The connected must have been listed before the call: then the roster has the seat of
// each of them. It reads the roster once. Of an instance without seats it returns nobody.
func (d *Door) OffRoster(ctx context.Context, instance string, connected []MediaIdentity) ([]MediaIdentity, error) {
	roster, err := d.core.store.Roster(ctx, instance)
	if err != nil || len(roster) == 0 {
		return nil, err
	}
	r, err := d.core.store.Room(ctx, roster[0].Context.Room)
	if err != nil || !r.isLive(instance) {
		return connected, err
	}
	seats := make(map[SeatID]Seat, len(roster))
	for _, s := range roster {
		seats[s.ID] = s
	}
	var off []MediaIdentity
	for _, id := range connected {
		stays, err := d.staysConnected(ctx, r, seats[id.seat()], id)
		if err != nil {
			return nil, err
		}
		if !stays {
			off = append(off, id)
		}
	}
	return off, nil
}

// staysConnected reports whether somebody with the identity may stay connected. Before it says that they may not, it
// frees a seat whose lease has ended: from then on nobody who is admitted to it has this identity.
func (d *Door) staysConnected(ctx context.Context, r Room, s Seat, id MediaIdentity) (bool, error) {
	now := d.core.env.Now()
	s, err := d.core.updateSeat(ctx, s, func(was Seat) (Seat, bool) {
		return was.left(now), was.State == Admitted && was.hasMediaIdentity(id) && !was.in(Admitted, now)
	})
	return r.mayStay(s, id, now), err
}

// seatOfInstance returns the seat of the identity and its room; zero if the instance has no such seat.
func (d *Door) seatOfInstance(ctx context.Context, instance string, id MediaIdentity) (Seat, Room, error) {
	if instance == "" || id.seat().Instance() != instance {
		return Seat{}, Room{}, nil
	}
	seat, err := d.core.store.Seat(ctx, id.seat())
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
	left := at
	if now := d.core.env.Now(); left.After(now) {
		left = now
	}
	wasLeft := func(s Seat) bool { return s.wasLeft(at) }
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
func (s Seat) wasLeft(at time.Time) bool {
	return s.State == Admitted && !s.Approved && !s.AdmittedAt.After(at) && !s.RenewedAt.After(at)
}
