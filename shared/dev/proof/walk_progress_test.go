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

// launch runs an actor of the scenario by itself.
func (w *walker) launch(a *actor) *process {
	p := launch(a, w.scenario.room, w.scenario.mutant, 0)
	w.launched = append(w.launched, p)
	return p
}

// record returns where the process stands.
func (w *walker) record(p *process, answered []exchange) *progress {
	p.mu.Lock() // a parallel request that was answered may have changed the operation
	defer p.mu.Unlock()
	at := &progress{answered: answered, done: slices.Clone(p.done), over: p.over, process: p}
	if p.doing != nil {
		at.doing = *p.doing
	}
	at.next = map[[2]int]*branch{}
	for _, asked := range p.pending {
		asked.id = w.number(asked.key)
		at.requests = append(at.requests, &asked.request)
	}
	slices.SortFunc(at.requests, func(a, b *request) int { return cmp.Compare(a.key, b.key) })
	if at.over {
		return w.finish(at)
	}
	w.count++
	at.id = w.count
	return at
}

// finish returns the progress of an actor that does nothing more. Only its operations count then.
func (w *walker) finish(at *progress) *progress {
	text := encoded(at.done) + encoded(at.doing)
	if w.ends[text] == nil {
		w.count++
		w.ends[text] = &progress{id: w.count, doing: at.doing, done: at.done, over: true}
	}
	return w.ends[text]
}

// after returns the branch after the answer, which is known at least for this time.
func (w *walker) after(a *actor, at *progress, q *request, got answer, now time.Duration) *branch {
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
		p = w.launch(a)
		for _, e := range at.answered {
			p.answer(e.key, e.answer, e.now)
		}
	}
	p.answer(q.key, got, now)
	b.looks = p.hasLooked()
	answered := append(slices.Clip(at.answered), exchange{q.key, got, now})
	if !b.looks {
		now = 0
	}
	b.at[now] = w.record(p, answered)
	return b
}
