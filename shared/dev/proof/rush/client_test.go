package rush

import (
	"context"
	"errors"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

// A client uses the database from one environment of a function. It has the methods that a door uses, and no others.
type client struct {
	meeting.Store
	db *database

	mu     sync.Mutex
	random randomness
}

func newClient(db *database, seed uint64, name string) *client {
	return &client{db: db, random: randomness{seed: seed, client: name, drawn: map[string]uint64{}}}
}

// takes draws how long the client's next such request takes.
func (c *client) takes(l latency, what string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return l.draw(c.random.of(what))
}

// pause waits before a retry.
func (c *client) pause(ctx context.Context, most time.Duration, what string) error {
	c.mu.Lock()
	pause := time.Duration(c.random.of("again " + what).Int64N(int64(most)))
	c.mu.Unlock()
	c.db.countRetry()
	return wait(ctx, pause)
}

// retry sends a request again while it is refused. At last it returns [meeting.ErrContended].
func (c *client) retry(ctx context.Context, p retryPolicy, what string, send func() error) error {
	for i := range p.tries {
		err := send()
		if !errors.Is(err, p.refusal) {
			return err
		}
		if i < p.tries-1 {
			if err := c.pause(ctx, p.pause<<i, what); err != nil {
				return err
			}
		}
	}
	return errors.Join(meeting.ErrContended, p.refusal)
}

// send sends a request, with all retries. It takes effect half way.
func (c *client) send(ctx context.Context, l latency, what string, more time.Duration, serve func() error) error {
	once := func() error {
		took := c.takes(l, what) + more
		if err := wait(ctx, took/2); err != nil {
			return err
		}
		return errors.Join(serve(), wait(ctx, took-took/2))
	}
	return c.retry(ctx, tableRetries, what, func() error { return c.retry(ctx, sdkRetries, what, once) })
}

func (c *client) read(ctx context.Context, key string, units charge, more time.Duration, answer func()) error {
	return c.send(ctx, reading, "read "+key, more, func() error { return c.db.read(key, units, answer) })
}

func (c *client) write(ctx context.Context, key string, change func() error) error {
	return c.send(ctx, writing, "write "+key, 0, func() error { return c.db.write(key, change) })
}

func (c *client) Room(ctx context.Context, n meeting.Number) (r meeting.Room, err error) {
	err = c.read(ctx, roomKey(n), unit, 0, func() { r = c.db.rooms[n] })
	return r, err
}

func (c *client) ApplyTransition(
	ctx context.Context, n meeting.Number, t meeting.Transition,
) (r meeting.Room, err error) {
	err = c.write(ctx, roomKey(n), func() (err error) {
		r, err = c.db.transition(n, t)
		c.db.rooms[n] = r
		return err
	})
	return r, err
}

func (c *client) Seat(ctx context.Context, id meeting.SeatID) (s meeting.Seat, err error) {
	err = c.read(ctx, seatKey(id), unit, 0, func() { s = c.db.seats[id] })
	return s, err
}

func (c *client) Roster(ctx context.Context, instance string) (roster meeting.Roster, err error) {
	bytes := c.db.rosterSize(instance)
	units := charge((bytes+readUnit-1)/readUnit) * unit
	more := time.Duration(bytes) * perMegabyte / megabyte
	err = c.read(ctx, rosterKey(instance), units, more, func() { roster = c.db.roster(instance) })
	return roster, err
}

func (c *client) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	s.Version = 0
	return c.ChangeSeat(ctx, s)
}

func (c *client) ChangeSeat(ctx context.Context, s meeting.Seat) (now meeting.Seat, err error) {
	err = c.write(ctx, seatKey(s.ID), func() (err error) {
		now, err = c.db.put(s)
		return err
	})
	return now, err
}

func (c *client) Spent(ctx context.Context, scope string, _ time.Time) (s meeting.Spent, err error) {
	err = c.read(ctx, budgetKey(scope), unit/2, 0, func() { s.Waits = c.db.waits[scope] })
	return s, err
}

func (c *client) SpendWait(ctx context.Context, scope string, _ time.Time) (n int, err error) {
	err = c.write(ctx, budgetKey(scope), func() error {
		c.db.waits[scope]++
		n = c.db.waits[scope]
		return nil
	})
	return n, err
}

// A transactor is a client of the design that ours is compared with: an admission writes room and seat in one
// transaction.
type transactor struct{ *client }

// ApplyTransition writes an admission together with its seat. The domain hands over the seat when it knows the
// admission's number.
func (c transactor) ApplyTransition(
	ctx context.Context, n meeting.Number, t meeting.Transition,
) (r meeting.Room, err error) {
	if t.Admissions != 1 {
		return c.client.ApplyTransition(ctx, n, t)
	}
	keys := []string{roomKey(n), rosterKey(t.Instance) + " of " + c.random.client}
	err = c.transact(ctx, keys,
		func() (err error) { r, err = c.db.transition(n, t); return err },
		func() { c.db.rooms[n] = r })
	return r, err
}

// TakeSeat sends nothing for an admitted seat, which was in the transaction.
func (c transactor) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	if len(s.AdmissionSeqs) == 0 {
		return c.client.TakeSeat(ctx, s)
	}
	c.db.mu.Lock()
	defer c.db.mu.Unlock()
	s.Version = 0
	return c.db.put(s)
}

// transact makes a transaction of the items. It is cancelled if it meets another one or is throttled; shared/table
// then retries it.
func (c *client) transact(ctx context.Context, keys []string, check func() error, change func()) error {
	what := "transact " + keys[0]
	return c.retry(ctx, tableRetries, what, func() error {
		first, second := c.takes(writing, what), c.takes(writing, what)
		if err := wait(ctx, first/2); err != nil {
			return err
		}
		if err := c.db.prepare(keys, check); err != nil {
			return errors.Join(cancelled(err), wait(ctx, first-first/2))
		}
		begun := context.WithoutCancel(ctx)
		err := wait(begun, first-first/2+second/2)
		c.db.commit(keys, change)
		return errors.Join(err, wait(begun, second-second/2))
	})
}

// cancelled returns the error of a transaction that could not be prepared.
func cancelled(err error) error {
	if errors.Is(err, errThrottled) {
		return errConflict
	}
	return err
}
