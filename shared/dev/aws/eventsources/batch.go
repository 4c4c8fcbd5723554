package eventsources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/aws/queues"
)

// handOn hands the records on that the filters let through, in batches. It reports false if it was told to stop before it was done.
func (r *reader) handOn(ctx context.Context, records []types.Record) bool {
	if len(records) == 0 {
		return true
	}
	var wanted []record
	for i := range records {
		if made := r.record(&records[i]); r.passes(made) {
			wanted = append(wanted, made)
		}
	}
	for batch := range slices.Chunk(wanted, r.BatchSize) {
		if !r.process(ctx, batch) {
			return false
		}
	}
	r.mark(*records[len(records)-1].Dynamodb.SequenceNumber)
	return true
}

// passes reports whether one of the filters matches, or there are none.
func (r *reader) passes(made record) bool {
	return len(r.filters) == 0 || slices.ContainsFunc(r.filters, func(p pattern.Pattern) bool { return p.Match(made.shape) })
}

// process invokes the function until nothing of the batch is left: it has succeeded, or is given up. A batch that fails as a whole is
// split if the mapping says so, which is no retry.
func (r *reader) process(ctx context.Context, batch []record) bool {
	wait := r.Backoff
	for tries := 1; ; tries++ {
		succeeded, err := r.try(batch)
		if succeeded == len(batch) {
			r.mark(batch[succeeded-1].number)
			return true
		}
		if ctx.Err() != nil {
			return false // and what failed may have failed because of that
		}
		if succeeded > 0 {
			r.mark(batch[succeeded-1].number)
			batch, tries, wait = batch[succeeded:], 0, r.Backoff
		} else if r.Bisect && len(batch) > 1 {
			half := (len(batch) + 1) / 2
			return r.process(ctx, batch[:half]) && r.process(ctx, batch[half:])
		} else if why := r.over(batch, tries); why != "" {
			r.giveUp(batch, tries, why, err)
			r.mark(batch[len(batch)-1].number)
			return true
		}
		r.say("the table's stream → %s: a batch of %d failed: %v; again in %s", r.Function, len(batch), err, wait)
		if !pause(ctx, wait) {
			return false
		}
		wait = min(2*wait, maxBackoff)
	}
}

// over is why the batch is not tried again, in Lambda's words; "" if it is.
func (r *reader) over(batch []record, tries int) string {
	if r.Retries >= 0 && tries > r.Retries {
		return "RetryAttemptsExhausted"
	}
	if r.MaxAge > 0 && time.Since(batch[0].at) > r.MaxAge {
		return "RecordAgeExceeded"
	}
	return ""
}

var errItems = errors.New("the function named records that failed")

// try invokes the function and returns how many records, of the first ones, it is done with.
func (r *reader) try(batch []record) (succeeded int, err error) {
	shapes := make([]any, len(batch))
	for i, one := range batch {
		shapes[i] = one.shape
	}
	event, err := json.Marshal(map[string]any{"Records": shapes})
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

// firstFailure is the place of the first record that the function names as failed; there are as many before it as succeeded.
func firstFailure(batch []record, answer []byte) (int, error) {
	failed, err := failures(answer)
	if err != nil {
		return 0, err
	}
	first := len(batch)
	for _, number := range failed {
		at := slices.IndexFunc(batch, func(one record) bool { return one.number == number })
		if at < 0 {
			return 0, errAnswer
		}
		first = min(first, at)
	}
	if first < len(batch) {
		err = errItems
	}
	return first, err
}

// giveUp tells the mapping's queue, if it has one, which records were given up and why, as Lambda does.
func (r *reader) giveUp(batch []record, tries int, why string, cause error) {
	r.say("the table's stream → %s: a batch of %d is given up (%s): %v", r.Function, len(batch), why, cause)
	if r.OnFailure == "" {
		return
	}
	text, err := json.Marshal(r.failure(batch, tries, why))
	if err == nil {
		_, err = r.Queues.Send(r.OnFailure, queues.Send{Body: string(text)})
	}
	if err != nil {
		r.say("%s: %v", r.OnFailure, err)
	}
}

func (r *reader) failure(batch []record, tries int, why string) any {
	const stamp = "2006-01-02T15:04:05.000Z"
	first, last := batch[0], batch[len(batch)-1]
	return map[string]any{
		"version": "1.0", "timestamp": time.Now().UTC().Format(stamp),
		"requestContext": map[string]any{
			"requestId": fmt.Sprintf("%s-%d", first.number, tries), "condition": why, "approximateInvokeCount": tries,
			"functionArn": "arn:aws:lambda:" + queues.Region + ":" + queues.Account + ":function:" + r.Function,
		},
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"DDBStreamBatchInfo": map[string]any{
			"shardId": r.shard, "startSequenceNumber": first.number, "endSequenceNumber": last.number,
			"approximateArrivalOfFirstRecord": first.at.UTC().Format(stamp), "approximateArrivalOfLastRecord": last.at.UTC().Format(stamp),
			"batchSize": len(batch), "streamArn": r.Options.Stream,
		},
	}
}
