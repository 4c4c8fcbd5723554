package rules

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A scenario is a title and the lines below it.
type scenario struct {
	title string
	lines []line
}

// A line is one action or one question, and the result that the script expects of it.
type line struct {
	at     string // file:line
	text   string
	want   string
	expect bool // a result is given
	asks   bool // by "=": the line is a question
}

// parse reads the scenarios of a file. A line that begins with # opens the next one; what follows // is a comment.
func parse(file, text string) (all []scenario, err error) {
	for i, raw := range strings.Split(text, "\n") {
		at := fmt.Sprintf("%s:%d", file, i+1)
		raw, _, _ = strings.Cut(raw, "//")
		raw = strings.TrimSpace(raw)
		title, opens := strings.CutPrefix(raw, "# ")
		switch {
		case raw == "":
		case opens:
			all = append(all, scenario{title: title})
		case len(all) == 0:
			return nil, fmt.Errorf("%s: a line before the first title", at)
		default:
			last := &all[len(all)-1]
			last.lines = append(last.lines, parseLine(at, raw))
		}
	}
	return all, nil
}

var spaces = regexp.MustCompile(`\s+`)

// parseLine splits a line at its "->" or "=". A line that happens later is kept whole: its result is expected then.
func parseLine(at, raw string) line {
	raw = spaces.ReplaceAllString(raw, " ")
	if later.MatchString(raw) {
		return line{at: at, text: raw}
	}
	if text, want, found := strings.Cut(raw, " -> "); found {
		return line{at: at, text: text, want: want, expect: true}
	}
	text, want, asks := strings.Cut(raw, " = ")
	return line{at: at, text: text, want: want, expect: asks, asks: asks}
}

var (
	later   = regexp.MustCompile(`^(before the next |the next [\w ]+ loses its answer, and then: )`)
	times   = regexp.MustCompile(`^(\d+) times (.+)$`)
	several = regexp.MustCompile(`^([a-z0-9]+(?:, [a-z0-9]+)* and [a-z0-9]+) (.+)$`)
)

// play runs the lines of a script. It fails the test, and ends it, at the first line with another result than the
// expected one; without an expectation, at the first refusal.
func (w *world) play(script string) {
	w.t.Helper()
	all, err := parse("script", "# script\n"+script)
	w.must(err)
	w.playLines(all[0].lines)
}

func (w *world) playLines(lines []line) {
	w.t.Helper()
	for _, l := range lines {
		w.playLine(l)
		if w.t.Failed() {
			w.t.FailNow()
		}
	}
}

// playLine runs one line, for each of its subjects and as often as it says. It may be called from any goroutine.
func (w *world) playLine(l line) {
	w.t.Helper()
	repeat := 1
	if m := times.FindStringSubmatch(l.text); m != nil {
		repeat, _ = strconv.Atoi(m[1]) // digits
		l.text = m[2]
	}
	texts := []string{l.text}
	if m := several.FindStringSubmatch(l.text); m != nil {
		texts = nil
		for _, who := range people(m[1]) {
			texts = append(texts, who+" "+m[2])
		}
	}
	for range repeat {
		for _, text := range texts {
			if problem := w.check(l, text); problem != "" {
				w.t.Errorf("%s: %s: %s", l.at, text, problem)
				return
			}
		}
	}
}

// check runs the text and returns the difference from what the line expects; "" if there is none.
func (w *world) check(l line, text string) string {
	forms := actions
	if l.asks {
		forms = questions
	}
	got := w.run(forms, text)
	first, _, _ := strings.Cut(got, " ")
	bad := slices.Contains([]string{refused, failed, unknown}, first)
	if l.expect && got != l.want || !l.expect && bad {
		return fmt.Sprintf("the result is %q, want %q", got, cmp.Or(l.want, "ok"))
	}
	return ""
}

// people splits "ada, bob and sam".
func people(list string) []string {
	return strings.Split(strings.ReplaceAll(list, " and ", ", "), ", ")
}

func TestRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all, err := parse(file, string(text))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			for _, s := range all {
				t.Run(s.title, func(t *testing.T) {
					t.Parallel()
					newWorld(t).playLines(s.lines)
				})
			}
		})
	}
}
