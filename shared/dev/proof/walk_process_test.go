package proof

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

var (
	errLost    = errors.New("no answer")
	errCrashed = errors.New("crashed")
)

// A process runs the script of an actor. It stops before each request to storage until that is answered.
type process struct {
	*client
	mutant  *mutant
	mu      sync.Mutex
	pending []*pending
	now     time.Duration // of the last answer
	looked  bool          // at the clock, since then
	dead    bool
	over    bool
	drawn   uint64
	doing   *operation // nil: none
	done    []operation
}

type pending struct {
	request
	reply chan answer
}

// launch runs the script of the actor at the room until its first request.
func launch(a *actor, room meeting.Room, m *mutant, now time.Duration) *process {
	p := &process{mutant: m, now: now}
	p.client = &client{actor: a, room: room, seat: credential(room, a.caller), perform: p.perform}
	go func() {
		p.play()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.over = true
	}()
	synctest.Wait()
	return p
}

func (p *process) ask(r request) answer {
	p.mu.Lock()
	if p.dead {
		p.mu.Unlock()
		return answer{err: errCrashed}
	}
	w := &pending{r, make(chan answer, 1)}
	p.pending = append(p.pending, w)
	p.mu.Unlock()
	return <-w.reply
}

func (p *process) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looked = true
	return nine.Add(p.now + p.skew)
}

// hasLooked reports whether the process looked at the clock since the last answer.
func (p *process) hasLooked() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.looked
}

// Read returns random bytes that are the same in every run.
func (p *process) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range b {
		p.drawn++
		b[i] = sha256.Sum256(binary.AppendUvarint([]byte(p.name), p.drawn))[0]
	}
	return len(b), nil
}

// answer answers the pending request with the key.
func (p *process) answer(key string, a answer, now time.Duration) {
	p.mu.Lock()
	i := slices.IndexFunc(p.pending, func(w *pending) bool { return w.key == key })
	w := p.pending[i]
	p.pending = slices.Delete(p.pending, i, i+1)
	p.now, p.looked = now, false
	p.mu.Unlock()
	w.reply <- a
	synctest.Wait()
}

func (p *process) kill() {
	p.mu.Lock()
	p.dead = true
	for _, w := range p.pending {
		w.reply <- answer{err: errCrashed}
	}
	p.mu.Unlock()
	synctest.Wait()
}

func (p *process) perform(o *operation) {
	p.mu.Lock()
	p.doing = o
	dead := p.dead
	p.mu.Unlock()
	if dead {
		return
	}
	env := meeting.Env{
		Now: p.clock, Random: p, Pause: func(_ context.Context, d time.Duration) { p.ask(pauseFor(d)) },
		Config: meeting.Config{Lease: testkit.Lease},
	}
	p.call(context.Background(), o, &storage{Store: constants{}, ask: p.ask, mu: &p.mu, operation: o}, env, p.mutant)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doing = nil
	p.done = append(p.done, *o)
}
