package meeting

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An item is one version of one thing in storage. Equal versions of the same thing are the same item.
type item struct {
	id    int
	key   string
	value any
}

// A shelf is all that storage holds, in the order of the keys. It is never changed: a write makes another shelf. Equal shelves are the same.
type shelf struct {
	id    int
	items []*item
	rooms []Room
	rolls map[string]Roster
	did   map[int]outcome // what asks made of it
}

type outcome struct {
	*shelf
	answer
}

func (s *shelf) find(key string) (int, bool) {
	return slices.BinarySearchFunc(s.items, key, func(it *item, key string) int { return cmp.Compare(it.key, key) })
}

func (s *shelf) item(key string) *item {
	if i, there := s.find(key); there {
		return s.items[i]
	}
	return nil
}

func stored[T any](s *shelf, key string) (v T) {
	if it := s.item(key); it != nil {
		v, _ = it.value.(T)
	}
	return v
}

func roomAt(n Number) string  { return "room " + string(n) }
func seatAt(id SeatID) string { return "seat " + string(id) }
func profileAt(u User) string { return "profile " + u.ID }

func (s *shelf) seat(id SeatID) Seat { return stored[Seat](s, seatAt(id)) }

func (s *shelf) room(n Number) Room {
	if r := stored[Room](s, roomAt(n)); r.Exists() {
		return r
	}
	return Room{Number: n}
}

// roll is the seats of the sitting, or of all sittings if it is empty.
func (s *shelf) roll(instance string) Roster {
	l, known := s.rolls[instance]
	if !known {
		for _, it := range s.items {
			if seat, ok := it.value.(Seat); ok && (instance == "" || seat.ID.Instance() == instance) {
				l = append(l, seat)
			}
		}
		s.rolls[instance] = l
	}
	return l
}

// A catalogue knows every item and every shelf that was ever made, and gives numbers to texts.
type catalogue struct {
	items   map[string]*item
	shelves map[string]*shelf
	words   map[string]int
}

