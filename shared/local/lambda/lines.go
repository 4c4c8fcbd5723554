//go:build unix

package lambda

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

const longestLine = 256 << 10 // longer ones are cut into several

// lines writes whole lines to out, each with the name of who said it. Several of them may share an out that takes each
// Write as a whole.
type lines struct {
	out    io.Writer
	prefix string

	mu      sync.Mutex
	pending []byte
}

func newLines(out io.Writer, name string) *lines {
	return &lines{out: out, prefix: fmt.Sprintf("%-9s | ", name)}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending = append(l.pending, p...)
	for {
		line, rest, whole := bytes.Cut(l.pending, []byte("\n"))
		if !whole && len(line) < longestLine {
			return len(p), nil
		}
		l.emit(line)
		l.pending = rest
	}
}

// flush writes a last line that has no end.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) > 0 {
		l.emit(l.pending)
		l.pending = nil
	}
}

// say writes a line of our own.
func (l *lines) say(format string, arguments ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.emit(fmt.Appendf(nil, format, arguments...))
}

func (l *lines) emit(line []byte) { fmt.Fprintf(l.out, "%s%s\n", l.prefix, line) }
