//go:build unix

package lambda

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

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
		if !whole {
			return len(p), nil
		}
		fmt.Fprintf(l.out, "%s\n", line)
		l.pending = rest
	}
}

// flush writes a last line that has no line break.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) > 0 {
		fmt.Fprintf(l.out, "%s\n", l.pending)
	}
	l.pending = nil
}

// note writes a line about the function.
func (l *lines) note(format string, arguments ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.out, "%s\n", fmt.Appendf(nil, format, arguments...))
}
