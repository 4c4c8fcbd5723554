//go:build unix

package runner

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/template"
)

// startCloud starts what stands in for SQS and EventBridge, if the template has queues or buses, and reads the template with these
// parameters and where that is.
func (b *Bundle) startCloud(o Options, parameters map[string]string) (*template.Bundle, error) {
	plan, err := template.Load(o.Root, parameters)
	if err != nil || len(plan.Queues)+len(plan.Buses) == 0 {
		return plan, err
	}
	if b.cloud, err = endpoint.Start(endpoint.Options{Plan: plan, Invoke: b.invoke, Log: b.log}); err != nil {
		return nil, err
	}
	endpoint := b.cloud.Endpoint()
	here := map[string]string{
		"AwsEndpoint": endpoint, "PrivateWebhooks": "true", "Webhooks": "true", "CommandQueue": "true",
		"Media": o.Env["MEDIA"], // with it the template reads the queue of orders
	}
	maps.DeleteFunc(here, func(name, _ string) bool { return !slices.Contains(plan.Parameters, name) })
	maps.Copy(here, parameters)
	return template.Load(o.Root, here)
}

// startSources hands functions what happens from now on, and what happened since the last time.
func (b *Bundle) startSources(ctx context.Context, o Options, plan *template.Bundle, table string, config aws.Config) error {
	options := eventsources.Options{Plan: plan, Invoke: b.invoke, Log: b.log}
	if b.cloud != nil {
		options.Queues = b.cloud.Queues
	}
	if len(plan.Streams) > 0 {
		var err error
		if options.Stream, err = streamOf(ctx, dynamodb.NewFromConfig(config), table); err != nil {
			return fmt.Errorf("DynamoDB at %s: %w", aws.ToString(config.BaseEndpoint), err)
		}
		config.BaseEndpoint = streamsAt(config.BaseEndpoint)
		options.Client = dynamodbstreams.NewFromConfig(config)
		if o.DataDir != "" {
			options.Places = filepath.Join(o.DataDir, "stream.json")
		}
	}
	started, err := eventsources.Start(options)
	b.sources = started
	return err
}

// streamsAt is where the streams are of the DynamoDB at that address: the same, except for Amazon's own.
func streamsAt(endpoint *string) *string {
	return aws.String(strings.Replace(aws.ToString(endpoint), "://dynamodb.", "://streams.dynamodb.", 1))
}

// streamOf is the ARN of the table's stream.
func streamOf(ctx context.Context, client *dynamodb.Client, table string) (string, error) {
	out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table)})
	if err != nil {
		return "", err
	}
	if out.Table.LatestStreamArn == nil {
		return "", fmt.Errorf("the table %s has no stream: turn it on, with new and old images, or use another table with TABLE_NAME", table)
	}
	return *out.Table.LatestStreamArn, nil
}

// stopHandingOn lets no function be invoked any more. What is at work gets a little time; the channel is closed when all of it is over,
// at the latest when the functions are closed.
func (b *Bundle) stopHandingOn() <-chan struct{} {
	over := make(chan struct{})
	if b.sources != nil {
		b.sources.Stop()
	}
	go func() {
		defer close(over)
		if b.sources != nil {
			b.sources.Wait()
		}
		if b.cloud != nil {
			b.cloud.Bus.Close()
		}
	}()
	limit := time.NewTimer(shutdownLimit)
	defer limit.Stop()
	select {
	case <-over:
	case <-limit.C:
	}
	return over
}

// webhookKey is what the secrets of webhook endpoints are made of: the same after a restart, if data is kept.
func webhookKey(dataDir string) (string, error) {
	if dataDir == "" {
		return rand.Text() + rand.Text(), nil
	}
	file := filepath.Join(dataDir, "webhook-key")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte(rand.Text() + rand.Text())
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("keep the key of webhooks: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
