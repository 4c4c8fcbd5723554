//go:build unix

package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Group is a set of processes that end with their owner, at the latest.
type Group struct {
	watchdog *Process
	lifeline io.Closer // the watchdog reads its other end; closing it ends the group
	closed   sync.Once
}

// NewGroup makes an empty group. The caller must Close it.
func NewGroup() (*Group, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make the watchdog's pipe: %w", err)
	}
	defer read.Close()
	cmd := exec.Command("/bin/sh", "-c", "read -r _; kill -KILL 0")
	cmd.Stdin = read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	watchdog, err := launch(cmd)
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("start the watchdog: %w", err)
	}
	return &Group{watchdog: watchdog, lifeline: write}, nil
}

// Start starts cmd as a member of the group.
func (g *Group) Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = memberOf(g.watchdog.PID())
	return launch(cmd)
}

// Broken is closed when the watchdog is gone. Before Close, that means the group no longer keeps its promise.
func (g *Group) Broken() <-chan struct{} { return g.watchdog.Done() }

// Close kills whatever still runs in the group, with the watchdog or without.
func (g *Group) Close() {
	g.closed.Do(func() {
		select {
		case <-g.watchdog.Done():
			_ = syscall.Kill(-g.watchdog.PID(), syscall.SIGKILL) // unless nobody is left
		default:
		}
		g.lifeline.Close()
	})
	<-g.watchdog.Done()
}

// Process is a started program.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // valid once done is closed
}

// launch starts cmd on a thread that lives as long as the process does: a parent-death signal is sent when the thread
// that forked ends, not when the whole parent does.
func launch(cmd *exec.Cmd) (*Process, error) {
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = 2 * time.Second
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed once the process has ended and its output is drained.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err waits for the end and tells how it came: nil for exit code 0.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Stop asks the process to end with SIGTERM, kills it after grace, and returns when it is gone.
func (p *Process) Stop(grace time.Duration) {
	p.signal(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.Kill()
	}
}

// Kill ends the process at once and returns when it is gone.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

func (p *Process) signal(s syscall.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.cmd.Process.Kill()
	}
}
