//go:build unix

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// listings are the commands that list all resources of a type by their physical ids. Other types are parts of these,
// such as versions, aliases, permissions, policies, routes and rules.
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

// deleteStack deletes the stack. It fails unless exactly the resources remain that the template retains.
func (d *deployer) deleteStack(ctx context.Context, e *deployment) error {
	text, err := d.readTemplate(builtFolder)
	if err != nil {
		return err
	}
	kept, err := retained(text)
	if err != nil {
		return err
	}
	if err := d.delete(ctx, e.Stack); err != nil {
		return err
	}
	return d.checkRemaining(ctx, e.resources, kept)
}

// retained returns the logical ids of the resources that remain after the stack's deletion.
func retained(template []byte) (ids []string, err error) {
	var file struct {
		Resources map[string]struct {
			DeletionPolicy string `yaml:"DeletionPolicy"`
		} `yaml:"Resources"`
	}
	err = yaml.Unmarshal(template, &file)
	for id, r := range file.Resources {
		if strings.HasPrefix(r.DeletionPolicy, "Retain") {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// failFirst makes a first deployment that fails. It fails unless the rollback removes everything, the retained
// resources too.
func (d *deployer) failFirst(ctx context.Context, e *deployment) error {
	if err := d.samDeploy(ctx, faultyFolder, e.Name, append(d.parameters(e), "Protect=false")); err == nil {
		return errors.New("it succeeds")
	}
	created, err := d.everCreated(ctx, e.Stack)
	if err != nil {
		return err
	}
	if created["Table"].ID == "" {
		return fmt.Errorf("it fails before there is a table: %v", created)
	}
	if err := d.checkRemaining(ctx, created, nil); err != nil {
		return err
	}
	return d.delete(ctx, e.Stack)
}

// checkRemaining fails unless, of these resources, exactly those with the given logical ids exist.
func (d *deployer) checkRemaining(ctx context.Context, resources map[string]resource, retained []string) error {
	exists := map[resource]bool{}
	for kind, listing := range listings {
		var ids []string
		if err := d.aws(ctx, &ids, strings.Fields(listing)...); err != nil {
			return err
		}
		for _, id := range ids {
			exists[resource{kind, id}] = true
		}
	}
	var wrong, kept []string
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		r := resources[id]
		is, want := exists[r], slices.Contains(retained, id)
		if listings[r.Type] != "" && is != want {
			wrong = append(wrong, fmt.Sprintf("%s (%s) exists: %v, want %v", id, r.ID, is, want))
		}
		if is {
			kept = append(kept, id)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("after the deletion:\n%s", strings.Join(wrong, "\n"))
	}
	fmt.Fprintf(d.out, "    remaining: %s\n", cmp.Or(strings.Join(kept, ", "), "nothing"))
	return nil
}
