// Package console shows the developer what happens, a line for each request and event. On a terminal, a last line shows
// the running tasks.
package console

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Console writes to a terminal, a file or a pipe. It is safe for concurrent use.
type Console struct {
	out      io.Writer
	terminal bool // the line of tasks is updated in place
	colour   bool
	raw      bool

	mu       sync.Mutex
	tasks    []string // that are running
	requests requests
}

// New makes a console. A raw one does not change the log lines of functions. Colours are used on a terminal, unless
// NO_COLOR is set (https://no-color.org).
func New(out io.Writer, raw bool) *Console {
	terminal := isTerminal(out)
	return &Console{out: out, raw: raw, terminal: terminal, colour: terminal && os.Getenv("NO_COLOR") == ""}
}

// Of returns w if it is a console, or else a console that writes to w. A nil w shows nothing.
func Of(w io.Writer) *Console {
	if c, ok := w.(*Console); ok {
		return c
	}
	if w == nil {
		w = io.Discard
	}
	return New(w, false)
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Write shows whole lines unchanged.
func (c *Console) Write(p []byte) (n int, err error) {
	c.update(func() { n, err = c.out.Write(p) })
	return n, err
}

// Progress shows a task on a log until stop is called.
func Progress(log io.Writer, name string) (stop func()) { return Of(log).progress(name) }

func (c *Console) progress(name string) (stop func()) {
	if !c.terminal {
		fmt.Fprintln(c, name)
		return func() {}
	}
	c.update(func() { c.tasks = append(c.tasks, name) })
	return func() {
		c.update(func() {
			i := slices.Index(c.tasks, name)
			c.tasks = slices.Delete(c.tasks, i, i+1)
		})
	}
}

// Escape sequences. The line of tasks must not continue on a second line, which would not be erased.
const (
	eraseLine = "\r\x1b[K"
	wrapOff   = "\x1b[?7l"
	wrapOn    = "\x1b[?7h"
)

// update erases the line of tasks, calls do, and draws the line again.
func (c *Console) update(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tasks) > 0 {
		fmt.Fprint(c.out, eraseLine)
	}
	do()
	if len(c.tasks) > 0 {
		fmt.Fprint(c.out, wrapOff, strings.Join(c.tasks, ", "), wrapOn)
	}
}

// Tone is whether a line needs attention, shown as a colour: none, yellow, red.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Warn
	Bad
)

// ToneOf returns the tone of an HTTP status.
func ToneOf(status int) Tone {
	switch {
	case status >= 500:
		return Bad
	case status >= 400:
		return Warn
	}
	return Plain
}

// Line shows when something happened, a user or a part, and what happened in a few words. Empty words are left out.
//
//	10:49:48  ada       POST …/instant_meetings  201  121 ms
func (c *Console) Line(at time.Time, tone Tone, subject string, words ...string) {
	fmt.Fprintln(c, c.line(at, tone, subject, words...))
}

func (c *Console) line(at time.Time, tone Tone, subject string, words ...string) string {
	var shown []string
	for _, word := range words {
		if word != "" {
			shown = append(shown, printable(word))
		}
	}
	colour := map[Tone]string{Warn: "33", Bad: "31"}[tone]
	when, name := at.Local().Format(time.TimeOnly), fmt.Sprintf("%-8s", printable(subject))
	return c.paint("2", when) + "  " + c.paint("36", name) + "  " + c.paint(colour, strings.Join(shown, "  "))
}

func (c *Console) paint(colour, text string) string {
	if !c.colour || colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// Took returns the time since then, as a line shows it.
func Took(since time.Time) string { return fmt.Sprintf("%d ms", time.Since(since).Milliseconds()) }

// printable replaces control characters, which a terminal would interpret.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}
