package rush

import (
	"slices"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/meeting"
)

// A database is the table as far as a door uses it, on partitions with limits. It serves one request at an instant.
type database struct {
	apart bool // rooms, seats and budgets are on one partition each

	mu         sync.Mutex
	rooms      map[meeting.Number]meeting.Room
	seats      map[meeting.SeatID]meeting.Seat
	waits      map[string]int // spent of budgets
	partitions map[string]*partition
	held       map[string]bool // by transactions, from prepare to commit
	met        counters
}

type partition struct{ reads, writes *bucket }

type counters struct{ throttled, conflicts, retries int }

func newDatabase(apart bool, rooms ...meeting.Room) *database {
	db := &database{
		apart: apart, rooms: map[meeting.Number]meeting.Room{}, seats: map[meeting.SeatID]meeting.Seat{},
		waits: map[string]int{}, partitions: map[string]*partition{}, held: map[string]bool{},
	}
	for _, r := range rooms {
		db.rooms[r.Number] = r
	}
	return db
}

func roomKey(n meeting.Number) string  { return "room#" + string(n) }
func seatKey(id meeting.SeatID) string { return "seat#" + string(id) }
func rosterKey(instance string) string { return "seat#" + instance }
func budgetKey(scope string) string    { return "budget#" + scope }

// at returns the partition of the item.
func (db *database) at(key string) *partition {
	name, _, _ := strings.Cut(key, "#")
	if !db.apart {
		name = "all"
	}
	p := db.partitions[name]
	if p == nil {
		p = &partition{newBucket(readsASecond, time.Now()), newBucket(writesASecond, time.Now())}
		db.partitions[name] = p
	}
	return p
}

// read serves a read that costs so much.
func (db *database) read(key string, units charge, answer func()) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if !db.at(key).reads.take(units, time.Now()) {
		db.met.throttled++
		return errThrottled
	}
	answer()
	return nil
}

// write serves a conditional write of one item.
func (db *database) write(key string, change func() error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.accept(key); err != nil {
		return err
	}
	return change()
}

// prepare begins a transaction on the items, if its condition holds.
func (db *database) prepare(keys []string, condition func() error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.accept(keys...); err != nil {
		return err
	}
	if err := condition(); err != nil {
		return err
	}
	for _, key := range keys {
		db.held[key] = true
	}
	return nil
}

// commit ends the transaction: what was prepared is written.
func (db *database) commit(keys []string, change func()) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, key := range keys {
		db.at(key).writes.owe(unit)
		delete(db.held, key)
	}
	change()
}

// accept charges a write for its items, or refuses it.
func (db *database) accept(keys ...string) error {
	for _, key := range keys {
		if db.held[key] {
			db.met.conflicts++
			return errConflict
		}
	}
	for _, key := range keys {
		if !db.at(key).writes.take(unit, time.Now()) {
			db.met.throttled++
			return errThrottled
		}
	}
	return nil
}

func (db *database) countRetry() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.met.retries++
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

// rosterSize is how many bytes the seats of the instance have.
func (db *database) rosterSize(instance string) int {
	db.mu.Lock()
	defer db.mu.Unlock()
	return max(1, len(db.roster(instance))*seatBytes)
}

// transition returns the room after the transition; or meeting.ErrStale, and the room as it is.
func (db *database) transition(n meeting.Number, t meeting.Transition) (meeting.Room, error) {
	after, done := t.Apply(db.rooms[n])
	if !done {
		return after, meeting.ErrStale
	}
	return after, nil
}

// put stores the seat over the version that it names; or returns meeting.ErrStale, and the seat that is there.
func (db *database) put(s meeting.Seat) (meeting.Seat, error) {
	if found := db.seats[s.ID]; found.Version != s.Version {
		return found, meeting.ErrStale
	}
	s.Version++
	db.seats[s.ID] = s
	return s, nil
}
