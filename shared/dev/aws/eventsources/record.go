package eventsources

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// record is a record of the stream as the function and the filters see it.
type record struct {
	number  string         // its sequence number
	decoded map[string]any // JSON, decoded
}

// RecordsEvent returns the event, in JSON, that a function gets for these records of the stream.
func RecordsEvent(stream string, view types.StreamViewType, records []types.Record) ([]byte, error) {
	all := make([]any, len(records))
	for i := range records {
		all[i] = encodable(stream, view, &records[i])
	}
	return json.Marshal(map[string]any{"Records": all})
}

func (r *reader) record(from *types.Record) record {
	return record{aws.ToString(from.Dynamodb.SequenceNumber), decoded(encodable(r.Options.Stream, r.view, from))}
}

// encodable returns a value that encodes as Lambda's JSON of the record.
func encodable(stream string, view types.StreamViewType, from *types.Record) map[string]any {
	change := from.Dynamodb
	dynamodb := map[string]any{
		"Keys": item(change.Keys), "SizeBytes": aws.ToInt64(change.SizeBytes), "StreamViewType": string(view),
		"SequenceNumber":              aws.ToString(change.SequenceNumber),
		"ApproximateCreationDateTime": aws.ToTime(change.ApproximateCreationDateTime).Unix(),
	}
	if len(change.NewImage) > 0 {
		dynamodb["NewImage"] = item(change.NewImage)
	}
	if len(change.OldImage) > 0 {
		dynamodb["OldImage"] = item(change.OldImage)
	}
	all := map[string]any{
		"eventID": aws.ToString(from.EventID), "eventName": string(from.EventName),
		"eventVersion": aws.ToString(from.EventVersion), "awsRegion": aws.ToString(from.AwsRegion),
		"eventSource": "aws:dynamodb", "eventSourceARN": stream, "dynamodb": dynamodb,
	}
	if user := from.UserIdentity; user != nil {
		all["userIdentity"] = map[string]any{"type": aws.ToString(user.Type), "principalId": aws.ToString(user.PrincipalId)}
	}
	return all
}

// decoded returns the value as filters need it, of the types that encoding/json decodes into.
func decoded(value map[string]any) (plain map[string]any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &plain)
	}
	if err != nil {
		panic(err) // texts, numbers and bytes only
	}
	return plain
}

func item(attributes map[string]types.AttributeValue) map[string]any {
	all := map[string]any{}
	for name, value := range attributes {
		all[name] = attribute(value)
	}
	return all
}

// attribute returns DynamoDB's JSON. encoding/json encodes bytes in base 64.
func attribute(value types.AttributeValue) map[string]any {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": v.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": item(v.Value)}
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i := range v.Value {
			list[i] = attribute(v.Value[i])
		}
		return map[string]any{"L": list}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": v.Value}
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": v.Value}
	}
	return nil
}
