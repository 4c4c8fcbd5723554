// Package pattern matches JSON as EventBridge's rules and Lambda's event filters do: a pattern has the shape of what it matches, and
// lists of what is allowed where there are values.
//
// It knows exact values, null, exists, prefix, suffix, equals-ignore-case, anything-but and numeric, and $or. What it does not know is
// an error when the pattern is compiled, and never a match.
package pattern

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Pattern is a compiled pattern.
type Pattern struct {
	fields map[string]Pattern // each has to match
	either []Pattern          // of which one has to match, if there are any
	values []test             // of a leaf: one has to hold
}

// test reports whether a value will do; there is none where present is false.
type test func(value any, present bool) bool

// Compile reads a pattern in JSON.
func Compile(text string) (Pattern, error) {
	var shape map[string]any
	if err := json.Unmarshal([]byte(text), &shape); err != nil {
		return Pattern{}, fmt.Errorf("the pattern %s is not a JSON object: %w", text, err)
	}
	return object("", shape)
}

func object(at string, shape map[string]any) (p Pattern, err error) {
	if len(shape) == 0 {
		return p, fmt.Errorf("the pattern is empty at %q", at)
	}
	p.fields = map[string]Pattern{}
	for name, value := range shape {
		if name == "$or" {
			p.either, err = choices(at, value, shape)
		} else {
			p.fields[name], err = field(at+"."+name, value)
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// choices reads the choices of $or. None may name a field that stands beside $or: there EventBridge lets one of both count.
func choices(at string, value any, beside map[string]any) (either []Pattern, err error) {
	list, _ := value.([]any)
	for _, choice := range list {
		shape, _ := choice.(map[string]any)
		for name := range shape {
			if _, twice := beside[name]; twice {
				return nil, fmt.Errorf("the pattern has %s beside $or and in it at %q", name, at)
			}
		}
		p, err := object(at+".$or", shape)
		if err != nil {
			return nil, err
		}
		either = append(either, p)
	}
	if len(either) < 2 {
		return nil, fmt.Errorf("the pattern needs two choices at %q", at+".$or")
	}
	return either, nil
}

func field(at string, value any) (p Pattern, err error) {
	switch value := value.(type) {
	case map[string]any:
		return object(at, value)
	case []any:
		for _, one := range value {
			holds, err := leaf(at, one)
			if err != nil {
				return p, err
			}
			p.values = append(p.values, holds)
		}
		if len(p.values) > 0 {
			return p, nil
		}
	}
	return p, fmt.Errorf("the pattern needs an object or a list of values at %q", at)
}

// Match reports whether JSON that was decoded into any has the pattern.
func (p Pattern) Match(value any) bool { return p.match(value, true) }

func (p Pattern) match(value any, present bool) bool {
	if p.values != nil {
		return slices.ContainsFunc(p.values, func(holds test) bool { return holds(value, present) })
	}
	members, _ := value.(map[string]any)
	for name, inner := range p.fields {
		member, there := members[name]
		if !inner.match(member, there) {
			return false
		}
	}
	return p.either == nil || slices.ContainsFunc(p.either, func(one Pattern) bool { return one.match(value, present) })
}

// anyOf is a test of a value, or of the elements of a list, of which one has to pass.
func anyOf(passes func(any) bool) test {
	return func(value any, present bool) bool {
		list, ok := value.([]any)
		if !ok {
			_, isObject := value.(map[string]any)
			return present && !isObject && passes(value)
		}
		return slices.ContainsFunc(list, passes)
	}
}

func leaf(at string, want any) (test, error) {
	operator, ok := want.(map[string]any)
	if !ok {
		return exactly(at, want)
	}
	if len(operator) != 1 {
		return nil, fmt.Errorf("the pattern has %d operators in one at %q", len(operator), at)
	}
	name := slices.Collect(maps.Keys(operator))[0]
	if there, isBool := operator[name].(bool); name == "exists" && isBool {
		return func(value any, present bool) bool {
			_, isObject := value.(map[string]any)
			return (present && !isObject) == there
		}, nil
	}
	passes, err := operation(at, name, operator[name])
	return anyOf(passes), err
}

func exactly(at string, want any) (test, error) {
	if _, isList := want.([]any); isList {
		return nil, fmt.Errorf("the pattern has a list in a list at %q", at)
	}
	return anyOf(func(value any) bool { return value == want }), nil
}

// texts are the operations on texts.
var texts = map[string]func(value, argument string) bool{
	"prefix": strings.HasPrefix, "suffix": strings.HasSuffix, "equals-ignore-case": strings.EqualFold,
}

func operation(at, name string, argument any) (func(any) bool, error) {
	switch name {
	case "anything-but":
		return anythingBut(at, argument)
	case "numeric":
		return numeric(at, argument)
	}
	holds, known := texts[name]
	wanted, isText := argument.(string)
	if !known || !isText {
		return nil, fmt.Errorf("the pattern's %s %v at %q is not understood", name, argument, at)
	}
	return func(value any) bool {
		given, ok := value.(string)
		return ok && holds(given, wanted)
	}, nil
}

// anythingBut takes a value, a list of values, or one operation on texts.
func anythingBut(at string, argument any) (func(any) bool, error) {
	var refused []any
	switch argument := argument.(type) {
	case []any:
		refused = argument
	case map[string]any:
		passes, err := leaf(at, argument)
		return func(value any) bool { return err == nil && !passes(value, true) }, err
	default:
		refused = []any{argument}
	}
	for _, one := range refused {
		switch one.(type) {
		case string, float64:
		default:
			return nil, fmt.Errorf("the pattern's anything-but %v at %q is not understood", one, at)
		}
	}
	return func(value any) bool { return !slices.Contains(refused, value) }, nil
}

// comparisons are between the value and the pattern's number.
var comparisons = map[string]func(value, limit float64) bool{
	"=": func(v, l float64) bool { return v == l }, "<": func(v, l float64) bool { return v < l }, "<=": func(v, l float64) bool { return v <= l },
	">": func(v, l float64) bool { return v > l }, ">=": func(v, l float64) bool { return v >= l },
}

// numeric takes comparisons one after the other, [">", 0, "<=", 5], which all have to hold.
func numeric(at string, argument any) (func(any) bool, error) {
	list, _ := argument.([]any)
	if len(list) == 0 || len(list)%2 != 0 {
		return nil, fmt.Errorf("the pattern's numeric %v at %q is not understood", argument, at)
	}
	for pair := range slices.Chunk(list, 2) {
		name, _ := pair[0].(string)
		if _, isNumber := pair[1].(float64); !isNumber || comparisons[name] == nil {
			return nil, fmt.Errorf("the pattern's numeric %v at %q is not understood", argument, at)
		}
	}
	return func(value any) bool {
		number, ok := value.(float64)
		for i := 0; ok && i < len(list); i += 2 {
			name, _ := list[i].(string)
			limit, _ := list[i+1].(float64)
			ok = comparisons[name](number, limit)
		}
		return ok
	}, nil
}
