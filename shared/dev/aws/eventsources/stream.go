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
	lookForShards = 10 * time.Second
	retryRead     = time.Second // after the stream could not be read
)

// stream invokes one function with the records of the table's stream.
type stream struct {
	*Sources
	template.Stream
	filters    []pattern.Pattern
	reading    map[string]bool // the shards that have a reader; used by run only
	shardEnded chan struct{}
}

// key is the key of the function's checkpoints.
func (m *stream) key() string { return m.Function + " " + m.Options.Stream }

// run starts a reader for every shard of the stream, as soon as its parent shard was read to its end.
func (m *stream) run(ctx context.Context) {
	tick := time.NewTicker(lookForShards)
	defer tick.Stop()
	for {
		shards, view, err := m.shards(ctx)
		if err == nil {
			m.startReaders(ctx, shards, view)
		} else if ctx.Err() == nil {
			m.complain("the table's stream: %v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-m.shardEnded:
		}
	}
}

// shards returns all shards of the stream, and which images its records have.
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

func (m *stream) startReaders(ctx context.Context, shards []types.Shard, view types.StreamViewType) {
	exists := map[string]bool{}
	for _, s := range shards {
		exists[aws.ToString(s.ShardId)] = true
	}
	done := m.checkpoints.shards(m.key())
	for _, s := range shards {
		id, parent := aws.ToString(s.ShardId), aws.ToString(s.ParentShardId)
		if m.reading[id] || done[id] == shardEnd || exists[parent] && done[parent] != shardEnd {
			continue
		}
		m.reading[id] = true
		r := &reader{stream: m, shard: id, view: view, last: done[id]}
		m.work.Go(func() { r.run(ctx) })
	}
}

// reader reads one shard to its end.
type reader struct {
	*stream
	shard string
	view  types.StreamViewType
	last  string // the sequence number of the last record that is done; "" at the beginning of the shard
}

func (r *reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		ended, err := r.read(ctx)
		if ended {
			r.checkpoint(shardEnd)
			select {
			case r.shardEnded <- struct{}{}:
			default:
			}
			return
		}
		_, expired := errors.AsType[*types.ExpiredIteratorException](err)
		if err != nil && !expired && ctx.Err() == nil {
			r.complain("the table's stream: %v", err)
		}
		pause(ctx, retryRead)
	}
}

// read handles the records of the shard until ctx ends, and returns true at the shard's end.
func (r *reader) read(ctx context.Context) (ended bool, err error) {
	iterator, err := r.iterator(ctx)
	for iterator != nil && err == nil {
		var out *dynamodbstreams.GetRecordsOutput
		if out, err = r.Client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator}); err != nil {
			return false, err
		}
		if !r.handle(ctx, out.Records) {
			return false, ctx.Err()
		}
		iterator = out.NextShardIterator
		if len(out.Records) == 0 && iterator != nil && !pause(ctx, pollEvery) {
			return false, ctx.Err()
		}
	}
	if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
		return true, nil // the shard does not exist any more
	}
	return err == nil, err
}

// iterator starts behind the last record that is done, or with the oldest record that the stream still has.
func (r *reader) iterator(ctx context.Context) (*string, error) {
	input := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: aws.String(r.Options.Stream), ShardId: aws.String(r.shard),
		ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	if r.last != "" {
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, aws.String(r.last)
	}
	out, err := r.Client.GetShardIterator(ctx, input)
	if _, trimmed := errors.AsType[*types.TrimmedDataAccessException](err); trimmed {
		r.complain("%s misses records that are older than a day, which the stream has not kept", r.Function)
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = r.Client.GetShardIterator(ctx, input)
	}
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// checkpoint keeps that all records up to the sequence number are done.
func (r *reader) checkpoint(number string) {
	r.last = number
	if err := r.checkpoints.set(r.key(), r.shard, number); err != nil {
		r.complain("keep a checkpoint of the stream: %v", err)
	}
}
