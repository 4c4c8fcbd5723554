package template

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The folder that holds one folder per function, and what a function's logical id ends with.
const (
	functionsFolder = "functions"
	functionSuffix  = "Function"
)

// lambdaArchitecture is what Lambda takes where the template says nothing.
const lambdaArchitecture = "x86_64"

type functionProperties struct {
	CodeURI       string   `yaml:"CodeUri"`
	Architectures []string `yaml:"Architectures"`
	Timeout       int      `yaml:"Timeout"`
	MemorySize    int      `yaml:"MemorySize"`
	Environment   struct {
		Variables map[string]string `yaml:"Variables"`
	} `yaml:"Environment"`
	Events            yaml.Node `yaml:"Events"`
	EventInvokeConfig struct {
		MaximumRetryAttempts *int         `yaml:"MaximumRetryAttempts"`
		DestinationConfig    destinations `yaml:"DestinationConfig"`
	} `yaml:"EventInvokeConfig"`
	Policies []document `yaml:"Policies"`
	Role     string     `yaml:"Role"`
}

// roleProperties are what is read of a role that the template defines.
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
	Effect    string                         `yaml:"Effect"`
	Action    listable                       `yaml:"Action"`
	Resource  listable                       `yaml:"Resource"`
	Condition map[string]map[string]listable `yaml:"Condition"`
}

// The conditions that are understood limit a statement to some partition keys. ForAllValues alone would also allow a request that names
// no key, so namesKeys ("false": the key must not be missing) has to stand beside it.
const (
	keysOnly    = "ForAllValues:StringLike"
	namesKeys   = "Null"
	leadingKeys = "dynamodb:LeadingKeys"
)

// listable is one text or a list of them.
type listable []string

func (l *listable) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return node.Decode((*[]string)(l))
	}
	*l = listable{node.Value}
	return nil
}

func (b *Bundle) readFunctions(t *template) error {
	var globals functionProperties
	if err := t.decode(t.globals, &globals); err != nil {
		return fmt.Errorf("Globals: %w", err)
	}
	for _, r := range t.ofKind(functionKind) {
		if err := b.readFunction(t, r, globals); err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
	}
	if len(b.Functions) == 0 {
		return fmt.Errorf("no function")
	}
	return nil
}

func (b *Bundle) readFunction(t *template, r resource, globals functionProperties) error {
	stem, ok := strings.CutSuffix(r.id, functionSuffix)
	if !ok || stem == "" {
		return fmt.Errorf("a function's logical id is its folder's name and %q", functionSuffix)
	}
	own := functionProperties{
		CodeURI: globals.CodeURI, Architectures: globals.Architectures, Timeout: globals.Timeout, MemorySize: globals.MemorySize,
	}
	if err := t.decode(r.properties, &own); err != nil {
		return err
	}
	name := strings.ToLower(stem)
	env := maps.Clone(globals.Environment.Variables)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, own.Environment.Variables)
	grants, err := own.grants(t)
	if err != nil {
		return err
	}
	async := Async{Retries: orElse(own.EventInvokeConfig.MaximumRetryAttempts, asyncRetries)}
	if async.OnFailure, err = own.EventInvokeConfig.DestinationConfig.queue(t); err != nil {
		return fmt.Errorf("EventInvokeConfig: %w", err)
	}
	b.Functions = append(b.Functions, Function{
		ID: r.id, Name: name, Folder: path.Join(functionsFolder, name),
		Timeout: time.Duration(own.Timeout) * time.Second, Memory: own.MemorySize,
		Env: env, Grants: grants, Async: async, Code: own.CodeURI, Architecture: own.architecture(),
	})
	return b.readEvents(t, name, &own.Events)
}

func (p functionProperties) architecture() string {
	if len(p.Architectures) == 0 {
		return lambdaArchitecture
	}
	return p.Architectures[0]
}

// grants are the statements of the function's policies, or of the role that it names.
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

