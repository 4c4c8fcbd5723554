//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"go.yaml.in/yaml/v3"
)

const deleteLimit = 5 * time.Minute

// A stack is a deployed stack.
type stack struct {
	name   string
	client *cloudformation.Client
}

// A resource is one of a stack.
type resource struct{ Type, ID string }

// awsConfig is for clients of the emulator.
func (e *emulator) awsConfig() aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: &e.url, Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	}
}

func (e *emulator) stack(name string) stack {
	return stack{name: name, client: cloudformation.NewFromConfig(e.awsConfig())}
}

// resources are those that exist, by their logical ids.
func (s stack) resources(ctx context.Context) (map[string]resource, error) {
	all := map[string]resource{}
	pages := cloudformation.NewListStackResourcesPaginator(s.client, &cloudformation.ListStackResourcesInput{StackName: &s.name})
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

// outputs are the stack's, by name.
func (s stack) outputs(ctx context.Context) (map[string]string, error) {
	described, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.name})
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, output := range described.Stacks[0].Outputs {
		all[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return all, nil
}

// values are what the stack's template refers to. Of the conditions, those that the authorizer needs.
func (s stack) values(ctx context.Context, resources map[string]resource) (values, error) {
	described, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.name})
	if err != nil {
		return values{}, err
	}
	v := values{refs: map[string]string{"AWS::Region": region}}
	for _, p := range described.Stacks[0].Parameters {
		v.refs[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	for id, r := range resources {
		v.refs[id] = r.ID
	}
	v.conditions = map[string]bool{"HasUserPool": v.refs["UserPool"] == "true"}
	return v, nil
}

// processed is what the SAM transform made of the template.
func (s stack) processed(ctx context.Context) (t processed, err error) {
	answer, err := s.client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &s.name, TemplateStage: types.TemplateStageProcessed})
	if err != nil {
		return t, err
	}
	return t, yaml.Unmarshal([]byte(aws.ToString(answer.TemplateBody)), &t)
}

// A processed template, as far as it is needed here.
type processed struct {
	Resources map[string]struct {
		Type           string         `yaml:"Type"`
		DeletionPolicy string         `yaml:"DeletionPolicy"`
		Properties     map[string]any `yaml:"Properties"`
	} `yaml:"Resources"`
}

// retained are the logical ids of what stays when the stack is deleted.
func (t processed) retained() []string {
	var ids []string
	for id, r := range t.Resources {
		if r.DeletionPolicy == "Retain" || r.DeletionPolicy == "RetainExceptOnCreate" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// delete returns when the stack is gone.
func (s stack) delete(ctx context.Context) error {
	described, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.name})
	if err != nil {
		return err
	}
	if _, err := s.client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &s.name}); err != nil {
		return err
	}
	waiter := cloudformation.NewStackDeleteCompleteWaiter(s.client, func(o *cloudformation.StackDeleteCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = probeEvery, time.Second
	})
	if err := waiter.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: described.Stacks[0].StackId}, deleteLimit); err != nil {
		return fmt.Errorf("the stack %s is not deleted: %w", s.name, err)
	}
	return nil
}
