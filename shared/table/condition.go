package table

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// An expression is a condition, or a part of an update. In its text #name stands for an attribute, so that no name has
// to be checked against DynamoDB's reserved words, and ? for a value.
type expression struct {
	text   string
	values []any
	or     bool // alternatives, which need parentheses within an AND
}

func express(text string, values ...any) expression { return expression{text: text, values: values} }

// join returns the expressions as one.
func join(separator string, parts ...expression) (all expression) {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i], all.values = p.text, append(all.values, p.values...)
	}
	all.text = strings.Join(texts, separator)
	return all
}

// parameters are the names and values of the expressions of a request. The first value that cannot be stored is their
// error.
type parameters struct {
	names  map[string]string
	values item
	err    error
}

var attributeName = regexp.MustCompile(`#\w+`)

// use adds the names and values of the expression, and returns its text.
func (p *parameters) use(e expression) *string {
	if p.names == nil {
		p.names = map[string]string{}
	}
	for _, name := range attributeName.FindAllString(e.text, -1) {
		p.names[name] = name[1:]
	}
	for _, v := range e.values {
		stored, isStored := v.(types.AttributeValue)
		if !isStored {
			var err error
			stored, err = attributevalue.Marshal(v)
			p.err = cmp.Or(p.err, err)
		}
		if p.values == nil {
			p.values = item{}
		}
		placeholder := fmt.Sprint(":", len(p.values))
		p.values[placeholder] = stored
		e.text = strings.Replace(e.text, "?", placeholder, 1)
	}
	return &e.text
}

// attribute returns an attribute, or a path of them, as expressions have it.
func attribute(path string) string { return "#" + strings.ReplaceAll(path, ".", ".#") }

// is requires that the attribute has the value. A zero value is absent.
func is(path string, v any) expression {
	if reflect.ValueOf(v).IsZero() {
		return absent(path)
	}
	return express(attribute(path)+" = ?", v)
}

// exists requires that there is an item.
func exists() expression { return express("attribute_exists(#pk)") }

func absent(path string) expression { return express("attribute_not_exists(" + attribute(path) + ")") }

// atMost requires that the number is not greater than v. An absent one is 0.
func atMost(path string, v int64) expression {
	compared := express(attribute(path)+" <= ?", v)
	if v < 0 {
		return compared
	}
	return anyOf(absent(path), compared)
}

// isNot requires that the attribute is absent or has another value.
func isNot(path string, v any) expression {
	return anyOf(absent(path), express(attribute(path)+" <> ?", v))
}

func isUser(u meeting.User) expression { return allOf(is("account", u.Account), is("owner", u.ID)) }

func anyOf(conditions ...expression) expression {
	either := join(" OR ", conditions...)
	either.or = true
	return either
}

// allOf adds only the parentheses that are needed: DynamoDB refuses redundant ones.
func allOf(conditions ...expression) expression {
	if len(conditions) == 1 {
		return conditions[0]
	}
	all := slices.Clone(conditions)
	for i, c := range all {
		if c.or {
			all[i].text = "(" + c.text + ")"
		}
	}
	return join(" AND ", all...)
}
