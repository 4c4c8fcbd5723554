package main

import "slices"

// lock is a turn at the door, and a look at the roll.
func (s *script) lock(d *deed) {
	locks := d.kind == "lock"
	turns := func(w world) []world {
		w.locked = locks
		return only(w, w.open)
	}
	again := d.turns
	switch {
	case d.unknown():
	case d.reason == "room_idle":
		s.must(d, "finds nobody", when(func(w world) bool { return !w.open }))
	case d.status != 200:
		s.nothingLike(d)
	default:
		again--
		done := s.bit()
		s.must(d, d.kind+"s", func(w world) (all []world) {
			for _, w := range turns(w) {
				if d.turns > 0 || w.locked == locks {
					w = s.looks(w, d.player)
					w.passed = w.passed.with(done)
					all = append(all, w)
				}
			}
			return all
		})
		s.seems(d.turnedAt)
		s.must(d, "counts", func(w world) []world { return s.counted(d, w, done) })
	}
	if again <= 0 {
		return
	}
	aim := s.aim(d)
	for n := range again { // who did not hear of it does it again, after what others did
		s.may(d, d.kind+"s", func(w world) []world {
			if w.aims[aim] != w.sitting+1 {
				return nil
			}
			return turns(w)
		})
		s.seems(d.turnedAt[:n+1])
	}
}

func (s *script) counted(d *deed, w world, done int) []world {
	in, wait := 0, 0
	for _, r := range w.rows {
		if r.sitting == w.views[d.player].sitting && r.stands == admitted {
			in++
		}
		if r.sitting == w.views[d.player].sitting && r.stands == waiting {
			wait++
		}
	}
	is := w.passed.has(done) && in == d.body.Admitted && wait == d.body.Waiting && d.body.Arriving >= w.arriving(d.player)
	w.passed = w.passed.without(one(done))
	return only(w, is)
}

// roster is a look at the door, and one at the roll (I7).
func (s *script) roster(d *deed) {
	if d.status != 200 {
		s.nothingLike(d)
		return
	}
	done := s.bit()
	s.must(d, "looks", func(w world) []world {
		w = s.looks(w, d.player)
		w.passed = w.passed.with(done)
		return []world{w}
	})
	s.must(d, "reads the roll", func(w world) []world {
		is := w.passed.has(done) && d.body.Arriving >= w.arriving(d.player)
		listed := 0
		for _, p := range d.body.Participants {
			i, known := s.index[p.ID]
			is = is && known && w.rows[i].sitting == w.views[d.player].sitting && w.rows[i].stands == standOf[p.State]
			listed++
		}
		for _, r := range w.rows {
			if r.sitting == w.views[d.player].sitting && (r.stands == admitted || r.stands == waiting) {
				listed--
			}
		}
		w.passed = w.passed.without(one(done))
		return only(w, is && listed == 0)
	})
}

func (s *script) start(d *deed) {
	opens := func(w world) []world {
		is := !w.open
		w.open = true
		return only(w, is)
	}
	again := d.turns
	switch {
	case d.unknown():
	case d.status != 204:
		s.nothingLike(d)
	case d.turns == 0:
		s.must(d, "finds it open", when(func(w world) bool { return w.open }))
	default:
		again--
		s.must(d, "opens", opens)
		s.seems(d.turnedAt)
	}
	for n := range again {
		s.may(d, "opens", opens)
		s.seems(d.turnedAt[:n+1])
	}
}

func (s *script) end(d *deed) {
	ends := func(w world) []world { return only(w.ended(), w.open) }
	switch {
	case d.unknown():
		aim := s.aim(d)
		s.may(d, "ends", func(w world) []world { return only(w.ended(), w.open && w.aims[aim] == w.sitting+1) })
		s.seems(d.turnedAt)
	case d.status != 204:
		s.nothingLike(d)
	case d.turns == 0:
		s.must(d, "finds nobody", when(func(w world) bool { return !w.open }))
	default:
		s.must(d, "ends", ends)
		s.seems(d.turnedAt)
	}
}

