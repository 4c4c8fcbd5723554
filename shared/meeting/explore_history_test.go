package meeting

import (
	"cmp"
	"slices"
	"strings"
	"testing/synctest"
	"time"
)

// A history is all that an actor did and was answered, and what they ask next. What they do depends on nothing else.
type history struct {
	id    int
	told  []line // from the start
	asks  []*ask // several at once, if the use case asks beside
	doing deed   // what is under way, or begins with the next ask
	done  []deed
	over  bool
	next  map[[2]int]*branch // by the ask and the answer
	live  *process           // that stands here; nil if it went on
}

type line struct {
	key    string
	answer answer
	now    time.Duration
}

// A branch is how a history goes on after an answer. Where the actor looks at the clock before they ask again, that depends on the time.
type branch struct {
	looks bool
	at    map[time.Duration]*history
}

// A stagehand runs the actors of one scene, each for themselves, and remembers what they do.
type stagehand struct {
	catalogue
	play  *stage
	begun map[*actor]*history
	ends  map[string]*history
	count int
}

// begin is the history of an actor who did nothing yet.
func (h *stagehand) begin(a *actor, now time.Duration) *history {
	if at := h.begun[a]; at != nil {
		return at
	}
	h.begun[a] = h.record(h.enter(a, now), nil)
	return h.begun[a]
}

func (h *stagehand) enter(a *actor, now time.Duration) *process {
	p := &process{actor: a, play: h.play, now: now}
	go func() {
		a.does(&cue{p})
		p.mu.Lock()
		p.over = true
		p.mu.Unlock()
	}()
	synctest.Wait()
	return p
}

func (h *stagehand) record(p *process, all []line) *history {
	at := &history{told: all, doing: p.doing, done: slices.Clone(p.done), over: p.over, next: map[[2]int]*branch{}}
	for _, w := range p.asked {
		at.asks = append(at.asks, &w.ask)
	}
	slices.SortFunc(at.asks, func(a, b *ask) int { return cmp.Compare(a.key, b.key) })
	h.number(at.asks)
	if at.over {
		return h.finish(at)
	}
	h.count++
	at.id, at.live = h.count, p
	return at
}

// number tells the asks apart, and gives each a name of its own.
func (h *stagehand) number(asks []*ask) {
	for i, a := range asks {
		a.id = h.word(a.key)
		if i > 0 && strings.HasPrefix(asks[i-1].name, a.name) {
			a.name = asks[i-1].name + "'"
		}
	}
}

// finish is the history of one who does nothing more: nothing counts but what they did.
func (h *stagehand) finish(at *history) *history {
	text := encoded(at.done) + encoded(at.doing)
	if known := h.ends[text]; known != nil {
		return known
	}
	h.count++
	end := &history{id: h.count, doing: at.doing, done: at.done, over: true}
	h.ends[text] = end
	return end
}

// after is the branch of the history where the ask was answered, as far as it is known at the time.
func (h *stagehand) after(a *actor, at *history, asked *ask, said answer, now time.Duration) *branch {
	way := [2]int{asked.id, said.id}
	b := at.next[way]
	if b == nil {
		b = &branch{at: map[time.Duration]*history{}}
		at.next[way] = b
	}
	if _, known := b.when(now); known {
		return b
	}
	p := at.live
	if at.live = nil; p == nil {
		p = h.replay(a, at.told)
	}
	p.tell(asked.key, said, now)
	b.looks = p.looks
	all := append(slices.Clip(at.told), line{asked.key, said, now})
	if !b.looks {
		now = 0
	}
	b.at[now] = h.record(p, all)
	return b
}

// when is the history from the branch on, at the time.
func (b *branch) when(now time.Duration) (*history, bool) {
	if !b.looks {
		now = 0
	}
	at, known := b.at[now]
	return at, known
}

// replay is a process of the actor to whom all was told again.
func (h *stagehand) replay(a *actor, all []line) *process {
	p := h.enter(a, 0)
	for _, t := range all {
		p.tell(t.key, t.answer, t.now)
	}
	return p
}

// sendHome ends every process.
func (h *stagehand) sendHome() {
	var home func(at *history)
	home = func(at *history) {
		if at.live != nil {
			at.live.kill()
			at.live = nil
		}
		for _, b := range at.next {
			for _, next := range b.at {
				home(next)
			}
		}
	}
	for _, at := range h.begun {
		home(at)
	}
}
