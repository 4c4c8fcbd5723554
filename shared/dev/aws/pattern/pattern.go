// Package pattern matches JSON as the rules of EventBridge and the filters of Lambda's event sources do. A pattern has
// the structure of the JSON that it matches, with lists of allowed values.
//
// It knows exact values, null, exists and prefix. Compile refuses everything else.
package pattern

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Pattern is a compiled pattern: an object's fields, or a list of tests.
type Pattern struct {
	fields map[string]Pattern // all must match
	tests  []test             // one must pass
}

// test reports whether a field's value is allowed. present is false if the field does not exist.
type test func(value any, present bool) bool

// Compile reads a pattern in JSON.
func Compile(text string) (Pattern, error) {
	var pattern map[string]any
	if err := json.Unmarshal([]byte(text), &pattern); err != nil {
		return Pattern{}, fmt.Errorf("the pattern %s is not a JSON object: %w", text, err)
	}
	return compileObject("", pattern)
}

func compileObject(path string, object map[string]any) (p Pattern, err error) {
	if len(object) == 0 {
		return p, fmt.Errorf("the pattern is empty at %q", path)
	}
	p.fields = map[string]Pattern{}
	for name, value := range object {
		if name == "$or" {
			return p, fmt.Errorf("the pattern's $or is not understood at %q", path)
		}
		if p.fields[name], err = compileField(path+"."+name, value); err != nil {
			return p, err
		}
	}
	return p, nil
}

func compileField(path string, value any) (p Pattern, err error) {
	if object, ok := value.(map[string]any); ok {
		return compileObject(path, object)
	}
	list, _ := value.([]any)
	if len(list) == 0 {
		return p, fmt.Errorf("the pattern needs an object or a list of values at %q", path)
	}
	for _, allowed := range list {
		one, err := compileTest(allowed)
		if err != nil {
			return p, fmt.Errorf("%w at %q", err, path)
		}
		p.tests = append(p.tests, one)
	}
	return p, nil
}

func compileTest(allowed any) (test, error) {
	switch allowed := allowed.(type) {
	case []any:
		return nil, fmt.Errorf("the pattern has a list in a list")
	case map[string]any:
		return compileOperator(allowed)
	}
	return anyOf(func(value any) bool { return value == allowed }), nil
}

func compileOperator(operator map[string]any) (test, error) {
	exists, isExists := operator["exists"].(bool)
	prefix, isPrefix := operator["prefix"].(string)
	switch {
	case len(operator) == 1 && isExists:
		return func(value any, present bool) bool { return (present && !isObject(value)) == exists }, nil
	case len(operator) == 1 && isPrefix:
		return anyOf(func(value any) bool {
			text, ok := value.(string)
			return ok && strings.HasPrefix(text, prefix)
		}), nil
	}
	return nil, fmt.Errorf("the pattern's %v is not understood", operator)
}

// anyOf tests a value, or the elements of a list, of which one must pass.
func anyOf(passes func(any) bool) test {
	return func(value any, present bool) bool {
		if list, ok := value.([]any); ok {
			return slices.ContainsFunc(list, passes)
		}
		return present && !isObject(value) && passes(value)
	}
}

func isObject(value any) bool {
	_, is := value.(map[string]any)
	return is
}

// Match reports whether the value, which encoding/json decoded into any, matches the pattern.
func (p Pattern) Match(value any) bool { return p.match(value, true) }

func (p Pattern) match(value any, present bool) bool {
	if p.tests != nil {
		return slices.ContainsFunc(p.tests, func(passes test) bool { return passes(value, present) })
	}
	members, _ := value.(map[string]any)
	for name, field := range p.fields {
		if member, present := members[name]; !field.match(member, present) {
			return false
		}
	}
	return true
}
