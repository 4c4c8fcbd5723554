// Package console is how the runner talks to the person who watches it: what happened, one line each, and below these lines, on a
// terminal, one line that says what is going on.
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

// Console writes to a terminal, a file or a pipe. Several may use it at once.
type Console struct {
	out      io.Writer
	terminal bool          // it can update a line in place
	every    time.Duration // how often it does while nothing changes
	colour   bool
	raw      bool

	mu       sync.Mutex
	tasks    []*task
	requests requests
}

type task struct {
	what  string
	since time.Time
}

// New makes a console. Raw leaves the log lines of functions as they are. There are colours on a terminal only, and none if NO_COLOR
// is set (https://no-color.org).
func New(out io.Writer, raw bool) *Console {
	terminal := isTerminal(out)
	return &Console{out: out, raw: raw, terminal: terminal, every: time.Second, colour: terminal && os.Getenv("NO_COLOR") == ""}
}

// Of is the console that w is, or one that writes to w. A nil w shows nothing.
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

// Write shows whole lines as they are.
func (c *Console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
	n, err := c.out.Write(p)
	c.draw()
	return n, err
}

// Progress says on a log what is going on, until stop is called.
func Progress(log io.Writer, what string) (stop func()) { return Of(log).progress(what) }

func (c *Console) progress(what string) (stop func()) {
	if !c.terminal {
		fmt.Fprintln(c, what)
		return func() {}
	}
	t := &task{what, time.Now()}
	c.change(func() { c.tasks = append(c.tasks, t) })
	over, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(c.every)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				c.change(func() {})
			}
		}
	}()
	return func() {
		close(over)
		<-gone
		c.change(func() {
			for i, other := range c.tasks {
				if other == t {
					c.tasks = append(c.tasks[:i], c.tasks[i+1:]...)
					return
				}
			}
		})
	}
}

// change draws the line of what is going on anew.
func (c *Console) change(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
	do()
	c.draw()
}

// Escape sequences. A line that is drawn in place must not continue on the next one.
const (
	clearLine  = "\r\x1b[K"
	cutLines   = "\x1b[?7l"
	breakLines = "\x1b[?7h"
)

func (c *Console) clear() {
	if len(c.tasks) > 0 {
		fmt.Fprint(c.out, clearLine)
	}
}

func (c *Console) draw() {
	if len(c.tasks) == 0 {
		return
	}
	var names []string
	for _, t := range c.tasks {
		names = append(names, t.what)
	}
	text := strings.Join(names, ", ")
	if took := time.Since(c.tasks[0].since).Truncate(time.Second); took > 0 {
		text += "  " + took.String()
	}
	fmt.Fprint(c.out, cutLines, text, breakLines)
}

// Tone is whether a line needs attention.
type Tone int

// The tones, as colours: none, yellow, red.
const (
	Plain Tone = iota
	Warn
	Bad
)

// Line says what happened: when, to whom or where, and what in a few words, of which empty ones are left out.
//
//	10:49:48  ada       POST …/instant_meetings  201  121 ms
func (c *Console) Line(at time.Time, tone Tone, who string, words ...string) {
	fmt.Fprintln(c, c.line(at, tone, who, words...))
}

func (c *Console) line(at time.Time, tone Tone, who string, words ...string) string {
	var shown []string
	for _, word := range words {
		if word != "" {
			shown = append(shown, printable(word))
		}
	}
	colour := map[Tone]string{Warn: "33", Bad: "31"}[tone]
	return c.paint("2", at.Local().Format(time.TimeOnly)) + "  " + c.paint("36", fmt.Sprintf("%-8s", printable(who))) + "  " +
		c.paint(colour, strings.Join(shown, "  "))
}

func (c *Console) paint(colour, text string) string {
	if !c.colour || colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// Took is the time since then, as a line shows it.
func Took(since time.Time) string { return fmt.Sprintf("%d ms", time.Since(since).Milliseconds()) }

// printable is the text without anything that a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}
