package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// The devices of a history. Each performs one operation after the other. The first two are the owner's.
var devices = []string{"ada", "ada's tablet", "dave", "dave's tablet", "erin", "gus", "gwen"}

const (
	hosts         = 2
	hostActs      = 8
	guestActs     = 5
	beforeLapse   = 4 // acts, in a history in which the leases end
	mostCrashes   = 3
	operationTime = 10 * time.Second
)

// What the participants draw from.
var (
	guestWords = strings.Fields("join join join poll poll poll poll leave leave leave back")
	hostWords  = strings.Fields("roster roster roster roster lock lock unlock unlock admit admit " +
		"decide decide decide decide decide decide decide end begin leave waiting waiting")
	beginWords   = strings.Fields("start poll join")
	oneWords     = strings.Fields("remove remove deny deny admit move") // what a host decides on one seat
	waitingWords = []string{"waiting room on", "waiting room off"}
)

// A participant draws the operations of one device.
type participant struct {
	*client
	index   int
	random  *rand.Rand
	history *history
	store   meeting.Store
	entropy *testkit.Chance
	seen    []meeting.SeatID // those that the host knows
	acts    int              // that it performed
}

func (p *participant) draw(words []string) string { return words[p.random.IntN(len(words))] }

// act performs operations: those of its script; or random ones, until these are so many.
func (p *participant) act(most int) {
	if p.script != "" {
		p.play()
		return
	}
	acts, words := guestActs, guestWords
	if p.index < hosts {
		acts, words = hostActs, hostWords
	}
	for p.acts < min(acts, most) {
		word := p.draw(words)
		if p.acts == 0 && p.index == 0 {
			word = "begin"
		}
		p.actBy(word)
	}
}

func (p *participant) actBy(word string) {
	switch word {
	case "begin":
		word = p.draw(beginWords)
	case "waiting":
		word = p.draw(waitingWords)
	case "back":
		p.goBack()
		word = "poll"
	}
	switch {
	case p.seat.ID == "" && (word == "poll" || word == "leave"):
		p.do("join")
	case word == "poll":
		final := []meeting.Reason{meeting.Ended, meeting.Removed, meeting.Denied}
		if o := p.do("poll"); slices.Contains(final, o.Reason) {
			p.seat = meeting.Credential{}
		}
	case word == "decide" && len(p.seen) > 0:
		target := p.seen[p.random.IntN(len(p.seen))]
		p.do(p.draw(oneWords), target)
	case word == "decide", word == "roster":
		p.look()
	default:
		p.do(word)
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
	v.call, v.began = 2*s.step.Load()+1, s.now()
	h.invoke(v)
	env := meeting.Env{Now: s.now, Random: p.entropy, Pause: pause, Config: meeting.Config{Lease: testkit.Lease}}
	ctx = context.WithValue(ctx, invocationKey{}, v)
	p.call(ctx, o, &storage{Store: p.store, mu: &sync.Mutex{}, operation: o}, env, h.mutant)
	v.ret = 2 * s.step.Load()
	p.acts++
}

func pause(ctx context.Context, d time.Duration) { _ = smithytime.SleepWithContext(ctx, d) }

// randomOf returns the random numbers of a history for one purpose.
func randomOf(seed int, purpose string) *rand.Rand {
	var key [32]byte
	copy(key[:], fmt.Sprintf("%d %s", seed, purpose))
	return rand.New(rand.NewChaCha8(key))
}
