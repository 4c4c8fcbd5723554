package proof

import (
	"slices"
	"time"
)

// A step is what can happen next: something becomes of an actor's request or of a late write, or time passes.
type step struct {
	who     string
	request *request
	how     string
	take    func(*point)
}

func (s step) String() string {
	if s.request == nil {
		return s.who + s.how
	}
	return s.who + ": " + s.request.name + s.how
}

// steps returns all steps that are possible at the point.
func (w *walker) steps(m *point) (all []step) {
	for i := range m.actors {
		if p := &m.actors[i]; p.at.over || p.delayed != nil {
			continue
		}
		for _, q := range m.actors[i].at.requests {
			all = append(all, w.stepsOf(m, i, q)...)
		}
		if m.actors[i].begun && m.faults > 0 {
			all = append(all, step{w.scenario.actors[i].name, nil, " crashes", func(m *point) {
				m.faults--
				w.crash(m, i)
			}})
		}
	}
	for i, l := range m.late {
		if l.covered || !l.made {
			all = append(all, step{w.scenario.actors[l.by].name, l.request, ", late", func(m *point) {
				m.late = slices.Delete(m.late, i, i+1)
				w.effect(m, l.by, &l.doing, l.request)
			}})
		}
	}
	if m.mayTick() && !m.over() {
		d := w.scenario.ticks[m.ticked]
		all = append(all, step{d.String(), nil, " pass", func(m *point) {
			m.ticked++
			w.pass(m, d)
		}})
	}
	return all
}

func (m *point) mayTick() bool { return m.ticked < len(m.scenario.ticks) }

// stepsOf returns what may become of the request of the actor.
func (w *walker) stepsOf(m *point, i int, q *request) (all []step) {
	add := func(how string, take func(*point)) {
		all = append(all, step{w.scenario.actors[i].name, q, how, take})
	}
	add("", func(m *point) { w.goOn(m, i, q, w.serve(m, i, q)) })
	if m.mayTick() && w.looksAfter(m, i, q) {
		add(", delayed", func(m *point) { m.actors[i].delayed = &lateWrite{request: q, got: w.serve(m, i, q)} })
	}
	if m.faults == 0 || q.writes == nil || m.actors[i].resent != nil {
		return all
	}
	fault := func(how string, take func(*point)) {
		add(how, func(m *point) {
			m.faults--
			take(m)
		})
	}
	lost := answer{id: w.number("lost"), text: "lost", err: errLost}
	fault(", answer lost", func(m *point) {
		w.serve(m, i, q)
		w.goOn(m, i, q, lost)
	})
	fault(", no answer", func(m *point) {
		m.invoke(i)
		m.leaveLate(i, q, false)
		w.goOn(m, i, q, lost)
	})
	fault(", sent again", func(m *point) {
		got := w.serve(m, i, q)
		m.actors[i].resent = &lateWrite{request: q, got: got, covered: got.err != nil}
	})
	if !q.token {
		fault(", sent twice", func(m *point) {
			got := w.serve(m, i, q)
			m.leaveLate(i, q, got.err == nil)
			w.goOn(m, i, q, got)
		})
	}
	return all
}

// leaveLate leaves a copy of the write on its way.
func (m *point) leaveLate(i int, q *request, made bool) {
	p := m.actors[i]
	l := lateWrite{request: q, by: i, doing: p.at.doing, until: p.since + timeLimit, made: made}
	m.late = append(m.late, l)
}

// invoke notes which operations had returned when the actor's operation began.
func (m *point) invoke(i int) {
	if p := &m.actors[i]; !p.begun {
		p.begun, p.since = true, m.clock
		p.before[min(len(p.at.done), 3)] = returned(m)
	}
}

// serve lets the request take effect, and returns the answer.
func (w *walker) serve(m *point, i int, q *request) answer {
	m.invoke(i)
	p := &m.actors[i]
	if sent := p.resent; sent != nil && sent.id == q.id {
		p.resent = nil
		switch {
		case q.token:
			return sent.got
		case !sent.covered:
			got := q.again(m.state)
			got.id = w.number(got.text)
			return got
		}
	}
	return w.effect(m, i, &p.at.doing, q)
}

// effect lets the request take effect for the operation of the actor, and judges the change.
func (w *walker) effect(m *point, by int, doing *operation, q *request) answer {
	was := m.state
	var got answer
	if m.state, got = w.do(q, was); len(q.writes) > 0 && got.err == nil {
		m.cover(q)
		w.rules.judgeChange(change{was, m.state, m.now(), w.scenario.actors[by], doing}, &m.emptied)
	}
	if q.pause {
		w.pass(m, pauseLength)
	}
	return got
}

// cover notes that the request wrote items: earlier writes of them are not the last ones any more.
func (m *point) cover(by *request) {
	for i, l := range m.late {
		m.late[i].covered = l.covered || by.overlaps(l.request)
	}
	for i, p := range m.actors {
		if p.resent != nil && !p.resent.covered && by.overlaps(p.resent.request) {
			m.actors[i].resent = &lateWrite{request: p.resent.request, got: p.resent.got, covered: true}
		}
	}
}

// looksAfter reports whether the actor looks at the clock once the request is answered.
func (w *walker) looksAfter(m *point, i int, q *request) bool {
	if q.pause || m.actors[i].resent != nil {
		return false
	}
	_, got := w.do(q, m.state)
	return w.after(w.scenario.actors[i], m.actors[i].at, q, got, m.clock).looks
}

// goOn hands the answer to the actor, if its time is not over meanwhile.
func (w *walker) goOn(m *point, i int, q *request, got answer) {
	p := &m.actors[i]
	was := p.at
	if was.over {
		return
	}
	p.delayed = nil
	p.at = w.after(w.scenario.actors[i], was, q, got, m.clock).when(m.clock)
	if len(p.at.done) > len(was.done) {
		p.begun, p.since, p.resent = false, 0, nil
	}
}

// crash ends what the actor does.
func (w *walker) crash(m *point, i int) {
	p := &m.actors[i]
	p.at = w.finish(p.at)
	p.delayed, p.resent = nil, nil
}

// pass lets time pass: operations whose time limit is over end, and delayed answers reach their actors.
func (w *walker) pass(m *point, d time.Duration) {
	m.clock += d
	m.late = slices.DeleteFunc(m.late, func(l lateWrite) bool { return m.clock > l.until })
	for i, p := range m.actors {
		switch {
		case p.begun && !p.at.over && m.clock > p.since+timeLimit:
			w.crash(m, i)
		case p.delayed != nil:
			w.goOn(m, i, p.delayed.request, p.delayed.got)
		}
	}
}
