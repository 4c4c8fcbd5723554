package bundle

import (
	"fmt"
	"maps"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The folder that holds one folder per function, and what a function's logical id ends with.
const (
	functionsFolder = "functions"
	functionSuffix  = "Function"
)

type functionProperties struct {
	Timeout     int `yaml:"Timeout"`
	MemorySize  int `yaml:"MemorySize"`
	Environment struct {
		Variables map[string]string `yaml:"Variables"`
	} `yaml:"Environment"`
	Events   yaml.Node `yaml:"Events"`
	Policies []struct {
		Statement []statement `yaml:"Statement"`
	} `yaml:"Policies"`
}

type statement struct {
	Effect   string   `yaml:"Effect"`
	Action   listable `yaml:"Action"`
	Resource listable `yaml:"Resource"`
}

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
	for _, r := range t.ofKind("AWS::Serverless::Function") {
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
	own := functionProperties{Timeout: globals.Timeout, MemorySize: globals.MemorySize}
	if err := t.decode(r.properties, &own); err != nil {
		return err
	}
	name := strings.ToLower(stem)
	env := maps.Clone(globals.Environment.Variables)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, own.Environment.Variables)
	b.Functions = append(b.Functions, Function{
		ID: r.id, Name: name, Folder: path.Join(functionsFolder, name),
		Timeout: time.Duration(own.Timeout) * time.Second, Memory: own.MemorySize,
		Env: env, Grants: own.grants(),
	})
	return b.readEvents(t, name, &own.Events)
}

func (p functionProperties) grants() []Grant {
	var grants []Grant
	for _, policy := range p.Policies {
		for _, s := range policy.Statement {
			for _, resource := range s.Resource {
				grants = append(grants, Grant{Actions: s.Action, Resource: resource})
			}
		}
	}
	return grants
}

// readEvents keeps the routes; a function may have other events too.
func (b *Bundle) readEvents(t *template, function string, events *yaml.Node) error {
	for i := 0; i+1 < len(events.Content); i += 2 {
		var event struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		}
		if err := events.Content[i+1].Decode(&event); err != nil {
			return err
		}
		if event.Type != "HttpApi" {
			continue
		}
		route, err := readRoute(t, &event.Properties)
		if err != nil {
			return fmt.Errorf("event %s: %w", events.Content[i].Value, err)
		}
		route.Function = function
		if err := b.addRoute(route); err != nil {
			return err
		}
	}
	return nil
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
