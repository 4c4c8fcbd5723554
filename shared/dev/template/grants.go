package template

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// roleProperties are the members of a role that are read.
type roleProperties struct {
	Policies []struct {
		PolicyDocument document `yaml:"PolicyDocument"`
	} `yaml:"Policies"`
}

// A document is a policy document of IAM.
type document struct {
	Statement []statement `yaml:"Statement"`
}

type statement struct {
	Effect    string                          `yaml:"Effect"`
	Action    oneOrMany                       `yaml:"Action"`
	Resource  oneOrMany                       `yaml:"Resource"`
	Condition map[string]map[string]oneOrMany `yaml:"Condition"`
}

// The conditions that are understood limit a statement to some partition keys. ForAllValues alone also allows a request
// without a key, so a statement needs `Null: "false"` too: the key must not be missing.
const (
	allowedKeys = "ForAllValues:StringLike"
	keyRequired = "Null"
	leadingKeys = "dynamodb:LeadingKeys"
)

// A scan has no key: its statement limits what it may read and filter by, and refuses whole items.
const (
	allowedNames = "ForAllValues:StringEquals"
	attributes   = "dynamodb:Attributes"
	exactly      = "StringEquals"
	selects      = "dynamodb:Select"
)

// oneOrMany is one text or a list of texts.
type oneOrMany []string

func (l *oneOrMany) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return node.Decode((*[]string)(l))
	}
	*l = oneOrMany{node.Value}
	return nil
}

// grants returns the statements of the function's policies, or of the role that it names.
func (p functionProperties) grants(t *template) (grants []Grant, err error) {
	documents := p.Policies
	if p.Role != "" {
		if documents, err = t.roleDocuments(p.Role); err != nil {
			return nil, err
		}
	}
	for _, d := range documents {
		for _, s := range d.Statement {
			keys, err := s.keys()
			if err != nil {
				return nil, err
			}
			for _, resource := range s.Resource {
				grants = append(grants, Grant{Actions: s.Action, Resource: resource, Keys: keys})
			}
		}
	}
	return grants, nil
}

// roleDocuments returns the policy documents of the role with the ARN.
func (t *template) roleDocuments(arn string) (documents []document, err error) {
	r, found := find(t.ofKind(roleKind), func(r resource) bool { return r.id+".Arn" == arn })
	if !found {
		return nil, fmt.Errorf("Role is %q, and must be the Arn of a role of this template", arn)
	}
	var role roleProperties
	err = t.decode(r.properties, &role)
	for _, policy := range role.Policies {
		documents = append(documents, policy.PolicyDocument)
	}
	return documents, err
}

// keys returns the patterns of the partition keys that the statement allows. None: it has no such limit.
func (s statement) keys() ([]string, error) {
	if s.Effect != "Allow" {
		return nil, fmt.Errorf("a statement's effect is %q, and only Allow is understood", s.Effect)
	}
	if slices.Equal(s.Action, []string{"dynamodb:Scan"}) {
		whole := !slices.Equal(s.Condition[exactly][selects], []string{"SPECIFIC_ATTRIBUTES"})
		if whole || len(s.Condition[allowedNames][attributes]) == 0 {
			return nil, fmt.Errorf("a scan needs the conditions %s on %s and %s on %s", exactly, selects, allowedNames, attributes)
		}
		return []string{"*"}, nil
	}
	for operator, on := range s.Condition {
		for name := range on {
			if operator != allowedKeys && operator != keyRequired || name != leadingKeys {
				return nil, fmt.Errorf("a statement's condition %s on %s is not understood", operator, name)
			}
		}
	}
	if s.Condition != nil && !slices.Equal(s.Condition[keyRequired][leadingKeys], []string{"false"}) {
		return nil, fmt.Errorf(`a condition on %s needs %s: {%s: "false"} beside it`, leadingKeys, keyRequired, leadingKeys)
	}
	return s.Condition[allowedKeys][leadingKeys], nil
}
