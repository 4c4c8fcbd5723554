//go:build translator

package bundle_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"personal-rooms/shared/bundle"
)

// values are parameters of the template.
type values map[string]string

// deployments are parameters as people would give them.
func deployments() map[string]values {
	issuer := values{"TokenIssuer": "https://issuer.example.com", "TokenAudience": "rooms"}
	all := values{
		"UserPool": "true", "DomainName": "meet.example.com", "HostedZoneId": "Z0123456789",
		"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-0000-0000-000000000000",
		"ClientUrl":      "https://app.example.com", "CorsOrigins": "https://app.example.com,https://www.example.com",
		"Media": "livekit", "MediaUrl": "wss://media.example.com", "MediaKey": "APIkey",
		"MediaSecretArn":       "arn:aws:secretsmanager:us-east-1:000000000000:secret:media-AbCdEf",
		"AdmissionConcurrency": "50", "DeliveryConcurrency": "50", "GradualDeployment": "true", "Alarms": "true", "AlarmEmail": "ops@example.com", "Dashboard": "true",
		"Webhooks": "true", "CommandQueue": "true", "LockAfterStart": "true", "MondayPasscode": "ada",
	}
	return map[string]values{
		"an issuer":              issuer,
		"a user pool":            {"UserPool": "true"},
		"everything":             all,
		"gradual without alarms": with(issuer, values{"GradualDeployment": "true"}),
		"alarms for nobody":      with(issuer, values{"Alarms": "true"}),
		"a Jitsi of a domain": with(issuer, values{"Media": "jitsi", "MediaUrl": "https://video.example.com", "MediaKey": "rooms",
			"MediaSecretArn": all["MediaSecretArn"], "MediaDomain": "acme"}),
		"a domain in somebody else's DNS": with(issuer, values{"DomainName": "meet.example.com", "CertificateArn": all["CertificateArn"]}),
	}
}

func with(a, b values) values {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

// A stack is what SAM made of the template, for the values.
type stack struct {
	values     values
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

// translated are the stacks that were made already: the translator takes its time.
var translated = map[string]stack{}

// translate runs SAM's own translator, whose Python the variable TRANSLATOR names. `make validate` sets it.
func translate(t *testing.T, given values) stack {
	t.Helper()
	python := os.Getenv("TRANSLATOR")
	if python == "" {
		t.Fatal("TRANSLATOR must name the Python of the SAM command line: use make validate")
	}
	root, err := bundle.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	arguments := []string{filepath.Join("testdata", "translate.py"), filepath.Join(root, bundle.TemplateName)}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		arguments = append(arguments, name+"="+given[name])
	}
	key := strings.Join(arguments, " ")
	if _, known := translated[key]; !known {
		said, err := exec.CommandContext(t.Context(), python, arguments...).Output()
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("the translator: %v: %s", err, failed.Stderr)
		}
		s := stack{values: given}
		if err := errors.Join(err, json.Unmarshal(said, &s)); err != nil {
			t.Fatal(err)
		}
		translated[key] = s.chosen()
	}
	return translated[key]
}

// chosen is the stack with its conditions applied: what CloudFormation would make.
func (s stack) chosen() stack {
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

// nothing stands where a template names AWS::NoValue.
type nothing struct{}

func (s stack) choose(node any) any {
	switch n := node.(type) {
	case []any:
		var kept []any
		for _, item := range n {
			if item = s.choose(item); item != (nothing{}) {
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
			return nothing{}
		}
		kept := map[string]any{}
		for name, value := range n {
			if value = s.choose(value); value != (nothing{}) {
				kept[name] = value
			}
		}
		return kept
	}
	return node
}

// holds evaluates a condition.
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
	panic("a condition that is not understood")
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

func text(value any) string {
	said, _ := json.Marshal(value)
	return strings.Trim(string(said), `"`)
}

var substituted = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// references are the names of all that the node refers to.
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

// needs are the resources that the resource needs.
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
