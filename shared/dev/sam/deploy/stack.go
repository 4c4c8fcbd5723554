//go:build unix

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

const deleteLimit = 5 * time.Minute

// A resource is one of a stack. ID is the physical id.
type resource struct{ Type, ID string }

// resources returns the existing resources of the stack by their logical ids.
func (d *deployer) resources(ctx context.Context, stack string) (map[string]resource, error) {
	return d.listResources(ctx, "list-stack-resources", stack,
		"StackResourceSummaries[?ResourceStatus!='DELETE_COMPLETE']")
}

// everCreated returns the resources that the stack has or had, by its events.
func (d *deployer) everCreated(ctx context.Context, stack string) (map[string]resource, error) {
	return d.listResources(ctx, "describe-stack-events", stack, "StackEvents[?PhysicalResourceId]")
}

func (d *deployer) listResources(ctx context.Context, command, stack, query string) (map[string]resource, error) {
	var rows [][3]string
	err := d.aws(ctx, &rows, "cloudformation", command, "--stack-name", stack,
		"--query", query+".[LogicalResourceId,ResourceType,PhysicalResourceId]")
	all := map[string]resource{}
	for _, row := range rows {
		all[row[0]] = resource{row[1], row[2]}
	}
	return all, err
}

// outputs returns the stack's outputs by name.
func (d *deployer) outputs(ctx context.Context, stack string) (map[string]string, error) {
	var rows [][2]string
	err := d.aws(ctx, &rows, "cloudformation", "describe-stacks", "--stack-name", stack,
		"--query", "Stacks[0].Outputs[].[OutputKey,OutputValue]")
	all := map[string]string{}
	for _, row := range rows {
		all[row[0]] = row[1]
	}
	return all, err
}

// stateful are the types of resources that an update must not replace: they hold data, or others know their names.
var stateful = map[string]bool{
	"AWS::DynamoDB::Table": true, "AWS::Cognito::UserPool": true, "AWS::Cognito::UserPoolClient": true,
	"AWS::SecretsManager::Secret": true, "AWS::SQS::Queue": true, "AWS::Events::EventBus": true,
	"AWS::Logs::LogGroup": true, "AWS::ApiGatewayV2::Api": true,
}

// A change is one of a change set.
type change struct{ Action, LogicalResourceID, ResourceType, Replacement string }

// replacements names the stateful resources that the stack's last change set replaced or removed. The emulator gives a
// new table or queue the name of the old one, so the physical ids do not show it.
func (d *deployer) replacements(ctx context.Context, stack string) (lost []string, err error) {
	var last []string
	err = d.aws(ctx, &last, "cloudformation", "list-change-sets", "--stack-name", stack,
		"--query", "sort_by(Summaries, &CreationTime)[-1].[ChangeSetId,ExecutionStatus]")
	if err != nil {
		return nil, err
	}
	if len(last) < 2 || last[1] != "EXECUTE_COMPLETE" {
		return nil, fmt.Errorf("the last change set is not executed: %v", last)
	}
	var changes []change
	err = d.aws(ctx, &changes, "cloudformation", "describe-change-set", "--stack-name", stack,
		"--change-set-name", last[0], "--query", "Changes[].ResourceChange")
	for _, c := range changes {
		if c.replaces() {
			lost = append(lost, fmt.Sprintf("%s: %s, replacement %s", c.LogicalResourceID, c.Action, c.Replacement))
		}
	}
	return lost, err
}

// replaces reports whether the change replaces or removes a stateful resource. Another route is another body of the
// API, which never replaces it; the emulator says "Conditional" of that, and the check of the outputs sees another
// address.
func (c change) replaces() bool {
	if c.ResourceType == "AWS::ApiGatewayV2::Api" && c.Replacement == "Conditional" {
		return false
	}
	return stateful[c.ResourceType] && (c.Action == "Remove" || c.Action == "Modify" && c.Replacement != "False")
}

// delete returns when the stack is gone.
func (d *deployer) delete(ctx context.Context, stack string) error {
	client := cloudformation.NewFromConfig(d.emulator.awsConfig())
	described, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return err
	}
	if _, err := client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &stack}); err != nil {
		return err
	}
	waiter := cloudformation.NewStackDeleteCompleteWaiter(client, func(o *cloudformation.StackDeleteCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = probeEvery, time.Second
	})
	input := &cloudformation.DescribeStacksInput{StackName: described.Stacks[0].StackId}
	if err := waiter.Wait(ctx, input, deleteLimit); err != nil {
		return fmt.Errorf("the stack %s is not deleted: %w", stack, err)
	}
	return nil
}
