//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// oldestTemplate is what template.yaml was when its resources got the names that they keep. An update from it must keep all data.
const oldestTemplate = "shared/dev/sam/deploy/testdata/oldest-template.yaml"

// fault is a resource that cannot be made, after everything else was: a dashboard needs a body.
const fault = `
  Fault:
    Type: AWS::CloudWatch::Dashboard
    DependsOn: [Table, AccessLog, AutomateFunctionAliaslive]
    Properties: { DashboardBody: "" }
`

// buildOldest writes the oldest template beside today's build, whose executables it deploys: the rehearsal is about what an update of the
// template does. And once more, with a fault.
func (r *rehearsal) buildOldest() error {
	text, err := os.ReadFile(filepath.Join(r.root, oldestTemplate))
	if err != nil {
		return err
	}
	before, after, found := strings.Cut(string(text), "\nResources:\n")
	if !found {
		return fmt.Errorf("%s: there are no resources", oldestTemplate)
	}
	faulty := before + "\nResources:" + fault + after
	return errors.Join(r.writeTemplate(oldFolder, text), r.writeTemplate(faultyFolder, []byte(faulty)))
}

// writeTemplate writes a template with the executables of today's build.
func (r *rehearsal) writeTemplate(folder string, template []byte) error {
	text, err := withCode(template, func(function string) string { return filepath.Join(r.root, builtFolder, function) })
	if err != nil {
		return err
	}
	folder = filepath.Join(r.root, folder)
	return errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "template.yaml"), text, 0o600))
}

// withCode is the template with the folder of each function's code.
func withCode(template []byte, folder func(function string) string) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(template, &document); err != nil {
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
		properties.Content = append(properties.Content,
			&yaml.Node{Kind: yaml.ScalarNode, Value: "CodeUri"}, &yaml.Node{Kind: yaml.ScalarNode, Value: folder(name)})
	}
	return yaml.Marshal(&document)
}

// child is the value of a mapping's key, nil if there is none.
func child(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}
