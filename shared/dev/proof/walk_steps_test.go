package proof

import (
	"slices"
	"time"
)

// A step is what can happen next: something becomes of an actor's request or of a late write, or time passes.
type step struct {
	name    string
	request *request
	how     string
	actor   int // its index
	late    int // the index of the late write
}

const (
	done     = ""
	delayed  = ", delayed"
	loses    = ", answer lost"
	hangs    = ", no answer"
	resends  = ", sent again"
	echoes   = ", sent twice"
	arrives  = ", late"
	crashes  = " crashes"
	timeGoes = " pass"
)

func (s step) String() string {
	if s.request == nil {
		return s.name + s.how
	}
	return s.name + ": " + s.request.name + s.how
}

// steps returns all steps that are possible at the point.
func (w *walker) steps(m *point) (all []step) {
	for i := range m.actors {
		all = append(all, w.stepsOf(m, i)...)
	}
	for i, l := range m.late {
		if l.covered || !l.made {
			name := w.scenario.actors[l.by].name
			all = append(all, step{name: name, request: l.request, actor: l.by, how: arrives, late: i})
		}
	}
	if m.ticked < len(w.scenario.ticks) && !m.over() {
		all = append(all, step{name: w.scenario.ticks[m.ticked].String(), how: timeGoes})
	}
	return all
}

func (w *walker) stepsOf(m *point, i int) (all []step) {
	p, name := &m.actors[i], w.scenario.actors[i].name
	if p.at.over || p.delayed != nil {
		return nil
	}
	for _, q := range p.at.requests {
		all = append(all, step{name: name, request: q, actor: i})
		if m.ticked < len(w.scenario.ticks) && w.looksAfter(m, i, q) {
			all = append(all, step{name: name, request: q, actor: i, how: delayed})
		}
		if m.faults == 0 || q.writes == nil || p.resent != nil {
			continue
		}
		for _, how := range []string{loses, hangs, resends, echoes} {
			if how != echoes || !q.token {
				all = append(all, step{name: name, request: q, actor: i, how: how})
			}
		}
	}
	if p.begun && m.faults > 0 {
		all = append(all, step{name: name, actor: i, how: crashes})
	}
	return all
}

// take makes the step.
func (w *walker) take(m *point, s step) {
	p := &m.actors[s.actor]
	switch s.how {
	case timeGoes:
		m.ticked++
		w.pass(m, w.scenario.ticks[m.ticked-1])
	case arrives:
		l := m.late[s.late]
		m.late = slices.Delete(m.late, s.late, s.late+1)
		w.effect(m, l.by, &l.doing, l.request)
	case delayed:
		p.delayed = &delayedAnswer{s.request, w.serve(m, s.actor, s.request)}
	case done:
		w.goOn(m, s.actor, s.request, w.serve(m, s.actor, s.request))
	default:
		m.faults--
		w.fail(m, s)
	}
}

// fail makes a step that is a fault.
func (w *walker) fail(m *point, s step) {
	p := &m.actors[s.actor]
	lost := answer{id: w.number("lost"), text: "lost", err: errLost}
	switch s.how {
	case crashes:
		w.crash(m, s.actor)
	case hangs:
		m.invoke(s.actor)
		m.leaveLate(s, false)
		w.goOn(m, s.actor, s.request, lost)
	case loses:
		w.serve(m, s.actor, s.request)
		w.goOn(m, s.actor, s.request, lost)
	case resends:
		got := w.serve(m, s.actor, s.request)
		p.resent = &lateWrite{request: s.request, got: got, covered: got.err != nil}
	case echoes:
		got := w.serve(m, s.actor, s.request)
		m.leaveLate(s, got.err == nil)
		w.goOn(m, s.actor, s.request, got)
	}
}

// leaveLate leaves a copy of the write on its way.
func (m *point) leaveLate(s step, made bool) {
	p := m.actors[s.actor]
	until := p.since + timeLimit
	m.late = append(m.late, lateWrite{request: s.request, by: s.actor, doing: p.at.doing, until: until, made: made})
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
