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
	Test    string // "": of the package
	Elapsed float64
	Output  string
}

// A report prints what happens to the packages.
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

// A packageRun is a package whose tests run.
type packageRun struct {
	began  time.Time
	output []output
	ended  map[string]string // of a test: pass, skip or fail
}

type output struct{ test, text string }

func newReport(out io.Writer, now func() time.Time) *report {
	return &report{out: out, now: now, began: now(), running: map[string]*packageRun{}}
}

// follow takes all lines. While none of the packages is done for so long, it prints what is running.
func (r *report) follow(ctx context.Context, lines <-chan []byte, quiet time.Duration) error {
	tick := time.NewTicker(quiet)
	defer tick.Stop()
	for {
		select {
		case line, more := <-lines:
			if !more {
				return nil
			}
			if r.take(line) {
				tick.Reset(quiet)
			}
		case <-tick.C:
			r.progress()
		case <-ctx.Done():
			return errors.New("interrupted")
		}
	}
}

// take reads a line and reports whether it printed something.
func (r *report) take(line []byte) (printed bool) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		fmt.Fprintf(r.out, "%s", line)
		return true
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
		p = &packageRun{began: r.now(), ended: map[string]string{}}
		r.running[e.Package] = p
	}
	switch e.Action {
	case "output":
		p.output = append(p.output, output{e.Test, e.Output})
	case "pass", "fail", "skip":
		if e.Test == "" {
			return r.done(p, e)
		}
		p.ended[e.Test] = e.Action
	}
	return false
}

// done prints how the package ended.
func (r *report) done(p *packageRun, e event) (printed bool) {
	delete(r.running, e.Package)
	if e.Action == "skip" { // it has no tests
		return false
	}
	r.packages++
	name := strings.TrimPrefix(e.Package, module)
	skipped := p.reasons(name)
	tests := len(p.ended) - len(skipped)
	r.passed += tests
	r.skipped = append(r.skipped, skipped...)
	line := fmt.Sprintf("%-4s %6.1f s  %s", strings.Replace(e.Action, "pass", "ok", 1), e.Elapsed, name)
	if e.Action == "pass" {
		line += fmt.Sprintf(" (%d tests", tests)
		if len(skipped) > 0 {
			line += fmt.Sprintf(", %d skipped", len(skipped))
		}
		line += ")"
	}
	fmt.Fprintln(r.out, line)
	if e.Action == "fail" {
		r.failed = append(r.failed, name)
		p.show(r.out)
	}
	return true
}

// show prints all output but that of tests that passed or were skipped.
func (p *packageRun) show(w io.Writer) {
	for _, o := range p.output {
		if ended := p.ended[o.test]; ended != "pass" && ended != "skip" && !strings.HasPrefix(o.text, "=== ") {
			fmt.Fprint(w, "    ", o.text)
		}
	}
}

// reasons are the tests that were skipped, and why.
func (p *packageRun) reasons(name string) (all []string) {
	for _, test := range slices.Sorted(maps.Keys(p.ended)) {
		if p.ended[test] != "skip" {
			continue
		}
		var why []string
		for _, o := range p.output {
			if o.test == test && !strings.HasPrefix(o.text, "=== ") && !strings.HasPrefix(strings.TrimSpace(o.text), "--- ") {
				why = append(why, strings.TrimSpace(o.text))
			}
		}
		all = append(all, fmt.Sprintf("%s %s: %s", name, test, cmp.Or(strings.Join(why, " "), "it says no reason")))
	}
	return all
}

// progress prints which packages run, and for how long.
func (r *report) progress() {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.running)) {
		p := r.running[name]
		all = append(all, fmt.Sprintf("%s (%.0f s)", strings.TrimPrefix(name, module), r.now().Sub(p.began).Seconds()))
	}
	fmt.Fprintf(r.out, "     %6.1f s  running: %s\n", r.now().Sub(r.began).Seconds(), cmp.Or(strings.Join(all, ", "), "the compiler"))
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
