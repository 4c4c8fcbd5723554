//go:build unix

package dynamotest

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"personal-rooms/shared/local/dynamo"
)

// A Stream reads what a table's stream tells, from its beginning, as Lambda hands it to a function.
type Stream struct {
	t      testing.TB
	client *dynamodbstreams.Client
	arn    *string
	shards []*shard
}

type shard struct {
	id   string
	next *string // nil: closed, and read to its end
}

// NewStream is that of a table of Table.
func NewStream(t testing.TB, table string) *Stream {
	t.Helper()
	client := Client(t)
	described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(table)})
	if err != nil {
		t.Fatal(err)
	}
	o := client.Options()
	return &Stream{
		t: t, arn: described.Table.LatestStreamArn,
		client: dynamodbstreams.New(dynamodbstreams.Options{Region: dynamo.Region, Credentials: o.Credentials, BaseEndpoint: o.BaseEndpoint}),
	}
}

// Records are those of the writes that were answered since the last call, in their order.
func (s *Stream) Records() []events.DynamoDBEventRecord {
	s.t.Helper()
	var all []events.DynamoDBEventRecord
	for _, raw := range s.Raw() {
		var r events.DynamoDBEventRecord
		if err := json.Unmarshal(raw, &r); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// Raw is Records, each as the JSON in a function's event.
func (s *Stream) Raw() []json.RawMessage {
	s.t.Helper()
	s.look()
	var all []json.RawMessage
	for _, one := range s.shards {
		for one.next != nil {
			out, err := s.client.GetRecords(s.t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: one.next})
			if err != nil {
				s.t.Fatal(err)
			}
			one.next = out.NextShardIterator
			for _, r := range out.Records {
				all = append(all, s.told(r))
			}
			if len(out.Records) == 0 {
				break
			}
		}
	}
	return all
}

// look finds shards that are new.
func (s *Stream) look() {
	s.t.Helper()
	out, err := s.client.DescribeStream(s.t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: s.arn})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, found := range out.StreamDescription.Shards {
		if slices.ContainsFunc(s.shards, func(known *shard) bool { return known.id == *found.ShardId }) {
			continue
		}
		from, err := s.client.GetShardIterator(s.t.Context(), &dynamodbstreams.GetShardIteratorInput{
			StreamArn: s.arn, ShardId: found.ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
		if err != nil {
			s.t.Fatal(err)
		}
		s.shards = append(s.shards, &shard{*found.ShardId, from.ShardIterator})
	}
}

// told is the record in Lambda's words.
func (s *Stream) told(r types.Record) json.RawMessage {
	s.t.Helper()
	record := map[string]any{
		"eventID": r.EventID, "eventName": r.EventName, "eventVersion": r.EventVersion, "eventSource": "aws:dynamodb",
		"awsRegion": r.AwsRegion, "eventSourceARN": s.arn,
	}
	change := map[string]any{
		"ApproximateCreationDateTime": r.Dynamodb.ApproximateCreationDateTime.Unix(), "SequenceNumber": r.Dynamodb.SequenceNumber,
		"SizeBytes": r.Dynamodb.SizeBytes, "StreamViewType": r.Dynamodb.StreamViewType,
	}
	for name, image := range map[string]map[string]types.AttributeValue{
		"Keys": r.Dynamodb.Keys, "NewImage": r.Dynamodb.NewImage, "OldImage": r.Dynamodb.OldImage,
	} {
		if len(image) > 0 {
			change[name] = mapOf(image)
		}
	}
	record["dynamodb"] = change
	if who := r.UserIdentity; who != nil {
		record["userIdentity"] = map[string]any{"type": who.Type, "principalId": who.PrincipalId}
	}
	text, err := json.Marshal(record)
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

func mapOf(image map[string]types.AttributeValue) map[string]any {
	all := map[string]any{}
	for name, v := range image {
		all[name] = valueOf(v)
	}
	return all
}

// valueOf is the value as DynamoDB writes it in JSON.
func valueOf(v types.AttributeValue) map[string]any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": v.Value}
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": v.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": mapOf(v.Value)}
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, item := range v.Value {
			list = append(list, valueOf(item))
		}
		return map[string]any{"L": list}
	}
	return map[string]any{"NULL": true}
}

// Again is the stream from its beginning.
func (s *Stream) Again() *Stream { return &Stream{t: s.t, client: s.client, arn: s.arn} }
