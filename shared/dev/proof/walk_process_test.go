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

	"personal-rooms/shared/meeting"
)

var (
	errLost    = errors.New("no answer")
	errCrashed = errors.New("crashed")
)

// A process runs the script of an actor. It stops before each request to storage until that is answered.
type process struct {
	actor    *actor
	scenario *scenario
	mu       sync.Mutex
	pending  []*pending
	now      time.Duration // of the last answer
	looked   bool          // at the clock, since then
	dead     bool
	over     bool
	drawn    uint64
	doing    operation
	done     []operation
}

type pending struct {
	request
	reply chan answer
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
	return nine.Add(p.now + p.actor.skew)
}

// Read returns random bytes that are the same in every run.
func (p *process) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range b {
		p.drawn++
		b[i] = sha256.Sum256(binary.AppendUvarint([]byte(p.actor.name), p.drawn))[0]
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
	pending := p.pending
	p.pending = nil
	p.mu.Unlock()
	for _, w := range pending {
		w.reply <- answer{err: errCrashed}
	}
	synctest.Wait()
}

// run performs the script.
func (p *process) run() {
	p.actor.script(p.scenario.client(p.actor, p.perform))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
}

func (p *process) perform(o *operation, do call) {
	p.mu.Lock()
	p.doing = *o
	dead := p.dead
	p.mu.Unlock()
	if dead {
		return
	}
	var store meeting.Store = recorder{Store: walkStore{p: p}, note: p.note}
	env := meeting.Env{Now: p.clock, Random: p, Pause: func(_ context.Context, d time.Duration) { p.ask(pauseFor(d)) }}
	store, env.Now = p.scenario.mutant.around(o, store, env.Now)
	o.answered(do(context.Background(), newUseCases(store, env)))
	p.mu.Lock()
	defer p.mu.Unlock()
	o.Instance, o.Open = p.doing.Instance, p.doing.Open
	p.doing = operation{}
	p.done = append(p.done, *o)
}

func (p *process) note(note func(*operation)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	note(&p.doing)
}

// A walkStore is the storage of a process. What no rule of the door depends on has a constant answer.
type walkStore struct {
	meeting.Store
	p *process
}

func value[T any](a answer) (T, error) {
	v, _ := a.value.(T)
	return v, a.err
}

func (s walkStore) Room(_ context.Context, n meeting.Number) (meeting.Room, error) {
	return value[meeting.Room](s.p.ask(readItem("Room", roomKey(n), func(s *state) any { return s.room(n) })))
}

func (s walkStore) ApplyTransition(_ context.Context, n meeting.Number, t meeting.Transition) (meeting.Room, error) {
	return value[meeting.Room](s.p.ask(applyTransition(n, t)))
}

func (s walkStore) Seat(_ context.Context, id meeting.SeatID) (meeting.Seat, error) {
	return value[meeting.Seat](s.p.ask(readItem("Seat", seatKey(id), func(s *state) any { return s.seat(id) })))
}

func (s walkStore) Roster(_ context.Context, instance string) (meeting.Roster, error) {
	return value[meeting.Roster](s.p.ask(readRoster(instance)))
}

func (s walkStore) TakeSeat(_ context.Context, seat meeting.Seat) (meeting.Seat, error) {
	return value[meeting.Seat](s.p.ask(writeSeat("TakeSeat", seat, 0)))
}

func (s walkStore) ChangeSeat(_ context.Context, seat meeting.Seat) (meeting.Seat, error) {
	return value[meeting.Seat](s.p.ask(writeSeat("ChangeSeat", seat, seat.Version)))
}

func (s walkStore) Profile(_ context.Context, u meeting.User) (meeting.Profile, error) {
	read := func(s *state) any { return stored[meeting.Profile](s, profileKey(u)) }
	return value[meeting.Profile](s.p.ask(readItem("Profile", profileKey(u), read)))
}

func (s walkStore) Save(_ context.Context, changes ...meeting.Change) error {
	return s.p.ask(save(changes)).err
}

func (walkStore) Spent(context.Context, string, time.Time) (meeting.Spent, error) {
	return meeting.Spent{}, nil
}

func (walkStore) Spend(context.Context, string, time.Time) (int, error)     { return 1, nil }
func (walkStore) SpendWait(context.Context, string, time.Time) (int, error) { return 0, nil }

func (walkStore) Meeting(context.Context, meeting.User, meeting.Number) (meeting.Meeting, error) {
	return meeting.Meeting{}, nil
}

func (walkStore) Agenda(context.Context, meeting.User, time.Time, string, int) ([]meeting.Meeting, string, error) {
	return nil, "", nil
}

func (walkStore) SaveInstance(context.Context, meeting.InstanceRecord) error { return nil }

func (walkStore) SaveContacts(context.Context, meeting.User, []meeting.Identity, time.Time, time.Time) error {
	return nil
}
