// Package console shows the developer what happens, a line for each request and event.
package console

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Console writes to a terminal, a file or a pipe. It is safe for concurrent use.
type Console struct {
	out    io.Writer
	colour bool
	raw    bool

	mu       sync.Mutex
	requests requests
}

// New makes a console. A raw one does not change the log lines of functions. Colours are used on a terminal, unless
// NO_COLOR is set (https://no-color.org).
func New(out io.Writer, raw bool) *Console {
	return &Console{out: out, raw: raw, colour: isTerminal(out) && os.Getenv("NO_COLOR") == ""}
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
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Write(p)
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
