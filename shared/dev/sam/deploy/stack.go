//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const deleteLimit = 5 * time.Minute

// A stack is a CloudFormation stack on the emulator.
type stack struct {
	name   string
	client *cloudformation.Client
}

// A resource is one of a stack. ID is the physical id.
type resource struct{ Type, ID string }

func (e *emulator) stack(name string) stack {
	return stack{name: name, client: cloudformation.NewFromConfig(e.awsConfig())}
}

// resources returns the existing resources by their logical ids.
func (s stack) resources(ctx context.Context) (map[string]resource, error) {
	all := map[string]resource{}
	pages := cloudformation.NewListStackResourcesPaginator(s.client,
		&cloudformation.ListStackResourcesInput{StackName: &s.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.StackResourceSummaries {
			if r.ResourceStatus != types.ResourceStatusDeleteComplete {
				all[aws.ToString(r.LogicalResourceId)] = resource{aws.ToString(r.ResourceType), aws.ToString(r.PhysicalResourceId)}
			}
		}
	}
	return all, nil
}

// everCreated returns the resources that the stack has or had, by its events.
func (s stack) everCreated(ctx context.Context) (map[string]resource, error) {
	all := map[string]resource{}
	pages := cloudformation.NewDescribeStackEventsPaginator(s.client,
		&cloudformation.DescribeStackEventsInput{StackName: &s.name})
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

func (s stack) describe(ctx context.Context) (types.Stack, error) {
	described, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.name})
	if err != nil {
		return types.Stack{}, err
	}
	return described.Stacks[0], nil
}

// outputs returns the stack's outputs by name.
func (s stack) outputs(ctx context.Context) (map[string]string, error) {
	described, err := s.describe(ctx)
	all := map[string]string{}
	for _, output := range described.Outputs {
		all[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return all, err
}

// stateful are the types of resources that an update must not replace: they hold data, or others know their names.
var stateful = map[string]bool{
	"AWS::DynamoDB::Table": true, "AWS::Cognito::UserPool": true, "AWS::Cognito::UserPoolClient": true,
	"AWS::SecretsManager::Secret": true, "AWS::SQS::Queue": true, "AWS::Events::EventBus": true,
	"AWS::Logs::LogGroup":    true,
	"AWS::ApiGatewayV2::Api": true,
}

// replaced names the stateful resources that are gone or have another physical id after an update.
func replaced(before, after map[string]resource) (lost []string) {
	for id, was := range before {
		if is := after[id]; stateful[was.Type] && is != was {
			lost = append(lost, fmt.Sprintf("%s (%s) was %s and is %q", id, was.Type, was.ID, is.ID))
		}
	}
	slices.Sort(lost)
	return lost
}

// replacements names the stateful resources that the stack's last change set replaced or removed. The emulator gives a
// new table or queue the name of the old one, so the physical ids alone do not show it.
func (s stack) replacements(ctx context.Context) (lost []string, err error) {
	executed, err := s.client.ListChangeSets(ctx, &cloudformation.ListChangeSetsInput{StackName: &s.name})
	if err != nil {
		return nil, err
	}
	last := slices.MaxFunc(executed.Summaries,
		func(a, b types.ChangeSetSummary) int { return a.CreationTime.Compare(*b.CreationTime) })
	if last.ExecutionStatus != types.ExecutionStatusExecuteComplete {
		return nil, fmt.Errorf("the change set %s is not executed: %s", aws.ToString(last.ChangeSetName), last.Status)
	}
	input := &cloudformation.DescribeChangeSetInput{ChangeSetName: last.ChangeSetId, StackName: &s.name}
	for pages := cloudformation.NewDescribeChangeSetPaginator(s.client, input); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Changes {
			if r := c.ResourceChange; r != nil && replaces(r) {
				lost = append(lost,
					fmt.Sprintf("%s: %s, replacement %s", aws.ToString(r.LogicalResourceId), r.Action, r.Replacement))
			}
		}
	}
	return lost, nil
}

func replaces(c *types.ResourceChange) bool {
	removed := c.Action == types.ChangeActionRemove
	return stateful[aws.ToString(c.ResourceType)] &&
		(removed || c.Action == types.ChangeActionModify && c.Replacement != types.ReplacementFalse)
}

// delete returns when the stack is gone.
func (s stack) delete(ctx context.Context) error {
	described, err := s.describe(ctx)
	if err != nil {
		return err
	}
	if _, err := s.client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &s.name}); err != nil {
		return err
	}
	waiter := cloudformation.NewStackDeleteCompleteWaiter(
		s.client,
		func(o *cloudformation.StackDeleteCompleteWaiterOptions) {
			o.MinDelay, o.MaxDelay = probeEvery, time.Second
		},
	)
	if err := waiter.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: described.StackId},
		deleteLimit); err != nil {
		return fmt.Errorf("the stack %s is not deleted: %w", s.name, err)
	}
	return nil
}
