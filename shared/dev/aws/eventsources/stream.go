package eventsources

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/template"
)

const (
	pollEvery = 200 * time.Millisecond // while a stream has nothing new
	retryRead = time.Second            // after the stream could not be read
)

// stream invokes one function with the records of the table's stream, one shard after the other.
type stream struct {
	*Sources
	template.Stream
	filters []pattern.Pattern
	next    map[string]*string // the iterator of each shard that is being read
}

func (s *Sources) newStream(definition template.Stream) (*stream, error) {
	if definition.Latest {
		return nil, errors.New("the StartingPosition LATEST is not emulated")
	}
	m := &stream{Sources: s, Stream: definition, next: map[string]*string{}}
	for _, text := range definition.Filters {
		filter, err := pattern.Compile(text)
		if err != nil {
			return nil, err
		}
		m.filters = append(m.filters, filter)
	}
	return m, nil
}

// key is the key of the function's checkpoints.
func (m *stream) key() string { return m.Function + " " + m.Options.Stream }

func (m *stream) run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := pollEvery
		if err := m.poll(ctx); err != nil && ctx.Err() == nil {
			m.complain("the table's stream: %v", err)
			clear(m.next) // iterators expire
			wait = retryRead
		}
		_ = smithytime.SleepWithContext(ctx, wait)
	}
}

// poll handles the new records of every shard whose parent was read to its end.
func (m *stream) poll(ctx context.Context) error {
	shards, err := m.shards(ctx)
	if err != nil {
		return err
	}
	exists := map[string]bool{}
	for _, s := range shards {
		exists[aws.ToString(s.ShardId)] = true
	}
	for _, s := range shards {
		id, parent := aws.ToString(s.ShardId), aws.ToString(s.ParentShardId)
		done := m.checkpoints.shards(m.key())
		if done[id] == shardEnd || exists[parent] && done[parent] != shardEnd {
			continue
		}
		if err := m.read(ctx, id, done[id]); err != nil {
			return err
		}
	}
	return nil
}

func (m *stream) shards(ctx context.Context) (all []types.Shard, err error) {
	input := &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(m.Options.Stream)}
	for {
		out, err := m.Client.DescribeStream(ctx, input)
		if err != nil {
			return nil, err
		}
		all = append(all, out.StreamDescription.Shards...)
		input.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId
		if input.ExclusiveStartShardId == nil {
			return all, nil
		}
	}
}

// read handles the records of the shard that follow the last one that is done, until there is none.
func (m *stream) read(ctx context.Context, shard, last string) (err error) {
	if m.next[shard] == nil {
		if m.next[shard], err = m.iterator(ctx, shard, last); err != nil {
			return err
		}
	}
	for {
		out, err := m.Client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: m.next[shard]})
		if err != nil {
			return err
		}
		if err := m.handle(ctx, shard, out.Records); err != nil {
			return err
		}
		m.next[shard] = out.NextShardIterator
		if out.NextShardIterator == nil {
			m.checkpoint(shard, shardEnd)
		}
		if len(out.Records) == 0 || out.NextShardIterator == nil {
			return nil
		}
	}
}

// iterator starts behind the last record that is done, or with the oldest record that the stream still has.
func (m *stream) iterator(ctx context.Context, shard, last string) (*string, error) {
	input := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: aws.String(m.Options.Stream), ShardId: aws.String(shard),
		ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	if last != "" {
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, aws.String(last)
	}
	out, err := m.Client.GetShardIterator(ctx, input)
	if _, trimmed := errors.AsType[*types.TrimmedDataAccessException](err); trimmed {
		m.complain("%s misses records that are older than a day, which the stream has not kept", m.Function)
		input.ShardIteratorType, input.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = m.Client.GetShardIterator(ctx, input)
	}
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

// checkpoint keeps that all records of the shard up to the sequence number are done.
func (m *stream) checkpoint(shard, number string) {
	if err := m.checkpoints.set(m.key(), shard, number); err != nil {
		m.complain("keep a checkpoint of the stream: %v", err)
	}
}
