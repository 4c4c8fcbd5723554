package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// A field is one attribute of an item, bound to the variable that it is written from and read into. A zero value is
// absent from the item.
type field struct {
	name  string
	write func() (types.AttributeValue, error) // nil: the attribute is absent
	read  func(types.AttributeValue) error
}

// fields are all attributes of an item that this program knows.
type fields []field

// encode returns the attributes as they are stored.
func (all fields) encode() (item, error) {
	it := make(item, len(all))
	var errs error
	for _, f := range all {
		value, err := f.write()
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("table: attribute %s: %w", f.name, err))
		}
		if value != nil {
			it[f.name] = value
		}
	}
	return it, errs
}

// decode reads the item into the variables. The error names each attribute that cannot be read, and shows none of their
// values.
func (all fields) decode(it item) error {
	var errs error
	for _, f := range all {
		if value, found := it[f.name]; found {
			if err := f.read(value); err != nil {
				errs = errors.Join(errs, fmt.Errorf("table: attribute %s: %w", f.name, err))
			}
		}
	}
	return errs
}

// value is a field that is written from and read into what v points to, as [encodeValue] stores it.
func value(name string, v any) field {
	return field{
		name:  name,
		write: func() (types.AttributeValue, error) { return encodeValue(reflect.ValueOf(v).Elem().Interface()) },
		read:  func(stored types.AttributeValue) error { return decodeValue(stored, v) },
	}
}

// nested is a map of the fields of v.
func nested[V any](name string, v *V, fieldsOf func(*V) fields) field {
	return field{
		name: name,
		write: func() (types.AttributeValue, error) {
			it, err := fieldsOf(v).encode()
			if len(it) == 0 {
				return nil, err
			}
			return &types.AttributeValueMemberM{Value: it}, err
		},
		read: func(stored types.AttributeValue) error { return decodeMap(stored, fieldsOf(v)) },
	}
}

// optional is a map of the fields of what v points to; nil is absent.
func optional[V any](name string, v **V, fieldsOf func(*V) fields) field {
	f := computed(name, nil)
	if *v != nil {
		f = nested(name, *v, fieldsOf)
	}
	f.read = func(stored types.AttributeValue) error {
		*v = new(V)
		return decodeMap(stored, fieldsOf(*v))
	}
	return f
}

// list is a list of maps of the fields of each element.
func list[V any](name string, all *[]V, fieldsOf func(*V) fields) field {
	return field{
		name: name,
		write: func() (types.AttributeValue, error) {
			var stored types.AttributeValueMemberL
			for i := range *all {
				it, err := fieldsOf(&(*all)[i]).encode()
				if err != nil {
					return nil, err
				}
				stored.Value = append(stored.Value, &types.AttributeValueMemberM{Value: it})
			}
			if len(stored.Value) == 0 {
				return nil, nil //nolint:nilnil // what is zero is absent
			}
			return &stored, nil
		},
		read: func(stored types.AttributeValue) error {
			values, ok := stored.(*types.AttributeValueMemberL)
			if !ok {
				return fmt.Errorf("it is stored as %T, and must be a list", stored)
			}
			*all = make([]V, len(values.Value))
			for i, value := range values.Value {
				if err := decodeMap(value, fieldsOf(&(*all)[i])); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func decodeMap(stored types.AttributeValue, into fields) error {
	m, ok := stored.(*types.AttributeValueMemberM)
	if !ok {
		return fmt.Errorf("it is stored as %T, and must be a map", stored)
	}
	return into.decode(m.Value)
}

// userFields are a user as most items name them.
func userFields(u *meeting.User) fields {
	return fields{value("account", &u.Account), value("owner", &u.ID)}
}

// fromKey is a part of the item's key, "pk" or "sk": it is read from there, and not written.
func fromKey[S ~string](name, prefix string, part *S) field {
	f := computed(name, nil)
	f.read = func(stored types.AttributeValue) error {
		if key, ok := stored.(*types.AttributeValueMemberS); ok {
			*part = S(strings.TrimPrefix(key.Value, prefix))
		}
		return nil
	}
	return f
}

// computed is written only: others read it, such as DynamoDB or the stream's filter.
func computed(name string, v any) field {
	return field{
		name:  name,
		write: func() (types.AttributeValue, error) { return encodeValue(v) },
		read:  func(types.AttributeValue) error { return nil },
	}
}

// itemType says what the item is, for readers of the table and of its stream.
func itemType(name string) field { return computed("type", name) }

// deleteAfter makes DynamoDB delete the item after the time, never before it; zero: never.
func deleteAfter(t time.Time) field { return computed("ttl", expiry(t)) }

// noEvent marks an item whose last write changed nothing that an event or a hint reports: an admission, a renewed lease,
// the claim of a number. The stream's filter leaves such writes out.
func noEvent(mark bool) field { return computed(noEventName, mark) }

const noEventName = "quiet"

// encodeValue returns the value as it is stored; nil for a zero value and for an empty list. A time is stored in
// milliseconds since 1970, a duration in milliseconds, a passthrough as one JSON object, byte for byte but for white
// space.
func encodeValue(v any) (types.AttributeValue, error) {
	switch of := v.(type) {
	case time.Time:
		v = millis(of)
	case time.Duration:
		v = of.Milliseconds()
	case []time.Time:
		v = eachOf(of, millis)
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
	case *[]time.Time:
		return load(stored, to, func(all []int64) []time.Time { return eachOf(all, timeOf) })
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

func eachOf[A, B any](all []A, convert func(A) B) (converted []B) {
	for _, a := range all {
		converted = append(converted, convert(a))
	}
	return converted
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
