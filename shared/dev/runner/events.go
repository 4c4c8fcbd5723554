//go:build unix

package runner

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/template"
)

// startCloud starts the stand-ins for SQS, EventBridge and SES, and returns the template with the parameters of this
// machine.
func (b *Bundle) startCloud(plan *template.Bundle) (_ *template.Bundle, err error) {
	options := endpoint.Options{Plan: plan, Invoke: b.invoke, Log: b.log}
	if b.DataDir != "" {
		options.Mails = filepath.Join(b.DataDir, "mails")
	}
	if b.cloud, err = endpoint.Start(options); err != nil {
		return nil, err
	}
	parameters := map[string]string{
		"PublicUrl":   b.url,
		"TokenIssuer": b.url, "TokenAudience": issuer.Audience, "KeySet": b.issuer.KeySet(),
		"SignInClient": issuer.WebClient,
		"AwsEndpoint":  b.cloud.Endpoint(), "PrivateWebhooks": "true", "Webhooks": "true", "Doorbell": "true", "CommandQueue": "true",
		"Media":    b.Env["MEDIA"], // with a media server, the template reads the queue of its orders
		"MailFrom": b.Env["MAIL_FROM"],
	}
	maps.DeleteFunc(parameters, func(name, _ string) bool { return !slices.Contains(plan.Parameters, name) })
	maps.Copy(parameters, b.Parameters)
	return template.Load(b.Root, parameters)
}

// startSources starts the event sources. The stream goes on behind the last record that was processed before a restart.
func (b *Bundle) startSources(ctx context.Context, plan *template.Bundle, env map[string]string) (err error) {
	options := eventsources.Options{Plan: plan, Invoke: b.invoke, Log: b.log, Queues: b.cloud.Queues}
	if len(plan.Streams) > 0 {
		config := b.config(env)
		if options.Stream, err = streamOf(ctx, dynamodb.NewFromConfig(config), env["TABLE_NAME"]); err != nil {
			return fmt.Errorf("DynamoDB at %s: %w", b.DynamoDBEndpoint, err)
		}
		config.BaseEndpoint = aws.String(streamsEndpoint(b.DynamoDBEndpoint))
		options.Client = dynamodbstreams.NewFromConfig(config)
		if b.DataDir != "" {
			options.Checkpoints = filepath.Join(b.DataDir, "stream.json")
		}
	}
	b.sources, err = eventsources.Start(options)
	return err
}

// streamsEndpoint returns the endpoint of the streams: the same as of DynamoDB, except for Amazon's own.
func streamsEndpoint(dynamoDB string) string {
	return strings.Replace(dynamoDB, "://dynamodb.", "://streams.dynamodb.", 1)
}

// streamOf returns the ARN of the table's stream.
func streamOf(ctx context.Context, client *dynamodb.Client, table string) (string, error) {
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table)})
	if err != nil {
		return "", err
	}
	if out.Table.LatestStreamArn == nil {
		return "", fmt.Errorf("the table %s has no stream: "+
			"turn it on, with new and old images, or use another table with TABLE_NAME", table)
	}
	return *out.Table.LatestStreamArn, nil
}
