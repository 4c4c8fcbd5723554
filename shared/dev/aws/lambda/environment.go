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

const initLimit = 30 * time.Second // the cloud's is 10 seconds, on a machine of its own

// errNotTaken: the environment died before it took the request, which another may have therefore.
var errNotTaken = errors.New("the request was not taken")

// environment is one process and the Runtime API that it alone talks to.
type environment struct {
	function *Function
	process  *process.Process
	log      *lines
	server   *http.Server
	work     chan *request // unbuffered: received by a process that asks for its next request
	asked    chan struct{} // closed when it asks for the first time
	askOnce  sync.Once
	buried   chan struct{} // closed when nothing is left of it

	idleSince time.Time // guarded by the function

	mu       sync.Mutex
	current  *request // handed over and not yet answered
	stopping bool
}

// request is one payload on its way.
type request struct {
	id       string
	trace    string
	payload  []byte
	deadline time.Time
	outcome  chan outcome // buffered
}

type outcome struct {
	answer []byte
	err    error
}

// spawn starts a process and returns when it asks for its first request.
func (f *Function) spawn() (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the Runtime API: %w", err)
	}
	e := &environment{
		function: f, log: &lines{out: f.Log},
		work: make(chan *request), asked: make(chan struct{}), buried: make(chan struct{}),
	}
	e.server = &http.Server{Handler: e.runtimeAPI(), ReadHeaderTimeout: initLimit}
	go func() { _ = e.server.Serve(listener) }() // until bury closes it
	if e.process, err = f.Group.Start(e.command(listener.Addr().String())); err != nil {
		e.server.Close()
		e.log.say("cannot be started: %v", err)
		return nil, fmt.Errorf("%w: %w", ErrCrashed, err)
	}
	go e.bury()
	if !f.enter(e) {
		e.kill()
		return nil, ErrClosed
	}
	return e, e.awaitFirst()
}

func (e *environment) command(runtimeAPI string) *exec.Cmd {
	cmd := exec.Command(e.function.Path)
	cmd.Dir = filepath.Dir(e.function.Path)
	cmd.Env = e.variables(runtimeAPI)
	cmd.Stdout, cmd.Stderr = e.log, e.log
	return cmd
}

// variables are those that the cloud sets, and the function's own; nothing of ours leaks in.
func (e *environment) variables(runtimeAPI string) []string {
	f := e.function
	all := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=en_US.UTF-8", "TZ=:UTC",
		"AWS_LAMBDA_RUNTIME_API=" + runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME=" + f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(f.Memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME=local",
		"LAMBDA_TASK_ROOT=" + filepath.Dir(f.Path),
		"_HANDLER=bootstrap",
	}
	for name, value := range f.Env {
		all = append(all, name+"="+value)
	}
	return all
}

func (e *environment) awaitFirst() error {
	limit := time.NewTimer(initLimit)
	defer limit.Stop()
	select {
	case <-e.asked:
		return nil
	case <-e.process.Done():
		return ErrCrashed
	case <-limit.C:
		e.log.say("did not ask for a request within %s", initLimit)
		e.stop()
		return ErrTimedOut
	}
}

// bury waits for the end of the process and clears up after it.
func (e *environment) bury() {
	err := e.process.Err()
	e.log.flush()
	e.mu.Lock()
	expected := e.stopping
	e.mu.Unlock()
	if !expected {
		e.log.say("the process ended: %s", describe(err))
	}
	e.server.Close()
	e.function.forget(e)
	close(e.buried)
}

func describe(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// invoke returns the answer of the process to payload. Unless it is errNotTaken or the process is gone, the environment
// is free again.
func (e *environment) invoke(payload []byte) ([]byte, error) {
	r := &request{id: uuid(), trace: trace(), payload: payload, outcome: make(chan outcome, 1)}
	limit := time.NewTimer(e.function.Timeout)
	defer limit.Stop()
	select {
	case e.work <- r:
	case <-e.process.Done():
		return nil, errNotTaken
	case <-limit.C: // alive, but it never came back for more
		e.kill()
		return nil, errNotTaken
	}
	limit.Reset(e.function.Timeout)
	select {
	case o := <-r.outcome:
		e.function.release(e)
		return o.answer, o.err
	case <-e.process.Done():
		return r.last()
	case <-limit.C:
		e.log.say("timed out after %s", e.function.Timeout)
		e.kill()
		return nil, ErrTimedOut
	}
}

// last is the outcome of a request whose process is gone: what it said before, if anything.
func (r *request) last() ([]byte, error) {
	select {
	case o := <-r.outcome:
		return o.answer, o.err
	default:
		return nil, ErrCrashed
	}
}

// stop ends the process politely, kill at once. Neither is reported as a crash.
func (e *environment) stop() {
	e.expectEnd()
	e.process.Stop(stopGrace)
	<-e.buried
}

func (e *environment) kill() {
	e.expectEnd()
	e.process.Kill()
	<-e.buried
}

func (e *environment) expectEnd() {
	e.mu.Lock()
	e.stopping = true
	e.mu.Unlock()
}

func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func trace() string {
	var b [12]byte
	rand.Read(b[:])
	return fmt.Sprintf("Root=1-%08x-%x;Sampled=0", time.Now().Unix(), b)
}
