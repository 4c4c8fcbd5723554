//go:build unix

package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/template"
)

// The region and the keys of clients. DynamoDB Local accepts any.
const (
	Region    = "us-east-1"
	AccessKey = "local"
	SecretKey = "local"
)

const tableLimit = 30 * time.Second

// NewClient makes a client for the DynamoDB at endpoint. It uses transport if that is not nil.
func NewClient(endpoint string, transport http.RoundTripper) *dynamodb.Client {
	config := aws.Config{
		Region:       Region,
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, ""),
		BaseEndpoint: aws.String(endpoint),
	}
	if transport != nil {
		config.HTTPClient = &http.Client{Transport: transport}
	}
	return dynamodb.NewFromConfig(config)
}

// EnsureTable creates the template's table, with its expiry, unless a table of that name exists. It reports whether it
// created the table.
func EnsureTable(
	ctx context.Context, client *dynamodb.Client, table template.Table, name string,
) (created bool, err error) {
	err = CreateTable(ctx, client, table, name)
	if _, exists := errors.AsType[*types.ResourceInUseException](err); exists {
		return false, nil
	}
	if err != nil || table.TTL == "" {
		return err == nil, err
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String(name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: aws.String(table.TTL), Enabled: aws.Bool(true),
		},
	})
	if err != nil {
		return true, fmt.Errorf("set the table's expiry: %w", err)
	}
	return true, nil
}

// CreateTable creates the template's table without its expiry, so that items stay whatever a test's clock says.
func CreateTable(ctx context.Context, client *dynamodb.Client, table template.Table, name string) error {
	input := *table.Input
	input.TableName = aws.String(name)
	created, err := client.CreateTable(ctx, &input)
	if err != nil {
		return fmt.Errorf("make the table: %w", err)
	}
	if created.TableDescription.TableStatus == types.TableStatusActive { // always in DynamoDB Local
		return nil
	}
	wait := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay = 100 * time.Millisecond
	})
	if err := wait.Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)}, tableLimit); err != nil {
		return fmt.Errorf("wait for the table: %w", err)
	}
	return nil
}
