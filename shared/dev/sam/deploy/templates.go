//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"personal-rooms/shared/dev/template"
)

// oldestTemplate is template.yaml of the time when its resources got their final names. An update from it must keep all
// data.
const oldestTemplate = "shared/dev/sam/deploy/testdata/oldest-template.yaml"

// brokenResource cannot be created, and comes after all others: a dashboard needs a body.
const brokenResource = `
  Broken:
    Type: AWS::CloudWatch::Dashboard
    DependsOn: [Table, AccessLog, AutomateFunctionAliaslive]
    Properties: { DashboardBody: "" }
`

// writeOldTemplates writes the oldest template with the executables of today's build, and a second one with a broken
// resource. An update is then a change of the template only.
func (d *deployer) writeOldTemplates() error {
	text, err := os.ReadFile(d.path(oldestTemplate))
	if err != nil {
		return err
	}
	before, after, found := strings.Cut(string(text), "\nResources:\n")
	if !found {
		return fmt.Errorf("%s has no resources", oldestTemplate)
	}
	faulty := before + "\nResources:" + brokenResource + after
	return errors.Join(d.writeTemplate(oldFolder, text), d.writeTemplate(faultyFolder, []byte(faulty)))
}

func (d *deployer) writeTemplate(folder string, text []byte) error {
	text, err := withCode(text, d.path(builtFolder))
	if err != nil {
		return err
	}
	folder = d.path(folder)
	return errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, template.TemplateName), text, 0o600))
}

func (d *deployer) readTemplate(folder string) ([]byte, error) {
	return os.ReadFile(filepath.Join(d.path(folder), template.TemplateName))
}

// withCode returns the template with the CodeUri of each function: a folder in built with the function's logical id.
func withCode(text []byte, built string) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	resources := child(document.Content[0], "Resources")
	if resources == nil {
		return nil, errors.New("there are no resources")
	}
	for i := 0; i+1 < len(resources.Content); i += 2 {
		name, resource := resources.Content[i].Value, resources.Content[i+1]
		if kind := child(resource, "Type"); kind == nil || kind.Value != "AWS::Serverless::Function" {
			continue
		}
		properties := child(resource, "Properties")
		properties.Content = append(properties.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "CodeUri"},
			&yaml.Node{Kind: yaml.ScalarNode, Value: filepath.Join(built, name)})
	}
	return yaml.Marshal(&document)
}

// child returns the value of a mapping's key, nil if there is none.
func child(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}
