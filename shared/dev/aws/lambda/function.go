//go:build unix

// Package lambda runs the executable of a Lambda function as the cloud does: through the Lambda Runtime API, in
// execution environments that are one process each and handle one request at a time. A request goes to an idle
// environment, or to a new one.
//
// Idle environments run until Close. A memory limit, frozen processes between requests, and extensions are not
// emulated.
package lambda

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"personal-rooms/shared/dev/process"
)

const maxEnvironments = 100 // further requests wait

// The errors of a request. The log of the function has the cause.
var (
	ErrFailed   = errors.New("the function returned an error")
	ErrCrashed  = errors.New("the function's process ended")
	ErrTimedOut = errors.New("the function took too long")
	ErrClosed   = errors.New("the function is shut down")
)

// Config describes a function. All but Env and Memory are required.
type Config struct {
	Name    string
	Path    string // of its executable
	Env     map[string]string
	Timeout time.Duration // of one request
	Memory  int           // in MB; not enforced
	Group   *process.Group
	Log     io.Writer // gets the function's output, a line with each Write
}

// Function is a running function.
type Function struct {
	Config
	slots chan struct{} // one for each request that is being handled

	mu     sync.Mutex
	closed bool
	all    map[*environment]bool
	idle   []*environment // the most recently used is last
}

// Start starts a function with one environment. A function that ends before it asks for its first request is an error;
// its output is in Log.
func Start(c Config) (*Function, error) {
	f := &Function{Config: c, all: map[*environment]bool{}, slots: make(chan struct{}, maxEnvironments)}
	first, err := f.newEnvironment()
	if err != nil {
		return nil, fmt.Errorf("%s cannot start: %w", c.Name, err)
	}
	f.release(first)
	return f, nil
}

// Invoke sends the payload to an environment and returns its answer.
func (f *Function) Invoke(payload []byte) ([]byte, error) {
	f.slots <- struct{}{}
	defer func() { <-f.slots }()
	for {
		e, err := f.acquire()
		if err != nil {
			return nil, err
		}
		answer, err := e.invoke(payload)
		if !errors.Is(err, errNotTaken) { // else its process ended before it took the request
			return answer, err
		}
	}
}

// Close stops every environment. Requests that are being handled end with ErrCrashed.
func (f *Function) Close() {
	f.mu.Lock()
	f.closed = true
	var stopping sync.WaitGroup
	for e := range f.all {
		stopping.Go(e.stop)
	}
	f.mu.Unlock()
	stopping.Wait()
}

// Count returns the number of environments.
func (f *Function) Count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.all)
}

// acquire returns the idle environment that was used last, or a new one.
func (f *Function) acquire() (*environment, error) {
	f.mu.Lock()
	if last := len(f.idle) - 1; last >= 0 {
		e := f.idle[last]
		f.idle = f.idle[:last]
		f.mu.Unlock()
		return e, nil
	}
	f.mu.Unlock()
	return f.newEnvironment()
}

// release makes an environment idle.
func (f *Function) release(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all[e] {
		f.idle = append(f.idle, e)
	}
}

// add registers a new environment, unless the function is closed.
func (f *Function) add(e *environment) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return false
	}
	f.all[e] = true
	return true
}

// remove is called when an environment's process has ended.
func (f *Function) remove(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, e)
	f.idle = slices.DeleteFunc(f.idle, func(other *environment) bool { return other == e })
}
