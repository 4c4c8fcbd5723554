package table

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// encodeValue returns the value as it is stored; nil for a zero value and for an empty list. A time is stored in
// milliseconds since 1970, a duration in milliseconds, a passthrough as one JSON object, byte for byte but for white
// space.
func encodeValue(v any) (types.AttributeValue, error) {
	switch of := v.(type) {
	case time.Time:
		v = millis(of)
	case time.Duration:
		v = of.Milliseconds()
	case []meeting.Identity:
		v = identitySet(of)
	case meeting.Passthrough:
		return encodePassthrough(of)
	}
	r := reflect.ValueOf(v)
	if !r.IsValid() || r.IsZero() || r.Kind() == reflect.Slice && r.Len() == 0 {
		return nil, nil //nolint:nilnil // what is zero is absent
	}
	return attributevalue.Marshal(v)
}

func encodePassthrough(p meeting.Passthrough) (types.AttributeValue, error) {
	if len(p) == 0 {
		return nil, nil //nolint:nilnil // what is zero is absent
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(p)
	return &types.AttributeValueMemberB{Value: bytes.TrimRight(b.Bytes(), "\n")}, err
}

// decodeValue reads what encodeValue stored into what the pointer points to.
func decodeValue(stored types.AttributeValue, to any) error {
	switch to := to.(type) {
	case *time.Time:
		return load(stored, to, timeOf)
	case *time.Duration:
		return load(stored, to, durationOf)
	case *[]meeting.Identity:
		return load(stored, to, identitiesOf)
	case *meeting.Passthrough:
		var b []byte
		if err := attributevalue.Unmarshal(stored, &b); err != nil {
			return err
		}
		return json.Unmarshal(b, to)
	}
	digest := reflect.ValueOf(to).Elem()
	if digest.Kind() != reflect.Array {
		return attributevalue.Unmarshal(stored, to)
	}
	var b []byte
	err := attributevalue.Unmarshal(stored, &b)
	reflect.Copy(digest, reflect.ValueOf(b)) // of whatever length: Unmarshal accepts no other one than that of the array
	return err
}

// load reads a value that is stored as an S.
func load[S, V any](stored types.AttributeValue, to *V, convert func(S) V) error {
	var s S
	err := attributevalue.Unmarshal(stored, &s)
	*to = convert(s)
	return err
}

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
