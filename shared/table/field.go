package table

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

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

// noEvent marks an item whose last write changed nothing that an event reports: an admission, a renewed lease, the
// claim of a number. The stream's filter leaves such writes out.
func noEvent(mark bool) field { return computed(noEventName, mark) }

const noEventName = "quiet"
