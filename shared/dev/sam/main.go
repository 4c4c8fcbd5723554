//go:build unix

// Command sam runs the bundle under `sam local`: the output of `sam build` in containers, on DynamoDB Local with the
// table of template.yaml, and with stand-ins for SQS and EventBridge. `sam local` has no event sources: no record,
// message or event reaches a function. `make sam-test` and `make sam-run` call it.
//
//	sam check FOLDER   compares the executables in the folder with the architecture that its template declares
//	sam test           builds, and sends each function one request (start-api) and one sample event (invoke)
//	sam run            builds, and leaves `sam local start-api` running until Ctrl-C
//
// ARCHITECTURE is the processor of the functions, SAM the SAM command to use, PORT the port of run.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/template"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "\nsam:", err)
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	s := &session{root: root, out: out, architecture: cmp.Or(os.Getenv("ARCHITECTURE"), "arm64")}
	switch command := strings.Join(arguments, " "); {
	case len(arguments) == 2 && arguments[0] == "check":
		return check(out, arguments[1], s.architecture)
	case command == "test":
		return s.do(ctx, s.test)
	case command == "run":
		text := cmp.Or(os.Getenv("PORT"), "3000")
		if s.port, err = strconv.Atoi(text); err != nil || s.port < 1 || s.port > 65535 {
			return fmt.Errorf("PORT is %q, and must be a number from 1 to 65535", text)
		}
		return s.do(ctx, s.serve)
	}
	return errors.New("usage: sam check FOLDER | test | run")
}

// do starts the session, calls use, and stops the session.
func (s *session) do(ctx context.Context, use func(context.Context) error) error {
	lock, err := process.LockFolder(filepath.Join(s.root, workFolder))
	if err != nil {
		return err
	}
	defer lock.Unlock()
	defer s.stop()
	if err := s.start(ctx); err != nil {
		return err
	}
	return use(ctx)
}

func (s *session) test(ctx context.Context) error {
	requests, err := s.sendRequests(ctx)
	if err != nil {
		return err
	}
	events, err := s.invokeSamples(ctx)
	if err == nil {
		fmt.Fprintf(s.out, "\non SAM: %d requests answered, %d sample events handled\n", requests, events)
	}
	return err
}

// serve returns after Ctrl-C, or when SAM ends by itself.
func (s *session) serve(ctx context.Context) error {
	fmt.Fprintf(s.out, "\nready %s\n\nOne function alone, while this runs:\n\n    sam local invoke ProfileFunction "+
		"-e functions/profile/events/get-user.json --parameter-overrides Architecture=%s\n\n", s.url, s.architecture)
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.out, "\nstopping")
		return nil
	case <-s.api.Done():
		return s.apiEnded()
	}
}
