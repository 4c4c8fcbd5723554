package table

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// An expression collects names and values, so that no name has to be checked against DynamoDB's reserved words. The
// first value that cannot be stored is its error.
type expression struct {
	names  map[string]string
	values item
	err    error
}

// name returns the placeholder of an attribute, or of a path of them.
func (e *expression) name(path string) string {
	if e.names == nil {
		e.names = map[string]string{}
	}
	parts := strings.Split(path, ".")
	for i, p := range parts {
		parts[i] = "#" + p
		e.names[parts[i]] = p
	}
	return strings.Join(parts, ".")
}

// value returns the placeholder of a value.
func (e *expression) value(v any) string {
	av, err := attributevalue.Marshal(v)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("table: value: %w", err)
	}
	return e.attribute(av)
}

// attribute returns the placeholder of a value as it is stored.
func (e *expression) attribute(av types.AttributeValue) string {
	if e.values == nil {
		e.values = item{}
	}
	placeholder := ":" + strconv.Itoa(len(e.values))
	e.values[placeholder] = av
	return placeholder
}

// A term is one condition.
type term struct {
	write func(*expression) string
	or    bool // alternatives, which need parentheses within an AND
}

func simple(write func(*expression) string) term { return term{write: write} }

// is requires that the attribute has the value. A zero value is absent.
func is(path string, v any) term {
	if reflect.ValueOf(v).IsZero() {
		return absent(path)
	}
	return simple(func(e *expression) string { return e.name(path) + " = " + e.value(v) })
}

func absent(path string) term {
	return simple(func(e *expression) string { return "attribute_not_exists(" + e.name(path) + ")" })
}

// atMost requires that the number is not greater than v. An absent one is 0.
func atMost(path string, v int64) term {
	compared := simple(func(e *expression) string { return e.name(path) + " <= " + e.value(v) })
	if v < 0 {
		return compared
	}
	return anyOf(absent(path), compared)
}

// isNot requires that the attribute is absent or has another value.
func isNot(path string, v any) term {
	return anyOf(absent(path), simple(func(e *expression) string { return e.name(path) + " <> " + e.value(v) }))
}

func oneOf(path string, a, b any) term {
	return simple(func(e *expression) string { return e.name(path) + " IN (" + e.value(a) + ", " + e.value(b) + ")" })
}

func isUser(u meeting.User) term { return allOf(is("account", u.Account), is("owner", u.ID)) }

func anyOf(terms ...term) term {
	return term{or: true, write: func(e *expression) string {
		all := make([]string, len(terms))
		for i, t := range terms {
			all[i] = t.write(e)
		}
		return strings.Join(all, " OR ")
	}}
}

// allOf adds only the parentheses that are needed: DynamoDB refuses redundant ones.
func allOf(terms ...term) term {
	if len(terms) == 1 {
		return terms[0]
	}
	return simple(func(e *expression) string {
		all := make([]string, len(terms))
		for i, t := range terms {
			if all[i] = t.write(e); t.or {
				all[i] = "(" + all[i] + ")"
			}
		}
		return strings.Join(all, " AND ")
	})
}

// condition returns the expression of the terms, all of which must hold.
func (e *expression) condition(terms ...term) *string {
	return aws.String(allOf(terms...).write(e))
}
