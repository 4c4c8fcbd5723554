// Command run imports the users of a file: see `make import`. It lists conflicts on standard output, and exits with 1
// if there are any, with 2 if it could not try all users.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/importer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Getenv)
	stop()
	os.Exit(status)
}

func run(ctx context.Context, getenv func(string) string) int {
	from, to, token := getenv("FROM"), getenv("TO"), getenv("TOKEN")
	if from == "" || to == "" || token == "" {
		fmt.Fprintln(os.Stderr, "usage: make import FROM=users.csv TO=https://… TOKEN=… [APPLY=1]")
		return 2
	}
	file, err := os.Open(from)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer func() { _ = file.Close() }()
	m := importer.Import{
		To: to, Token: token, Apply: getenv("APPLY") == "1", Parallel: 8, Progress: os.Stderr,
		Client: &http.Client{Timeout: 30 * time.Second}, Pause: smithytime.SleepWithContext,
	}
	result, err := m.Run(ctx, filepath.Base(from), file, func(c importer.Conflict) { fmt.Fprintln(os.Stdout, c) })
	done := "can be created (a dry run: APPLY=1 creates them)"
	if m.Apply {
		done = "are there"
	}
	fmt.Fprintf(os.Stderr, "%d users %s, %d conflicts\n", result.Created, done, result.Conflicts)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "stopped, run it again:", err)
		return 2
	case result.Conflicts > 0:
		return 1
	}
	return 0
}
