package table

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// A write is one item to be put, or to be deleted, on a condition.
type write struct {
	key  key
	item any // nil: delete
	when term
}

// writeID is the attribute that tells one's own work from that of others.
const writeID = "write"

func newWriteID() []byte {
	id := make([]byte, 8)
	rand.Read(id)
	return id
}

// stored is the item as it is put.
func (w write) stored(id []byte) (item, error) {
	if !w.key.possible() {
		return nil, errKey
	}
	it, err := attributevalue.MarshalMap(w.item)
	if err != nil {
		return nil, fmt.Errorf("table: make item: %w", err)
	}
	it["pk"], it["sk"] = text(w.key.pk), text(w.key.sk)
	it[writeID] = &types.AttributeValueMemberB{Value: id}
	return it, nil
}

// put puts one item. If the condition does not hold it returns meeting.ErrStale, and the item that is there.
func (t *Table) put(ctx context.Context, w write) (item, error) {
	id := newWriteID()
	it, err := w.stored(id)
	if err != nil {
		return nil, err
	}
	var e expression
	in := &dynamodb.PutItemInput{
		TableName:                           t.name,
		Item:                                it,
		ConditionExpression:                 e.condition(w.when),
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if e.err != nil {
		return nil, e.err
	}
	return t.once(ctx, id, func(ctx context.Context) (item, error) {
		_, err := t.client.PutItem(ctx, in)
		return it, err
	})
}

// once makes the conditional write of the id, which returns the item after it. If the condition does not hold it
// returns meeting.ErrStale, and the item that is there; unless that is the write's own work.
func (t *Table) once(ctx context.Context, id []byte, call func(context.Context) (item, error)) (after item, err error) {
	err = t.patiently(ctx, func(ctx context.Context) error {
		after, err = call(ctx)
		return err
	})
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		if own(failed.Item, id) {
			return failed.Item, nil
		}
		return failed.Item, meeting.ErrStale
	}
	return after, translate(err)
}

func own(it item, id []byte) bool {
	last, ok := it[writeID].(*types.AttributeValueMemberB)
	return ok && bytes.Equal(last.Value, id)
}
