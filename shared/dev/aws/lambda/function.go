//go:build unix

// Package lambda runs a Lambda function's executable as the cloud does: against the Lambda Runtime API, in execution
// environments of which each is one process that works on one request at a time. An environment is used again while it
// is warm; a request that finds none free gets a new one.
//
// What the cloud has and this has not: a memory limit, a frozen process between requests, extensions.
package lambda

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"personal-rooms/shared/dev/process"
)

const (
	defaultEnvironments = 100
	defaultIdleLimit    = 5 * time.Minute
	stopGrace           = time.Second
)

// What a request can end with instead of an answer. The function's log, shown already, has the cause.
var (
	ErrFailed   = errors.New("the function returned an error")
	ErrCrashed  = errors.New("the function's process ended")
	ErrTimedOut = errors.New("the function took too long")
	ErrTooLarge = errors.New("the function's answer is too large")
	ErrClosed   = errors.New("the function is shut down")
)

// Config says what a function is. Name, Path, Timeout and Group are needed.
type Config struct {
	Name         string
	Path         string // of its executable
	Env          map[string]string
	Timeout      time.Duration // for one request
	Memory       int           // MB, told to the function and not enforced
	Group        *process.Group
	Log          io.Writer     // its output, a line with each Write
	Environments int           // at most, at once; further requests wait. Default 100
	IdleLimit    time.Duration // after which an unused environment is stopped. Default 5 minutes
}

// Function is a function that takes requests.
type Function struct {
	Config
	slots   chan struct{} // one per request at work
	closing chan struct{}
	reaper  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	all    map[*environment]bool
	idle   []*environment // the last used is last
}

// Start starts a function with one warm environment. A function that does not come as far as asking for its first
// request is an error; its log has been written to Log.
func Start(c Config) (*Function, error) {
	if c.Environments == 0 {
		c.Environments = defaultEnvironments
	}
	if c.IdleLimit == 0 {
		c.IdleLimit = defaultIdleLimit
	}
	if c.Log == nil {
		c.Log = io.Discard
	}
	f := &Function{
		Config: c, all: map[*environment]bool{},
		slots: make(chan struct{}, c.Environments), closing: make(chan struct{}),
	}
	first, err := f.spawn()
	if err != nil {
		return nil, fmt.Errorf("%s cannot start: %w", c.Name, err)
	}
	f.release(first)
	f.reaper.Go(f.reap)
	return f, nil
}

// Invoke hands payload to a free environment and returns its answer.
func (f *Function) Invoke(payload []byte) ([]byte, error) {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-f.closing:
		return nil, ErrClosed
	}
	for {
		e, err := f.acquire()
		if err != nil {
			return nil, err
		}
		answer, err := e.invoke(payload)
		if errors.Is(err, errNotTaken) {
			continue // it died while idle; the request never reached it
		}
		return answer, err
	}
}

// Close stops every environment. Requests at work end with ErrCrashed.
func (f *Function) Close() {
	f.mu.Lock()
	if !f.closed {
		f.closed = true
		close(f.closing)
	}
	environments := make([]*environment, 0, len(f.all))
	for e := range f.all {
		environments = append(environments, e)
	}
	f.mu.Unlock()
	var stopping sync.WaitGroup
	for _, e := range environments {
		stopping.Go(e.stop)
	}
	stopping.Wait()
	f.reaper.Wait()
}

// Count is the number of environments there are.
func (f *Function) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}

// acquire takes the environment that was used last, or a new one.
func (f *Function) acquire() (*environment, error) {
	f.mu.Lock()
	if last := len(f.idle) - 1; last >= 0 {
		e := f.idle[last]
		f.idle = f.idle[:last]
		f.mu.Unlock()
		return e, nil
	}
	f.mu.Unlock()
	return f.spawn()
}

// release makes an environment free for the next request.
func (f *Function) release(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all[e] {
		e.idleSince = time.Now()
		f.idle = append(f.idle, e)
	}
}

// enter makes an environment known, unless the function is closed.
func (f *Function) enter(e *environment) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.all[e] = true
	return true
}

// forget is called once an environment's process is gone.
func (f *Function) forget(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, e)
	for i, other := range f.idle {
		if other == e {
			f.idle = append(f.idle[:i], f.idle[i+1:]...)
			return
		}
	}
}

// reap stops environments that nobody used for long, until Close.
func (f *Function) reap() {
	tick := time.NewTicker(f.IdleLimit / 4)
	defer tick.Stop()
	for {
		select {
		case <-f.closing:
			return
		case <-tick.C:
			for _, e := range f.takeStale() {
				e.stop()
			}
		}
	}
}

func (f *Function) takeStale() (stale []*environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.idle) > 0 && time.Since(f.idle[0].idleSince) > f.IdleLimit {
		stale, f.idle = append(stale, f.idle[0]), f.idle[1:]
	}
	return stale
}
