//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

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
	file := filepath.Join(d.path(folder), template.TemplateName)
	return errors.Join(os.MkdirAll(d.path(folder), 0o700), os.WriteFile(file, withCode(text, d.path(builtFolder)), 0o600))
}

func (d *deployer) readTemplate(folder string) ([]byte, error) {
	return os.ReadFile(filepath.Join(d.path(folder), template.TemplateName))
}

// functionHead is a function in a template, up to the line of its properties.
var functionHead = regexp.MustCompile(`(?m)^  (\w+Function):\n    Type: AWS::Serverless::Function\n(?:    \w.*\n)*?    Properties:\n`)

// withCode returns the template with the CodeUri of each function: a folder in built with the function's logical id.
func withCode(text []byte, built string) []byte {
	return functionHead.ReplaceAll(text, []byte("${0}      CodeUri: "+built+"/${1}\n"))
}
