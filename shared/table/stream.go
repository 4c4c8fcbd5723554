package table

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

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
	latest := after
	if len(latest) == 0 {
		latest = before
	}
	kind, err := imageAttribute[*types.AttributeValueMemberS](latest, "type")
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
	id, err := imageAttribute[*types.AttributeValueMemberB](latest, writeID)
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
		return decode(image, roomFields)
	case "seat":
		return decode(image, seatFields)
	case "meeting":
		return decode(image, meetingFields)
	case "profile":
		return decode(image, profileFields)
	case "outcome":
		return decode(image, outcomeFields)
	}
	return nil, nil //nolint:nilnil // as event.Change has it
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
