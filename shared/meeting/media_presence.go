package meeting

import (
	"context"
	"slices"
	"time"
)

// The leases where the media server reports who joins and leaves ([Config.MediaPresence]). Nobody has to renew for
// their presence: a renewal every half an hour holds the seat where the server's list cannot be had.
const (
	MediaArrival = time.Minute      // from the admission until they are connected, and after their connection was lost
	MediaLease   = time.Hour        // of people who are connected
	MediaCheck   = 10 * time.Minute // the server's list decides at least so often, while somebody asks
)

// OnParticipantJoined is [Door.CheckParticipant] of somebody who joined the media server at the time. Who may stay gets
// the lease of people who are connected.
func (d *Door) OnParticipantJoined(ctx context.Context, instance string, id MediaIdentity, at time.Time) (MediaStanding, error) {
	seat, r, err := d.seatOfInstance(ctx, instance, id)
	if err != nil {
		return Allowed, err
	}
	standing, err := d.standing(ctx, instance, seat, r, id)
	if err != nil || standing != Allowed || !d.core.env.Config.MediaPresence || !seat.Exists() {
		return standing, err
	}
	_, err = d.core.updateSeat(ctx, seat, func(was Seat) (Seat, bool) {
		now := d.core.env.Now()
		may := was.renewable(now) && was.hasMediaIdentity(id) && !(was.InMedia && was.RenewedAt.After(at))
		return was.connected(now, at, d.core.leaseOf(Seat{InMedia: true})), may
	})
	return standing, err
}

// connected returns the seat of people who have been connected to the media server at least since the time.
func (s Seat) connected(now, since time.Time, lease time.Duration) Seat {
	s = s.renewed(now, lease)
	s.InMedia, s.NoEvent = true, true
	if since.Before(now) {
		s.RenewedAt = since
	}
	return s
}

// OnConnectionLost shortens the lease of somebody who lost the connection to the media server at the time: they keep
// the seat for [MediaArrival]. It has no effect if they connected again, or renewed the lease, since.
func (d *Door) OnConnectionLost(ctx context.Context, instance string, id MediaIdentity, at time.Time) error {
	if instance == "" || id.seat().Instance() != instance {
		return nil
	}
	seat, err := d.core.store.Seat(ctx, id.seat())
	if err != nil {
		return err
	}
	return d.shortenLease(ctx, seat, MediaArrival, func(was Seat) bool {
		return was.State == Admitted && was.InMedia && was.hasMediaIdentity(id) && was.RenewedAt.Before(at)
	})
}

// A MediaList returns who is connected to the media of the instance, as the media server says.
type MediaList func(ctx context.Context, instance string) ([]MediaIdentity, error)

// presentRoster returns the roster of the live instance, after the media server's list decided on the leases: who is
// connected there, and not removed, gets a new one, and who was and is not any more loses theirs after [MediaArrival].
// If nobody was connected, or the list cannot be had, the leases decide as they are.
func (t *core) presentRoster(ctx context.Context, r Room) (Roster, error) {
	roster, err := t.store.Roster(ctx, r.Live.Instance)
	if err != nil || t.env.Connected == nil || !slices.ContainsFunc(roster, func(s Seat) bool { return s.InMedia }) {
		return roster, err
	}
	asked := t.env.Now()
	list, err := t.env.Connected(ctx, r.Live.Instance)
	if err != nil {
		return roster, nil //nolint:nilerr // the leases decide
	}
	return each(ctx, roster, func(ctx context.Context, _ int, s Seat) (Seat, error) {
		return t.updateSeat(ctx, s, func(was Seat) (Seat, bool) { return t.compared(r, was, list, asked) })
	})
}

// compared returns the seat after a comparison with the list that the media server was asked for at the time, and
// whether that changes it.
func (t *core) compared(r Room, s Seat, list []MediaIdentity, asked time.Time) (Seat, bool) {
	lease := t.leaseOf(Seat{InMedia: true})
	switch {
	case !s.renewable(asked):
		return s, false
	case !s.isAmong(r.Live.Removed) && slices.ContainsFunc(list, s.hasMediaIdentity):
		return s.connected(asked, asked, lease), !s.InMedia || s.renewalDue(asked, lease)
	case !s.InMedia, s.RenewedAt.Add(MediaArrival).After(asked): // on their way, or just back
		return s, false
	}
	return s.shortened(asked, MediaArrival)
}
