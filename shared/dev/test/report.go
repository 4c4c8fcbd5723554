//go:build unix

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

const module = "personal-rooms/"

// An event is a line of go test -json: see go doc test2json, and go help buildjson.
type event struct {
	Action  string
	Package string
	Test    string // "": the package
	Elapsed float64
	Output  string
}

// A report prints the results of packages.
type report struct {
	out      io.Writer
	now      func() time.Time
	began    time.Time
	running  map[string]*packageRun
	packages int
	passed   int
	failed   []string
	skipped  []string
}

// A packageRun is a package whose tests are running.
type packageRun struct {
	began   time.Time
	output  []event
	results map[string]string // of tests: pass, skip or fail
}

func newReport(out io.Writer, now func() time.Time) *report {
	return &report{out: out, now: now, began: now(), running: map[string]*packageRun{}}
}

// follow reads all lines. When it has printed nothing for the given time, it prints which packages are running.
func (r *report) follow(ctx context.Context, lines <-chan []byte, quiet time.Duration) error {
	tick := time.NewTicker(quiet)
	defer tick.Stop()
	for {
		select {
		case line, more := <-lines:
			if !more {
				return nil
			}
			if r.read(line) {
				tick.Reset(quiet)
			}
		case <-tick.C:
			r.progress()
		case <-ctx.Done():
			return errors.New("interrupted")
		}
	}
}

// read handles a line and reports whether it printed something.
func (r *report) read(line []byte) (printed bool) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		e = event{Action: "build-output", Output: string(line)}
	}
	switch {
	case e.Action == "build-output":
		fmt.Fprint(r.out, e.Output)
		return true
	case e.Package == "":
		return false
	}
	p := r.running[e.Package]
	if p == nil {
		p = &packageRun{began: r.now(), results: map[string]string{}}
		r.running[e.Package] = p
	}
	switch e.Action {
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") {
			p.output = append(p.output, e)
		}
	case "pass", "fail", "skip":
		if e.Test == "" {
			return r.end(p, e)
		}
		p.results[e.Test] = e.Action
	}
	return false
}

// end prints the result of a package, unless it has no tests.
func (r *report) end(p *packageRun, e event) (printed bool) {
	delete(r.running, e.Package)
	if e.Action == "skip" {
		return false
	}
	name := strings.TrimPrefix(e.Package, module)
	skipped := p.skipped(name)
	tests := len(p.results) - len(skipped)
	r.packages++
	r.passed += tests
	r.skipped = append(r.skipped, skipped...)
	if e.Action == "fail" {
		r.failed = append(r.failed, name)
		fmt.Fprintf(r.out, "fail %6.1f s  %s\n", e.Elapsed, name)
		for _, line := range p.output {
			if result := p.results[line.Test]; result != "pass" && result != "skip" {
				fmt.Fprint(r.out, "    ", line.Output)
			}
		}
		return true
	}
	count := fmt.Sprintf("%d tests", tests)
	if len(skipped) > 0 {
		count += fmt.Sprintf(", %d skipped", len(skipped))
	}
	fmt.Fprintf(r.out, "ok   %6.1f s  %s (%s)\n", e.Elapsed, name, count)
	return true
}

// skipped returns the skipped tests and the reasons.
func (p *packageRun) skipped(name string) (all []string) {
	for _, test := range slices.Sorted(maps.Keys(p.results)) {
		if p.results[test] != "skip" {
			continue
		}
		var reason []string
		for _, line := range p.output {
			if text := strings.TrimSpace(line.Output); line.Test == test && !strings.HasPrefix(text, "--- ") {
				reason = append(reason, text)
			}
		}
		all = append(all, fmt.Sprintf("%s %s: %s", name, test, cmp.Or(strings.Join(reason, " "), "without a reason")))
	}
	return all
}

// progress prints which packages are running, and for how long.
func (r *report) progress() {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.running)) {
		took := r.now().Sub(r.running[name].began).Seconds()
		all = append(all, fmt.Sprintf("%s (%.0f s)", strings.TrimPrefix(name, module), took))
	}
	running := cmp.Or(strings.Join(all, ", "), "the compiler")
	fmt.Fprintf(r.out, "     %6.1f s  running: %s\n", r.now().Sub(r.began).Seconds(), running)
}

// summary prints the end of the report.
func (r *report) summary(passed bool) {
	for _, one := range r.skipped {
		fmt.Fprintln(r.out, "skipped:", one)
	}
	took := fmt.Sprintf("in %.0f s", r.now().Sub(r.began).Seconds())
	if passed {
		fmt.Fprintf(r.out, "passed: %d tests in %d packages, %s\n", r.passed, r.packages, took)
		return
	}
	fmt.Fprintf(r.out, "FAILED %s: %s\n", took, cmp.Or(strings.Join(r.failed, ", "), "the packages do not build"))
}