// roleDocuments are the policy documents of the role with the ARN.
func (t *template) roleDocuments(arn string) (documents []document, err error) {
	for _, r := range t.ofKind(roleKind) {
		if r.id+".Arn" != arn {
			continue
		}
		var role roleProperties
		err := t.decode(r.properties, &role)
		for _, policy := range role.Policies {
			documents = append(documents, policy.PolicyDocument)
		}
		return documents, err
	}
	return nil, fmt.Errorf("Role is %q, and must be the Arn of a role of this template", arn)
}

// keys are the patterns of the partition keys that the statement allows; none: it has no such limit.
func (s statement) keys() ([]string, error) {
	if s.Effect != "Allow" {
		return nil, fmt.Errorf("a statement's effect is %q, and only Allow is understood", s.Effect)
	}
	for operator, on := range s.Condition {
		for name := range on {
			if operator != keysOnly && operator != namesKeys || name != leadingKeys {
				return nil, fmt.Errorf("a statement's condition %s on %s is not understood", operator, name)
			}
		}
	}
	if s.Condition != nil && !slices.Equal(s.Condition[namesKeys][leadingKeys], []string{"false"}) {
		return nil, fmt.Errorf(`a condition on %s needs %s: {%s: "false"} beside it`, leadingKeys, namesKeys, leadingKeys)
	}
	return s.Condition[keysOnly][leadingKeys], nil
}

func (b *Bundle) readEvents(t *template, function string, events *yaml.Node) error {
	for i := 0; i+1 < len(events.Content); i += 2 {
		name := events.Content[i].Value
		if err := b.readEvent(t, function, name, events.Content[i+1]); err != nil {
			return fmt.Errorf("event %s: %w", name, err)
		}
	}
	return nil
}

func (b *Bundle) readEvent(t *template, function, name string, node *yaml.Node) error {
	var event struct {
		Type       string    `yaml:"Type"`
		Properties yaml.Node `yaml:"Properties"`
	}
	if err := node.Decode(&event); err != nil {
		return err
	}
	switch event.Type {
	case "HttpApi":
		route, err := readRoute(t, &event.Properties)
		route.Function = function
		return errors.Join(err, b.addRoute(route))
	case "DynamoDB":
		stream, enabled, err := readStream(t, function, name, &event.Properties)
		b.Streams = appendIf(enabled, b.Streams, stream)
		return err
	case "SQS":
		mapping, enabled, err := readMapping(t, function, name, &event.Properties)
		b.Mappings = appendIf(enabled, b.Mappings, mapping)
		return err
	case "EventBridgeRule":
		rule, enabled, err := readEventRule(t, function, name, &event.Properties)
		b.Rules = appendIf(enabled, b.Rules, rule)
		return err
	}
	return fmt.Errorf("its type %s is not understood by shared/dev/template", event.Type)
}

func appendIf[T any](wanted bool, list []T, item T) []T {
	if wanted {
		return append(list, item)
	}
	return list
}

func readRoute(t *template, properties *yaml.Node) (Route, error) {
	var event struct {
		Method string `yaml:"Method"`
		Path   string `yaml:"Path"`
		Auth   struct {
			Authorizer string `yaml:"Authorizer"`
		} `yaml:"Auth"`
	}
	if err := t.decode(properties, &event); err != nil {
		return Route{}, err
	}
	if event.Method == "" || !strings.HasPrefix(event.Path, "/") {
		return Route{}, fmt.Errorf("an HttpApi event needs a Method and a Path")
	}
	return Route{
		Method: strings.ToUpper(event.Method), Path: event.Path, Open: event.Auth.Authorizer == "NONE",
	}, nil
}

func (b *Bundle) addRoute(route Route) error {
	for _, other := range b.Routes {
		if other.Key() == route.Key() {
			return fmt.Errorf("%s is a route of %s already", route.Key(), other.Function)
		}
	}
	b.Routes = append(b.Routes, route)
	return nil
}
