// Package table keeps the domain in one DynamoDB table. It is the only package that knows keys and attribute names.
//
// From the bottom up:
//
//   - keys.go says under which key each noun is stored, and that no two nouns share one;
//   - values.go says how times, identities and settings are written. One rule holds everywhere: what is zero is absent;
//   - condition.go, write.go and update.go make conditional writes, errors.go says what becomes of their failures;
//   - each noun has its file, with its stored item, both conversions, and the changes that it allows;
//   - turn.go is the turnstile's one write, save.go makes changes together.
//
// Every write carries an id of its own, the attribute "write". An answer that is lost on the way makes the SDK send the
// write again; its condition then fails on the writer's own work, and by the id that is told from somebody else's.
//
// All reads are consistent but one: Guesses.
package table

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// A Table is a meeting.Store.
type Table struct {
	client *dynamodb.Client
	name   *string
	pause  func(context.Context, time.Duration) error
}

var _ meeting.Store = (*Table)(nil)

// New makes the store of a table that template.yaml defines.
func New(client *dynamodb.Client, name string) *Table {
	return &Table{client: client, name: aws.String(name), pause: pause}
}

// read reads the item of the key, consistently; of none, nothing.
func (t *Table) read(ctx context.Context, k key, into any) error {
	if !k.possible() {
		return nil
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.name, Key: k.attributes(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return translate(err)
	}
	return load(out.Item, into)
}

// load converts a stored item; of none, nothing.
func load(stored item, into any) error {
	if err := attributevalue.UnmarshalMap(stored, into); err != nil {
		return fmt.Errorf("table: read item: %w", err)
	}
	return nil
}

// query reads one item after the other, consistently, until there are limit of them or no more; 0 is no limit.
func (t *Table) query(ctx context.Context, in *dynamodb.QueryInput, limit int) ([]item, error) {
	in.TableName, in.ConsistentRead = t.name, aws.Bool(true)
	if limit > 0 {
		in.Limit = aws.Int32(int32(limit)) //nolint:gosec // a page's size
	}
	var items []item
	for pages := dynamodb.NewQueryPaginator(t.client, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, translate(err)
		}
		items = append(items, page.Items...)
		if limit > 0 && len(items) >= limit {
			return items[:limit], nil
		}
	}
	return items, nil
}

// item is an item as DynamoDB has it.
type item = map[string]types.AttributeValue
