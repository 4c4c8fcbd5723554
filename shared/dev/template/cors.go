package template

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

const apiKind = "AWS::Serverless::HttpApi"

// CORS is the CorsConfiguration of the HTTP API: which web pages may call it, and how.
type CORS struct {
	Origins     []string `yaml:"allowOrigins"`
	Methods     []string `yaml:"allowMethods"`
	Headers     []string `yaml:"allowHeaders"`
	Exposed     []string `yaml:"exposeHeaders"`
	MaxAge      *int     `yaml:"maxAge"` // seconds
	Credentials bool     `yaml:"allowCredentials"`
}

func (b *Bundle) readCORS(t *template) error {
	for _, r := range t.ofKind(apiKind) {
		var properties struct {
			CORS yaml.Node `yaml:"CorsConfiguration"`
		}
		if err := r.properties.Decode(&properties); err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		if err := t.decode(&properties.CORS, &b.CORS); err != nil {
			return fmt.Errorf("%s: CorsConfiguration: %w", r.id, err)
		}
	}
	return nil
}

// split applies Fn::Split: the parts of a text between separators.
func (t *template) split(argument *yaml.Node) (*yaml.Node, error) {
	var separator, whole string
	if argument.Kind != yaml.SequenceNode || len(argument.Content) != 2 {
		return nil, fmt.Errorf("Split needs a separator and a text")
	}
	if err := t.decode(argument.Content[0], &separator); err != nil {
		return nil, err
	}
	if err := t.decode(argument.Content[1], &whole); err != nil {
		return nil, err
	}
	parts := &yaml.Node{Kind: yaml.SequenceNode}
	for part := range strings.SplitSeq(whole, separator) {
		parts.Content = append(parts.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part})
	}
	return parts, nil
}
