package proof

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"personal-rooms/shared/meeting"
)

// An item is one version of one stored object. Equal versions of the same object are the same item.
type item struct {
	id    int
	key   string
	value any
}

// text identifies the version in an answer.
func (it *item) text() string {
	if it == nil {
		return "none"
	}
	return fmt.Sprint(it.id)
}

// A state is all that storage holds, sorted by key. It is never changed: a write makes another state. Equal states of
// a catalogue are the same pointer, so that they can be compared and remembered.
type state struct {
	id       int
	items    []*item
	rooms    []meeting.Room
	rosters  map[string]meeting.Roster
	outcomes map[int]outcome // of requests, by their ids
}

type outcome struct {
	*state
	answer
}

func (s *state) find(key string) (int, bool) {
	return slices.BinarySearchFunc(s.items, key, func(it *item, key string) int { return cmp.Compare(it.key, key) })
}

func (s *state) item(key string) *item {
	if i, found := s.find(key); found {
		return s.items[i]
	}
	return nil
}

// stored returns the object with the key; the zero value if there is none.
func stored[T any](s *state, key string) (v T) {
	if it := s.item(key); it != nil {
		v, _ = it.value.(T)
	}
	return v
}

func roomKey(n meeting.Number) string  { return "room " + string(n) }
func seatKey(id meeting.SeatID) string { return "seat " + string(id) }
func profileKey(u meeting.User) string { return "profile " + u.ID }

func (s *state) seat(id meeting.SeatID) meeting.Seat { return stored[meeting.Seat](s, seatKey(id)) }

func (s *state) room(n meeting.Number) meeting.Room {
	if r := stored[meeting.Room](s, roomKey(n)); r.Exists() {
		return r
	}
	return meeting.Room{Number: n}
}

// roster returns the seats of the instance; of all instances if it is empty.
func (s *state) roster(instance string) meeting.Roster {
	l, known := s.rosters[instance]
	if !known {
		for _, it := range s.items {
			if seat, ok := it.value.(meeting.Seat); ok && (instance == "" || seat.ID.Instance() == instance) {
				l = append(l, seat)
			}
		}
		s.rosters[instance] = l
	}
	return l
}

// A catalogue holds every item and every state that was made, and numbers texts.
type catalogue struct {
	items   map[string]*item
	states  map[string]*state
	numbers map[string]int
}

func newCatalogue() catalogue {
	return catalogue{items: map[string]*item{}, states: map[string]*state{}, numbers: map[string]int{}}
}

func (c *catalogue) item(key string, value any) *item {
	text := key + encoded(value)
	it := c.items[text]
	if it == nil {
		it = &item{id: len(c.items) + 1, key: key, value: value}
		c.items[text] = it
	}
	return it
}

// state returns the state with exactly these items.
func (c *catalogue) state(items []*item) *state {
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.key, b.key) })
	var text []byte
	for _, it := range items {
		text = binary.AppendUvarint(text, uint64(it.id))
	}
	s := c.states[string(text)]
	if s == nil {
		s = &state{id: len(c.states) + 1, items: items}
		s.rosters, s.outcomes = map[string]meeting.Roster{}, map[int]outcome{}
		for _, it := range items {
			if r, ok := it.value.(meeting.Room); ok {
				s.rooms = append(s.rooms, r)
			}
		}
		c.states[string(text)] = s
	}
	return s
}

// initial returns the state with the room, the seats, and the owner's profile, if there is one.
func (c *catalogue) initial(r meeting.Room, seats []meeting.Seat, owner meeting.Profile) *state {
	first := c.put(c.state(nil), roomKey(r.Number), r)
	for _, s := range seats {
		first = c.put(first, seatKey(s.ID), s)
	}
	if owner.Exists() {
		first = c.put(first, profileKey(owner.User), owner)
	}
	return first
}

// put returns the state with the object stored.
func (c *catalogue) put(s *state, key string, value any) *state {
	it, all := c.item(key, value), slices.Clone(s.items)
	if i, found := s.find(key); found {
		all[i] = it
	} else {
		all = append(all, it)
	}
	return c.state(all)
}

// do returns the state after the request, and the answer to it.
func (c *catalogue) do(r *request, s *state) (*state, answer) {
	made, known := s.outcomes[r.id]
	if !known {
		made.state, made.answer = r.effect(s, c)
		made.answer.id = c.number(made.answer.text)
		s.outcomes[r.id] = made
	}
	return made.state, made.answer
}

func (c *catalogue) number(text string) int {
	n, known := c.numbers[text]
	if !known {
		n = len(c.numbers) + 1
		c.numbers[text] = n
	}
	return n
}

func encoded(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
