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
	next   *string // an iterator of its one shard: DynamoDB Local begins a second one after hours
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
	arn := out.Table.LatestStreamArn
	client := dynamodbstreams.New(dynamodbstreams.Options{
		Region: queues.Region, BaseEndpoint: aws.String(dynamotest.Endpoint(t)),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return &Stream{t: t, client: client, arn: arn}
}

// begin returns an iterator from the beginning of the stream. It is taken at the first read: DynamoDB Local trims an
// empty shard, and an iterator from before that is refused.
func (s *Stream) begin() *string {
	s.t.Helper()
	stream, err := s.client.DescribeStream(s.t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: s.arn})
	if err != nil {
		s.t.Fatal(err)
	}
	begin, err := s.client.GetShardIterator(s.t.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: s.arn, ShardId: stream.StreamDescription.Shards[0].ShardId,
		ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return begin.ShardIterator
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

// decode decodes the event with all records since the last call for a function without a filter.
func (s *Stream) decode(event any) {
	s.t.Helper()
	if s.next == nil {
		s.next = s.begin()
	}
	var records []types.Record
	for {
		out, err := s.client.GetRecords(s.t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: s.next})
		if err != nil {
			s.t.Fatal(err)
		}
		s.next = out.NextShardIterator
		if len(out.Records) == 0 {
			break
		}
		records = append(records, out.Records...)
	}
	text, err := eventsources.RecordsEvent(*s.arn, records)
	if err == nil {
		err = json.Unmarshal(text, event)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
