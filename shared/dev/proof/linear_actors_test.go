package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// The devices of a history. Each performs one operation after the other. The first two are the owner's.
var devices = []string{"ada", "ada's tablet", "dave", "dave's tablet", "erin", "gus", "gwen"}

const (
	hosts         = 2
	hostActs      = 8
	guestActs     = 5
	mostRemovals  = 3
	mostEnds      = 2
	mostCrashes   = 3
	operationTime = 10 * time.Second
)

// What the participants draw from. In a strict history, guests join more often, and hosts decide more often.
var (
	guestWords  = strings.Fields("join poll poll poll poll poll poll leave leave leave")
	strictGuest = strings.Fields("join join join join join poll poll leave leave leave")
	hostWords   = strings.Fields("roster roster roster roster roster lock lock unlock admit admit admit " +
		"decide decide decide decide decide end begin leave unlock")
	strictHost = strings.Fields("decide decide decide decide decide decide decide decide decide decide decide decide " +
		"decide decide decide decide end begin leave unlock")
)

// A participant draws the operations of one device.
type participant struct {
	*client
	index    int
	random   *rand.Rand
	history  *history
	store    meeting.Store
	entropy  *testkit.Chance
	seen     []meeting.SeatID // those that the host knows
	acts     int
	removals int
	ends     int
}

// act performs all operations.
func (p *participant) act() {
	acts, words := guestActs, guestWords
	switch {
	case p.index < hosts && p.history.strict:
		acts, words = hostActs, strictHost
	case p.index < hosts:
		acts, words = hostActs, hostWords
	case p.history.strict:
		words = strictGuest
	}
	for p.acts = range acts {
		word := words[p.random.IntN(len(words))]
		switch {
		case p.acts == 0 && p.index == 0:
			word = "begin"
		case p.index >= hosts && p.seat.ID == "":
			word = "join"
		}
		p.actBy(word)
	}
}

func (p *participant) actBy(word string) {
	switch {
	case word == "begin":
		words := []string{"start", "poll", "join"}
		p.actBy(words[p.random.IntN(len(words))])
	case word == "poll" && p.seat.ID == "":
		p.do("join")
	case word == "poll":
		final := []meeting.Reason{meeting.Ended, meeting.Removed, meeting.Denied}
		if o := p.do("poll"); slices.Contains(final, o.Reason) {
			p.seat = meeting.Credential{}
		}
	case word == "leave" && p.seat.ID == "", word == "end" && p.ends == mostEnds:
		p.do("unlock")
	case word == "end":
		p.ends++
		p.do("end")
	case word == "decide" && len(p.seen) > 0:
		p.decideOnOne()
	case word == "decide", word == "roster":
		p.look()
	default:
		p.do(word)
	}
}

func (p *participant) decideOnOne() {
	target := p.seen[p.random.IntN(len(p.seen))]
	switch n := p.random.IntN(5); {
	case n < 2 && p.removals < mostRemovals:
		p.removals++
		p.do("remove", target)
	case n < 4:
		p.do("deny", target)
	default:
		p.do("admit", target)
	}
}

// look reads the roster. The host decides on its seats later.
func (p *participant) look() {
	o := p.do("roster")
	if !o.succeeded() {
		return
	}
	p.seen = nil
	for _, id := range append(o.Present, o.waits...) {
		if p.history.makers[id].device >= hosts {
			p.seen = append(p.seen, id)
		}
	}
}

// perform performs one operation, and records it with its answer.
func (p *participant) perform(o *operation) {
	h, s := p.history, p.history.scheduler
	ctx, cancel := context.WithTimeout(context.Background(), operationTime)
	defer cancel()
	v := &invocation{
		operation: o, actor: p.actor, id: p.acts*len(devices) + p.index, device: p.index, history: h, cancel: cancel,
	}
	v.call = 2*s.step.Load() + 1
	h.invoke(v)
	env := meeting.Env{Now: s.now, Random: p.entropy, Pause: pause}
	ctx = context.WithValue(ctx, invocationKey{}, v)
	p.call(ctx, o, &storage{Store: p.store, note: v.note}, env, h.mutant)
	v.ret = 2 * s.step.Load()
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// randomOf returns the random numbers of a history for one purpose.
func randomOf(seed int, purpose string) *rand.Rand {
	var key [32]byte
	copy(key[:], fmt.Sprintf("%d %s", seed, purpose))
	return rand.New(rand.NewChaCha8(key))
}