// unhosted is the refusal of a decision; false if d is none.
func (s *script) unhosted(d *deed) bool {
	switch {
	case d.unknown() || d.status == 200:
		return false
	case d.reason == "room_idle":
		s.must(d, "finds nobody", when(func(w world) bool { return !w.open }))
	case d.reason == "seat_not_found":
		i := s.index[d.target[0]]
		s.must(d, "finds no such seat", when(func(w world) bool { return w.rows[i].sitting != w.sitting }))
	case d.reason == "full" && d.kind == "admit" && s.capacity < large:
	default:
		s.nothingLike(d)
	}
	return true
}

// perhaps adds the changes of those rows that the deed wrote, and of which its answer does not tell.
func (s *script) perhaps(d *deed, from []stand, to stand, told func(string) int) {
	for _, id := range slices.Sorted(mapKeys(d.rows)) {
		i := s.index[id]
		for n := range d.rows[id] - told(id) {
			s.may(d, "does it to "+d.name(id), func(w world) []world {
				return only(s.becomes(w, i, to), slices.Contains(from, w.rows[i].stands))
			})
			s.seems(d.wroteAt[id][:n+1])
		}
	}
}

func nobodyTold(string) int { return 0 }

// told is how many writes of a row the answer tells of.
func (d *deed) told(id string) int {
	if len(d.met) == 0 {
		return d.rows[id]
	}
	for _, p := range d.body.Participants {
		if p.ID == id {
			return 1
		}
	}
	return 0
}

// admit is a look at who waits, a pass of all of them together, and a change of each row (I8).
func (s *script) admit(d *deed) {
	if s.unhosted(d) || d.unknown() {
		s.perhaps(d, []stand{waiting}, admitted, nobodyTold)
		return
	}
	looked := s.bit()
	if d.target == nil {
		s.must(d, "looks who waits", func(w world) []world { return s.waits(d, w, looked) })
	}
	ids := make([]int, len(d.body.Participants))
	passed := make([]int, len(ids))
	for n, p := range d.body.Participants {
		ids[n], passed[n] = s.index[p.ID], s.bit()
		s.of[ids[n]] = s.of[ids[n]].with(passed[n])
	}
	if len(ids) > 0 {
		s.must(d, "lets them pass", func(w world) []world {
			is := w.open && (d.target != nil || w.passed.has(looked)) && s.seated(w)+len(ids) <= s.capacity
			for n, i := range ids {
				is = is && w.rows[i].sitting == w.sitting && !s.bars(w, s.visitor(i))
				w.passed = w.passed.with(passed[n])
			}
			return only(w, is)
		})
		s.seems(d.turnedAt)
	}
	for n, i := range ids {
		s.must(d, "admits "+d.name(d.body.Participants[n].ID), func(w world) []world {
			is := w.passed.has(passed[n]) && w.rows[i].stands == waiting
			w.passed = w.passed.without(one(passed[n]))
			return only(s.becomes(w, i, admitted), is)
		})
		s.seems(d.wroteAt[d.body.Participants[n].ID])
	}
	s.missed(d)
	s.perhaps(d, []stand{waiting}, admitted, d.told)
}

// waits reports whether those answered for are all who wait.
func (s *script) waits(d *deed, w world, looked int) []world {
	sitting, n := w.sitting, 0
	for _, p := range d.body.Participants {
		sitting, n = w.rows[s.index[p.ID]].sitting, n+1
	}
	for _, p := range d.body.Missed {
		sitting, n = w.rows[s.index[p.ID]].sitting, n+1
	}
	for i, r := range w.rows {
		if r.stands != waiting || r.sitting != sitting {
			continue
		}
		n--
		if !d.answersFor(i, s) {
			return only(w, n < 0 && len(d.body.Participants)+len(d.body.Missed) == 0 && w.sitting > 0) // of the last sitting, perhaps
		}
	}
	w.passed = w.passed.with(looked)
	return only(w, n == 0)
}

