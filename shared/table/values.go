package table

import (
	"bytes"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// millis returns the time in milliseconds since 1970; 0 for the zero time.
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

// expiry returns the ttl, in seconds since 1970, of an item that is of no use from t on. It is never before t.
func expiry(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix() + 1
}

// binarySet is stored as a set, where a [][]byte would be stored as a list.
type binarySet [][]byte

// MarshalDynamoDBAttributeValue implements attributevalue.Marshaler.
func (s binarySet) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberBS{Value: s}, nil
}

// identitySet returns the identities in order, each once.
func identitySet(ids []meeting.Identity) binarySet {
	var set [][]byte
	for _, id := range ids {
		set = append(set, bytes.Clone(id[:]))
	}
	slices.SortFunc(set, bytes.Compare)
	return slices.CompactFunc(set, bytes.Equal)
}

func identitiesOf(set binarySet) []meeting.Identity {
	var ids []meeting.Identity
	for _, b := range set {
		var id meeting.Identity
		copy(id[:], b)
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b meeting.Identity) int { return bytes.Compare(a[:], b[:]) })
	return ids
}
