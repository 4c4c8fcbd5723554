package template

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pseudo are the values that CloudFormation knows without being told, as they are on one machine.
var pseudo = map[string]string{
	"AWS::Region": "us-east-1", "AWS::AccountId": "000000000000", "AWS::Partition": "aws",
	"AWS::StackName": "personal-rooms", "AWS::URLSuffix": "amazonaws.com",
}

const noValue = "AWS::NoValue"

// decode applies the template's functions to node and stores the result.
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

// resolve returns node with its functions applied, or nil where CloudFormation would see nothing (AWS::NoValue).
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
	switch node.Kind {
	case yaml.MappingNode:
		return t.resolvePairs(node)
	case yaml.SequenceNode:
		return t.resolveItems(node)
	}
	return node, nil
}

func (t *template) resolvePairs(node *yaml.Node) (*yaml.Node, error) {
	plain := *node
	plain.Content = nil
	for i := 0; i+1 < len(node.Content); i += 2 {
		value, err := t.resolve(node.Content[i+1])
		if err != nil {
			return nil, err
		}
		if value != nil {
			plain.Content = append(plain.Content, node.Content[i], value)
		}
	}
	return &plain, nil
}

func (t *template) resolveItems(node *yaml.Node) (*yaml.Node, error) {
	plain := *node
	plain.Content = nil
	for _, item := range node.Content {
		value, err := t.resolve(item)
		if err != nil {
			return nil, err
		}
		if value != nil {
			plain.Content = append(plain.Content, value)
		}
	}
	return &plain, nil
}

// function recognises both spellings, `!Sub x` and `Fn::Sub: x`, and returns the name without either prefix.
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
	if key == "Ref" {
		return key, node.Content[1]
	}
	if name, long := strings.CutPrefix(key, "Fn::"); long {
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

// text leaves the type to the reader, who may want a number; but nothing at all is a text too, not null.
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
	if id, _ := strings.CutSuffix(name, samAlias); t.isResource(id) {
		return name, nil
	}
	return "", fmt.Errorf("nothing is named %s", name)
}

// attribute stands for itself: Table.Arn. Of Sam's own resources it may be one that only the cloud makes.
func (t *template) attribute(argument *yaml.Node) (string, error) {
	name := argument.Value
	if argument.Kind == yaml.SequenceNode {
		var parts []string
		if err := argument.Decode(&parts); err != nil {
			return "", err
		}
		name = strings.Join(parts, ".")
	}
	if id, _, _ := strings.Cut(name, "."); !t.isResource(id) {
		return "", fmt.Errorf("no resource is named %s", id)
	}
	return name, nil
}

var variable = regexp.MustCompile(`\$\{(!?)([^}]+)\}`)

func (t *template) substitute(argument *yaml.Node) (string, error) {
	pattern, own := argument, map[string]string{}
	if argument.Kind == yaml.SequenceNode {
		if len(argument.Content) != 2 {
			return "", fmt.Errorf("Sub needs a text and its variables")
		}
		pattern = argument.Content[0]
		if err := t.decode(argument.Content[1], &own); err != nil {
			return "", err
		}
	}
	var failed error
	result := variable.ReplaceAllStringFunc(pattern.Value, func(match string) string {
		parts := variable.FindStringSubmatch(match)
		name := strings.TrimSpace(parts[2])
		if parts[1] == "!" {
			return "${" + name + "}"
		}
		value, err := t.variable(name, own)
		if err != nil && failed == nil {
			failed = err
		}
		return value
	})
	return result, failed
}

func (t *template) variable(name string, own map[string]string) (string, error) {
	if value, ok := own[name]; ok {
		return value, nil
	}
	if strings.Contains(name, ".") {
		return t.attribute(&yaml.Node{Kind: yaml.ScalarNode, Value: name})
	}
	return t.ref(name)
}

func (t *template) choose(argument *yaml.Node) (*yaml.Node, error) {
	if argument.Kind != yaml.SequenceNode || len(argument.Content) != 3 {
		return nil, fmt.Errorf("If needs a condition and two values")
	}
	holds, err := t.holds(argument.Content[0].Value)
	if err != nil {
		return nil, err
	}
	if holds {
		return t.resolve(argument.Content[1])
	}
	return t.resolve(argument.Content[2])
}

func (t *template) holds(name string) (bool, error) {
	condition, ok := t.conditions[name]
	if !ok {
		return false, fmt.Errorf("no condition is named %s", name)
	}
	return t.test(condition)
}

func (t *template) test(node *yaml.Node) (bool, error) {
	name, argument := function(node)
	if name == "" && node.Kind == yaml.MappingNode && len(node.Content) == 2 && node.Content[0].Value == "Condition" {
		name, argument = "Condition", node.Content[1]
	}
	switch name {
	case "Condition":
		return t.holds(argument.Value)
	case "Equals":
		return t.equal(argument)
	case "Not", "And", "Or":
		return t.combine(name, argument)
	}
	return false, fmt.Errorf("line %d: a condition that shared/dev/template does not understand", node.Line)
}

func (t *template) equal(argument *yaml.Node) (bool, error) {
	var sides []string
	if err := t.decode(argument, &sides); err != nil {
		return false, err
	}
	if len(sides) != 2 {
		return false, fmt.Errorf("line %d: Equals needs two values", argument.Line)
	}
	return sides[0] == sides[1], nil
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
	switch name {
	case "And":
		return all, nil
	case "Or":
		return some, nil
	}
	return !some, nil
}
