//go:build translator

package template_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"personal-rooms/shared/dev/template"
)

// A stack is the template as SAM translates it for some parameter values. Everything in it exists for these values, and
// no condition is left.
type stack struct {
	values     values
	Refusals   []string // the rules that refuse the values; then the rest is empty
	Findings   []string // of cfn-lint
	Parameters []string // names
	Resources  map[string]resource
}

type resource struct {
	Type, DeletionPolicy, UpdateReplacePolicy string
	Properties                                any
}

// translate runs the translator and the linter once, in the Python that TRANSLATOR names; `make validate` sets it.
var translate = sync.OnceValues(func() (map[string]stack, error) {
	python := os.Getenv("TRANSLATOR")
	if python == "" {
		return nil, errors.New("TRANSLATOR must name the Python of the SAM command line: use make validate")
	}
	given, err := deployments()
	if err != nil {
		return nil, err
	}
	root, err := template.FindRoot(".")
	if err != nil {
		return nil, err
	}
	input, err := json.Marshal(map[string]any{"template": filepath.Join(root, template.TemplateName), "stacks": given})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(python, filepath.Join("testdata", "translate.py"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("translate the template: %w", err)
	}
	translated := map[string]stack{}
	err = json.Unmarshal(output, &translated)
	for name, s := range translated {
		s.values = given[name]
		translated[name] = s
	}
	return translated, err
})

// stacks returns the stack of each deployment by its name, and those of the contradictions.
func stacks(t *testing.T) map[string]stack {
	t.Helper()
	translated, err := translate()
	if err != nil {
		t.Fatal(err)
	}
	return translated
}

// defaults returns the stack of a deployment that names an issuer and nothing else.
func defaults(t *testing.T) stack {
	t.Helper()
	return stacks(t)["defaults"]
}

// ofType returns the resources of a type by their logical ids.
func (s stack) ofType(kind string) map[string]resource {
	found := maps.Clone(s.Resources)
	maps.DeleteFunc(found, func(_ string, r resource) bool { return r.Type != kind })
	return found
}

// reference matches Ref, Fn::GetAtt and the variables of Fn::Sub in JSON.
var reference = regexp.MustCompile(`"Ref":"([^"]+)"|"Fn::GetAtt":\["([^"]+)"|\$\{([\w:]+)`)

// references returns the names of everything that the node refers to.
func references(node any) (names []string) {
	for _, match := range reference.FindAllStringSubmatch(text(node), -1) {
		names = append(names, match[1]+match[2]+match[3])
	}
	return names
}

// at returns the node at the path, or nil.
func at(node any, path ...string) any {
	for _, name := range path {
		node = pairs(node)[name]
	}
	return node
}

func list(node any) []any {
	items, _ := node.([]any)
	return items
}

func pairs(node any) map[string]any {
	members, _ := node.(map[string]any)
	return members
}

// text returns a scalar as JSON writes it, without quotes.
func text(value any) string {
	encoded, _ := json.Marshal(value)
	return strings.Trim(string(encoded), `"`)
}

// texts returns the texts of a list, or the one text in its place.
func texts(node any) (all []string) {
	if one, ok := node.(string); ok {
		return []string{one}
	}
	for _, item := range list(node) {
		all = append(all, fmt.Sprint(item))
	}
	return all
}

// byName returns the names of a map in order, so that failures have the same order in each run.
func byName[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
