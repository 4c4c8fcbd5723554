package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// itemHeader is what every item has beside its key.
type itemHeader struct {
	Type string `dynamodbav:"type"` // what it is, for those who look at the table or its stream
	SK   string `dynamodbav:"sk"`
	TTL  int64  `dynamodbav:"ttl,omitempty"` // epoch seconds
}

// noEvent is the attribute of what its last write changed nothing of that others are told of: a join at the gate, a seat's renewal, the claim of
// a number. The stream's filter leaves such writes out.
const noEvent = "quiet"

// millis is a time as it is stored, in milliseconds since 1970; the zero time is 0, and absent.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func durationOf(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// expiry is the ttl of what is of no use from t on: never before t.
func expiry(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix() + 1
}

// identitySet is the identities as a binary set: in order, each once.
func identitySet(ids []meeting.Identity) [][]byte {
	var set [][]byte
	for _, id := range ids {
		set = append(set, bytes.Clone(id[:]))
	}
	slices.SortFunc(set, bytes.Compare)
	return slices.CompactFunc(set, bytes.Equal)
}

func identitiesOf(set [][]byte) []meeting.Identity {
	var ids []meeting.Identity
	for _, b := range set {
		ids = append(ids, identityOf(b))
	}
	slices.SortFunc(ids, func(a, b meeting.Identity) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

func identityOf(b []byte) (id meeting.Identity) {
	copy(id[:], b)
	return id
}

// digest is an array of bytes as it is stored; a zero one is absent.
func digest(b []byte) []byte {
	if len(bytes.Trim(b, "\x00")) == 0 {
		return nil
	}
	return bytes.Clone(b)
}

// passthroughJSON is the extras as one JSON object, byte for byte but for white space.
func passthroughJSON(e meeting.Passthrough) ([]byte, error) {
	if len(e) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("table: settings: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func passthroughOf(b []byte) (e meeting.Passthrough, err error) {
	if len(b) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("table: settings: %w", err)
	}
	return e, nil
}

// A userFields is a user as they are named in items that lead to them.
type userFields struct {
	Account string `dynamodbav:"account,omitempty"`
	Owner   string `dynamodbav:"owner,omitempty"`
}

func userFieldsOf(u meeting.User) userFields { return userFields{Account: u.Account, Owner: u.ID} }

func (p userFields) user() meeting.User { return meeting.User{Account: p.Account, ID: p.Owner} }

// binarySet is written as a set where a [][]byte would be a list.
type binarySet [][]byte

// MarshalDynamoDBAttributeValue implements attributevalue.Marshaler.
func (s binarySet) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberBS{Value: s}, nil
}
