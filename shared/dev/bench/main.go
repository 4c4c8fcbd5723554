//go:build unix

// Command bench measures what the functions add to the time of their callers. `make bench` calls it.
//
//   - Cold start: the time from a function's start to its first request for work, and the same of a function that does
//     nothing. The functions take turns, so that a busy machine slows all of them alike.
//   - Warm call: the time of a call over the time of its DynamoDB requests (see shared/dev/bench/overhead).
//   - Rush: a thousand people at one room and DynamoDB's limits, in virtual time (see shared/dev/proof/rush).
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

// hello does nothing. The other functions are compared with it.
var hello = template.Function{Name: "hello", Folder: "shared/dev/bench/testdata/hello", Timeout: time.Second}

const rushFolder = "shared/dev/proof/rush"

func main() {
	runs := flag.Int("runs", 31, "how often each function is started")
	calls := flag.Int("calls", 300, "how often each warm call is made")
	flag.Parse()
	if err := run(*runs, *calls, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A bench measures on one machine.
type bench struct {
	root  string
	out   io.Writer
	group *process.Group
}

func run(runs, calls int, out io.Writer) error {
	root, err := template.FindRoot(".")
	if err != nil {
		return err
	}
	group, err := process.NewGroup()
	if err != nil {
		return err
	}
	defer group.Close()
	b := bench{root, out, group}
	if err := b.coldStarts(runs); err != nil {
		return err
	}
	if err := b.warmCalls(calls); err != nil {
		return err
	}
	return b.rush()
}

func (b bench) coldStarts(runs int) error {
	bundle, err := template.Load(b.root, nil)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	functions := append([]template.Function{hello}, bundle.Functions...)
	if err := build.Functions(context.Background(), b.group, b.root, functions, dir, b.out); err != nil {
		return err
	}
	defer console.Progress(b.out, "measuring cold starts")()
	times := map[string][]time.Duration{}
	for round := range runs + 1 {
		for _, f := range functions {
			took, err := b.start(f, dir)
			if err != nil {
				return err
			}
			if round > 0 { // the first round only fills the disk's cache
				times[f.Name] = append(times[f.Name], took)
			}
		}
	}
	return showStarts(b.out, functions, times, dir)
}

// start returns how long a function takes from its start to its first request for work.
func (b bench) start(f template.Function, dir string) (time.Duration, error) {
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
	maps.Copy(env, f.Env)
	began := time.Now()
	started, err := lambda.Start(lambda.Config{
		Name: f.Name, Path: filepath.Join(dir, f.Name), Env: env, Timeout: f.Timeout, Memory: f.Memory,
		Group: b.group, Log: console.Of(os.Stderr).Function(f.Name),
	})
	took := time.Since(began)
	if err == nil {
		started.Close()
	}
	return took, err
}

func showStarts(out io.Writer, functions []template.Function, times map[string][]time.Duration, dir string) error {
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

// warmCalls runs the benchmarks of the functions' tests, one after the other, and shows their results.
func (b bench) warmCalls(calls int) error {
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		if err := dynamodblocal.Prepare(context.Background(), b.out); err != nil {
			return err
		}
	}
	output, err := b.goTest("measuring warm calls (the first time builds the tests)",
		"-p=1", "-run=^$", "-bench=^BenchmarkOverhead$", fmt.Sprintf("-benchtime=%dx", calls), "./functions/...")
	if err != nil {
		return err
	}
	return showCalls(b.out, output, calls)
}

// goTest runs `go test`, and returns its output.
func (b bench) goTest(name string, arguments ...string) (string, error) {
	fmt.Fprintln(b.out)
	defer console.Progress(b.out, name)()
	var output bytes.Buffer
	cmd := exec.Command("go", append([]string{"test"}, arguments...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.root, &output, &output
	running, err := b.group.Start(cmd)
	if err == nil {
		err = running.Err()
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", name, err, output.String())
	}
	return output.String(), nil
}

// result matches a benchmark's line: its name, and pairs of a value and its unit.
var result = regexp.MustCompile(`(?m)^BenchmarkOverhead/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func showCalls(out io.Writer, output string, calls int) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nwarm call (medians of %d)\tits requests alone\tthe call\toverhead\tits requests\n", calls)
	found := result.FindAllStringSubmatch(output, -1)
	for _, line := range found {
		values := map[string]string{}
		for pair := range slices.Chunk(strings.Fields(line[2]), 2) {
			values[pair[len(pair)-1]] = pair[0] + " µs"
		}
		name, requests, _ := strings.Cut(strings.ReplaceAll(line[1], "_", " "), ": ")
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", name, values["bare-µs"], values["call-µs"], values["overhead-µs"],
			requests)
	}
	if len(found) == 0 {
		return fmt.Errorf("no benchmark of warm calls was run\n%s", output)
	}
	return table.Flush()
}

// rush runs the test of a rush, which writes a table and a plot.
func (b bench) rush() error {
	if _, err := b.goTest("simulating a rush at one room, in virtual time", "-count=1", "-run=^TestARush$",
		"./"+rushFolder, "-args", "-write"); err != nil {
		return err
	}
	table, err := os.ReadFile(filepath.Join(b.root, rushFolder, "burst.txt"))
	if err == nil {
		_, err = fmt.Fprintf(b.out, "\n%s\nthe plot: %s/burst.svg\n", table, rushFolder)
	}
	return err
}
