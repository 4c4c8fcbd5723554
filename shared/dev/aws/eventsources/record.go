package eventsources

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// record is a write as the function and the filters see it.
type record struct {
	number string // its sequence number
	at     time.Time
	shape  map[string]any
}

// RecordsEvent is the event that a function gets of these records of the stream.
func RecordsEvent(stream string, view types.StreamViewType, records []types.Record) ([]byte, error) {
	shapes := make([]any, len(records))
	for i := range records {
		shapes[i] = shapeOf(stream, view, &records[i])
	}
	return json.Marshal(map[string]any{"Records": shapes})
}

func (r *reader) record(from *types.Record) record {
	return record{
		number: aws.ToString(from.Dynamodb.SequenceNumber), at: aws.ToTime(from.Dynamodb.ApproximateCreationDateTime),
		shape: plain(shapeOf(r.Options.Stream, r.view, from)),
	}
}

func shapeOf(stream string, view types.StreamViewType, from *types.Record) map[string]any {
	written := from.Dynamodb
	dynamodb := map[string]any{
		"Keys": item(written.Keys), "SequenceNumber": aws.ToString(written.SequenceNumber), "SizeBytes": aws.ToInt64(written.SizeBytes),
		"StreamViewType": string(view), "ApproximateCreationDateTime": aws.ToTime(written.ApproximateCreationDateTime).Unix(),
	}
	for name, image := range map[string]map[string]types.AttributeValue{"NewImage": written.NewImage, "OldImage": written.OldImage} {
		if len(image) > 0 {
			dynamodb[name] = item(image)
		}
	}
	shape := map[string]any{
		"eventID": aws.ToString(from.EventID), "eventName": string(from.EventName), "eventVersion": aws.ToString(from.EventVersion),
		"eventSource": "aws:dynamodb", "awsRegion": aws.ToString(from.AwsRegion), "dynamodb": dynamodb, "eventSourceARN": stream,
	}
	if who := from.UserIdentity; who != nil {
		shape["userIdentity"] = map[string]any{"type": aws.ToString(who.Type), "principalId": aws.ToString(who.PrincipalId)}
	}
	return shape
}

// plain is the record as the filters want it: of nothing but JSON's own types.
func plain(shape map[string]any) map[string]any {
	text, err := json.Marshal(shape)
	var decoded map[string]any
	if err == nil {
		err = json.Unmarshal(text, &decoded)
	}
	if err != nil {
		return shape
	}
	return decoded
}

func item(attributes map[string]types.AttributeValue) map[string]any {
	all := map[string]any{}
	for name, value := range attributes {
		all[name] = attribute(value)
	}
	return all
}

// attribute is in DynamoDB's JSON; bytes are in base 64.
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
