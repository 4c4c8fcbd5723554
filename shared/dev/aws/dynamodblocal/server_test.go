//go:build unix

package dynamodblocal_test

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/template"
)

func TestDataOutlivesTheServerWhichHasItsFolderAlone(t *testing.T) {
	ours, err := template.LoadNearest()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, want := range []bool{true, false} {
		server, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{DataDir: dir, Log: os.Stderr})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		client := dynamodblocal.NewClient(server.Endpoint(), nil)
		created, err := dynamodblocal.EnsureTable(t.Context(), client, ours.Table, "rooms")
		if err != nil || created != want {
			t.Fatalf("the table is created: %v, %v", created, err)
		}
		named := &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("rooms")}
		expiry, err := client.DescribeTimeToLive(t.Context(), named)
		if err != nil || aws.ToString(expiry.TimeToLiveDescription.AttributeName) != "ttl" {
			t.Errorf("expiry: %+v, %v", expiry, err)
		}
		_, err = dynamodblocal.Start(t.Context(), dynamodblocal.Options{DataDir: dir})
		if err == nil || !strings.Contains(err.Error(), "in use by another runner") {
			t.Errorf("a second server in the folder: %v", err)
		}
		server.Stop()
	}
}
