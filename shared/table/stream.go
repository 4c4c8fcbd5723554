package table

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// ChangeOf is what a record of the table's stream tells, in the domain's words. Of an item that nobody is told of, such as a budget, it is the
// zero Change. A record that cannot be read is an error that names the attribute, and none of its values.
func ChangeOf(r events.DynamoDBEventRecord) (event.Change, error) {
	i := images{before: itemOf(r.Change.OldImage), after: itemOf(r.Change.NewImage)}
	latest := i.after
	if len(latest) == 0 {
		latest = i.before
	}
	kind, err := attribute[*types.AttributeValueMemberS](latest, "type")
	if err != nil {
		return event.Change{}, err
	}
	c := event.Change{At: r.Change.ApproximateCreationDateTime.UTC(), Expired: expired(r.UserIdentity)}
	if err := i.change(kind.Value, &c); err != nil || c.Item == "" {
		return event.Change{}, err
	}
	id, err := attribute[*types.AttributeValueMemberB](latest, writeID)
	if err != nil {
		return event.Change{}, err
	}
	c.Write = base64.RawURLEncoding.EncodeToString(id.Value)
	if len(i.after) == 0 {
		c.Write += "-deleted"
	}
	return c, nil
}

// expired reports whether DynamoDB deleted the item by itself.
func expired(by *events.DynamoDBUserIdentity) bool {
	return by != nil && by.Type == "Service" && by.PrincipalID == "dynamodb.amazonaws.com"
}

// images are an item before and after a write; empty: there was none.
type images struct{ before, after item }

// change adds what was written, if it is of a kind that others are told of.
func (i images) change(kind string, c *event.Change) (err error) {
	switch kind {
	case "room":
		c.Before, c.After, err = read(i, numberedRoom.room)
	case "seat":
		c.Before, c.After, err = read(i, infallible(seatItem.seat))
	case "meeting":
		c.Before, c.After, err = read(i, func(m meetingItem) (meeting.Meeting, error) { return m.meeting() })
	case "profile":
		c.Before, c.After, err = read(i, profileItem.profile)
	case "outcome":
		c.Before, c.After, err = read(i, infallible(outcomeItem.outcome))
	default:
		return nil
	}
	if c.Item = nameOf(c.After); c.After == nil {
		c.Item = nameOf(c.Before)
	}
	return err
}

// numberedRoom is a room with the key that it is stored under.
type numberedRoom struct {
	roomItem
	PK string `dynamodbav:"pk"`
}

func (i numberedRoom) room() (meeting.Room, error) {
	return i.roomItem.room(meeting.Number(strings.TrimPrefix(i.PK, roomPrefix))), nil
}

// nameOf is what events call the item.
func nameOf(noun any) string {
	plain := strings.NewReplacer("%", "%25", "/", "%2F").Replace
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

// read converts both images by way of their item.
func read[I, T any](i images, convert func(I) (T, error)) (before, after any, err error) {
	if before, err = readOne(i.before, convert); err == nil {
		after, err = readOne(i.after, convert)
	}
	return before, after, err
}

func readOne[I, T any](image item, convert func(I) (T, error)) (any, error) {
	var i I
	if len(image) == 0 {
		return nil, nil //nolint:nilnil // as events have it
	}
	if err := load(image, &i); err != nil {
		return nil, badAttributes[I](image, err)
	}
	noun, err := convert(i)
	return noun, err
}

// badAttributes names the attributes that cannot be read.
func badAttributes[I any](image item, err error) error {
	var all []error
	for _, name := range slices.Sorted(maps.Keys(image)) {
		if err := load(item{name: image[name]}, new(I)); err != nil {
			all = append(all, fmt.Errorf("attribute %s: %w", name, err))
		}
	}
	return cmp.Or(errors.Join(all...), err)
}

// infallible is a conversion that cannot fail.
func infallible[I, T any](convert func(I) T) func(I) (T, error) {
	return func(i I) (T, error) { return convert(i), nil }
}

// attribute is one that is always there, and of that type.
func attribute[T types.AttributeValue](image item, name string) (value T, err error) {
	value, ok := image[name].(T)
	if !ok {
		err = fmt.Errorf("table: attribute %s is missing, or of another type", name)
	}
	return value, err
}

// itemOf is an image of the stream as the client has items.
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
