package main

import (
	"slices"
	"strings"
)

// A step is an instant of a deed, at which it touches the door or a row: the worlds that may be after it. It is somewhere within its times.
type step struct {
	deed      *deed
	what      string
	call, ret int64
	at        int64 // when it seems to have been made: as the wire tells of a write; 0: not known
	does      func(world) []world
}

// A script is the steps of a history.
type script struct {
	*spec
	steps []step
	index map[string]int // the row of a seat
	own   map[*deed]int  // the row of a join
}

func scriptOf(h *history) *script {
	s := &script{spec: &spec{rules: h.rules, names: map[string]int8{}}, index: map[string]int{}, own: map[*deed]int{}}
	for _, d := range h.inOrder() {
		if d.kind == "join" && (len(d.rows) > 0 || d.turns > 0) {
			s.own[d] = len(s.owners)
			for id := range d.rows {
				s.index[id] = len(s.owners)
			}
			who := players[d.player]
			s.owners = append(s.owners, visitor{person: who.person, guest: who.guest})
		}
	}
	s.polls, s.of = make([]bits, len(s.owners)), make([]bits, len(s.owners))
	for _, d := range h.inOrder() {
		s.add(d)
	}
	return s
}

func (s *script) add(d *deed) {
	if d.unknown() && d.idle() {
		return
	}
	kinds := map[string]func(*deed){
		"join": s.join, "poll": s.poll, "leave": s.leave, "lock": s.lock, "unlock": s.lock, "start": s.start, "end": s.end,
		"admit": s.admit, "deny": s.deny, "remove": s.remove, "roster": s.roster,
	}
	kinds[d.kind](d)
}

// must adds a step that the answer tells of: it was made before that.
func (s *script) must(d *deed, what string, does func(world) []world) {
	s.steps = append(s.steps, step{deed: d, what: what, call: d.call, ret: d.ret, does: does})
}

// may adds a step that is made or not, as long as something of the deed is on its way.
func (s *script) may(d *deed, what string, does func(world) []world) {
	s.steps = append(s.steps, step{deed: d, what: "perhaps " + what, call: d.call, ret: d.over(),
		does: func(w world) []world { return append(does(w), w) }})
}

// seems says of the step added last when it was made: with the last of the writes.
func (s *script) seems(writes []int64) {
	if len(writes) > 0 {
		s.steps[len(s.steps)-1].at = writes[len(writes)-1]
	}
}

// when is the step of something that is seen, and changes nothing.
func when(holds func(world) bool) func(world) []world {
	return func(w world) []world { return only(w, holds(w)) }
}

func only(w world, is bool) []world {
	if is {
		return []world{w}
	}
	return nil
}

// bit is a new one, that the worlds remember something by.
func (s *script) bit() int {
	s.bits++
	if s.bits > 128 {
		panic("a history of too many steps")
	}
	return s.bits - 1
}

func one(bit int) bits { return bits{}.with(bit) }

// aim is the sitting that the deed is about, whichever is when it looks.
func (s *script) aim(d *deed) int {
	i := s.aims
	if s.aims++; s.aims > mostAims {
		panic("a history of too many operations whose end is not known")
	}
	s.must(d, "aims", func(w world) []world { w.aims[i] = w.sitting + 1; return []world{w} })
	return i
}

// name is what clients call the sitting of the seat; 0 if they know of none.
func (s *script) name(seat string) int8 {
	if seat == "" {
		return 0
	}
	instance, _, _ := strings.Cut(seat, ".")
	if _, known := s.names[instance]; !known {
		s.names[instance] = int8(len(s.names) + 1)
	}
	return s.names[instance]
}

func (s *script) visitor(row int) visitor {
	v := s.owners[row]
	v.known, v.row = true, row
	return v
}

func (s *script) nothingLike(d *deed) {
	s.must(d, "is answered as nobody is", func(world) []world { return nil })
}

// join is a pass at the door and a seat, or a look at it and a seat that waits, or a refusal.
func (s *script) join(d *deed) {
	who := players[d.player]
	v := visitor{person: who.person, guest: who.guest}
	switch {
	case d.unknown():
		s.perhapsJoins(d, v)
	case s.meetsItself(d):
		s.perhapsJoins(d, v)
		s.poll(d)
	case d.status == 201:
		s.must(d, "passes", s.passes(d, v, d.body.Seat.ID))
		s.seems(d.turnedAt)
		s.must(d, "takes the seat", s.lands(s.own[d], passing, admitted))
		s.seems(d.wroteAt[d.seat()])
	case d.status == 202:
		s.must(d, "is sent to wait", s.sent(d, v, d.body.Seat.ID, d.body.State == "waiting_for_host"))
		s.must(d, "waits", s.lands(s.own[d], holding, waiting))
		s.seems(d.wroteAt[d.seat()])
	default:
		s.refused(d, v)
	}
	s.perhapsOpens(d, v)
}

