package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// The devices of a history. Each performs one operation after the other. The first two are the owner's.
var devices = []struct {
	name   string
	caller meeting.Caller
}{
	{"ada", ada}, {"ada'", ada}, {"dave", dave}, {"dave'", dave}, {"erin", erin}, {"gus", gus}, {"gwen", gwen},
}

const (
	hosts         = 2
	hostActs      = 8
	guestActs     = 5
	mostRemovals  = 3
	mostEnds      = 2
	mostCrashes   = 3
	operationTime = 10 * time.Second
)

// A participant draws the operations of one device.
type participant struct {
	*client
	index    int
	random   *rand.Rand
	run      *run
	store    meeting.Store
	entropy  *testkit.Chance
	seat     meeting.Credential
	seen     []meeting.SeatID // those that the host knows
	acts     int
	removals int
	ends     int
}

func (p *participant) hosts() bool { return p.index < hosts }

// act performs all operations.
func (p *participant) act() {
	acts := guestActs
	if p.hosts() {
		acts = hostActs
	}
	for p.acts = range acts {
		if p.hosts() {
			p.actAsHost()
		} else {
			p.actAsGuest()
		}
	}
}

func (p *participant) actAsGuest() {
	switch n := p.random.IntN(10); {
	case p.seat.ID == "" || n == 0 || n < 5 && p.run.strict:
		p.joinAndKeep()
	case n < 7:
		p.pollAndKeep()
	default:
		p.leave(p.seat)
	}
}

func (p *participant) actAsHost() {
	switch n := p.random.IntN(20); {
	case p.acts == 0 && p.index == 0:
		p.begin()
	case p.run.strict && n < 12 && len(p.seen) > 0:
		p.decideOnOne()
	case n < 5 || p.run.strict && n < 12:
		p.look()
	case n < 7:
		p.lock()
	case n < 8:
		p.unlock()
	case n < 11:
		p.admitAll()
	case n < 16 && len(p.seen) > 0:
		p.decideOnOne()
	case n == 16 && p.ends < mostEnds:
		p.ends++
		p.end()
	case n == 17:
		p.begin()
	case n == 18 && p.seat.ID != "":
		p.leave(p.seat)
	default:
		p.unlock()
	}
}

func (p *participant) begin() {
	switch n := p.random.IntN(3); {
	case n == 0:
		p.start()
	case p.seat.ID != "" && n == 1:
		p.pollAndKeep()
	default:
		p.joinAndKeep()
	}
}

func (p *participant) decideOnOne() {
	target := p.seen[p.random.IntN(len(p.seen))]
	switch n := p.random.IntN(5); {
	case n < 2 && p.removals < mostRemovals:
		p.removals++
		p.remove(target)
	case n < 4:
		p.deny(target)
	default:
		p.admit(target)
	}
}

func (p *participant) joinAndKeep() {
	if o := p.join(); o.succeeded() {
		p.seat = o.Got
	}
}

func (p *participant) pollAndKeep() {
	final := []meeting.Reason{meeting.Ended, meeting.Removed, meeting.Denied}
	if o := p.poll(p.seat); slices.Contains(final, o.Reason) {
		p.seat = meeting.Credential{}
	}
}

// look reads the roster. The host decides on its seats later.
func (p *participant) look() {
	o := p.roster()
	if !o.succeeded() {
		return
	}
	p.seen = nil
	for _, id := range append(o.Present, o.waits...) {
		if p.run.history.makers[id].device >= hosts {
			p.seen = append(p.seen, id)
		}
	}
}

// perform performs one operation, and records it with its answer.
func (p *participant) perform(o *operation, do call) {
	h, s := p.run.history, p.run.scheduler
	ctx, cancel := context.WithTimeout(context.Background(), operationTime)
	defer cancel()
	v := &invocation{operation: o, id: p.acts*len(devices) + p.index, device: p.index, history: h, cancel: cancel}
	v.call = 2*s.step.Load() + 1
	h.invoke(v)
	var store meeting.Store = recorder{Store: tracingStore{p.store}, note: v.note}
	env := meeting.Env{Now: s.now, Random: p.entropy, Pause: pause}
	store, env.Now = p.run.mutant.around(o, store, env.Now)
	o.answered(do(context.WithValue(ctx, invocationKey{}, v), newUseCases(store, env)))
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

// A tracingStore says in the context of each write what it means in the model.
type tracingStore struct{ meeting.Store }

func tracing(ctx context.Context, change request) context.Context {
	return context.WithValue(ctx, changeKey{}, &change)
}

func (s tracingStore) ApplyTransition(
	ctx context.Context, n meeting.Number, t meeting.Transition,
) (meeting.Room, error) {
	return s.Store.ApplyTransition(tracing(ctx, applyTransition(n, t)), n, t)
}

func (s tracingStore) TakeSeat(ctx context.Context, seat meeting.Seat) (meeting.Seat, error) {
	return s.Store.TakeSeat(tracing(ctx, writeSeat("TakeSeat", seat, 0)), seat)
}

func (s tracingStore) ChangeSeat(ctx context.Context, seat meeting.Seat) (meeting.Seat, error) {
	return s.Store.ChangeSeat(tracing(ctx, writeSeat("ChangeSeat", seat, seat.Version)), seat)
}

// randomOf returns the random numbers of a history for one purpose.
func randomOf(seed int, purpose string) *rand.Rand {
	var key [32]byte
	copy(key[:], fmt.Sprintf("%d %s", seed, purpose))
	return rand.New(rand.NewChaCha8(key))
}
