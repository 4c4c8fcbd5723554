package proof

import (
	"context"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing/synctest"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
)

// A scheduler delivers one request after the other to DynamoDB, drawn by the seed among all that are on their way,
// and decides about faults. While none is on its way, time passes.
type scheduler struct {
	relay   relay
	random  *rand.Rand
	rate    float64 // of faults
	uneven  bool    // some clients are much faster than others
	crashes int     // how many operations may still be cut off

	step    atomic.Int64 // how many requests were delivered
	began   time.Time
	weights map[int]int // of the clients

	mu   sync.Mutex
	held []*message // in the order of arrival, or as sorted last
}

// invocationKey is the key of the operation in the context of its requests.
type invocationKey struct{}

// tick is how long the scheduler waits while everybody pauses. It is longer than any random pause: the order in which
// those end is not the seed's.
const tick = 150 * time.Millisecond

// RoundTrip holds the request until it is delivered, or until its sender gives up.
func (s *scheduler) RoundTrip(r *http.Request) (*http.Response, error) {
	m, err := readMessage(r)
	if err != nil {
		return nil, err
	}
	s.hold(m)
	select {
	case fault := <-m.answer:
		return fault(nil, r)
	case <-r.Context().Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		m.gone = true
		return nil, r.Context().Err()
	}
}

func (s *scheduler) hold(m *message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, m)
}

// run delivers requests until all the functions have returned.
func (s *scheduler) run(functions ...func()) {
	var running atomic.Int64
	running.Store(int64(len(functions)))
	for _, f := range functions {
		go func() {
			defer running.Add(-1)
			f()
		}()
	}
	for {
		synctest.Wait()
		if running.Load() == 0 {
			return
		}
		m := s.choose()
		if m == nil {
			pause(context.Background(), tick)
			continue
		}
		s.step.Add(1)
		s.release(m)
	}
}

// choose takes one of the requests that are held; nil if there is none.
func (s *scheduler) choose() *message {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortStableFunc(s.held, (*message).compare)
	s.held = slices.DeleteFunc(s.held, func(m *message) bool {
		abandoned := m.gone && !m.copied
		m.copied = m.copied || m.gone
		return abandoned && (!m.writes() || s.random.IntN(2) == 0) // it was never sent, or is lost
	})
	onlyCopies := !slices.ContainsFunc(s.held, func(m *message) bool { return !m.copied })
	if len(s.held) == 0 || onlyCopies && s.random.IntN(4) > 0 {
		return nil
	}
	i := s.draw()
	m := s.held[i]
	s.held = slices.Delete(s.held, i, i+1)
	return m
}

// draw returns the index of a request that is held.
func (s *scheduler) draw() int {
	if s.uneven && (s.weights == nil || s.random.IntN(12) == 0) {
		s.weights = map[int]int{}
		for i := range devices {
			s.weights[i] = []int{1, 6, 60}[s.random.IntN(3)]
		}
	}
	var shares []int
	for i, m := range s.held {
		shares = append(shares, slices.Repeat([]int{i}, max(1, s.weights[m.from.device]))...)
	}
	return shares[s.random.IntN(len(shares))]
}

// release delivers the request, with or without a fault.
func (s *scheduler) release(m *message) {
	switch {
	case m.copied:
		s.deliver(m)
	case s.random.Float64() >= s.rate:
		s.deliver(m)
		m.respond(m.reply, m.err)
	default:
		s.fail(m)
	}
}

// faults are what may happen to a request.
var faults = map[string]func(*scheduler, *message){
	"throttled": func(_ *scheduler, m *message) { m.answer <- dynamoproxy.Throttle },
	"broken":    func(_ *scheduler, m *message) { m.answer <- dynamoproxy.Break },
	"late":      func(s *scheduler, m *message) { s.copy(m); m.respond(nil, os.ErrDeadlineExceeded) },
	"lost":      func(s *scheduler, m *message) { s.deliver(m); m.respond(nil, syscall.ECONNRESET) },
	"twice":     func(s *scheduler, m *message) { s.deliver(m); s.copy(m); m.respond(m.reply, m.err) },
	"conflict":  func(_ *scheduler, m *message) { m.answer <- dynamoproxy.Conflict },
	"crash":     (*scheduler).crash,
}

func (s *scheduler) fail(m *message) {
	names := slices.Sorted(maps.Keys(faults))
	name := names[s.random.IntN(len(names))]
	ofWrites := name == "lost" || name == "twice" || name == "conflict"
	if !m.writes() && ofWrites || name == "crash" && s.crashes == 0 {
		s.deliver(m)
		m.respond(m.reply, m.err)
		return
	}
	m.from.faults = append(m.from.faults, name+" "+m.action)
	faults[name](s, m)
}

// crash cuts the operation off: its last request was served, or will be, or never.
func (s *scheduler) crash(m *message) {
	s.crashes--
	switch s.random.IntN(3) {
	case 0:
		s.deliver(m)
	case 1:
		s.copy(m)
	}
	m.from.crashed = true
	m.from.cancel()
}

// copy keeps a copy of a write on its way. Nobody waits for the answer.
func (s *scheduler) copy(m *message) {
	if !m.writes() {
		return
	}
	copied := *m
	copied.copied, copied.answer = true, nil
	s.hold(&copied)
}

// deliver sends the request to DynamoDB, and records what it changed there.
func (s *scheduler) deliver(m *message) {
	s.relay.serve(m)
	if m.writes() && m.change != nil && m.err == nil && m.reply.StatusCode == http.StatusOK {
		m.from.history.record(effect{m.from, m.change, 2 * s.step.Load(), s.now()})
	}
}

// settle delivers the writes that are still on their way, or loses them.
func (s *scheduler) settle() {
	s.mu.Lock()
	rest := s.held
	s.held = nil
	s.mu.Unlock()
	slices.SortStableFunc(rest, (*message).compare)
	for _, m := range rest {
		if m.writes() && s.random.IntN(2) == 0 {
			s.step.Add(1)
			s.deliver(m)
		}
	}
}

// now is the time that operations see: how long one paused is not the seed's.
func (s *scheduler) now() time.Time { return nine.Add(time.Since(s.began).Truncate(tick)) }
