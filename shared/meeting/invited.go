package meeting

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// An Invited is what somebody who waits hears beside the topic: what their invitation said, as it was when they came
// (I9).
type Invited struct {
	Host     string    // the name of the room's owner; empty: they have none
	StartsAt time.Time // of the meeting that they wait for, now or next; zero: it has no fixed time, or it runs
}

// Topic returns the topic of the meeting that somebody in the seat comes for, which only they hear who name that
// meeting (I9); else that of the room.
func (a Admission) Topic() string {
	if a.Seat.Target.ID != "" {
		return a.Seat.Target.Topic
	}
	return a.Room.Topic
}

// invite reads what somebody hears who is about to wait.
func (d *Door) invite(ctx context.Context, r Room, s Seat) (i Invited, err error) {
	reads, ctx := errgroup.WithContext(ctx)
	reads.Go(func() error {
		owner, err := d.core.store.Profile(ctx, r.Owner)
		i.Host = owner.Name()
		return err
	})
	if s.WaitsForHost {
		reads.Go(func() (err error) {
			i.StartsAt, err = d.startOf(ctx, r, s.Target.ID)
			return err
		})
	}
	return i, reads.Wait()
}

// startOf returns when the meeting that somebody comes for starts, now or next; zero if it has no fixed time, or if
// they come for the bare personal room.
func (d *Door) startOf(ctx context.Context, r Room, target Number) (time.Time, error) {
	id := r.Number
	if r.Kind == Personal {
		id = target
	}
	if id == "" {
		return time.Time{}, nil
	}
	m, err := d.core.store.Meeting(ctx, r.Owner, id)
	if next, found := m.Next(d.core.env.Now()); found {
		return next.Start, err
	}
	return m.Start, err
}

// How soon somebody who waits should ask again: soon after they came, because hosts usually look then; rarely, if the
// meeting starts much later. A third of the lease at most, so that two lost requests do not lose the seat.
const (
	RetrySoon   = 3 * time.Second  // in the first half minute in the waiting room
	RetryAfter  = 5 * time.Second  // usually
	RetrySeldom = 10 * time.Second // after five minutes
	RetryRarely = 30 * time.Second // if the meeting starts in more than ten minutes
)

func (s Seat) retryAfter(now time.Time, lease time.Duration) time.Duration {
	waited, usual := now.Sub(s.JoinedAt), RetryAfter
	switch {
	case s.WaitsForHost && s.Invited.StartsAt.Sub(now) > 10*time.Minute:
		usual = RetryRarely
	case waited > 5*time.Minute:
		usual = RetrySeldom
	case !s.WaitsForHost && waited < 30*time.Second:
		usual = RetrySoon
	}
	return min(usual, lease/3)
}
