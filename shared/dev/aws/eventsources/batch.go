package eventsources

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/aws/pattern"
)

const (
	firstBackoff = 200 * time.Millisecond // before a batch is retried
	maxBackoff   = 20 * time.Second
)

// handle processes the records of the shard that pass the filters, in batches. Its error is that of the context, if it
// ended before all were processed.
func (m *stream) handle(ctx context.Context, shard string, records []types.Record) error {
	var wanted []record
	for i := range records {
		one, err := newRecord(m.Options.Stream, &records[i])
		if err != nil {
			return err
		}
		if m.passes(one) {
			wanted = append(wanted, one)
		}
	}
	for batch := range slices.Chunk(wanted, m.BatchSize) {
		if err := m.process(ctx, shard, batch); err != nil {
			return err
		}
	}
	if len(records) > 0 {
		m.checkpoint(shard, *records[len(records)-1].Dynamodb.SequenceNumber)
	}
	return nil
}

// passes reports whether a filter matches. Without filters every record passes.
func (m *stream) passes(one record) bool {
	matches := func(p pattern.Pattern) bool { return p.Match(one.decoded) }
	return len(m.filters) == 0 || slices.ContainsFunc(m.filters, matches)
}

// process invokes the function until every record of the batch succeeded. If the mapping says so, a batch that fails as
// a whole is split.
func (m *stream) process(ctx context.Context, shard string, batch []record) error {
	wait := firstBackoff
	for {
		succeeded, err := m.try(batch)
		if succeeded > 0 {
			m.checkpoint(shard, batch[succeeded-1].number)
			batch, wait = batch[succeeded:], firstBackoff
		}
		switch {
		case len(batch) == 0:
			return nil
		case ctx.Err() != nil:
			return ctx.Err() // the invocation may have failed because everything is being stopped
		case succeeded == 0 && m.Bisect && len(batch) > 1:
			half := (len(batch) + 1) / 2
			if err := m.process(ctx, shard, batch[:half]); err != nil {
				return err
			}
			return m.process(ctx, shard, batch[half:])
		}
		m.complain("the table's stream → %s: a batch of %d failed: %v; retry in %s", m.Function, len(batch), err, wait)
		if err := smithytime.SleepWithContext(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, maxBackoff)
	}
}

var errItems = errors.New("the function reported records that failed")

// try invokes the function, and returns how many records from the start of the batch succeeded: those before the first
// one that the function reports as failed.
func (m *stream) try(batch []record) (succeeded int, err error) {
	var all []any
	var numbers []string
	for _, one := range batch {
		all, numbers = append(all, one.decoded), append(numbers, one.number)
	}
	event, err := json.Marshal(map[string]any{"Records": all})
	if err != nil {
		return 0, err
	}
	answer, err := m.Invoke(m.Function, event)
	if err != nil {
		return 0, err
	}
	if !m.Partial {
		return len(batch), nil
	}
	failed, err := failedItems(answer, numbers)
	if err != nil {
		return 0, err
	}
	first := len(batch)
	for _, number := range failed {
		first, err = min(first, slices.Index(numbers, number)), errItems
	}
	return first, err
}
