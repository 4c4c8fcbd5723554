//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"text/tabwriter"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
)

// benchmark is the name of those that measure warm calls, in the functions' tests.
const benchmark = "BenchmarkOverhead"

// warmCalls runs the functions' benchmarks, one after the other, and shows what they report.
func warmCalls(group *process.Group, root string, calls int, out io.Writer) error {
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		if err := dynamodblocal.Prepare(context.Background(), out); err != nil {
			return err
		}
	}
	cmd := exec.Command("go", "test", "-p=1", "-run=^$", "-bench=^"+benchmark+"$", fmt.Sprintf("-benchtime=%dx", calls), "./functions/...")
	cmd.Dir = root
	fmt.Fprintln(out)
	stop := console.Progress(out, "measuring warm calls (the first time builds the tests)")
	said, err := output(group, cmd)
	stop()
	if err != nil {
		return fmt.Errorf("the benchmarks of warm calls: %w\n%s", err, said)
	}
	return showCalls(out, said, calls)
}

// output is what the command says, when it is done.
func output(group *process.Group, cmd *exec.Cmd) (string, error) {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	running, err := group.Start(cmd)
	if err == nil {
		err = running.Err()
	}
	return said.String(), err
}

// result is a benchmark's line: its name without what Go adds to it, and what it reports, as pairs of a value and its unit.
var result = regexp.MustCompile(`^` + benchmark + `/(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func showCalls(out io.Writer, said string, calls int) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nwarm call (medians of %d)\tits requests alone\tthe call\toverhead\tits requests\n", calls)
	rows := 0
	for line := range strings.Lines(said) {
		found := result.FindStringSubmatch(strings.TrimSpace(line))
		if found == nil {
			continue
		}
		values := map[string]string{}
		for pairs := strings.Fields(found[2]); len(pairs) > 1; pairs = pairs[2:] {
			values[pairs[1]] = pairs[0] + " µs"
		}
		what, requests, _ := strings.Cut(strings.ReplaceAll(found[1], "_", " "), ": ")
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", what, values["bare-µs"], values["call-µs"], values["overhead-µs"], requests)
		rows++
	}
	if rows == 0 {
		return fmt.Errorf("no benchmark of warm calls was run\n%s", said)
	}
	return table.Flush()
}
