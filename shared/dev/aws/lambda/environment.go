//go:build unix

package lambda

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"personal-rooms/shared/dev/process"
)

const (
	initLimit = 30 * time.Second // 10 seconds in the cloud, where the machine is not shared
	stopGrace = time.Second
)

// errNotTaken is returned if the process did not take the request, so that another environment may handle it.
var errNotTaken = errors.New("the request was not taken")

// environment is one process and its Runtime API.
type environment struct {
	function *Function
	process  *process.Process
	log      *lines
	server   *http.Server
	requests chan *request // unbuffered: the process takes a request when it asks for one
	ready    func()        // closes asked
	asked    chan struct{} // closed when the process asks for its first request
	ended    chan struct{} // closed when everything of it is gone

	mu       sync.Mutex
	current  *request // taken and not answered
	stopping bool
}

type request struct {
	id      string
	payload []byte
	outcome chan outcome // buffered
}

type outcome struct {
	answer []byte
	err    error
}

// newEnvironment starts a process and returns when it asks for its first request.
func (f *Function) newEnvironment() (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the Runtime API: %w", err)
	}
	e := &environment{
		function: f, log: &lines{out: f.Log},
		requests: make(chan *request), asked: make(chan struct{}), ended: make(chan struct{}),
	}
	e.ready = sync.OnceFunc(func() { close(e.asked) })
	e.server = &http.Server{Handler: e.runtimeAPI(), ReadHeaderTimeout: initLimit}
	go func() { _ = e.server.Serve(listener) }() // until it is closed
	cmd := exec.Command(f.Path)
	cmd.Dir, cmd.Env = filepath.Dir(f.Path), f.variables(listener.Addr().String())
	cmd.Stdout, cmd.Stderr = e.log, e.log
	if e.process, err = f.Group.Start(cmd); err != nil {
		e.server.Close()
		return nil, fmt.Errorf("%w: %w", ErrCrashed, err)
	}
	go e.cleanUp()
	if !f.add(e) {
		e.kill()
		return nil, ErrClosed
	}
	select {
	case <-e.asked:
		return e, nil
	case <-e.process.Done():
		return nil, ErrCrashed
	case <-time.After(initLimit):
		e.log.note("did not ask for a request within %s", initLimit)
		e.kill()
		return nil, ErrTimedOut
	}
}

// variables returns the environment variables of the cloud and the function's own, and none of this process.
func (f *Function) variables(runtimeAPI string) []string {
	all := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=en_US.UTF-8", "TZ=:UTC",
		"AWS_LAMBDA_RUNTIME_API=" + runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME=" + f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(f.Memory),
		"LAMBDA_TASK_ROOT=" + filepath.Dir(f.Path),
		"_HANDLER=bootstrap",
	}
	for name, value := range f.Env {
		all = append(all, name+"="+value)
	}
	return all
}

// cleanUp waits for the end of the process.
func (e *environment) cleanUp() {
	err := e.process.Err()
	e.log.flush()
	e.mu.Lock()
	expected := e.stopping
	e.mu.Unlock()
	switch {
	case expected:
	case err == nil:
		e.log.note("the process ended: exit status 0")
	default:
		e.log.note("the process ended: %v", err)
	}
	e.server.Close()
	e.function.remove(e)
	close(e.ended)
}

// invoke returns the answer of the process to payload, and releases the environment if its process still runs.
func (e *environment) invoke(payload []byte) ([]byte, error) {
	r := &request{id: rand.Text(), payload: payload, outcome: make(chan outcome, 1)}
	limit := time.NewTimer(e.function.Timeout)
	defer limit.Stop()
	select {
	case e.requests <- r:
	case <-e.process.Done():
		return nil, errNotTaken
	case <-limit.C: // the process runs, but does not ask for requests
		e.kill()
		return nil, errNotTaken
	}
	limit.Reset(e.function.Timeout)
	select {
	case o := <-r.outcome:
		e.function.release(e)
		return o.answer, o.err
	case <-e.process.Done():
		return r.lastOutcome()
	case <-limit.C:
		e.log.note("timed out after %s", e.function.Timeout)
		e.kill()
		return nil, ErrTimedOut
	}
}

// lastOutcome returns the outcome of a request whose process has ended: its answer, if it sent one before.
func (r *request) lastOutcome() ([]byte, error) {
	select {
	case o := <-r.outcome:
		return o.answer, o.err
	default:
		return nil, ErrCrashed
	}
}

// stop ends the process with SIGTERM first, kill at once. Neither is logged as a crash.
func (e *environment) stop() { e.end(func() { e.process.Stop(stopGrace) }) }

func (e *environment) kill() { e.end(e.process.Kill) }

func (e *environment) end(process func()) {
	e.mu.Lock()
	e.stopping = true
	e.mu.Unlock()
	process()
	<-e.ended
}
