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
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
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

// readAll reads the items of the keys, consistently and in no order; what is not there is left out.
func (t *Table) readAll(ctx context.Context, keys []key) ([]item, error) {
	batches := slices.Collect(slices.Chunk(keys, mostKeys))
	found := make([][]item, len(batches))
	err := inParallel(len(batches), func(i int) (err error) {
		found[i], err = t.readBatch(ctx, batches[i])
		return err
	})
	return slices.Concat(found...), err
}

// mostKeys is how many keys one BatchGetItem takes.
const mostKeys = 100

func (t *Table) readBatch(ctx context.Context, keys []key) (found []item, err error) {
	asked := types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
	for _, k := range keys {
		asked.Keys = append(asked.Keys, k.attributes())
	}
	for try := range tries {
		out, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{*t.name: asked}})
		if err != nil {
			return nil, translate(err)
		}
		found = append(found, out.Responses[*t.name]...)
		if asked = out.UnprocessedKeys[*t.name]; len(asked.Keys) == 0 {
			return found, nil
		}
		if err := t.pause(ctx, rand.N(firstPause<<try)); err != nil { //nolint:gosec // jitter
			return nil, contended(err)
		}
	}
	return nil, contended(errUnprocessed)
}

var errUnprocessed = errors.New("table: keys were not processed")

// maxParallel bounds what sideBySide does at once.
const maxParallel = 16

// inParallel makes n calls at once, and returns their errors.
func inParallel(n int, call func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	free := make(chan struct{}, maxParallel)
	for i := range n {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			errs[i] = call(i)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// item is an item as DynamoDB has it.
type item = map[string]types.AttributeValue
