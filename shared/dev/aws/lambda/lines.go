//go:build unix

package lambda

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

const longestLine = 256 << 10 // longer ones are cut into several

// lines writes whole lines to out, each with one Write.
type lines struct {
	out io.Writer

	mu      sync.Mutex
	pending []byte
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

func (l *lines) emit(line []byte) { fmt.Fprintf(l.out, "%s\n", line) }
