//go:build unix

// Command bench measures cold starts: the time from a function's start to its first request for work, and the same of a
// function that does nothing. The functions take turns, so that a busy machine slows all of them alike. `make bench`
// calls it.
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

// hello does nothing. The other functions are compared with it.
var hello = template.Function{Name: "hello", Folder: "shared/dev/bench/testdata/hello", Timeout: time.Second}

func main() {
	runs := flag.Int("runs", 31, "how often each function is started")
	flag.Parse()
	if err := run(*runs, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(runs int, out io.Writer) error {
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	group, err := process.NewGroup()
	if err != nil {
		return err
	}
	defer group.Close()
	bundle, err := template.Load(root, nil)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	functions := append([]template.Function{hello}, bundle.Functions...)
	if err := build.Functions(context.Background(), group, root, functions, dir, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "measuring cold starts")
	times := map[string][]time.Duration{}
	for round := range runs + 1 {
		for _, f := range functions {
			took, err := start(group, f, dir)
			if err != nil {
				return err
			}
			if round > 0 { // the first round only fills the disk's cache
				times[f.Name] = append(times[f.Name], took)
			}
		}
	}
	return show(out, functions, times, dir)
}

// start returns how long a function takes from its start to its first request for work.
func start(group *process.Group, f template.Function, dir string) (time.Duration, error) {
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
	maps.Copy(env, f.Env)
	began := time.Now()
	started, err := lambda.Start(lambda.Config{
		Name: f.Name, Path: filepath.Join(dir, f.Name), Env: env, Timeout: f.Timeout, Memory: f.Memory,
		Group: group, Log: console.Of(os.Stderr).Function(f.Name),
	})
	took := time.Since(began)
	if err == nil {
		started.Close()
	}
	return took, err
}

func show(out io.Writer, functions []template.Function, times map[string][]time.Duration, dir string) error {
	median := func(name string) time.Duration {
		return slices.Sorted(slices.Values(times[name]))[len(times[name])/2]
	}
	milliseconds := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\nfunction\tstart (median of %d)\tslowest\tover hello\tsize\t\n", len(times[hello.Name]))
	for _, f := range functions {
		info, err := os.Stat(filepath.Join(dir, f.Name))
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%.1f ms\t%.1f ms\t%+.1f ms\t%.1f MB\t\n", f.Name, milliseconds(median(f.Name)),
			milliseconds(slices.Max(times[f.Name])), milliseconds(median(f.Name)-median(hello.Name)), float64(info.Size())/1e6)
	}
	return table.Flush()
}
