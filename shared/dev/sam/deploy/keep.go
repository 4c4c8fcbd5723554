//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// lasting are the types of what no update may replace: it holds data, or others know its name.
var lasting = map[string]bool{
	"AWS::DynamoDB::Table": true, "AWS::Cognito::UserPool": true, "AWS::Cognito::UserPoolClient": true,
	"AWS::SecretsManager::Secret": true, "AWS::SQS::Queue": true, "AWS::Events::EventBus": true, "AWS::Logs::LogGroup": true,
	"AWS::ApiGatewayV2::Api": true,
}

// replaced names what of these types is gone or is another one after an update.
func replaced(before, after map[string]resource) []string {
	var lost []string
	for id, was := range before {
		if is := after[id]; lasting[was.Type] && is != was {
			lost = append(lost, fmt.Sprintf("%s (%s) was %s and is %q", id, was.Type, was.ID, is.ID))
		}
	}
	slices.Sort(lost)
	return lost
}

// replacements names what of these types the stack's last change set replaced or removed. The emulator gives a new table or queue the name of
// the old one, so names alone do not tell.
func (s stack) replacements(ctx context.Context) ([]string, error) {
	executed, err := s.client.ListChangeSets(ctx, &cloudformation.ListChangeSetsInput{StackName: &s.name})
	if err != nil {
		return nil, err
	}
	last := slices.MaxFunc(executed.Summaries, func(a, b types.ChangeSetSummary) int { return a.CreationTime.Compare(*b.CreationTime) })
	if last.ExecutionStatus != types.ExecutionStatusExecuteComplete {
		return nil, fmt.Errorf("the change set %s is not executed: %s %s", aws.ToString(last.ChangeSetName), last.Status, aws.ToString(last.StatusReason))
	}
	var lost []string
	changes := &cloudformation.DescribeChangeSetInput{ChangeSetName: last.ChangeSetId, StackName: &s.name}
	for pages := cloudformation.NewDescribeChangeSetPaginator(s.client, changes); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Changes {
			if r := c.ResourceChange; r != nil && lasting[aws.ToString(r.ResourceType)] && loses(r) {
				lost = append(lost, fmt.Sprintf("%s (%s): %s, replacement %s", aws.ToString(r.LogicalResourceId), aws.ToString(r.ResourceType), r.Action, r.Replacement))
			}
		}
	}
	return lost, nil
}

func loses(c *types.ResourceChange) bool {
	return c.Action == types.ChangeActionRemove || c.Action == types.ChangeActionModify && c.Replacement != types.ReplacementFalse
}

// listings are the commands that list everything of a type by its physical ids. Types that are not here are parts of others, such as versions,
// aliases, permissions, policies, routes and rules.
var listings = map[string]string{
	"AWS::DynamoDB::Table":            "dynamodb list-tables --query TableNames",
	"AWS::Cognito::UserPool":          "cognito-idp list-user-pools --max-results 60 --query UserPools[].Id",
	"AWS::SecretsManager::Secret":     "secretsmanager list-secrets --query SecretList[].ARN",
	"AWS::Logs::LogGroup":             "logs describe-log-groups --query logGroups[].logGroupName",
	"AWS::SQS::Queue":                 "sqs list-queues --query QueueUrls",
	"AWS::Events::EventBus":           "events list-event-buses --query EventBuses[].Name",
	"AWS::Lambda::Function":           "lambda list-functions --query Functions[].FunctionName",
	"AWS::Lambda::EventSourceMapping": "lambda list-event-source-mappings --query EventSourceMappings[].UUID",
	"AWS::ApiGatewayV2::Api":          "apigatewayv2 get-apis --query Items[].ApiId",
	"AWS::IAM::Role":                  "iam list-roles --query Roles[].RoleName",
	"AWS::CloudWatch::Dashboard":      "cloudwatch list-dashboards --query DashboardEntries[].DashboardName",
}

// deleteStack deletes the stack, and fails unless exactly what the template retains is left.
func (r *rehearsal) deleteStack(ctx context.Context, d *deployment) error {
	template, err := d.stack.processed(ctx)
	if err != nil {
		return err
	}
	if err := d.stack.delete(ctx); err != nil {
		return err
	}
	return r.onlyLeft(ctx, d.resources, template.retained())
}

// failFirst makes a first deployment that fails, and fails unless the rollback removes everything, the retained resources too. The template
// has one resource more, which cannot be made.
func (r *rehearsal) failFirst(ctx context.Context, d *deployment) error {
	parameters := append(r.parameters(d.setting), "Protect=false")
	if err := r.samDeploy(ctx, filepath.Join(r.root, faultyFolder), d.environment, parameters); err == nil {
		return errors.New("it succeeds")
	}
	made, err := d.stack.made(ctx)
	if err != nil {
		return err
	}
	if made["Table"].ID == "" {
		return fmt.Errorf("it fails before there is a table: %v", made)
	}
	if err := r.onlyLeft(ctx, made, nil); err != nil {
		return err
	}
	return d.stack.delete(ctx)
}

// made are the resources that the stack has or had, by its events.
func (s stack) made(ctx context.Context) (map[string]resource, error) {
	all := map[string]resource{}
	pages := cloudformation.NewDescribeStackEventsPaginator(s.client, &cloudformation.DescribeStackEventsInput{StackName: &s.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range page.StackEvents {
			if id := aws.ToString(e.PhysicalResourceId); id != "" {
				all[aws.ToString(e.LogicalResourceId)] = resource{aws.ToString(e.ResourceType), id}
			}
		}
	}
	return all, nil
}

// onlyLeft fails unless of these resources exactly those with the given logical ids exist.
func (r *rehearsal) onlyLeft(ctx context.Context, resources map[string]resource, retained []string) error {
	exists := map[resource]bool{}
	for kind, listing := range listings {
		var ids []string
		if err := r.aws(ctx, &ids, strings.Fields(listing)...); err != nil {
			return err
		}
		for _, id := range ids {
			exists[resource{kind, id}] = true
		}
	}
	var wrong, kept []string
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		is, want := exists[resources[id]], slices.Contains(retained, id)
		switch {
		case listings[resources[id].Type] != "" && is != want:
			wrong = append(wrong, fmt.Sprintf("%s (%s): it exists: %v, it should: %v", id, resources[id].ID, is, want))
		case is:
			kept = append(kept, id)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("after the deletion:\n%s", strings.Join(wrong, "\n"))
	}
	fmt.Fprintf(r.out, "    %s stays, everything else is gone\n", listed(kept))
	return nil
}

// listed is the names as a sentence has them.
func listed(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
