//go:build translator

package template_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// managed are the AWS managed policies that SAM gives to a role: to write logs, and traces.
var managed = []string{"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}

// The whole role of each function, as CloudFormation makes it, allows what shared/dev/template reads in the template, and nothing else.
func TestRolesAllowWhatTheTemplateSays(t *testing.T) {
	for name, s := range allStacks(t) {
		for _, f := range ours(t, s.values).Functions {
			id := references(at(s.Resources[f.ID].Properties, "Role"))[0]
			role := s.Resources[id].Properties
			for _, policy := range list(at(role, "ManagedPolicyArns")) {
				if arn := text(policy); !slices.ContainsFunc(managed, func(known string) bool {
					return strings.Contains(arn, known) && (known != "AWSXrayWriteOnlyAccess" || s.values["Tracing"] == "Active" || strings.HasPrefix(id, f.ID))
				}) {
					t.Errorf("%s: %s has the policy %s", name, f.Name, arn)
				}
			}
			var got, want []string
			for _, policy := range list(at(role, "Policies")) {
				for _, statement := range list(at(policy, "PolicyDocument", "Statement")) {
					got = append(got, allowances(statement)...)
				}
			}
			for _, g := range f.Grants {
				resource, _, _ := strings.Cut(g.Resource, ".")
				if strings.HasPrefix(resource, "arn:") {
					resource = "a parameter"
				}
				want = append(want, fmt.Sprint(g.Actions, " ", resource, " ", g.Keys))
			}
			slices.Sort(got)
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: %s: %s", name, f.Name, d)
			}
		}
	}
}

// allowances are the actions, the resource and the keys of a statement, one text for each resource.
func allowances(statement any) (all []string) {
	resources := list(at(statement, "Resource"))
	if resources == nil {
		resources = []any{at(statement, "Resource")}
	}
	keys := texts(at(statement, "Condition", "ForAllValues:StringLike", "dynamodb:LeadingKeys"))
	if keys != nil && at(statement, "Condition", "Null", "dynamodb:LeadingKeys") != "false" || at(statement, "Effect") != "Allow" {
		return []string{fmt.Sprint("a statement that is not understood: ", statement)}
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
