//go:build unix

package dynamotest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/testkit/dynamotest"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

func TestTablesAreNewAndHaveTheTemplatesDefinition(t *testing.T) {
	client, one := dynamotest.Table(t)
	_, two := dynamotest.Table(t, dynamotest.Stream())
	text := func(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }
	item := map[string]types.AttributeValue{"pk": text("p"), "sk": text("s")}
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &one, Item: item}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		items  int32
		stream bool
	}{one: {1, false}, two: {0, true}} {
		scan, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
		if err != nil {
			t.Fatal(err)
		}
		described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(name)})
		if err != nil {
			t.Fatal(err)
		}
		table := described.Table
		stream := table.StreamSpecification != nil &&
			table.StreamSpecification.StreamViewType == types.StreamViewTypeNewAndOldImages
		if scan.Count != want.items || stream != want.stream || len(table.LocalSecondaryIndexes) != 1 ||
			*table.LocalSecondaryIndexes[0].IndexName != "agenda" {
			t.Errorf("%s: %d items and %+v, want %+v", name, scan.Count, table, want)
		}
	}
}
