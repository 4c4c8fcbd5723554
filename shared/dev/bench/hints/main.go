//go:build unix

// Command hints measures how soon clients know what happened, with hints and by polling, on the real functions and the
// real stream of DynamoDB Local: from the host's request to admit somebody until that person's answer says so, and from
// somebody's request to join until the host's console lists them. `make bench` calls it; with -write it keeps the
// result for shared/docs/costs.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/bundletest"
)

// result is the file with the result, below the root.
const result = "shared/dev/costs/hints.txt"

func main() {
	rounds := flag.Int("rounds", 40, "how often each is measured")
	write := flag.Bool("write", false, "write "+result)
	flag.Parse()
	if err := run(context.Background(), *rounds, *write); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A measurement is one row of the result.
type measurement struct {
	name  string
	once  func(room, context.Context) (time.Duration, error)
	atOne int // how many rooms are measured at the same time; clients that poll wait most of the time
}

var measurements = []measurement{
	{"admitted, until they know: with hints", room.admitWithHints, 2},
	{"admitted, until they know: polling", room.admitByPolling, 20},
	{"somebody waits, until a console shows it: with hints", room.waitWithHints, 2},
	{"somebody waits, until a console shows it: polling", room.waitByPolling, 20},
}

func run(ctx context.Context, rounds int, write bool) error {
	bundle, stop, err := bundletest.Start(nil, io.Discard)
	if err != nil {
		return err
	}
	defer stop()
	var table strings.Builder
	fmt.Fprintf(&table, "| of %d each | median | 95 of 100 | slowest |\n|---|---:|---:|---:|\n", rounds)
	for _, m := range measurements {
		times, err := m.measure(ctx, bundle, rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		seconds := func(part int) float64 { return times[min(len(times)*part/100, len(times)-1)].Seconds() }
		fmt.Fprintf(&table, "| %s | %.2f s | %.2f s | %.2f s |\n", m.name, seconds(50), seconds(95), seconds(100))
	}
	fmt.Print(table.String()) //nolint:forbidigo // the output of this command
	if !write {
		return nil
	}
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, result), []byte(table.String()), 0o600)
}

// measure returns the times of all rounds, sorted. Each round has a room of its own.
func (m measurement) measure(ctx context.Context, s server, rounds int) (times []time.Duration, err error) {
	var mu sync.Mutex
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(m.atOne)
	for range rounds {
		all.Go(func() error {
			r, err := newRoom(ctx, s)
			if err != nil {
				return err
			}
			took, err := m.once(r, ctx)
			mu.Lock()
			defer mu.Unlock()
			times = append(times, took)
			return err
		})
	}
	err = all.Wait()
	slices.Sort(times)
	return times, err
}
