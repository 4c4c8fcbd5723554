package proof

import (
	"cmp"
	"slices"
	"strings"
	"testing/synctest"
	"time"
)

// A progress is how far an actor is: all that it did and was answered, and what it requests next. What it does
// depends on nothing else.
type progress struct {
	id       int
	answered []exchange // from the start
	requests []*request // several, if the use case sends them in parallel
	doing    operation  // which runs, or begins with the next request
	done     []operation
	over     bool
	next     map[[2]int]*branch // by request and answer
	process  *process           // that stands here; nil if it went on
}

type exchange struct {
	key    string
	answer answer
	now    time.Duration
}

// A branch is what follows an answer. It depends on the time if the actor looks at the clock before its next request.
type branch struct {
	looks bool
	at    map[time.Duration]*progress
}

func (b *branch) when(now time.Duration) (*progress, bool) {
	if !b.looks {
		now = 0
	}
	at, known := b.at[now]
	return at, known
}

// A runner runs each actor of a scenario by itself, and remembers its progress.
type runner struct {
	catalogue
	scenario *scenario
	begun    map[*actor]*progress
	ends     map[string]*progress
	count    int
}

func newRunner(s *scenario) *runner {
	return &runner{catalogue: newCatalogue(), scenario: s, begun: map[*actor]*progress{}, ends: map[string]*progress{}}
}

// begin returns the progress of an actor that did nothing yet.
func (r *runner) begin(a *actor) *progress {
	if r.begun[a] == nil {
		r.begun[a] = r.record(r.launch(a, 0), nil)
	}
	return r.begun[a]
}

func (r *runner) launch(a *actor, now time.Duration) *process {
	p := &process{actor: a, scenario: r.scenario, now: now}
	go p.run()
	synctest.Wait()
	return p
}

func (r *runner) record(p *process, answered []exchange) *progress {
	at := &progress{answered: answered, doing: p.doing, done: slices.Clone(p.done), over: p.over}
	at.next = map[[2]int]*branch{}
	for _, w := range p.pending {
		at.requests = append(at.requests, &w.request)
	}
	slices.SortFunc(at.requests, func(a, b *request) int { return cmp.Compare(a.key, b.key) })
	for i, q := range at.requests {
		q.id = r.number(q.key)
		if i > 0 && strings.HasPrefix(at.requests[i-1].name, q.name) {
			q.name = at.requests[i-1].name + "'" // each has a name of its own
		}
	}
	if at.over {
		return r.finish(at)
	}
	r.count++
	at.id, at.process = r.count, p
	return at
}

// finish returns the progress of an actor that does nothing more. Only its operations count then.
func (r *runner) finish(at *progress) *progress {
	text := encoded(at.done) + encoded(at.doing)
	if r.ends[text] == nil {
		r.count++
		r.ends[text] = &progress{id: r.count, doing: at.doing, done: at.done, over: true}
	}
	return r.ends[text]
}

// after returns the branch after the answer, which is known at least for this time.
func (r *runner) after(a *actor, at *progress, q *request, got answer, now time.Duration) *branch {
	way := [2]int{q.id, got.id}
	b := at.next[way]
	if b == nil {
		b = &branch{at: map[time.Duration]*progress{}}
		at.next[way] = b
	}
	if _, known := b.when(now); known {
		return b
	}
	p := at.process
	if at.process = nil; p == nil {
		p = r.replay(a, at.answered)
	}
	p.answer(q.key, got, now)
	b.looks = p.looked
	answered := append(slices.Clip(at.answered), exchange{q.key, got, now})
	if !b.looks {
		now = 0
	}
	b.at[now] = r.record(p, answered)
	return b
}

// replay returns a process of the actor that got all these answers.
func (r *runner) replay(a *actor, answered []exchange) *process {
	p := r.launch(a, 0)
	for _, e := range answered {
		p.answer(e.key, e.answer, e.now)
	}
	return p
}

// stop ends every process.
func (r *runner) stop() {
	var stop func(at *progress)
	stop = func(at *progress) {
		if at.process != nil {
			at.process.kill()
			at.process = nil
		}
		for _, b := range at.next {
			for _, next := range b.at {
				stop(next)
			}
		}
	}
	for _, at := range r.begun {
		stop(at)
	}
}
