package main

// poll is of a poll, and of a join that met its own seat: a look at the door and one at the row; or a pass, and a change of the row if that is as it was.
func (s *script) poll(d *deed) {
	i := s.index[d.seat()]
	v := s.visitor(i)
	here := func(w world) bool { return w.rows[i].sitting == w.sitting }
	row := func(is stand) func(world) []world { return when(func(w world) bool { return w.rows[i].stands == is }) }
	out := func(w world) bool { return here(w) && s.bars(w, v) }
	wrote := d.rows[d.seat()] > 0
	switch {
	case d.unknown():
		s.perhapsPolls(d, v)
		return
	case d.status < 202:
		s.isIn(d, v)
	case d.status == 202:
		s.must(d, "is sent to wait", when(func(w world) bool {
			back := wrote && w.rows[i].stands == left && len(d.met) == 0 // who waited already may wait for something else now
			return here(w) && s.sends(w, v, d.body.State == "waiting_for_host") && !(back && w.locked)
		}))
		s.must(d, "waits", func(w world) []world {
			is := w.rows[i].stands == waiting || wrote && w.rows[i].stands == left
			if w.rows[i].stands == left {
				w = s.becomes(w, i, waiting)
			}
			return only(w, is)
		})
		s.seems(d.wroteAt[d.seat()])
	case d.reason == "ended":
		s.must(d, "finds another sitting", when(func(w world) bool { return !here(w) }))
	case d.reason == "removed":
		s.must(d, "is out", when(func(w world) bool { return w.rows[i].stands == removed || out(w) }))
	case d.reason == "denied":
		s.must(d, "was denied", row(denied))
	case d.reason == "locked":
		s.must(d, "is refused", when(func(w world) bool { return here(w) && w.open && w.locked }))
		s.must(d, "is out", row(left))
	case d.reason == "full" && s.capacity < large:
	default:
		s.nothingLike(d)
	}
	if len(d.met) > 0 && wrote {
		s.perhapsPolls(d, v)
	}
	s.perhapsOpens(d, v)
}

// isIn is the answer to somebody who is in: they were, or they passed.
func (s *script) isIn(d *deed, v visitor) {
	i, bit := v.row, s.pass(v.row)
	s.must(d, "passes", func(w world) []world {
		all := only(w, w.open && w.rows[i].sitting == w.sitting && !s.bars(w, v))
		if d.turns > 0 {
			all = append(all, s.passesAgain(w, v, bit)...)
		}
		return all
	})
	s.seems(d.turnedAt)
	s.must(d, "is in", func(w world) []world {
		passed := w.passed.has(bit)
		is := passed || w.rows[i].stands == admitted
		if passed {
			w = s.becomes(w, i, admitted)
		}
		return only(w, is)
	})
	s.seems(d.wroteAt[d.seat()])
}

// pass is the bit of somebody who passes the door with the row they have.
func (s *script) pass(row int) int {
	bit := s.bit()
	s.polls[row], s.of[row] = s.polls[row].with(bit), s.of[row].with(bit)
	return bit
}

func (s *script) passesAgain(w world, v visitor, bit int) []world {
	r := w.rows[v.row]
	after, is := s.enters(w, v)
	after.passed = after.passed.with(bit)
	return only(after, is && r.sitting == w.sitting && (r.stands == waiting || r.stands == left))
}

func (s *script) perhapsPolls(d *deed, v visitor) {
	i, bit := v.row, s.pass(v.row)
	if d.turns > 0 {
		s.may(d, "passes", func(w world) []world { return s.passesAgain(w, v, bit) })
		s.seems(d.turnedAt)
	}
	if d.rows[d.seat()] > 0 {
		s.may(d, "changes the row", func(w world) []world {
			if w.passed.has(bit) {
				return []world{s.becomes(w, i, admitted)}
			}
			return only(s.becomes(w, i, waiting), w.rows[i].stands == left)
		})
		s.seems(d.wroteAt[d.seat()][:1])
	}
	s.perhapsOpens(d, v)
}
