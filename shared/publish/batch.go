// Package publish puts entries into AWS in batches of at most ten, and reports for each entry whether it was taken.
package publish

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The limits of EventBridge and SQS for one call. mostBytes leaves some room for the request around the entries.
const (
	mostEntries = 10
	mostBytes   = 240_000
)

const (
	tries       = 3
	callTimeout = 5 * time.Second // for one call, its tries included
)

// ErrRejected is the error of an entry that is never accepted: it is too large, or its content is invalid.
var ErrRejected = errors.New("rejected")

// An Entry is one event or message.
type Entry[E any] struct {
	Entry E
	Size  int // in bytes

	// Group keeps an order: an entry is sent only after the earlier entries of its group were accepted, because a call
	// may accept the second of two entries and not the first. Empty: no group.
	Group string
}

// A Call puts entries, and returns an error for each: nil if it was accepted, ErrRejected if it never will be, another
// error if it may be later. The second result is the error of the whole call.
type Call[E any] func(context.Context, []E) ([]error, error)

// Put puts the entries in their order, and tries again those that were not accepted. If it returns ErrRejected, all
// other entries were accepted. If it returns another error, some entry was not accepted, and none after it of its
// group; others may have been.
func Put[E any](ctx context.Context, entries []Entry[E], call Call[E]) error {
	var rejected []error
	for len(entries) > 0 {
		n := fitting(entries)
		if n == 0 {
			rejected = append(rejected, fmt.Errorf("%w: it has %d bytes, and may have %d", ErrRejected, entries[0].Size, mostBytes))
			entries = entries[1:]
			continue
		}
		bad, err := put(ctx, entries[:n], call)
		if err != nil {
			return err
		}
		entries, rejected = entries[n:], append(rejected, bad...)
	}
	return errors.Join(rejected...)
}

// fitting returns how many of the first entries fit into one call.
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

// put makes one call, and repeats it for the entries that were not accepted. It returns the errors of the rejected
// ones.
func put[E any](ctx context.Context, batch []Entry[E], call Call[E]) (rejected []error, err error) {
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
				rejected = append(rejected, answer)
			case answer != nil:
				left, why = append(left, entries[i]), answer
			}
		}
		if len(left) == 0 {
			return rejected, nil
		}
		entries = left
	}
	return nil, fmt.Errorf("%d were not accepted: %w", len(entries), why)
}
