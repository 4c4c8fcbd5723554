package rush

import (
	"context"
	"errors"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

// A client reaches the cloud from one environment of a function. It does what a door asks of a store; all else it cannot do.
type client struct {
	meeting.Store
	cloud *cloud

	mu     sync.Mutex
	chance chance
}

func newClient(c *cloud, seed uint64, name string) *client {
	return &client{cloud: c, chance: chance{seed: seed, client: name, drawn: map[string]uint64{}}}
}

// takes is how long the client's next such request takes.
func (c *client) takes(l latency, what string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return l.draw(c.chance.of(what))
}

// pause waits before the request is sent again.
func (c *client) pause(ctx context.Context, most time.Duration, what string) error {
	c.mu.Lock()
	pause := time.Duration(c.chance.of("again " + what).Int64N(int64(most)))
	c.mu.Unlock()
	c.cloud.retried()
	return wait(ctx, pause)
}

// patiently sends a request again while it is refused. It is given up as busy.
func (c *client) patiently(ctx context.Context, p patience, what string, send func() error) error {
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

// send sends a request until it is served, or given up. It takes effect half way.
func (c *client) send(ctx context.Context, l latency, what string, more time.Duration, serve func() error) error {
	once := func() error {
		took := c.takes(l, what) + more
		if err := wait(ctx, took/2); err != nil {
			return err
		}
		return errors.Join(serve(), wait(ctx, took-took/2))
	}
	return c.patiently(ctx, ofTheTable, what, func() error { return c.patiently(ctx, ofTheSDK, what, once) })
}

func (c *client) read(ctx context.Context, key string, units charge, more time.Duration, answer func()) error {
	return c.send(ctx, reading, "read "+key, more, func() error { return c.cloud.read(key, units, answer) })
}

func (c *client) write(ctx context.Context, key string, change func() error) error {
	return c.send(ctx, writing, "write "+key, 0, func() error { return c.cloud.write(key, change) })
}

func (c *client) Room(ctx context.Context, n meeting.Number) (r meeting.Room, err error) {
	err = c.read(ctx, roomKey(n), unit, 0, func() { r = c.cloud.rooms[n] })
	return r, err
}

func (c *client) ApplyTransition(ctx context.Context, n meeting.Number, t meeting.Transition) (r meeting.Room, err error) {
	err = c.write(ctx, roomKey(n), func() (err error) {
		r, err = c.cloud.turn(n, t)
		c.cloud.rooms[n] = r
		return err
	})
	return r, err
}

func (c *client) Seat(ctx context.Context, id meeting.SeatID) (s meeting.Seat, err error) {
	err = c.read(ctx, seatKey(id), unit, 0, func() { s = c.cloud.seats[id] })
	return s, err
}

func (c *client) Roster(ctx context.Context, instance string) (roll meeting.Roster, err error) {
	bytes := c.cloud.sitting(instance)
	units := charge((bytes+readUnit-1)/readUnit) * unit
	more := time.Duration(bytes) * perMegabyte / megabyte
	err = c.read(ctx, sittingKey(instance), units, more, func() { roll = c.cloud.roll(instance) })
	return roll, err
}

func (c *client) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	s.Version = 0
	return c.ChangeSeat(ctx, s)
}

func (c *client) ChangeSeat(ctx context.Context, s meeting.Seat) (now meeting.Seat, err error) {
	err = c.write(ctx, seatKey(s.ID), func() (err error) {
		now, err = c.cloud.put(s)
		return err
	})
	return now, err
}

func (c *client) Spent(ctx context.Context, scope string, _ time.Time) (s meeting.Spent, err error) {
	err = c.read(ctx, budgetKey(scope), unit/2, 0, func() { s.Waits = c.cloud.knocks[scope] })
	return s, err
}

func (c *client) SpendWait(ctx context.Context, scope string, _ time.Time) (n int, err error) {
	err = c.write(ctx, budgetKey(scope), func() error {
		c.cloud.knocks[scope]++
		n = c.cloud.knocks[scope]
		return nil
	})
	return n, err
}

// A transactor is a client of the design for comparison: whoever passes the gate does so in one transaction with their seat's row.
type transactor struct{ *client }

// ApplyTransition makes the turn of one who passes together with the row of their seat, whose words the domain gives when it knows the number.
func (c transactor) ApplyTransition(ctx context.Context, n meeting.Number, t meeting.Transition) (r meeting.Room, err error) {
	if t.Admissions != 1 {
		return c.client.ApplyTransition(ctx, n, t)
	}
	keys := []string{roomKey(n), sittingKey(t.Instance) + " of " + c.chance.client}
	err = c.transact(ctx, keys,
		func() (err error) { r, err = c.cloud.turn(n, t); return err },
		func() { c.cloud.rooms[n] = r })
	return r, err
}

// TakeSeat asks nothing more for the seat of one who passed: its row was in the transaction.
func (c transactor) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	if len(s.AdmissionSeqs) == 0 {
		return c.client.TakeSeat(ctx, s)
	}
	c.cloud.mu.Lock()
	defer c.cloud.mu.Unlock()
	s.Version = 0
	return c.cloud.put(s)
}

// transact makes a transaction of the items. One that meets another, or is throttled, is cancelled, and made anew by shared/table.
func (c *client) transact(ctx context.Context, keys []string, check func() error, change func()) error {
	what := "transact " + keys[0]
	return c.patiently(ctx, ofTheTable, what, func() error {
		first, second := c.takes(writing, what), c.takes(writing, what)
		if err := wait(ctx, first/2); err != nil {
			return err
		}
		if err := c.cloud.prepare(keys, check); err != nil {
			return errors.Join(cancelled(err), wait(ctx, first-first/2))
		}
		onceBegun := context.WithoutCancel(ctx)
		err := wait(onceBegun, first-first/2+second/2)
		c.cloud.commit(keys, change)
		return errors.Join(err, wait(onceBegun, second-second/2))
	})
}

// cancelled is what a transaction is told that could not be prepared.
func cancelled(err error) error {
	if errors.Is(err, errThrottled) {
		return errConflict
	}
	return err
}
