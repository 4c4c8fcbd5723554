package table

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// ChangeOf reads a record of the table's stream. It returns the zero Change for an item that no event reports, such as
// a budget. The error of a record that cannot be read names the attributes, and none of their values.
func ChangeOf(r events.DynamoDBEventRecord) (event.Change, error) {
	before, err := itemOf(r.Change.OldImage)
	if err != nil {
		return event.Change{}, err
	}
	after, err := itemOf(r.Change.NewImage)
	if err != nil {
		return event.Change{}, err
	}
	image := after
	if len(image) == 0 {
		image = before
	}
	kind, err := imageAttribute[*types.AttributeValueMemberS](image, "type")
	if err != nil {
		return event.Change{}, err
	}
	read, isReported := nouns[kind.Value]
	if !isReported {
		return event.Change{}, nil
	}
	c := event.Change{At: r.Change.ApproximateCreationDateTime.UTC(), Expired: expired(r.UserIdentity)}
	var name string
	c.Before, name, err = read(before)
	if err == nil {
		c.After, c.Item, err = read(after)
	}
	if err != nil {
		return event.Change{}, err
	}
	c.Item = cmp.Or(c.Item, name)
	id, err := imageAttribute[*types.AttributeValueMemberB](image, writeID)
	if err != nil {
		return event.Change{}, err
	}
	c.Write, c.At = base64.RawURLEncoding.EncodeToString(id.Value), writtenAt(c.At, id.Value)
	if len(after) == 0 {
		c.Write += "-deleted"
		c.At = latest(c.At, r.Change.ApproximateCreationDateTime.UTC())
	}
	return c, nil
}

// writtenAt returns the time of the write, to the millisecond; of an older version's write, the time of the stream's
// record, which may be cut to the second, and in DynamoDB Local to the minute.
func writtenAt(stream time.Time, id []byte) time.Time {
	if at := timeOfWrite(id); !at.IsZero() {
		return at
	}
	return stream
}

// expired reports whether DynamoDB deleted the item because its ttl was over.
func expired(by *events.DynamoDBUserIdentity) bool {
	return by != nil && by.Type == "Service" && by.PrincipalID == "dynamodb.amazonaws.com"
}

// nouns read an image of an item that events report, by the item's type. They return nil if there is no image, and the
// name of the item in events.
var nouns = map[string]func(image item) (noun any, name string, err error){
	"room":    nounOf(roomFields, func(r meeting.Room) string { return "room/" + string(r.Number) }),
	"seat":    nounOf(seatFields, func(s meeting.Seat) string { return "seat/" + string(s.ID) }),
	"meeting": nounOf(meetingFields, func(m meeting.Meeting) string { return "meeting/" + string(m.ID) }),
	"profile": nounOf(profileFields, func(p meeting.Profile) string {
		return "user/" + plain(p.User.Account) + "/" + p.User.ID
	}),
	"outcome": nounOf(outcomeFields, func(o account.Outcome) string {
		return "command/" + plain(o.Account) + "/" + o.ID
	}),
}

func nounOf[V any](fieldsOf func(*V) fields, nameOf func(V) string) func(item) (any, string, error) {
	return func(image item) (any, string, error) {
		if len(image) == 0 {
			return nil, "", nil
		}
		noun, err := decode(image, fieldsOf)
		return noun, nameOf(noun), err
	}
}

// plain keeps a part of an item's name from holding the separator.
func plain(part string) string { return strings.NewReplacer("%", "%25", "/", "%2F").Replace(part) }

// imageAttribute returns an attribute that every item has, of that type.
func imageAttribute[T types.AttributeValue](image item, name string) (value T, err error) {
	value, ok := image[name].(T)
	if !ok {
		err = fmt.Errorf("table: attribute %s is missing, or of another type", name)
	}
	return value, err
}

// itemOf converts an image of the stream to the client's types.
func itemOf(image map[string]events.DynamoDBAttributeValue) (item, error) {
	text, err := json.Marshal(image)
	if err != nil {
		return nil, fmt.Errorf("table: image: %w", err)
	}
	return attributevalue.UnmarshalMapJSON(text)
}