// meetsItself reports whether the join took its seat without hearing of it, and went on as somebody who comes back to a seat.
func (s *script) meetsItself(d *deed) bool {
	writes := d.rows[d.seat()]
	return len(d.met) > 0 && writes > 0 && (writes > 1 || d.status > 202 || d.status == 201 && d.turns == 0)
}

// perhapsOpens: who passed, and did not hear of it, may have passed again; the room was open from the first time.
func (s *script) perhapsOpens(d *deed, v visitor) {
	if len(d.met) == 0 || !v.host() && !s.early {
		return
	}
	for n := range d.turns {
		s.may(d, "opens", func(w world) []world { w, is := s.enters(w, v); return only(w, is) })
		s.seems(d.turnedAt[:n+1])
	}
}

func (s *script) refused(d *deed, v visitor) {
	s.must(d, "is refused", when(func(w world) bool {
		out := w.removed>>v.person&1 == 1
		switch d.reason {
		case "removed":
			return out && !v.guest
		case "denied":
			return !out && s.bars(w, v)
		case "locked":
			return !s.bars(w, v) && w.open && w.locked
		case "full":
			return s.capacity < large
		}
		return false
	}))
}

func (s *script) passes(d *deed, v visitor, seat string) func(world) []world {
	i, name := s.own[d], s.name(seat)
	return func(w world) []world {
		after, is := s.enters(w, v)
		if !is || w.rows[i].stands != nobody || name != 0 && !after.calls(name) {
			return nil
		}
		after.rows[i] = row{stands: passing, sitting: w.sitting}
		return []world{after}
	}
}

func (s *script) sent(d *deed, v visitor, seat string, forHost bool) func(world) []world {
	i, name := s.own[d], s.name(seat)
	return func(w world) []world {
		if !s.sends(w, v, forHost) || w.rows[i].stands != nobody || !w.calls(name) {
			return nil
		}
		held := v.guest && w.held>>v.person&1 == 1
		w.rows[i] = row{stands: holding, sitting: w.sitting, held: held, was: held}
		return []world{w}
	}
}

func (s *script) lands(i int, from, to stand) func(world) []world {
	return func(w world) []world {
		if w.rows[i].stands != from {
			return nil
		}
		return []world{s.becomes(w, i, to)}
	}
}

func (s *script) perhapsJoins(d *deed, v visitor) {
	seat, i := d.seat(), s.own[d]
	passes, awaits, holds := s.passes(d, v, seat), s.sent(d, v, seat, true), s.sent(d, v, seat, false)
	s.may(d, "comes", func(w world) (all []world) {
		if d.turns > 0 {
			all = passes(w)
		}
		if seat != "" {
			all = slices.Concat(all, awaits(w), holds(w))
		}
		return all
	})
	s.seems(d.turnedAt)
	if seat != "" {
		s.may(d, "takes the seat", func(w world) []world {
			return append(s.lands(i, passing, admitted)(w), s.lands(i, holding, waiting)(w)...)
		})
		s.seems(d.wroteAt[seat][:1])
	}
}

// leave is of the row; and of the door, where a host leaves nobody.
func (s *script) leave(d *deed) {
	i := s.index[d.target[0]]
	goes := func(w world) []world {
		r := w.rows[i]
		return only(s.becomes(w, i, left), r.stands == waiting || r.stands == admitted)
	}
	ends := func(w world) []world {
		return only(w.ended(), w.open && w.rows[i].sitting == w.sitting && s.deserted(w))
	}
	if d.unknown() {
		s.may(d, "leaves", goes)
		s.seems(d.wroteAt[d.seat()])
		if d.turns > 0 {
			s.may(d, "ends what is deserted", ends)
			s.seems(d.turnedAt)
		}
		return
	}
	switch {
	case d.status != 204:
		s.nothingLike(d)
	case d.rows[d.target[0]] == 0:
		s.must(d, "is not there", when(func(w world) bool { return w.rows[i].stands >= left }))
	default:
		s.must(d, "leaves", goes)
		s.seems(d.wroteAt[d.seat()])
	}
	if d.turns > 0 {
		s.must(d, "ends what is deserted", ends)
		s.seems(d.turnedAt)
	}
}
