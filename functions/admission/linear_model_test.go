package main

import (
	"personal-rooms/shared/meeting"
)

// What anybody can see of a room is a door and a roll. A world is both, as they are at one instant.
//
// The door is the gate of the sitting that is or comes: open, locked, and who is kept out. The roll is a row for each join. Each operation
// touches the door at one instant, and each row at another.
type world struct {
	sitting int8 // the how manyth
	open    bool
	locked  bool
	removed uint8  // persons
	denied  uint8  // persons: of guests, their clients
	held    uint8  // clients of guests
	out     uint64 // rows

	rows   [mostRows]row
	passed bits               // polls and approvals that passed the door, and have not come to their row
	names  [mostSittings]int8 // what clients call the sittings; 0: not known
	views  [2]view            // what the host's devices saw of the door
	aims   [mostAims]int8     // the sitting that an operation is about, whose effect may come late
}

const (
	mostRows     = 42
	mostSittings = 16
	mostAims     = 12
)

// A row is the seat of one join.
type row struct {
	stands  stand
	sitting int8
	held    bool // in by approval only
	was     bool // held at some time
}

type stand uint8

const (
	nobody  stand = iota
	passing       // let in, and on the way
	holding       // sent to the waiting room, and on the way
	waiting       // the names of the others are those of the states
	admitted
	left
	denied
	removed
)

var standOf = map[string]stand{"waiting": waiting, "admitted": admitted, "left": left, "denied": denied, "removed": removed}

// A view is what was seen of a door: who was arriving at it.
type view struct {
	sitting int8
	rows    uint64
	passed  bits
}

type bits [2]uint64

func (b bits) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

func (b bits) with(i int) bits {
	b[i/64] |= 1 << (i % 64)
	return b
}

func (b bits) without(mask bits) bits { return bits{b[0] &^ mask[0], b[1] &^ mask[1]} }

func (b bits) and(mask bits) bits { return bits{b[0] & mask[0], b[1] & mask[1]} }

// A visitor is a person at the door, with a row or for a new one.
type visitor struct {
	person int
	guest  bool
	known  bool
	row    int
}

func (v visitor) host() bool { return v.person == ada }

// A spec is the rules of one room, and what is known of the rows beforehand.
type spec struct {
	rules

	owners []visitor // of the rows
	polls  []bits    // of each row: those that are void when it changes
	of     []bits    // of each row: all who may pass to it
	bits   int
	aims   int
	names  map[string]int8
}

// bars reports whether the person is kept out of the sitting.
func (s *spec) bars(w world, v visitor) bool {
	return !v.guest && w.removed>>v.person&1 == 1 || v.guest && v.known && w.out>>v.row&1 == 1 || !v.known && !v.host() && w.denied>>v.person&1 == 1
}

// holds reports whether the person comes in by approval only.
func (s *spec) holds(w world, v visitor) bool {
	wait := s.waiting == meeting.WaitEveryone || s.waiting == meeting.WaitGuests && v.guest
	return wait || v.known && w.rows[v.row].held || !v.known && v.guest && w.held>>v.person&1 == 1
}

// enters is the world after the visitor passed the door; false if that does not let them in. It opens for hosts, and before them where
// that is allowed.
func (s *spec) enters(w world, v visitor) (world, bool) {
	switch {
	case v.host():
	case s.bars(w, v), s.holds(w, v), !w.open && !s.early, w.locked, s.seated(w) >= s.capacity:
		return w, false
	}
	w.open = true
	return w, true
}

// seated is how many are in, or on the way, the owner not counted (I12).
func (s *spec) seated(w world) (n int) {
	for i, r := range w.rows {
		if r.sitting != w.sitting || r.stands == nobody || s.owners[i].host() {
			continue
		}
		if r.stands == admitted || r.stands == passing {
			n++
		}
		n += w.passed.and(s.of[i]).count()
	}
	return n
}

func (b bits) count() (n int) {
	for _, word := range b {
		for ; word != 0; word &= word - 1 {
			n++
		}
	}
	return n
}

// sends reports whether the door sends the visitor to wait: for the host, or for approval.
func (s *spec) sends(w world, v visitor, forHost bool) bool {
	switch {
	case v.host(), s.bars(w, v), w.open == forHost:
		return false
	case !w.open:
		return !s.early || s.holds(w, v)
	case w.locked:
		return v.known
	}
	return s.holds(w, v) || v.known && w.rows[v.row].was // a host may have let them in since they were read
}

// calls binds the name to the sitting that is; false if that has another one.
func (w *world) calls(name int8) bool {
	for i, known := range w.names {
		if known == name && i != int(w.sitting) {
			return false
		}
	}
	if w.names[w.sitting] == 0 {
		w.names[w.sitting] = name
	}
	return w.names[w.sitting] == name
}

// ended is the world after the sitting: the next one starts clean (I10).
func (w world) ended() world {
	w.sitting++
	w.open, w.locked, w.removed, w.denied, w.held, w.out = false, false, 0, 0, 0, 0
	return w
}

// deserted reports whether nobody is in, nor arriving.
func (s *spec) deserted(w world) bool {
	for i, r := range w.rows {
		if r.sitting == w.sitting && r.stands != nobody && (r.stands == admitted || r.stands == passing || w.passed.and(s.of[i]) != bits{}) {
			return false
		}
	}
	return true
}

// becomes changes the row: who passed on what it was, does not come to it any more.
func (s *spec) becomes(w world, i int, to stand) world {
	w.rows[i].stands = to
	if to == admitted {
		w.rows[i].held = false
	}
	w.passed = w.passed.without(s.polls[i])
	return w
}

// looks is the world, and what a device of the host saw of its door.
func (s *spec) looks(w world, device int) world {
	v := view{sitting: w.sitting}
	for i, r := range w.rows {
		if r.sitting != w.sitting || r.stands == nobody {
			continue
		}
		if r.stands == passing {
			v.rows |= 1 << i
		}
		for word, mask := range w.passed.and(s.of[i]) {
			v.passed[word] |= mask
		}
	}
	w.views[device] = v
	return w
}

// arriving is how many the device saw at the door who have not come to their seats yet.
func (w world) arriving(device int) int {
	v := w.views[device]
	n := v.passed.and(w.passed).count()
	for i, r := range w.rows {
		if v.rows>>i&1 == 1 && r.stands == passing {
			n++
		}
	}
	return n
}
