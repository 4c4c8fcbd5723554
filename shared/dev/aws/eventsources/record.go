package eventsources

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// record is a record of the stream as the function and the filters see it.
type record struct {
	number  string         // its sequence number
	decoded map[string]any // Lambda's JSON of the record, of the types that encoding/json decodes into
}

// RecordsEvent returns the event, in JSON, that a function gets for these records of the stream.
func RecordsEvent(stream string, records []types.Record) ([]byte, error) {
	all := make([]any, len(records))
	for i := range records {
		one, err := newRecord(stream, &records[i])
		if err != nil {
			return nil, err
		}
		all[i] = one.decoded
	}
	return json.Marshal(map[string]any{"Records": all})
}

func newRecord(stream string, from *types.Record) (r record, err error) {
	change := from.Dynamodb
	r.number = aws.ToString(change.SequenceNumber)
	dynamodb := map[string]any{
		"SequenceNumber": r.number, "SizeBytes": change.SizeBytes, "StreamViewType": change.StreamViewType,
		"ApproximateCreationDateTime": aws.ToTime(change.ApproximateCreationDateTime).Unix(),
	}
	for name, attributes := range map[string]map[string]types.AttributeValue{
		"Keys": change.Keys, "NewImage": change.NewImage, "OldImage": change.OldImage,
	} {
		if len(attributes) == 0 {
			continue
		}
		if dynamodb[name], err = item(attributes); err != nil {
			return r, err
		}
	}
	all := map[string]any{
		"eventID": from.EventID, "eventName": from.EventName, "eventVersion": from.EventVersion,
		"eventSource": "aws:dynamodb", "eventSourceARN": stream, "awsRegion": from.AwsRegion, "dynamodb": dynamodb,
	}
	if user := from.UserIdentity; user != nil {
		all["userIdentity"] = map[string]any{"type": user.Type, "principalId": user.PrincipalId}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r.decoded)
}

// item returns DynamoDB's JSON of an item.
func item(attributes map[string]types.AttributeValue) (json.RawMessage, error) {
	converted, err := attributevalue.FromDynamoDBStreamsMap(attributes)
	if err != nil {
		return nil, err
	}
	return attributevalue.MarshalMapJSON(converted)
}
