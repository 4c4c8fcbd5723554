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
	waits     map[string]int // spent of budgets
	guesses   map[string]meeting.Spent
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
		waits: map[string]int{}, guesses: map[string]meeting.Spent{}, buckets: map[string]*bucket{},
	}
	for _, r := range rooms {
		db.rooms[r.Number] = r
	}
	return db
}

// serve reports whether the partition of the item has the units for the request.
func (db *database) serve(a access, key string, cost charge) bool {
	partition, _, _ := strings.Cut(key, "#")
	if !db.apart {
		partition = "all"
	}
	b := db.buckets[partition+a.name]
	if b == nil {
		b = &bucket{rate: a.rate, left: a.rate * charge(kept), at: time.Now()}
		db.buckets[partition+a.name] = b
	}
	return b.take(cost, time.Now())
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

// A request is one request to the database, and what it does there.
type request[T any] struct {
	access
	key  string
	cost charge
	more time.Duration // that it takes
	do   func() (T, error)
}

// send sends a request, and again while it is throttled. It takes effect half way.
func send[T any](ctx context.Context, c *client, r request[T]) (v T, err error) {
	what := r.name + " " + r.key
	for try := range tries {
		if try > 0 {
			pause := c.random("again " + what).Int64N(int64(firstPause << (try - 1)))
			if err := smithytime.SleepWithContext(ctx, time.Duration(pause)); err != nil {
				return v, err
			}
		}
		took := r.draw(c.random(what)) + r.more
		if err := smithytime.SleepWithContext(ctx, took/2); err != nil {
			return v, err
		}
		v, err = r.take(c.db, try)
		err = errors.Join(err, smithytime.SleepWithContext(ctx, took-took/2))
		if !errors.Is(err, errThrottled) {
			return v, err
		}
	}
	return v, errors.Join(meeting.ErrContended, errThrottled)
}

// take lets the request take effect, or throttles it.
func (r request[T]) take(db *database, try int) (v T, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.retries += min(try, 1)
	if !db.serve(r.access, r.key, r.cost) {
		db.throttled++
		return v, errThrottled
	}
	return r.do()
}

// get reads one item, and put writes one.
func get[T any](ctx context.Context, c *client, key string, cost charge, do func() T) (T, error) {
	return send(ctx, c, request[T]{reading, key, cost, 0, func() (T, error) { return do(), nil }})
}

func put[T any](ctx context.Context, c *client, key string, do func() (T, error)) (T, error) {
	return send(ctx, c, request[T]{writing, key, unit, 0, do})
}

func (c *client) Room(ctx context.Context, n meeting.Number) (meeting.Room, error) {
	return get(ctx, c, "room#"+string(n), unit, func() meeting.Room { return c.db.rooms[n] })
}

// AccountRules reads the rules of an account without any.
func (c *client) AccountRules(ctx context.Context, account string) (meeting.AccountRules, error) {
	return get(ctx, c, "rules#"+account, unit, func() meeting.AccountRules { return meeting.AccountRules{Account: account} })
}

// Profile reads the profile of a user, who has no name.
func (c *client) Profile(ctx context.Context, u meeting.User) (meeting.Profile, error) {
	return get(ctx, c, "user#"+u.ID, unit, func() meeting.Profile { return meeting.Profile{User: u, Version: 1} })
}

func (c *client) ApplyTransition(ctx context.Context, n meeting.Number, t meeting.Transition) (meeting.Room, error) {
	return put(ctx, c, "room#"+string(n), func() (meeting.Room, error) {
		after, done := t.Apply(c.db.rooms[n])
		if !done {
			return after, meeting.ErrStale
		}
		c.db.rooms[n] = after
		return after, nil
	})
}

func (c *client) Seat(ctx context.Context, id meeting.SeatID) (meeting.Seat, error) {
	return get(ctx, c, "seat#"+string(id), unit, func() meeting.Seat { return c.db.seats[id] })
}

func (c *client) Roster(ctx context.Context, instance string) (meeting.Roster, error) {
	c.db.mu.Lock()
	bytes := max(1, len(c.db.roster(instance))*seatBytes)
	c.db.mu.Unlock()
	return send(ctx, c, request[meeting.Roster]{
		access: reading, key: "seat#" + instance,
		cost: charge((bytes+readUnit-1)/readUnit) * unit, more: time.Duration(bytes) * perMegabyte / megabyte,
		do: func() (meeting.Roster, error) { return c.db.roster(instance), nil },
	})
}

func (c *client) TakeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	s.Version = 0
	return c.ChangeSeat(ctx, s)
}

func (c *client) ChangeSeat(ctx context.Context, s meeting.Seat) (meeting.Seat, error) {
	return put(ctx, c, "seat#"+string(s.ID), func() (meeting.Seat, error) {
		if now := c.db.seats[s.ID]; now.Version != s.Version {
			return now, meeting.ErrStale
		}
		s.Version++
		c.db.seats[s.ID] = s
		return s, nil
	})
}

func (c *client) TakePlace(ctx context.Context, p meeting.Place) (meeting.Spent, error) {
	return put(ctx, c, "budget#"+p.Scope, func() (meeting.Spent, error) {
		if c.db.guesses[p.Scope].Guesses >= p.Limit {
			return c.db.guesses[p.Scope], meeting.ErrStale
		}
		c.db.guesses[p.Scope] = meeting.Spent{Guesses: c.db.guesses[p.Scope].Guesses + 1, TakenAt: p.At}
		return c.db.guesses[p.Scope], nil
	})
}

func (c *client) ReturnPlace(ctx context.Context, p meeting.Place) error {
	_, err := put(ctx, c, "budget#"+p.Scope, func() (meeting.Spent, error) {
		s := c.db.guesses[p.Scope]
		s.Guesses--
		c.db.guesses[p.Scope] = s
		return s, nil
	})
	return err
}

func (c *client) Spent(ctx context.Context, scope string, _ time.Time) (meeting.Spent, error) {
	return get(ctx, c, "budget#"+scope, unit/2, func() meeting.Spent { return meeting.Spent{Waits: c.db.waits[scope]} })
}

func (c *client) SpendWait(ctx context.Context, scope string, _ time.Time, seats int) (int, error) {
	return put(ctx, c, "budget#"+scope, func() (int, error) {
		c.db.waits[scope] += seats
		return c.db.waits[scope], nil
	})
}
