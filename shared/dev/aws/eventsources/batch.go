package eventsources

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"personal-rooms/shared/dev/aws/pattern"
)

// handle processes the records that pass the filters, in batches. It returns false if ctx ended before all were
// processed.
func (r *reader) handle(ctx context.Context, records []types.Record) bool {
	if len(records) == 0 {
		return true
	}
	var wanted []record
	for i := range records {
		if one := r.record(&records[i]); r.passes(one) {
			wanted = append(wanted, one)
		}
	}
	for batch := range slices.Chunk(wanted, r.BatchSize) {
		if !r.process(ctx, batch) {
			return false
		}
	}
	r.checkpoint(*records[len(records)-1].Dynamodb.SequenceNumber)
	return true
}

// passes reports whether a filter matches. Without filters every record passes.
func (r *reader) passes(one record) bool {
	matches := func(p pattern.Pattern) bool { return p.Match(one.decoded) }
	return len(r.filters) == 0 || slices.ContainsFunc(r.filters, matches)
}

// process invokes the function until every record of the batch succeeded. If the mapping says so, a batch that fails as
// a whole is split. It returns false if ctx ended.
func (r *reader) process(ctx context.Context, batch []record) bool {
	wait := firstBackoff
	for {
		succeeded, err := r.try(batch)
		if succeeded > 0 {
			r.checkpoint(batch[succeeded-1].number)
			batch, wait = batch[succeeded:], firstBackoff
		}
		switch {
		case len(batch) == 0:
			return true
		case ctx.Err() != nil:
			return false // the invocation may have failed because everything is being stopped
		case succeeded == 0 && r.Bisect && len(batch) > 1:
			half := (len(batch) + 1) / 2
			return r.process(ctx, batch[:half]) && r.process(ctx, batch[half:])
		}
		r.complain("the table's stream → %s: a batch of %d failed: %v; retry in %s", r.Function, len(batch), err, wait)
		if !pause(ctx, wait) {
			return false
		}
		wait = min(2*wait, maxBackoff)
	}
}

var errItems = errors.New("the function reported records that failed")

// try invokes the function, and returns how many records from the start of the batch succeeded.
func (r *reader) try(batch []record) (succeeded int, err error) {
	var all []any
	for _, one := range batch {
		all = append(all, one.decoded)
	}
	event, err := json.Marshal(map[string]any{"Records": all})
	if err != nil {
		return 0, err
	}
	answer, err := r.Invoke(r.Function, event)
	if err != nil {
		return 0, err
	}
	if !r.Partial {
		return len(batch), nil
	}
	return firstFailure(batch, answer)
}

// firstFailure returns the index of the first record that the function reports as failed; all records before it
// succeeded.
func firstFailure(batch []record, answer []byte) (int, error) {
	index := func(number string) int {
		return slices.IndexFunc(batch, func(one record) bool { return one.number == number })
	}
	failed, err := failedItems(answer, func(number string) bool { return index(number) >= 0 })
	if err != nil {
		return 0, err
	}
	first := len(batch)
	for _, number := range failed {
		first = min(first, index(number))
	}
	if first < len(batch) {
		return first, errItems
	}
	return first, nil
}
