package template

import (
	"fmt"
	"maps"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The types of resources that are read.
const (
	functionKind = "AWS::Serverless::Function"
	apiKind      = "AWS::Serverless::HttpApi"
	tableKind    = "AWS::DynamoDB::Table"
	queueKind    = "AWS::SQS::Queue"
	busKind      = "AWS::Events::EventBus"
	ruleKind     = "AWS::Events::Rule"
	roleKind     = "AWS::IAM::Role"
)

// A function's logical id is its folder's name and functionSuffix.
const (
	functionsFolder     = "functions"
	functionSuffix      = "Function"
	defaultArchitecture = "x86_64" // Lambda's
)

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

func (b *Bundle) readFunction(t *template, r resource) error {
	var globals functionProperties
	if err := t.decode(&t.globals, &globals); err != nil {
		return fmt.Errorf("Globals: %w", err)
	}
	own := globals
	own.Environment.Variables = nil
	if err := t.decode(r.properties, &own); err != nil {
		return err
	}
	f := Function{
		ID: r.id, Name: strings.ToLower(strings.TrimSuffix(r.id, functionSuffix)), Timeout: time.Duration(own.Timeout) * time.Second, Memory: own.MemorySize,
		Env: map[string]string{}, Code: own.CodeURI, Architecture: append(own.Architectures, defaultArchitecture)[0],
		Async: Async{Retries: orDefault(own.EventInvokeConfig.MaximumRetryAttempts, asyncRetries)},
	}
	f.Folder = path.Join(functionsFolder, f.Name)
	maps.Copy(f.Env, globals.Environment.Variables)
	maps.Copy(f.Env, own.Environment.Variables)
	var err error
	if f.Grants, err = own.grants(t); err != nil {
		return err
	}
	if f.Async.OnFailure, err = own.EventInvokeConfig.DestinationConfig.queue(t); err != nil {
		return fmt.Errorf("EventInvokeConfig: %w", err)
	}
	b.Functions = append(b.Functions, f)
	for name, node := range pairs(&own.Events) {
		if err := b.readEvent(t, f.Name, name, node); err != nil {
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
	case "HttpApi": // in templates before the API had a body
		return b.readEventRoute(t, function, &event.Properties)
	case "DynamoDB":
		return b.readStream(t, function, name, &event.Properties)
	case "SQS":
		return b.readMapping(t, function, name, &event.Properties)
	case "EventBridgeRule":
		return b.readEventRule(t, function, name, &event.Properties)
	}
	return fmt.Errorf("its type %s is not understood by shared/dev/template", event.Type)
}

func (b *Bundle) readEventRoute(t *template, function string, properties *yaml.Node) error {
	var event struct {
		Method string `yaml:"Method"`
		Path   string `yaml:"Path"`
		Auth   struct {
			Authorizer string `yaml:"Authorizer"`
		} `yaml:"Auth"`
	}
	if err := t.decode(properties, &event); err != nil {
		return err
	}
	open := event.Auth.Authorizer == "NONE"
	b.Routes = append(b.Routes, Route{strings.ToUpper(event.Method), event.Path, function, open})
	return nil
}
