package table

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// agendaIndex is the local secondary index whose sort key is the attribute "until".
const agendaIndex = "agenda"

// beginsWith is the query for the items of a partition whose sort key, "sk" or "until", begins with the prefix.
func beginsWith(partition, sortKey, prefix string) *dynamodb.QueryInput {
	return keyQuery(sortKey, express("#pk = ? AND begins_with(#"+sortKey+", ?)", partition, prefix))
}

// between is the query for the items of a partition whose sort key, "sk" or "until", is in [first, last].
func between(partition, sortKey, first, last string) *dynamodb.QueryInput {
	return keyQuery(sortKey, express("#pk = ? AND #"+sortKey+" BETWEEN ? AND ?", partition, first, last))
}

func keyQuery(sortKey string, condition expression) *dynamodb.QueryInput {
	var p parameters
	in := &dynamodb.QueryInput{KeyConditionExpression: p.use(condition)}
	in.ExpressionAttributeNames, in.ExpressionAttributeValues = p.names, p.values
	switch sortKey {
	case "until":
		in.IndexName = aws.String(agendaIndex)
	case "member":
		in.IndexName = aws.String(membersIndex)
	}
	return in
}

// query reads one item after the other, until there are limit of them or no more; 0 is no limit. It reads consistently,
// unless the query says otherwise; the members index cannot.
func (t *Table) query(ctx context.Context, in *dynamodb.QueryInput, limit int) ([]item, error) {
	in.TableName = t.name
	if in.ConsistentRead == nil {
		in.ConsistentRead = aws.Bool(aws.ToString(in.IndexName) != membersIndex)
	}
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

// queryPage returns at most limit nouns, and the position of the last one if more follow. Nobody else makes positions:
// package meeting signs its page tokens.
func queryPage[V any](ctx context.Context, t *Table, in *dynamodb.QueryInput, limit int, fieldsOf func(*V) fields, position func(V) string,
) ([]V, string, error) {
	items, err := t.query(ctx, in, limit+1)
	if err != nil {
		return nil, "", err
	}
	all, err := decodeAll(items[:min(limit, len(items))], fieldsOf)
	if err != nil || len(items) <= limit || limit < 1 {
		return all, "", err
	}
	return all, position(all[limit-1]), nil
}

func decodeAll[V any](items []item, fieldsOf func(*V) fields) (all []V, err error) {
	all = make([]V, len(items))
	for i := range items {
		if all[i], err = decode(items[i], fieldsOf); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readAll reads the items of the keys, consistently and in no order; a key without an item is left out.
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

// maxParallel is how many calls inParallel makes at once.
const maxParallel = 16

// inParallel makes n calls, and returns the first error after all of them.
func inParallel(n int, call func(i int) error) error {
	var all errgroup.Group
	all.SetLimit(maxParallel)
	for i := range n {
		all.Go(func() error { return call(i) })
	}
	return all.Wait()
}
