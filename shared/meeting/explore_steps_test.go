package meeting

import (
	"slices"
	"time"
)

// A way is one step that can be taken: what becomes of an ask of an actor, or of a straggler; or time passes.
type way struct {
	who  string
	ask  *ask
	how  string
	part int
	late int
}

const (
	done    = ""
	rests   = ", rests"
	loses   = ", answer lost"
	hangs   = ", no answer"
	resends = ", sent again"
	echoes  = ", echoes"
	lands   = ", late"
	crashes = " crashes"
	passes  = " pass"
)

func (w way) String() string {
	if w.ask == nil {
		return w.who + w.how
	}
	return w.who + ": " + w.ask.name + w.how
}

// ways are the steps that can be taken at the moment.
func (x *explorer) ways(m *moment) (all []way) {
	for i := range m.parts {
		p := &m.parts[i]
		if p.at.over || p.rests != nil {
			continue
		}
		who := x.play.cast[i].name
		for _, a := range p.at.asks {
			all = append(all, way{who: who, ask: a, part: i})
			if m.ticked < len(x.play.ticks) && x.looksAfter(m, i, a) {
				all = append(all, way{who: who, ask: a, part: i, how: rests})
			}
			if m.faults == 0 || a.on == nil || p.resent != nil {
				continue
			}
			for _, how := range []string{loses, hangs, resends, echoes} {
				if how != echoes || !a.token {
					all = append(all, way{who: who, ask: a, part: i, how: how})
				}
			}
		}
		if p.begun && m.faults > 0 {
			all = append(all, way{who: who, part: i, how: crashes})
		}
	}
	for i, e := range m.late {
		if e.covered || !e.made {
			all = append(all, way{who: x.play.cast[e.by].name, ask: e.ask, part: e.by, how: lands, late: i})
		}
	}
	if m.ticked < len(x.play.ticks) && !m.over() {
		all = append(all, way{who: x.play.ticks[m.ticked].String(), how: passes})
	}
	return all
}

// take makes the step.
func (x *explorer) take(m *moment, w way) {
	p := &m.parts[w.part]
	lost := answer{id: x.word("lost"), text: "lost", err: errLost}
	switch w.how {
	case passes:
		m.ticked++
		x.pass(m, x.play.ticks[m.ticked-1])
		return
	case lands:
		e := m.late[w.late]
		m.late = slices.Delete(m.late, w.late, w.late+1)
		x.effect(m, e.by, e.doing, e.ask)
		return
	case done, rests:
		said := x.make(m, w.part, w.ask)
		if w.how == rests {
			p.rests = &rest{w.ask, said}
		} else {
			x.goOn(m, w.part, w.ask, said)
		}
		return
	}
	m.faults--
	switch w.how {
	case crashes:
		x.crash(m, w.part)
	case loses:
		x.make(m, w.part, w.ask)
		x.goOn(m, w.part, w.ask, lost)
	case hangs:
		m.invoke(w.part)
		m.send(w, false)
		x.goOn(m, w.part, w.ask, lost)
	case resends:
		said := x.make(m, w.part, w.ask)
		p.resent = &straggler{ask: w.ask, said: said, covered: said.err != nil}
	case echoes:
		said := x.make(m, w.part, w.ask)
		m.send(w, said.err == nil)
		x.goOn(m, w.part, w.ask, said)
	}
}

// send leaves a straggler on the way.
func (m *moment) send(w way, made bool) {
	p := m.parts[w.part]
	m.late = append(m.late, straggler{ask: w.ask, by: w.part, doing: p.at.doing, until: p.since + timeLimit, made: made})
}

// invoke notes what was true when the actor's deed began.
func (m *moment) invoke(i int) {
	if p := &m.parts[i]; !p.begun {
		p.begun, p.since = true, m.clock
		p.before[min(len(p.at.done), 3)] = m.returned()
	}
}

// make lets the ask take effect, and is the answer to it.
func (x *explorer) make(m *moment, i int, a *ask) answer {
	m.invoke(i)
	p := &m.parts[i]
	if sent := p.resent; sent != nil && sent.id == a.id {
		p.resent = nil
		switch {
		case a.token:
			return sent.said
		case !sent.covered:
			said := a.again(m.shelf)
			said.id = x.word(said.text)
			return said
		}
	}
	return x.effect(m, i, p.at.doing, a)
}

// effect is the answer to a call on storage, for the deed of the actor.
func (x *explorer) effect(m *moment, by int, doing deed, a *ask) answer {
	was := m.shelf
	var said answer
	if m.shelf, said = x.do(a, was); len(a.on) > 0 && said.err == nil {
		m.cover(a)
		x.edge(m, was, by, doing)
	}
	if a.pause {
		x.pass(m, pauseLength)
	}
	return said
}

// cover notes that items were written: what was sent before is not the last write any more.
func (m *moment) cover(by *ask) {
	covers := func(a *ask) bool {
		return slices.ContainsFunc(a.on, func(key string) bool { return slices.Contains(by.on, key) })
	}
	for i, e := range m.late {
		m.late[i].covered = e.covered || covers(e.ask)
	}
	for i, p := range m.parts {
		if p.resent != nil && !p.resent.covered && covers(p.resent.ask) {
			m.parts[i].resent = &straggler{ask: p.resent.ask, said: p.resent.said, covered: true}
		}
	}
}

// looksAfter reports whether the actor looks at the clock once the ask is answered.
func (x *explorer) looksAfter(m *moment, i int, a *ask) bool {
	if a.pause || m.parts[i].resent != nil {
		return false
	}
	_, said := x.do(a, m.shelf)
	return x.after(x.play.cast[i], m.parts[i].at, a, said, m.clock).looks
}

// goOn lets the actor have the answer, if their time is not over meanwhile.
func (x *explorer) goOn(m *moment, i int, a *ask, said answer) {
	p := &m.parts[i]
	was := p.at
	if was.over {
		return
	}
	p.rests = nil
	p.at, _ = x.after(x.play.cast[i], was, a, said, m.clock).when(m.clock)
	if len(p.at.done) > len(was.done) {
		p.begun, p.since, p.resent = false, 0, nil
	}
}

// crash ends what the actor does.
func (x *explorer) crash(m *moment, i int) {
	p := &m.parts[i]
	p.at = x.finish(p.at)
	p.rests, p.resent = nil, nil
}

// pass lets time pass: whose limit is over is ended, who rests goes on.
func (x *explorer) pass(m *moment, d time.Duration) {
	m.clock += d
	m.late = slices.DeleteFunc(m.late, func(e straggler) bool { return m.clock > e.until })
	for i, p := range m.parts {
		switch {
		case p.begun && !p.at.over && m.clock > p.since+timeLimit:
			x.crash(m, i)
		case p.rests != nil:
			x.goOn(m, i, p.rests.asked, p.rests.said)
		}
	}
}
