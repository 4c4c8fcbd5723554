//go:build unix

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
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
	began    time.Time
	running  map[string]*packageRun
	packages int
	passed   int
	failed   []string
	skipped  []string
}

// A packageRun is a package whose tests are running.
type packageRun struct {
	output  []event
	results map[string]string // of tests: pass, skip or fail
}

func newReport(out io.Writer) *report {
	return &report{out: out, began: time.Now(), running: map[string]*packageRun{}}
}

// readAll reads the lines of go test until its end.
func (r *report) readAll(output io.Reader) {
	in := bufio.NewReader(output)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			r.read(line)
		}
		if err != nil {
			return
		}
	}
}

// read handles a line.
func (r *report) read(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		e = event{Action: "build-output", Output: string(line)}
	}
	switch {
	case e.Action == "build-output":
		fmt.Fprint(r.out, e.Output)
		return
	case e.Package == "":
		return
	}
	p := r.running[e.Package]
	if p == nil {
		p = &packageRun{results: map[string]string{}}
		r.running[e.Package] = p
	}
	switch e.Action {
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") {
			p.output = append(p.output, e)
		}
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.end(p, e)
			return
		}
		p.results[e.Test] = e.Action
	}
}

// end prints the result of a package, unless it has no tests.
func (r *report) end(p *packageRun, e event) {
	delete(r.running, e.Package)
	if e.Action == "skip" {
		return
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
		return
	}
	count := fmt.Sprintf("%d tests", tests)
	if len(skipped) > 0 {
		count += fmt.Sprintf(", %d skipped", len(skipped))
	}
	fmt.Fprintf(r.out, "ok   %6.1f s  %s (%s)\n", e.Elapsed, name, count)
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

// summary prints the end of the report.
func (r *report) summary(passed bool) {
	for _, one := range r.skipped {
		fmt.Fprintln(r.out, "skipped:", one)
	}
	took := fmt.Sprintf("in %.0f s", time.Since(r.began).Seconds())
	if passed {
		fmt.Fprintf(r.out, "passed: %d tests in %d packages, %s\n", r.passed, r.packages, took)
		return
	}
	fmt.Fprintf(r.out, "FAILED %s: %s\n", took, cmp.Or(strings.Join(r.failed, ", "), "the packages do not build"))
}
