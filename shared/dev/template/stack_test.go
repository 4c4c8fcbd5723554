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
	"testing"

	"personal-rooms/shared/dev/template"
)

// A stack is the template as SAM translates it for some parameter values, with the conditions applied.
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
	DependsOn, UpdatePolicy, Properties                  any
}

var translated map[string]stack

// stacks returns the stack of each deployment by its name. The translator and the linter run once, in the Python that
// TRANSLATOR names; `make validate` sets it.
func stacks(t *testing.T) map[string]stack {
	t.Helper()
	if translated != nil {
		return translated
	}
	python := os.Getenv("TRANSLATOR")
	if python == "" {
		t.Fatal("TRANSLATOR must name the Python of the SAM command line: use make validate")
	}
	given := deployments(t)
	input, err := json.Marshal(
		map[string]any{"template": filepath.Join(ours(t, nil).Root, template.TemplateName), "stacks": given},
	)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, filepath.Join("testdata", "translate.py"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("translate the template: %v", err)
	}
	var answers map[string]struct {
		Stack    stack
		Findings []string
	}
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatal(err)
	}
	translated = map[string]stack{}
	for name, a := range answers {
		a.Stack.values, a.Stack.findings = given[name], a.Findings
		a.Stack.applyConditions()
		translated[name] = a.Stack
	}
	return translated
}

// defaults returns the stack of a deployment that names an issuer and nothing else.
func defaults(t *testing.T) stack {
	t.Helper()
	return stacks(t)["defaults"]
}

func (s stack) applyConditions() {
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
}

// choose returns the node with each Fn::If replaced by the branch that its condition selects, nil for AWS::NoValue.
func (s stack) choose(node any) any {
	switch n := node.(type) {
	case []any:
		var kept []any
		for _, item := range n {
			if item = s.choose(item); item != nil {
				kept = append(kept, item)
			}
		}
		return kept
	case map[string]any:
		if branches, ok := n["Fn::If"].([]any); ok {
			if s.holds(map[string]any{"Condition": branches[0]}) {
				return s.choose(branches[1])
			}
			return s.choose(branches[2])
		}
		if n["Ref"] == "AWS::NoValue" {
			return nil
		}
		kept := map[string]any{}
		for name, value := range n {
			if value = s.choose(value); value != nil {
				kept[name] = value
			}
		}
		return kept
	}
	return node
}

// holds evaluates a condition or an assertion.
func (s stack) holds(node any) bool {
	fails := func(part any) bool { return !s.holds(part) }
	for name, argument := range pairs(node) {
		switch name {
		case "Condition":
			return s.holds(s.Conditions[fmt.Sprint(argument)])
		case "Fn::Equals":
			return s.value(list(argument)[0]) == s.value(list(argument)[1])
		case "Fn::Not":
			return fails(list(argument)[0])
		case "Fn::And":
			return !slices.ContainsFunc(list(argument), fails)
		case "Fn::Or":
			return slices.ContainsFunc(list(argument), s.holds)
		}
	}
	panic(fmt.Sprintf("the condition %v is not understood", node))
}

func (s stack) value(node any) string {
	name, isRef := pairs(node)["Ref"].(string)
	if !isRef {
		return text(node)
	}
	if value, given := s.values[name]; given {
		return value
	}
	return text(s.Parameters[name].Default)
}

// refusals returns the names of the rules that refuse the parameter values.
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

// ofType returns the resources of a type by their logical ids.
func (s stack) ofType(kind string) map[string]resource {
	found := maps.Clone(s.Resources)
	maps.DeleteFunc(found, func(_ string, r resource) bool { return r.Type != kind })
	return found
}

var substituted = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// references returns the names of everything that the node refers to.
func references(node any) (names []string) {
	switch n := node.(type) {
	case []any:
		for _, item := range n {
			names = append(names, references(item)...)
		}
	case map[string]any:
		for name, argument := range n {
			names = append(names, referencesOf(name, argument)...)
		}
	}
	return names
}

func referencesOf(function string, argument any) (names []string) {
	parts, isList := argument.([]any)
	switch {
	case function == "Ref":
		return []string{fmt.Sprint(argument)}
	case function == "Fn::GetAtt" && isList:
		return []string{fmt.Sprint(parts[0])}
	case function == "Fn::GetAtt":
		id, _, _ := strings.Cut(fmt.Sprint(argument), ".")
		return []string{id}
	case function == "Fn::Sub":
		own := map[string]any{}
		if isList {
			argument, own = parts[0], pairs(parts[1])
		}
		for _, match := range substituted.FindAllStringSubmatch(fmt.Sprint(argument), -1) {
			if id, _, _ := strings.Cut(match[1], "."); own[match[1]] == nil {
				names = append(names, id)
			}
		}
		return append(names, references(own)...)
	}
	return references(argument)
}

// needs returns the logical ids of the resources that CloudFormation must create before this one.
func (s stack) needs(id string) (ids []string) {
	r := s.Resources[id]
	for _, name := range append(references([]any{r.Properties, r.UpdatePolicy}), texts(r.DependsOn)...) {
		if _, isParameter := s.Parameters[name]; !isParameter && !strings.HasPrefix(name, "AWS::") {
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