func (d *deed) answersFor(row int, s *script) bool {
	for _, p := range d.body.Participants {
		if s.index[p.ID] == row {
			return true
		}
	}
	for _, p := range d.body.Missed {
		if s.index[p.ID] == row {
			return true
		}
	}
	return false
}

func (s *script) missed(d *deed) {
	for _, p := range d.body.Missed {
		i := s.index[p.ID]
		s.must(d, "misses "+d.name(p.ID), when(func(w world) bool { return w.rows[i].stands == standOf[p.State] }))
	}
}

// deny is a turn at the door, and a change of each row.
func (s *script) deny(d *deed) {
	i := s.index[d.target[0]]
	v := s.visitor(i)
	bars := func(w world) []world {
		w.denied |= 1 << v.person
		return only(w, w.open && w.rows[i].sitting == w.sitting)
	}
	if s.unhosted(d) || d.unknown() || len(d.body.Participants) == 0 {
		if d.turns > 0 {
			s.may(d, "bars", bars)
			s.seems(d.turnedAt)
		}
		s.missed(d)
		s.perhaps(d, []stand{waiting}, denied, nobodyTold)
		return
	}
	s.must(d, "bars", bars)
	s.seems(d.turnedAt)
	s.must(d, "denies", func(w world) []world {
		r := w.rows[i]
		return only(s.becomes(w, i, denied), r.stands == waiting && (w.denied>>v.person&1 == 1 || r.sitting != w.sitting))
	})
	s.seems(d.wroteAt[d.seat()])
	s.perhaps(d, []stand{waiting}, denied, d.told)
}

// remove is a turn at the door, a change of each of their rows, and an instant at which nobody of them is in or on the way (I10).
func (s *script) remove(d *deed) {
	i := s.index[d.target[0]]
	v := s.visitor(i)
	done := s.bit()
	bars := func(w world) []world {
		if v.guest {
			w.out |= 1 << i
			w.held |= 1 << v.person
		} else {
			w.removed |= 1 << v.person
		}
		w.passed = w.passed.with(done)
		return only(w, w.open && w.rows[i].sitting == w.sitting)
	}
	all := []stand{waiting, admitted, left, denied}
	arriving := !d.crashed && d.reason == "arriving"
	if s.unhosted(d) || d.unknown() {
		if d.turns > 0 && arriving {
			s.must(d, "bars", bars)
			s.seems(d.turnedAt)
		} else if d.turns > 0 {
			s.may(d, "bars", bars)
			s.seems(d.turnedAt)
		}
		s.perhaps(d, all, removed, nobodyTold)
		return
	}
	s.must(d, "bars", bars)
	s.seems(d.turnedAt)
	for _, p := range d.body.Participants {
		j := s.index[p.ID]
		s.must(d, "removes "+d.name(p.ID), func(w world) []world {
			was := w.rows[j].stands
			return only(s.becomes(w, j, removed), (d.rows[p.ID] > 0) == (was != removed) && was > holding)
		})
		s.seems(d.wroteAt[p.ID])
	}
	s.must(d, "has cleared", func(w world) []world {
		is := w.passed.has(done)
		w.passed = w.passed.without(one(done))
		return only(w, is && s.cleared(w, v))
	})
	s.perhaps(d, all, removed, d.told)
}

// cleared reports whether nobody of the visitor's is in, or on the way.
func (s *script) cleared(w world, v visitor) bool {
	for i := range s.owners {
		r := w.rows[i]
		theirs := r.stands != nobody && r.sitting == w.rows[v.row].sitting && (i == v.row || !v.guest && s.owners[i].person == v.person)
		if theirs && (r.stands == admitted || r.stands == passing || w.passed.and(s.of[i]) != bits{}) {
			return false
		}
	}
	return true
}