func newCatalogue() catalogue {
	return catalogue{items: map[string]*item{}, shelves: map[string]*shelf{}, words: map[string]int{}}
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

// put is the shelf with the thing on it.
func (c *catalogue) put(s *shelf, key string, value any) *shelf {
	it, all := c.item(key, value), slices.Clone(s.items)
	if i, there := s.find(key); there {
		all[i] = it
	} else {
		all = slices.Insert(all, i, it)
	}
	return c.shelf(all)
}

func (c *catalogue) shelf(all []*item) *shelf {
	var text []byte
	for _, it := range all {
		text = binary.AppendUvarint(text, uint64(it.id))
	}
	s := c.shelves[string(text)]
	if s == nil {
		s = &shelf{id: len(c.shelves) + 1, items: all, rolls: map[string]Roster{}, did: map[int]outcome{}}
		for _, it := range all {
			if r, ok := it.value.(Room); ok {
				s.rooms = append(s.rooms, r)
			}
		}
		c.shelves[string(text)] = s
	}
	return s
}

// do is what the ask makes of the shelf.
func (c *catalogue) do(a *ask, s *shelf) (*shelf, answer) {
	made, known := s.did[a.id]
	if !known {
		made.shelf, made.answer = a.effect(s, c)
		made.answer.id = c.word(made.answer.text)
		s.did[a.id] = made
	}
	return made.shelf, made.answer
}

func (c *catalogue) word(s string) int {
	n, known := c.words[s]
	if !known {
		n = len(c.words) + 1
		c.words[s] = n
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

// An answer is what storage says.
type answer struct {
	id    int
	text  string // equal answers to the same ask have equal texts
	value any
	err   error
}

// An ask is one call on storage, which takes effect in one step.
type ask struct {
	id     int
	name   string                                    // for the schedule
	key    string                                    // equal asks have equal keys
	on     []string                                  // the keys of the items that it writes
	token  bool                                      // storage knows it again: it takes effect once, however often it is sent
	pause  bool                                      // no call on storage, but a wait
	effect func(*shelf, *catalogue) (*shelf, answer) // what it does
	again  func(*shelf) answer                       // what is answered if it is sent again, and its own write is the last one
}

func (it *item) text() string {
	if it == nil {
		return "none"
	}
	return fmt.Sprint(it.id)
}

func reads(name, key string, value func(*shelf) any) ask {
	return ask{name: name, key: name + " " + key, effect: func(s *shelf, _ *catalogue) (*shelf, answer) {
		return s, answer{text: s.item(key).text(), value: value(s)}
	}}
}

func readsRoll(instance string) ask {
	return ask{name: "Roll", key: "Roll " + instance, effect: func(s *shelf, _ *catalogue) (*shelf, answer) {
		var text strings.Builder
		roll := s.roll(instance)
		for _, seat := range roll {
			text.WriteString(s.item(seatAt(seat.ID)).text() + " ")
		}
		return s, answer{text: text.String(), value: roll}
	}}
}

// turns is the ask whose meaning is Turn.Apply.
func turns(n Number, t Transition) ask {
	key := roomAt(n)
	return ask{
		name: "Turn" + t.words(), key: "Turn " + key + encoded(t), on: []string{key},
		effect: func(s *shelf, c *catalogue) (*shelf, answer) {
			after, made := t.Apply(s.room(n))
			if !made {
				return s, answer{text: "stale " + s.item(key).text(), value: after, err: ErrStale}
			}
			s = c.put(s, key, after)
			return s, answer{text: s.item(key).text(), value: after}
		},
		again: func(s *shelf) answer { return answer{text: s.item(key).text(), value: s.room(n)} },
	}
}

func (t Transition) words() (text string) {
	for _, w := range []struct {
		word string
		said bool
	}{
		{" open", t.Open != nil}, {" pass", t.Admissions > 0}, {" lock", t.Lock != nil && *t.Lock}, {" unlock", t.Lock != nil && !*t.Lock},
		{" remove", t.Remove != nil}, {" hold", t.RequireApproval != nil}, {" policy", t.Settings != nil}, {" recount", t.SetSeated != nil}, {" end", t.End != nil},
	} {
		if w.said {
			text += w.word
		}
	}
	return text
}

// writesSeat stores the seat over the version, 0 for none.
func writesSeat(name string, s Seat, over int64) ask {
	key := seatAt(s.ID)
	s.Version = over + 1
	return ask{
		name: name + " " + string(s.State), key: name + " " + encoded(s), on: []string{key},
		effect: func(sh *shelf, c *catalogue) (*shelf, answer) {
			if there := sh.seat(s.ID); there.Version != over {
				return sh, answer{text: "stale " + sh.item(key).text(), value: there, err: ErrStale}
			}
			sh = c.put(sh, key, s)
			return sh, answer{text: sh.item(key).text(), value: s}
		},
		again: func(sh *shelf) answer { return answer{text: sh.item(key).text(), value: sh.seat(s.ID)} },
	}
}

// saves makes the changes in one step, those that these scenes need.
func saves(changes []Change) ask {
	a := ask{name: "Save", key: "Save", token: len(changes) > 1}
	for _, c := range changes {
		a.key += fmt.Sprintf(" %T %s", c, encoded(c))
		a.on = append(a.on, changed(c).key)
	}
	a.effect = func(s *shelf, c *catalogue) (*shelf, answer) {
		after := s
		for i, change := range changes {
			if !possible(s, change) {
				return s, answer{text: fmt.Sprint("conflict ", i), err: &Conflict{Change: change}}
			}
			to := changed(change)
			after = c.put(after, to.key, to.value)
		}
		return after, answer{text: "saved"}
	}
	a.again = func(*shelf) answer { return answer{text: "saved"} }
	return a
}

// changed is what the change makes.
func changed(c Change) item {
	switch c := c.(type) {
	case ClaimRoom:
		return item{key: roomAt(c.Room.Number), value: c.Room}
	case ReplaceRoom:
		return item{key: roomAt(c.Before.Number), value: c.After}
	case PutProfile:
		c.Profile.Version++
		return item{key: profileAt(c.Profile.User), value: c.Profile}
	}
	panic(fmt.Sprintf("no scene makes a %T", c))
}

func possible(s *shelf, c Change) bool {
	switch c := c.(type) {
	case ClaimRoom:
		return s.room(c.Room.Number).Claimable(c.Room.Owner, c.Now)
	case ReplaceRoom:
		now, was := s.room(c.Before.Number), c.Before
		return now.Kind == was.Kind && now.Live.Instance == was.Live.Instance && now.Live.Epoch == was.Live.Epoch && !now.Live.Open
	case PutProfile:
		return stored[Profile](s, profileAt(c.Profile.User)).Version == c.Profile.Version
	}
	return false
}

// waits is the pause of an operation; the time of all goes on meanwhile.
func waits(d time.Duration) ask {
	return ask{name: "pauses", key: "pause " + d.String(), pause: true, effect: func(s *shelf, _ *catalogue) (*shelf, answer) {
		return s, answer{text: "waited"}
	}}
}
