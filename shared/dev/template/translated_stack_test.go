//go:build translator

package template_test

import (
	"bytes"
	"encoding/json"
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

// A stack is what SAM makes of the template for the given parameter values, with the conditions applied.
type stack struct {
	values     values
	findings   []string // of cfn-lint
	Parameters map[string]struct{ Default any }
	Conditions map[string]any
	Rules      map[string]struct {
		Assertions []struct {
			Assert            any
			AssertDescription string
		}
	}
	Resources map[string]resource
	Outputs   map[string]any
}

type resource struct {
	Type, Condition, DeletionPolicy, UpdateReplacePolicy string
	DependsOn                                            any
	UpdatePolicy                                         any
	Properties                                           any
}

// stacks are the translated stacks of all deployments. The translator and the linter run once, in Python: `make validate` names it in
// TRANSLATOR.
var stacks = sync.OnceValues(func() (map[string]stack, error) {
	python := os.Getenv("TRANSLATOR")
	if python == "" {
		return nil, fmt.Errorf("TRANSLATOR must name the Python of the SAM command line: use make validate")
	}
	root, err := template.FindRoot(".")
	if err != nil {
		return nil, err
	}
	given, err := deployments(root)
	if err != nil {
		return nil, err
	}
	asked, err := json.Marshal(map[string]any{"template": filepath.Join(root, template.TemplateName), "stacks": given})
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(python, filepath.Join("testdata", "translate.py"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(asked), os.Stderr
	answer, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("translate the template: %w", err)
	}
	var translated map[string]struct {
		Stack    stack
		Findings []string
	}
	if err := json.Unmarshal(answer, &translated); err != nil {
		return nil, err
	}
	all := map[string]stack{}
	for name, t := range translated {
		s := t.Stack
		s.values, s.findings = given[name], t.Findings
		all[name] = s.applyConditions()
	}
	return all, nil
})

// allStacks returns the stack of each deployment, by its name.
func allStacks(t *testing.T) map[string]stack {
	t.Helper()
	all, err := stacks()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s stack) applyConditions() stack {
	for id, r := range s.Resources {
		if r.Condition != "" && !s.holds(map[string]any{"Condition": r.Condition}) {
			delete(s.Resources, id)
			continue
		}
		r.Properties, r.UpdatePolicy = s.choose(r.Properties), s.choose(r.UpdatePolicy)
		s.Resources[id] = r
	}
	for name, output := range s.Outputs {
		if condition, ok := pairs(output)["Condition"]; ok && !s.holds(map[string]any{"Condition": condition}) {
			delete(s.Outputs, name)
			continue
		}
		s.Outputs[name] = s.choose(output)
	}
	return s
}

// noValue stands where a template refers to AWS::NoValue.
type noValue struct{}

// choose returns the node with the branch of each Fn::If that its condition selects.
func (s stack) choose(node any) any {
	switch n := node.(type) {
	case []any:
		var kept []any
		for _, item := range n {
			if item = s.choose(item); item != (noValue{}) {
				kept = append(kept, item)
			}
		}
		return kept
	case map[string]any:
		if choice, ok := n["Fn::If"].([]any); ok && len(n) == 1 {
			if s.holds(map[string]any{"Condition": choice[0]}) {
				return s.choose(choice[1])
			}
			return s.choose(choice[2])
		}
		if n["Ref"] == "AWS::NoValue" {
			return noValue{}
		}
		kept := map[string]any{}
		for name, value := range n {
			if value = s.choose(value); value != (noValue{}) {
				kept[name] = value
			}
		}
		return kept
	}
	return node
}

// holds evaluates a condition or an assertion.
func (s stack) holds(node any) bool {
	for name, argument := range pairs(node) {
		switch name {
		case "Condition":
			return s.holds(s.Conditions[plain(argument)])
		case "Fn::Equals":
			sides := list(argument)
			return s.value(sides[0]) == s.value(sides[1])
		case "Fn::Not":
			return !s.holds(list(argument)[0])
		case "Fn::And":
			return !slices.ContainsFunc(list(argument), func(part any) bool { return !s.holds(part) })
		case "Fn::Or":
			return slices.ContainsFunc(list(argument), s.holds)
		}
	}
	panic(fmt.Sprintf("the condition %v is not understood", node))
}

func (s stack) value(node any) string {
	reference, ok := node.(map[string]any)
	if !ok {
		return text(node)
	}
	name := plain(reference["Ref"])
	if value, given := s.values[name]; given {
		return value
	}
	return text(s.Parameters[name].Default)
}

// refusals are the names of the rules that refuse the parameter values.
func (s stack) refusals(given values) (names []string) {
	s.values = given
	for name, rule := range s.Rules {
		for _, a := range rule.Assertions {
			if !s.holds(a.Assert) && a.AssertDescription != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// ofType returns the resources of a type, by their logical ids.
func (s stack) ofType(kind string) map[string]resource {
	found := map[string]resource{}
	for id, r := range s.Resources {
		if r.Type == kind {
			found[id] = r
		}
	}
	return found
}

var substituted = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// references are the names of everything that the node refers to.
func references(node any) (names []string) {
	switch n := node.(type) {
	case []any:
		for _, item := range n {
			names = append(names, references(item)...)
		}
	case map[string]any:
		for name, value := range n {
			names = append(names, referencesOf(name, value)...)
		}
	}
	return names
}

func referencesOf(function string, argument any) []string {
	switch function {
	case "Ref":
		return []string{plain(argument)}
	case "Fn::GetAtt":
		if parts, ok := argument.([]any); ok {
			return []string{plain(parts[0])}
		}
		id, _, _ := strings.Cut(plain(argument), ".")
		return []string{id}
	case "Fn::Sub":
		own := map[string]any{}
		if parts, ok := argument.([]any); ok {
			argument, own = parts[0], pairs(parts[1])
		}
		names := references(own)
		for _, match := range substituted.FindAllStringSubmatch(plain(argument), -1) {
			id, _, _ := strings.Cut(match[1], ".")
			if _, ok := own[match[1]]; !ok {
				names = append(names, id)
			}
		}
		return names
	}
	return references(argument)
}

// needs are the logical ids of the resources that CloudFormation must create before this one.
func (s stack) needs(id string) (ids []string) {
	r := s.Resources[id]
	names := append(references(r.Properties), references(r.UpdatePolicy)...)
	switch on := r.DependsOn.(type) {
	case string:
		names = append(names, on)
	case []any:
		for _, name := range on {
			names = append(names, plain(name))
		}
	}
	for _, name := range names {
		if _, parameter := s.Parameters[name]; !parameter && !strings.HasPrefix(name, "AWS::") {
			ids = append(ids, name)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
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

func plain(node any) string {
	value, _ := node.(string)
	return value
}

// text is a scalar as it stands in JSON, without quotes.
func text(value any) string {
	encoded, _ := json.Marshal(value)
	return strings.Trim(string(encoded), `"`)
}

// texts returns the texts of a list, or the one text that may stand in its place.
func texts(node any) (all []string) {
	if one, ok := node.(string); ok {
		return []string{one}
	}
	for _, item := range list(node) {
		all = append(all, fmt.Sprint(item))
	}
	return all
}

// byName returns the names of a map in order, so that failures come in the same order in each run.
func byName[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
