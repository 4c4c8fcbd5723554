//go:build unix

// Command sam is the bundle under `sam local`: what `sam build` made, in containers, on DynamoDB Local with the table that
// template.yaml defines, and with what stands in for SQS and EventBridge. `sam local` has no event sources: what is written, sent or put
// reaches no function by itself. `make sam-test` and `make sam-run` call it.
//
//	sam check FOLDER   compares what was built into the folder with the processor that its template declares
//	sam test           builds, sends each function one request by `sam local start-api` and one sample event by `sam local invoke`
//	sam run            builds, and leaves `sam local start-api` running until Ctrl-C
//
// ARCHITECTURE is what the functions are built for, SAM the command line to use, PORT where run answers.
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
	"slices"
	"syscall"

	"github.com/gofrs/flock"

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
	switch {
	case len(arguments) == 2 && arguments[0] == "check":
		return check(out, arguments[1], architecture())
	case slices.Equal(arguments, []string{"test"}):
		return onStage(ctx, &stage{root: root, out: out}, test)
	case slices.Equal(arguments, []string{"run"}):
		port, err := port()
		if err != nil {
			return err
		}
		return onStage(ctx, &stage{root: root, out: out, port: port}, stay)
	}
	return errors.New("usage: sam check FOLDER | test | run")
}

// architecture is the parameter of the template, as it was given to make.
func architecture() string { return cmp.Or(os.Getenv("ARCHITECTURE"), "arm64") }

func port() (port int, err error) {
	text := cmp.Or(os.Getenv("PORT"), "3000")
	if _, err := fmt.Sscan(text, &port); err != nil || port < 1 || port > 65535 {
		return 0, fmt.Errorf("PORT is %q, and must be a number from 1 to 65535", text)
	}
	return port, nil
}

// onStage sets the stage, does the thing on it, and clears up. That a container is left is an error of its own.
func onStage(ctx context.Context, s *stage, do func(context.Context, *stage) error) (err error) {
	if err := os.MkdirAll(filepath.Join(s.root, stageFolder), 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(s.root, stageFolder, "lock"))
	if locked, err := lock.TryLock(); err != nil || !locked {
		return errors.Join(errors.New("another sam-test or sam-run is at work in this folder"), err)
	}
	defer lock.Unlock()
	defer func() { err = errors.Join(err, s.clear()) }()
	if err := s.setUp(ctx); err != nil {
		return err
	}
	return do(ctx, s)
}

func test(ctx context.Context, s *stage) error {
	requests, err := s.askFunctions(ctx)
	if err != nil {
		return err
	}
	events, err := s.invokeSamples(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\non SAM: %d requests answered, %d sample events taken\n", requests, events)
	return nil
}

// stay is until Ctrl-C, or until SAM ends by itself.
func stay(ctx context.Context, s *stage) error {
	fmt.Fprintf(s.out, "\nready %s\n\n%s\n", s.url, s.hints())
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.out, "\nstopping")
		return nil
	case <-s.api.Done():
		return s.apiEnded()
	}
}
