//go:build unix

// Command bench measures what a function costs its callers.
//
// A cold start: how long each function takes from its start to asking for its first request, which is what it adds on top
// of what the cloud needs itself, and the same of a function that does nothing.
//
// A warm call: how long it takes over the DynamoDB requests that it makes, on DynamoDB Local (see shared/dev/bench/overhead).
//
// What is compared takes turns in one run, so that a busy machine is as unfair to each.
//
// A rush: what a thousand people at one room come to on DynamoDB's limits, in virtual time (see shared/dev/proof/rush).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

// hello is what the functions are compared with.
var hello = template.Function{Name: "hello", Folder: "shared/dev/bench/testdata/hello", Timeout: time.Second}

func main() {
	runs := flag.Int("runs", 31, "how often each function is started")
	calls := flag.Int("calls", 300, "how often each warm call is made")
	flag.Parse()
	if err := run(*runs, *calls, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(runs, calls int, out io.Writer) error {
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	plan, err := template.Load(root, nil)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	group, err := process.NewGroup()
	if err != nil {
		return err
	}
	defer group.Close()
	if err := coldStarts(group, plan, dir, runs, out); err != nil {
		return err
	}
	if err := warmCalls(group, root, calls, out); err != nil {
		return err
	}
	return rushes(group, root, out)
}

func coldStarts(group *process.Group, plan *template.Bundle, dir string, runs int, out io.Writer) error {
	functions := append([]template.Function{hello}, plan.Functions...)
	if err := build.Functions(context.Background(), group, plan.Root, functions, dir, out); err != nil {
		return err
	}
	stop := console.Progress(out, "measuring cold starts")
	times, err := measure(group, functions, dir, runs)
	stop()
	if err != nil {
		return err
	}
	return show(out, functions, times, dir)
}

// measure starts every function in turn, runs times. The first round only warms the disk's cache.
func measure(group *process.Group, functions []template.Function, dir string, runs int) (map[string][]time.Duration, error) {
	times := map[string][]time.Duration{}
	for round := range runs + 1 {
		for _, f := range functions {
			took, err := start(group, f, dir)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				times[f.Name] = append(times[f.Name], took)
			}
		}
	}
	return times, nil
}

func start(group *process.Group, f template.Function, dir string) (time.Duration, error) {
	began := time.Now()
	started, err := lambda.Start(lambda.Config{
		Name: f.Name, Path: filepath.Join(dir, f.Name), Env: environment(f), Timeout: f.Timeout, Memory: f.Memory,
		Group: group, Log: console.Of(os.Stderr).Function(f.Name),
	})
	took := time.Since(began)
	if err == nil {
		started.Close()
	}
	return took, err
}

// environment is the cloud's, where an authorizer verifies tokens.
func environment(f template.Function) map[string]string {
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
	maps.Copy(env, f.Env)
	return env
}

func show(out io.Writer, functions []template.Function, times map[string][]time.Duration, dir string) error {
	base := median(times[hello.Name])
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\nfunction\tstart (median of %d)\tslowest\tover hello\tsize\t\n", len(times[hello.Name]))
	for _, f := range functions {
		info, err := os.Stat(filepath.Join(dir, f.Name))
		if err != nil {
			return err
		}
		middle, slowest := median(times[f.Name]), slices.Max(times[f.Name])
		fmt.Fprintf(table, "%s\t%.1f ms\t%.1f ms\t%+.1f ms\t%.1f MB\t\n", f.Name, ms(middle), ms(slowest), ms(middle-base),
			float64(info.Size())/1e6)
	}
	return table.Flush()
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
