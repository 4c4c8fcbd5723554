//go:build unix

// Package process starts programs that end with the program that started them.
//
// A [Group] has a process group of its own, so a terminal's Ctrl-C reaches only the owner, which can stop its children
// in order. A watchdog leads the group. If the owner dies, even by SIGKILL, its end of a pipe is closed, and the
// watchdog kills the group.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Group is a set of processes that end with their owner.
type Group struct {
	watchdog *Process
	pipe     io.Closer // closing it makes the watchdog kill the group
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
	watchdog, err := start(cmd)
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("start the watchdog: %w", err)
	}
	return &Group{watchdog: watchdog, pipe: write}, nil
}

// Start starts cmd as a member of the group.
func (g *Group) Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.watchdog.PID()}
	return start(cmd)
}

// Run runs cmd to its end, as a member of the group, and returns nil for exit code 0. If the context ends first, it
// stops cmd as [Process.Stop] does, and returns the context's error.
func (g *Group) Run(ctx context.Context, cmd *exec.Cmd, grace time.Duration) error {
	p, err := g.Start(cmd)
	if err != nil {
		return err
	}
	select {
	case <-p.Done():
		return p.Err()
	case <-ctx.Done():
		p.Stop(grace)
		return ctx.Err()
	}
}

// RunQuietly runs cmd as [Group.Run] does. Its error contains the output of cmd, which is shown nowhere else.
func (g *Group) RunQuietly(ctx context.Context, cmd *exec.Cmd, grace time.Duration) error {
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := g.Run(ctx, cmd, grace); err != nil {
		return fmt.Errorf("%w\n%s", err, output.String())
	}
	return nil
}

// Broken is closed when the watchdog has ended. Before Close, that means that the group may outlive its owner.
func (g *Group) Broken() <-chan struct{} { return g.watchdog.Done() }

// Close kills the processes of the group that still run, also if the watchdog has ended.
func (g *Group) Close() {
	g.closed.Do(func() {
		select {
		case <-g.watchdog.Done():
			_ = syscall.Kill(-g.watchdog.PID(), syscall.SIGKILL) // an error says that there is no process
		default:
		}
		g.pipe.Close()
	})
	<-g.watchdog.Done()
}

// Process is a started program.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // valid when done is closed
}

func start(cmd *exec.Cmd) (*Process, error) {
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = 2 * time.Second
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID returns the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended and its output was read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err waits for the end, and returns nil for exit code 0.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// ErrEnded is the error of a process that ended before it was ready.
var ErrEnded = errors.New("the process has ended")

// AwaitReady calls ready at each interval, and returns nil when it reports true. If the process ends before, it returns
// [ErrEnded] with the exit code; if the context ends before, the context's error.
func (p *Process) AwaitReady(ctx context.Context, interval time.Duration, ready func(context.Context) bool) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return fmt.Errorf("%w: %s", ErrEnded, p.cmd.ProcessState)
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if ready(ctx) {
				return nil
			}
		}
	}
}

// Stop sends SIGTERM, kills the process after grace, and returns when it has ended.
func (p *Process) Stop(grace time.Duration) {
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		p.Kill()
	}
}

// Kill sends SIGKILL and returns when the process has ended.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

func (p *Process) signal(s syscall.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.cmd.Process.Kill()
	}
}
