package table

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// ChangeOf reads a record of the table's stream. It returns the zero Change for an item that no event reports, such as
// a budget. The error of a record that cannot be read names the attributes, and none of their values.
func ChangeOf(r events.DynamoDBEventRecord) (event.Change, error) {
	before, after := itemOf(r.Change.OldImage), itemOf(r.Change.NewImage)
	latest := after
	if len(latest) == 0 {
		latest = before
	}
	kind, err := attribute[*types.AttributeValueMemberS](latest, "type")
	if err != nil {
		return event.Change{}, err
	}
	c := event.Change{At: r.Change.ApproximateCreationDateTime.UTC(), Expired: expired(r.UserIdentity)}
	c.Before, err = nounOf(kind.Value, before)
	if err == nil {
		c.After, err = nounOf(kind.Value, after)
	}
	if c.Item = nameOf(c.After); c.After == nil {
		c.Item = nameOf(c.Before)
	}
	if err != nil || c.Item == "" {
		return event.Change{}, err
	}
	id, err := attribute[*types.AttributeValueMemberB](latest, writeID)
	if err != nil {
		return event.Change{}, err
	}
	c.Write = base64.RawURLEncoding.EncodeToString(id.Value)
	if len(after) == 0 {
		c.Write += "-deleted"
	}
	return c, nil
}

// expired reports whether DynamoDB deleted the item because its ttl was over.
func expired(by *events.DynamoDBUserIdentity) bool {
	return by != nil && by.Type == "Service" && by.PrincipalID == "dynamodb.amazonaws.com"
}

// nounOf returns the noun of an image; nil if there is no image, or if no event reports items of the type.
func nounOf(kind string, image item) (any, error) {
	if len(image) == 0 {
		return nil, nil //nolint:nilnil // as event.Change has it
	}
	switch kind {
	case "room":
		return decoded(image, roomFields)
	case "seat":
		return decoded(image, seatFields)
	case "meeting":
		return decoded(image, meetingFields)
	case "profile":
		return decoded(image, profileFields)
	case "outcome":
		return decoded(image, outcomeFields)
	}
	return nil, nil //nolint:nilnil // as event.Change has it
}

func decoded[V any](image item, fieldsOf func(*V) fields) (any, error) {
	var noun V
	err := fieldsOf(&noun).decode(image)
	return noun, err
}

// nameOf returns the name of the item in events; "" for nil.
func nameOf(noun any) string {
	switch n := noun.(type) {
	case meeting.Room:
		return "room/" + string(n.Number)
	case meeting.Seat:
		return "seat/" + string(n.ID)
	case meeting.Meeting:
		return "meeting/" + string(n.ID)
	case meeting.Profile:
		return "user/" + plain(n.User.Account) + "/" + n.User.ID
	case account.Outcome:
		return "command/" + plain(n.Account) + "/" + n.ID
	}
	return ""
}

// plain keeps a part of an item's name from holding the separator.
func plain(part string) string { return strings.NewReplacer("%", "%25", "/", "%2F").Replace(part) }

// attribute returns an attribute that every item has, of that type.
func attribute[T types.AttributeValue](image item, name string) (value T, err error) {
	value, ok := image[name].(T)
	if !ok {
		err = fmt.Errorf("table: attribute %s is missing, or of another type", name)
	}
	return value, err
}

// itemOf converts an image of the stream to the client's types.
func itemOf(image map[string]events.DynamoDBAttributeValue) item {
	it := make(item, len(image))
	for name, v := range image {
		it[name] = valueOf(v)
	}
	return it
}

func valueOf(v events.DynamoDBAttributeValue) types.AttributeValue {
	if v.IsNull() {
		return &types.AttributeValueMemberNULL{Value: true}
	}
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeMap:
		return &types.AttributeValueMemberM{Value: itemOf(v.Map())}
	case events.DataTypeList:
		return &types.AttributeValueMemberL{Value: valuesOf(v.List())}
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}
	case events.DataTypeNull:
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

func valuesOf(list []events.DynamoDBAttributeValue) []types.AttributeValue {
	all := make([]types.AttributeValue, len(list))
	for i, v := range list {
		all[i] = valueOf(v)
	}
	return all
}
