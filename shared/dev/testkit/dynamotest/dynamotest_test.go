//go:build unix

package dynamotest_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/testkit/dynamotest"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

func TestEachTableIsFresh(t *testing.T) {
	client, one := dynamotest.Table(t)
	_, two := dynamotest.Table(t)
	if one == two {
		t.Fatalf("two tables share the name %s", one)
	}
	put(t, client, one)
	for table, want := range map[string]int32{one: 1, two: 0} {
		answer, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(table)})
		if err != nil {
			t.Fatal(err)
		}
		if answer.Count != want {
			t.Errorf("%s holds %d items, want %d", table, answer.Count, want)
		}
	}
}

func TestTheTableIsTheTemplates(t *testing.T) {
	table := described(t, dynamotest.Stream())
	if got := table.StreamSpecification; got == nil || got.StreamViewType != types.StreamViewTypeNewAndOldImages {
		t.Errorf("stream %+v", got)
	}
}

func TestATableHasAStreamOnlyIfAsked(t *testing.T) {
	if got := described(t).StreamSpecification; got != nil {
		t.Errorf("stream %+v", got)
	}
}

// described is what DynamoDB says of a new table, and checks what does not depend on the options.
func described(t *testing.T, options ...dynamotest.Option) *types.TableDescription {
	t.Helper()
	client, name := dynamotest.Table(t, options...)
	answer, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(name)})
	if err != nil {
		t.Fatal(err)
	}
	table := answer.Table
	if got := table.LocalSecondaryIndexes; len(got) != 1 || *got[0].IndexName != "agenda" {
		t.Errorf("indexes %+v", got)
	}
	if got := table.BillingModeSummary; got == nil || got.BillingMode != types.BillingModePayPerRequest {
		t.Errorf("billing %+v", got)
	}
	return table
}

func TestATransportSeesEveryRequestOfItsClient(t *testing.T) {
	var seen actions
	client, table := dynamotest.Table(t, dynamotest.Transport(seen.watch))
	put(t, client, table)
	if want := []string{"DynamoDB_20120810.PutItem"}; !slices.Equal(seen.all(), want) {
		t.Errorf("seen %v, want %v", seen.all(), want)
	}
}

func put(t *testing.T, client *dynamodb.Client, table string) {
	t.Helper()
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String(table),
		Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "p"}, "sk": &types.AttributeValueMemberS{Value: "s"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

type actions struct {
	mu    sync.Mutex
	names []string
}

func (a *actions) watch(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		a.mu.Lock()
		a.names = append(a.names, r.Header.Get("X-Amz-Target"))
		a.mu.Unlock()
		return next.RoundTrip(r)
	})
}

func (a *actions) all() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.names)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
