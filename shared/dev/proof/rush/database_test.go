package rush

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/meeting"
)

// A database is the table as far as a door uses it, on partitions with limits. It serves one request at an instant.
type database struct {
	apart bool // rooms, seats and budgets are on one partition each

	mu        sync.Mutex
	rooms     map[meeting.Number]meeting.Room
	seats     map[meeting.SeatID]meeting.Seat
	waits     map[string]int     // spent of budgets
	buckets   map[string]*bucket // by partition and access
	throttled int
	retries   int
}

// Sizes in bytes, and how long a query takes besides.
const (
	seatBytes   = 500
	readUnit    = 4 << 10
	megabyte    = 1 << 20
	perMegabyte = 50 * time.Millisecond
)

func newDatabase(apart bool, rooms ...meeting.Room) *database {
	db := &database{
		apart: apart, rooms: map[meeting.Number]meeting.Room{}, seats: map[meeting.SeatID]meeting.Seat{},
		waits: map[string]int{}, buckets: map[string]*bucket{},
	}
	for _, r := range rooms {
		db.rooms[r.Number] = r
	}
	return db
}

// serve serves a request on the item, or throttles it.
func (db *database) serve(a access, key string, cost charge, do func() error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	partition, _, _ := strings.Cut(key, "#")
	if !db.apart {
		partition = "all"
	}
	b := db.buckets[partition+a.name]
	if b == nil {
		b = newBucket(a.rate, time.Now())
		db.buckets[partition+a.name] = b
	}
	if !b.take(cost, time.Now()) {
		db.throttled++
		return errThrottled
	}
	return do()
}

func (db *database) countRetry() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.retries++
}

// roster returns the seats of the instance, sorted by key.
func (db *database) roster(instance string) (roster meeting.Roster) {
	for id, s := range db.seats {
		if id.Instance() == instance {
			roster = append(roster, s)
		}
	}
	slices.SortFunc(roster, func(a, b meeting.Seat) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return roster
}

// A client uses the database from one environment of a function. It has the methods that a door uses, and no others.
type client struct {
	meeting.Store
	db    *database
	seed  uint64
	name  string
	mu    sync.Mutex
	drawn map[string]uint64
}

// random draws for each of the client's requests apart: what others do meanwhile changes nothing.
func (c *client) random(what string) *rand.Rand {
	c.mu.Lock()
	defer c.mu.Unlock()
	name := fnv.New64a()
	_, _ = name.Write([]byte(c.name + "\x00" + what))
	c.drawn[what]++
	return rand.New(rand.NewPCG(c.seed, name.Sum64()+c.drawn[what]))
}

// send sends a request, and again while it is throttled. It takes effect half way.
func (c *client) send(
	ctx context.Context, a access, key string, cost charge, more time.Duration, do func() error,
) error {
	what := a.name + " " + key
	for try := range tries {
		if try > 0 {
			c.db.countRetry()
			pause := time.Duration(c.random("again " + what).Int64N(int64(firstPause << (try - 1))))
			if err := smithytime.SleepWithContext(ctx, pause); err != nil {
				return err
			}
		}
		took := a.draw(c.random(what)) + more
		if err := smithytime.SleepWithContext(ctx, took/2); err != nil {
			return err
		}
		err := errors.Join(c.db.serve(a, key, cost, do), smithytime.SleepWithContext(ctx, took-took/2))
		if !errors.Is(err, errThrottled) {
			return err
		}
	}
	return errors.Join(meeting.ErrContended, errThrottled)
}

func (c *client) Room(ctx context.Context, n meeting.Number) (r meeting.Room, err error) {
	err = c.send(ctx, reading, "room#"+string(n), unit, 0, func() error {
		r = c.db.rooms[n]
		return nil
	})
	return r, err
}

func (c *client) ApplyTransition(
	ctx context.Context, n meeting.Number, t meeting.Transition,
) (r meeting.Room, err error) {
	err = c.send(ctx, writing, "room#"+string(n), unit, 0, func() error {
		after, done := t.Apply(c.db.rooms[n])
		if r = after; !done {
			return meeting.ErrStale
		}
		c.db.rooms[n] = r
		return nil
	})
	return r, err
}

func (c *client) Seat(ctx context.Context, id meeting.SeatID) (s meeting.Seat, err error) {
	err = c.send(ctx, reading, "seat#"+string(id), unit, 0, func() error {
		s = c.db.seats[id]
		return nil
	})
	return s, err
}

func (c *client) Roster(ctx context.Context, instance string) (roster meeting.Roster, err error) {
	c.db.mu.Lock()
	bytes := max(1, len(c.db.roster(instance))*seatBytes)
	c.db.mu.Unlock()
	cost := charge((bytes+readUnit-1)/readUnit) * unit
	more := time.Duration(bytes) * perMegabyte / megabyte
	err = c.send(ctx, reading, "seat#"+instance, cost, more, func() error {
		roster = c.db.roster(instance)
		return nil
	})
	return roster, err
}

func (c *client) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	s.Version = 0
	return c.ChangeSeat(ctx, s)
}

func (c *client) ChangeSeat(ctx context.Context, s meeting.Seat) (now meeting.Seat, err error) {
	err = c.send(ctx, writing, "seat#"+string(s.ID), unit, 0, func() error {
		if now = c.db.seats[s.ID]; now.Version != s.Version {
			return meeting.ErrStale
		}
		now = s
		now.Version++
		c.db.seats[s.ID] = now
		return nil
	})
	return now, err
}

func (c *client) Spent(ctx context.Context, scope string, _ time.Time) (s meeting.Spent, err error) {
	err = c.send(ctx, reading, "budget#"+scope, unit/2, 0, func() error {
		s.Waits = c.db.waits[scope]
		return nil
	})
	return s, err
}

func (c *client) SpendWait(ctx context.Context, scope string, _ time.Time) (n int, err error) {
	err = c.send(ctx, writing, "budget#"+scope, unit, 0, func() error {
		c.db.waits[scope]++
		n = c.db.waits[scope]
		return nil
	})
	return n, err
}
