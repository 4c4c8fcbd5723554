package template

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pseudo are the values of CloudFormation's pseudo parameters on this machine.
var pseudo = map[string]string{
	"AWS::Region": "us-east-1", "AWS::AccountId": "000000000000", "AWS::Partition": "aws",
	"AWS::StackName": "personal-rooms", "AWS::URLSuffix": "amazonaws.com",
}

const noValue = "AWS::NoValue"

// decode applies the intrinsic functions to node and decodes the result.
func (t *template) decode(node *yaml.Node, out any) error {
	if node.Kind == 0 {
		return nil
	}
	plain, err := t.resolve(node)
	if err != nil || plain == nil {
		return err
	}
	return plain.Decode(out)
}

// resolve returns node with its intrinsic functions applied, nil for AWS::NoValue.
func (t *template) resolve(node *yaml.Node) (*yaml.Node, error) {
	if node.Kind == yaml.AliasNode {
		return t.resolve(node.Alias)
	}
	if name, argument := function(node); name != "" {
		result, err := t.apply(name, argument)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", node.Line, err)
		}
		return result, nil
	}
	var resolved []*yaml.Node
	for _, child := range node.Content {
		value, err := t.resolve(child)
		if err != nil {
			return nil, err
		}
		resolved = append(resolved, value)
	}
	plain, size := *node, 1
	if node.Kind == yaml.MappingNode {
		size = 2 // a key and its value
	}
	plain.Content = nil
	for child := range slices.Chunk(resolved, size) {
		if child[size-1] != nil {
			plain.Content = append(plain.Content, child...)
		}
	}
	return &plain, nil
}

// function recognizes both spellings, `!Sub x` and `Fn::Sub: x`, and returns the name without the prefix.
func function(node *yaml.Node) (name string, argument *yaml.Node) {
	if tag := node.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") && tag != "!" {
		bare := *node
		bare.Tag = ""
		return tag[1:], &bare
	}
	if node.Kind != yaml.MappingNode || len(node.Content) != 2 {
		return "", nil
	}
	key := node.Content[0].Value
	if name, long := strings.CutPrefix(key, "Fn::"); long || key == "Ref" || key == "Condition" {
		return name, node.Content[1]
	}
	return "", nil
}

func (t *template) apply(name string, argument *yaml.Node) (*yaml.Node, error) {
	switch name {
	case "Ref":
		if argument.Value == noValue {
			return nil, nil
		}
		return text(t.ref(argument.Value))
	case "GetAtt":
		return text(t.attribute(argument))
	case "Sub":
		return text(t.substitute(argument))
	case "If":
		return t.choose(argument)
	case "Split":
		return t.split(argument)
	}
	return nil, fmt.Errorf("the function %s is not understood by shared/dev/template", name)
}

// text returns a scalar whose type the decoder chooses, because it may need a number. An empty text is not null.
func text(value string, err error) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.ScalarNode, Value: value}
	if value == "" {
		node.Tag = "!!str"
	}
	return node, err
}

// samAlias refers to the alias that SAM makes of a function.
const samAlias = ".Alias"

func (t *template) ref(name string) (string, error) {
	if value, ok := t.values[name]; ok {
		return value, nil
	}
	if value, ok := pseudo[name]; ok {
		return value, nil
	}
	if t.isKind(strings.TrimSuffix(name, samAlias), "") {
		return name, nil
	}
	return "", fmt.Errorf("nothing is named %s", name)
}

// attribute returns the attribute's own name, Table.Arn.
func (t *template) attribute(argument *yaml.Node) (string, error) {
	var parts oneOrMany
	if err := argument.Decode(&parts); err != nil {
		return "", err
	}
	name := strings.Join(parts, ".")
	if id, _, _ := strings.Cut(name, "."); !t.isKind(id, "") {
		return "", fmt.Errorf("no resource is named %s", id)
	}
	return name, nil
}

var variable = regexp.MustCompile(`\$\{(!?)([^}]+)\}`)

func (t *template) substitute(argument *yaml.Node) (string, error) {
	if argument.Kind != yaml.ScalarNode {
		return "", fmt.Errorf("a Sub with variables of its own is not understood by shared/dev/template")
	}
	var failed error
	result := variable.ReplaceAllStringFunc(argument.Value, func(match string) string {
		parts := variable.FindStringSubmatch(match)
		name := strings.TrimSpace(parts[2])
		if parts[1] == "!" {
			return "${" + name + "}"
		}
		resolve := t.ref
		if strings.Contains(name, ".") {
			resolve = func(name string) (string, error) { return t.attribute(&yaml.Node{Kind: yaml.ScalarNode, Value: name}) }
		}
		value, err := resolve(name)
		failed = errors.Join(failed, err)
		return value
	})
	return result, failed
}

func (t *template) choose(argument *yaml.Node) (*yaml.Node, error) {
	var parts [3]yaml.Node // a condition and two values
	if err := argument.Decode(&parts); err != nil {
		return nil, err
	}
	holds, err := t.holds(parts[0].Value)
	if err != nil {
		return nil, err
	}
	if holds {
		return t.resolve(&parts[1])
	}
	return t.resolve(&parts[2])
}

func (t *template) split(argument *yaml.Node) (*yaml.Node, error) {
	var given [2]string // a separator and a text
	if err := t.decode(argument, &given); err != nil {
		return nil, err
	}
	parts := &yaml.Node{}
	return parts, parts.Encode(strings.Split(given[1], given[0]))
}

// holds evaluates the condition of that name.
func (t *template) holds(name string) (bool, error) {
	condition := t.conditions[name]
	return t.test(&condition)
}

func (t *template) test(node *yaml.Node) (bool, error) {
	switch name, argument := function(node); name {
	case "Condition":
		return t.holds(argument.Value)
	case "Equals":
		var sides [2]string
		err := t.decode(argument, &sides)
		return sides[0] == sides[1], err
	case "Not", "And", "Or":
		return t.combine(name, argument)
	}
	return false, fmt.Errorf("line %d: a condition that shared/dev/template does not understand", node.Line)
}

func (t *template) combine(name string, argument *yaml.Node) (bool, error) {
	all, some := true, false
	for _, part := range argument.Content {
		holds, err := t.test(part)
		if err != nil {
			return false, err
		}
		all, some = all && holds, some || holds
	}
	return map[string]bool{"And": all, "Or": some, "Not": !some}[name], nil
}

// decodeKnown decodes a mapping. It refuses members that neither out nor ignored names: their meaning would have to be
// guessed.
func (t *template) decodeKnown(node *yaml.Node, out any, ignored ...string) error {
	known := ignored
	for _, field := range reflect.VisibleFields(reflect.TypeOf(out).Elem()) {
		known = append(known, field.Tag.Get("yaml"))
	}
	for name, value := range pairs(node) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("line %d: %s is not understood by shared/dev/template", value.Line, name)
		}
	}
	return t.decode(node, out)
}
