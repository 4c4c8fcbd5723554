//go:build unix

package awstest

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

// Stream is the stream of a table.
type Stream struct {
	t      testing.TB
	client *dynamodbstreams.Client
	arn    *string
	next   map[string]*string // the iterator of each shard, by its id
}

// Follow reads the stream of a table from its beginning. The table must be made with [dynamotest.Stream].
func Follow(t testing.TB, table string) *Stream {
	t.Helper()
	out, err := dynamotest.Client(t).DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(table)})
	if err != nil {
		t.Fatal(err)
	}
	if out.Table.LatestStreamArn == nil {
		t.Fatal("the table has no stream: make it with dynamotest.Stream")
	}
	client := dynamodbstreams.New(dynamodbstreams.Options{
		Region: queues.Region, BaseEndpoint: aws.String(dynamotest.Endpoint(t)),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return &Stream{t: t, client: client, arn: out.Table.LatestStreamArn, next: map[string]*string{}}
}

// Records returns the records since the last call, as a function gets them.
func (s *Stream) Records() []events.DynamoDBEventRecord {
	s.t.Helper()
	var event events.DynamoDBEvent
	s.decode(&event)
	return event.Records
}

// Raw returns the records since the last call, each in JSON.
func (s *Stream) Raw() []json.RawMessage {
	s.t.Helper()
	var event struct{ Records []json.RawMessage }
	s.decode(&event)
	return event.Records
}

func (s *Stream) decode(event any) {
	s.t.Helper()
	if err := json.Unmarshal(s.Event(), event); err != nil {
		s.t.Fatal(err)
	}
}

// Event returns the event with all records since the last call for a function without a filter, in JSON.
func (s *Stream) Event() []byte {
	t := s.t
	t.Helper()
	var records []types.Record
	for _, shard := range s.shards(t) {
		records = append(records, s.read(t, shard)...)
	}
	event, err := eventsources.RecordsEvent(aws.ToString(s.arn), records)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// shards returns the ids of the stream's shards. New ones will be read from their beginning.
func (s *Stream) shards(t testing.TB) (ids []string) {
	t.Helper()
	out, err := s.client.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: s.arn})
	if err != nil {
		t.Fatal(err)
	}
	for _, shard := range out.StreamDescription.Shards {
		id := aws.ToString(shard.ShardId)
		ids = append(ids, id)
		if _, known := s.next[id]; known {
			continue
		}
		begin, err := s.client.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
			StreamArn: s.arn, ShardId: shard.ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.next[id] = begin.ShardIterator
	}
	return ids
}

func (s *Stream) read(t testing.TB, shard string) (records []types.Record) {
	t.Helper()
	for s.next[shard] != nil {
		out, err := s.client.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: s.next[shard]})
		if err != nil {
			t.Fatal(err)
		}
		s.next[shard] = out.NextShardIterator
		if len(out.Records) == 0 {
			break
		}
		records = append(records, out.Records...)
	}
	return records
}
