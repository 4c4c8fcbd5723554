//go:build translator

package template_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The whole role of each function allows what shared/dev/template reads in the template, and nothing else. SAM adds the
// managed policies for logs and traces.
func TestRolesAllowWhatTheTemplateSays(t *testing.T) {
	for t, s := range eachStack(t) {
		for _, f := range ours(t, s.values).Functions {
			id := references(at(s.Resources[f.ID].Properties, "Role"))[0]
			role := s.Resources[id].Properties
			for _, policy := range list(at(role, "ManagedPolicyArns")) {
				traces := strings.Contains(text(policy), "AWSXrayWriteOnlyAccess") &&
					(s.values["Tracing"] == "Active" || strings.HasPrefix(id, f.ID))
				if !traces && !strings.Contains(text(policy), "AWSLambdaBasicExecutionRole") {
					t.Errorf("%s has the policy %v", f.Name, policy)
				}
			}
			var got, want []string
			for _, policy := range list(at(role, "Policies")) {
				for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
					got = append(got, allowed(statement)...)
				}
			}
			for _, g := range f.Grants {
				resource, _, _ := strings.Cut(g.Resource, ".")
				switch {
				case strings.Contains(resource, ":HintsApi/"):
					resource = "HintsApi"
				case strings.HasPrefix(resource, "arn:"):
					resource = "a parameter"
				}
				want = append(want, fmt.Sprint(g.Actions, " ", resource, " ", g.Keys))
			}
			slices.Sort(got)
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: %s", f.Name, d)
			}
		}
	}
}

// allowed returns the actions, the resource and the keys of a statement, one text for each resource.
func allowed(statement any) (all []string) {
	keys := texts(at(statement, "Condition", "ForAllValues:StringLike", "dynamodb:LeadingKeys"))
	if keys != nil && at(statement, "Condition", "Null", "dynamodb:LeadingKeys") != "false" ||
		at(statement, "Effect") != "Allow" {
		return []string{fmt.Sprint("a statement that is not understood: ", statement)}
	}
	if at(statement, "Condition", "StringEquals", "dynamodb:Select") == "SPECIFIC_ATTRIBUTES" { // of a scan: see grants.go
		keys = []string{"*"}
	}
	resources := list(at(statement, "Resource"))
	if resources == nil {
		resources = []any{at(statement, "Resource")}
	}
	for _, r := range resources {
		resource := "a parameter"
		for _, id := range references(r) {
			if !strings.HasSuffix(id, "Arn") && !strings.HasPrefix(id, "AWS::") {
				resource = id
			}
		}
		all = append(all, fmt.Sprint(texts(at(statement, "Action")), " ", resource, " ", keys))
	}
	return all
}
