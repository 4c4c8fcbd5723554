// Package publish puts entries into AWS in batches of at most ten, and reports for each entry whether it was taken.
package publish

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What EventBridge and SQS take in one call. Bytes are those of what is put: a little is left for what comes around it.
const (
	mostEntries = 10
	mostBytes   = 240_000
)

const (
	tries       = 3
	callTimeout = 5 * time.Second // for one call, its tries included
)

// ErrRejected is that an entry is one that is never taken: it is too large, or fault is found with what it says.
var ErrRejected = errors.New("unfit")

// An Entry is what is put.
type Entry[E any] struct {
	Entry E
	Size  int    // in bytes
	Group string // of a group an entry is sent when those before it were taken, for of two in one call the second might be alone; empty: none
}

// A Call puts entries, and is what became of each: nil: it was taken; ErrUnfit: it never will be; another error: not now. The error beside that is
// of the call as a whole.
type Call[E any] func(context.Context, []E) ([]error, error)

// Put puts the entries in their order, and those again that were not taken. After ErrUnfit all others were taken. After another error those before
// the one that was not taken may have been, and none of its group after it.
func Put[E any](ctx context.Context, entries []Entry[E], call Call[E]) error {
	var unfit []error
	for len(entries) > 0 {
		n := fitting(entries)
		if n == 0 {
			unfit = append(unfit, fmt.Errorf("%w: it has %d bytes, and may have %d", ErrRejected, entries[0].Size, mostBytes))
			entries = entries[1:]
			continue
		}
		bad, err := put(ctx, entries[:n], call)
		if err != nil {
			return err
		}
		entries, unfit = entries[n:], append(unfit, bad...)
	}
	return errors.Join(unfit...)
}

// fitting is how many of the first entries fit into one call.
func fitting[E any](entries []Entry[E]) (n int) {
	groups, size := map[string]bool{}, 0
	for _, e := range entries {
		size += e.Size
		if n == mostEntries || size > mostBytes || groups[e.Group] {
			break
		}
		n++
		if e.Group != "" {
			groups[e.Group] = true
		}
	}
	return n
}

// put makes one call, and it again for those that were not taken by now; unfit are those that never will be.
func put[E any](ctx context.Context, batch []Entry[E], call Call[E]) (unfit []error, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var entries []E
	for _, e := range batch {
		entries = append(entries, e.Entry)
	}
	var why error
	for range tries {
		answers, err := call(ctx, entries)
		if err != nil {
			return nil, err
		}
		var left []E
		for i, answer := range answers {
			switch {
			case errors.Is(answer, ErrRejected):
				unfit = append(unfit, answer)
			case answer != nil:
				left, why = append(left, entries[i]), answer
			}
		}
		if len(left) == 0 {
			return unfit, nil
		}
		entries = left
	}
	return nil, fmt.Errorf("%d were not taken: %w", len(entries), why)
}
