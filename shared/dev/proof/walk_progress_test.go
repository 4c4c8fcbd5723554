package proof

import (
	"cmp"
	"slices"
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

func (b *branch) when(now time.Duration) *progress {
	if !b.looks {
		now = 0
	}
	return b.at[now]
}

// A runner runs each actor of a scenario by itself, and remembers its progress.
type runner struct {
	catalogue
	scenario *scenario
	launched []*process
	ends     map[string]*progress
	count    int
}

func (r *runner) launch(a *actor) *process {
	p := launch(a, r.scenario.room, r.scenario.mutant, 0)
	r.launched = append(r.launched, p)
	return p
}

// record returns where the process stands.
func (r *runner) record(p *process, answered []exchange) *progress {
	at := &progress{answered: answered, doing: p.doing, done: slices.Clone(p.done), over: p.over, process: p}
	at.next = map[[2]int]*branch{}
	for _, w := range p.pending {
		w.id = r.number(w.key)
		at.requests = append(at.requests, &w.request)
	}
	slices.SortFunc(at.requests, func(a, b *request) int { return cmp.Compare(a.key, b.key) })
	if at.over {
		return r.finish(at)
	}
	r.count++
	at.id = r.count
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
	if b.when(now) != nil {
		return b
	}
	p := at.process
	if at.process = nil; p == nil {
		p = r.launch(a)
		for _, e := range at.answered {
			p.answer(e.key, e.answer, e.now)
		}
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
