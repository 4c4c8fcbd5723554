// Package console is how the runner talks to whoever watches it.
package console

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const again = 5 * time.Second

// Progress says what is going on, and again while it takes long, until stop.
func Progress(log io.Writer, what string) (stop func()) {
	fmt.Fprintln(log, what)
	start, over, gone := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(again)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				fmt.Fprintf(log, "%s: %s so far\n", what, time.Since(start).Round(time.Second))
			}
		}
	}()
	return func() { close(over); <-gone }
}

// Shared lets several write to w, each Write as a whole. A nil w takes everything and shows nothing.
func Shared(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return &shared{w: w}
}

type shared struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
