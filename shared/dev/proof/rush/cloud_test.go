package rush

import (
	"slices"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

// A cloud is the table, as far as a door knows it: what it holds, and what its partitions serve. It serves one request at an instant.
type cloud struct {
	apart bool // rooms, seats and budgets lie on one partition each

	mu         sync.Mutex
	rooms      map[meeting.Number]meeting.Room
	seats      map[meeting.SeatID]meeting.Seat
	knocks     map[string]int
	partitions map[string]*partition
	held       map[string]bool // by transactions, from prepare to commit
	met        encounters
}

type partition struct{ reads, writes *bucket }

// encounters are what requests met.
type encounters struct{ throttled, conflicts, retries int }

func newCloud(apart bool, rooms ...meeting.Room) *cloud {
	c := &cloud{
		apart: apart, rooms: map[meeting.Number]meeting.Room{}, seats: map[meeting.SeatID]meeting.Seat{},
		knocks: map[string]int{}, partitions: map[string]*partition{}, held: map[string]bool{},
	}
	for _, r := range rooms {
		c.rooms[r.Number] = r
	}
	return c
}

// The keys of things, as far as they tell them apart.
func roomKey(n meeting.Number) string   { return "room#" + string(n) }
func seatKey(id meeting.SeatID) string  { return "seat#" + string(id) }
func sittingKey(instance string) string { return "seat#" + instance }
func budgetKey(scope string) string     { return "budget#" + scope }

// at is the partition that the thing lies on.
func (c *cloud) at(key string) *partition {
	name, _, _ := strings.Cut(key, "#")
	if !c.apart {
		name = "all"
	}
	p := c.partitions[name]
	if p == nil {
		p = &partition{newBucket(readsASecond, time.Now()), newBucket(writesASecond, time.Now())}
		c.partitions[name] = p
	}
	return p
}

// read serves a read of so much.
func (c *cloud) read(key string, units charge, answer func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at(key).reads.take(units, time.Now()) {
		c.met.throttled++
		return errThrottled
	}
	answer()
	return nil
}

// write serves a conditional write of one item.
func (c *cloud) write(key string, change func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.admit(key); err != nil {
		return err
	}
	return change()
}

// prepare begins a transaction on the items, if their conditions hold.
func (c *cloud) prepare(keys []string, check func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.admit(keys...); err != nil {
		return err
	}
	if err := check(); err != nil {
		return err
	}
	for _, key := range keys {
		c.held[key] = true
	}
	return nil
}

// commit ends the transaction: what was prepared is written.
func (c *cloud) commit(keys []string, change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		c.at(key).writes.owe(unit)
		delete(c.held, key)
	}
	change()
}

// admit lets a write through to its items, or to none of them.
func (c *cloud) admit(keys ...string) error {
	for _, key := range keys {
		if c.held[key] {
			c.met.conflicts++
			return errConflict
		}
	}
	for _, key := range keys {
		if !c.at(key).writes.take(unit, time.Now()) {
			c.met.throttled++
			return errThrottled
		}
	}
	return nil
}

func (c *cloud) retried() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.met.retries++
}

// roll is the seats of the sitting, in the order of their keys.
func (c *cloud) roll(instance string) (roll meeting.Roster) {
	for id, s := range c.seats {
		if id.Instance() == instance {
			roll = append(roll, s)
		}
	}
	slices.SortFunc(roll, func(a, b meeting.Seat) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return roll
}

// sitting is how many bytes the seats of the sitting have.
func (c *cloud) sitting(instance string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return max(1, len(c.roll(instance))*seatBytes)
}

// turn is the room after the turn; or meeting.ErrStale, and the room as it is.
func (c *cloud) turn(n meeting.Number, t meeting.Transition) (meeting.Room, error) {
	after, done := t.Apply(c.rooms[n])
	if !done {
		return after, meeting.ErrStale
	}
	return after, nil
}

// put stores the seat over the version that it names; or returns meeting.ErrStale, and the seat that is there.
func (c *cloud) put(s meeting.Seat) (meeting.Seat, error) {
	if there := c.seats[s.ID]; there.Version != s.Version {
		return there, meeting.ErrStale
	}
	s.Version++
	c.seats[s.ID] = s
	return s, nil
}
