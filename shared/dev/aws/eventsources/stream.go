package eventsources

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/template"
)

const (
	lookAgain = 10 * time.Second // for new shards
	tryAgain  = time.Second      // where the stream cannot be read
)

// stream hands the table's stream to one function.
type stream struct {
	*Sources
	template.Stream
	filters []pattern.Pattern
	reading map[string]bool // the shards that are read, by this mapping's own loop
	again   chan struct{}   // a shard has come to its end
}

// key is what the mapping's places are kept under.
func (m *stream) key() string { return m.Function + " " + m.Options.Stream }

// run reads every shard of the stream, none before the one that it goes on from.
func (m *stream) run(ctx context.Context) {
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	first := true
	for {
		shards, view, err := m.shards(ctx)
		switch {
		case err == nil:
			m.readNew(ctx, shards, view, first)
			first = false
		case ctx.Err() == nil:
			m.say("the table's stream: %v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-m.again:
		}
	}
}

// shards are all that the stream has, and what its records show.
func (m *stream) shards(ctx context.Context) (all []types.Shard, view types.StreamViewType, err error) {
	input := &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(m.Options.Stream)}
	for {
		out, err := m.Client.DescribeStream(ctx, input)
		if err != nil {
			return nil, "", err
		}
		all = append(all, out.StreamDescription.Shards...)
		input.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId
		if input.ExclusiveStartShardId == nil {
			return all, out.StreamDescription.StreamViewType, nil
		}
	}
}

// readNew begins with the shards that may be read now and are not yet.
func (m *stream) readNew(ctx context.Context, shards []types.Shard, view types.StreamViewType, first bool) {
	places, there := m.places.shards(m.key()), map[string]bool{}
	for _, s := range shards {
		there[aws.ToString(s.ShardId)] = true
	}
	fresh := len(places) == 0 && first
	for _, s := range shards {
		id, parent := aws.ToString(s.ShardId), aws.ToString(s.ParentShardId)
		if m.reading[id] || places[id] == end || there[parent] && places[parent] != end {
			continue
		}
		m.reading[id] = true
		r := &reader{stream: m, shard: id, view: view, place: places[id], latest: m.Latest && fresh}
		m.work.Go(func() { r.run(ctx) })
	}
	if err := m.places.keep(m.key(), there); err != nil {
		m.say("remember how far the stream was handed on: %v", err)
	}
}

// reader reads one shard to its end.
type reader struct {
	*stream
	shard  string
	view   types.StreamViewType
	place  string // the number of the last record that is done with; "": none is
	latest bool   // with no place, begin with what comes from now on
}

func (r *reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		ended, err := r.read(ctx)
		if ended {
			r.mark(end)
			select {
			case r.again <- struct{}{}:
			default:
			}
			return
		}
		if _, expired := errors.AsType[*types.ExpiredIteratorException](err); err != nil && !expired && ctx.Err() == nil {
			r.say("the table's stream: %v", err)
		}
		pause(ctx, tryAgain)
	}
}

// read hands on what is in the shard and what comes, and returns true at the shard's end.
func (r *reader) read(ctx context.Context) (ended bool, err error) {
	iterator, err := r.iterator(ctx)
	for iterator != nil && err == nil {
		var out *dynamodbstreams.GetRecordsOutput
		if out, err = r.Client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator}); err != nil {
			return false, err
		}
		if !r.handOn(ctx, out.Records) {
			return false, ctx.Err()
		}
		iterator = out.NextShardIterator
		if len(out.Records) == 0 && iterator != nil && !pause(ctx, r.Poll) {
			return false, ctx.Err()
		}
	}
	if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
		return true, nil // the shard, and everything that was in it
	}
	return err == nil, err
}

// iterator begins behind the place; where that is kept no longer, with the oldest record that is.
func (r *reader) iterator(ctx context.Context) (*string, error) {
	input := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: aws.String(r.Options.Stream), ShardId: aws.String(r.shard), ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	switch {
	case r.place != "":
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, aws.String(r.place)
	case r.latest:
		input.ShardIteratorType = types.ShardIteratorTypeLatest
	}
	out, err := r.Client.GetShardIterator(ctx, input)
	if _, trimmed := errors.AsType[*types.TrimmedDataAccessException](err); trimmed {
		r.say("%s misses what was written while it was away: the stream keeps a day", r.Function)
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = r.Client.GetShardIterator(ctx, input)
	}
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// mark remembers that everything up to the place is done with.
func (r *reader) mark(place string) {
	r.place = place
	if err := r.places.set(r.key(), r.shard, place); err != nil {
		r.say("remember how far the stream was handed on: %v", err)
	}
}
