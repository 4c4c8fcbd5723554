package table

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// A write stores one item, or deletes it, on a condition.
//
// An item that is stored over another one keeps the attributes that this program does not know: a newer version, which
// runs beside it during a gradual deployment or ran before a rollback, has written them. Only a fresh item replaces
// everything.
type write struct {
	key   key
	item  fields // nil: delete
	fresh bool   // there is no item yet, or it was another's, or it has expired: nothing of it is kept
	when  term
}

// writeID is the attribute by which a write recognises its own work.
const writeID = "write"

func newWriteID() []byte {
	id := make([]byte, 8)
	rand.Read(id)
	return id
}

// put stores one item. If the condition does not hold it returns [meeting.ErrStale], and the item that is stored.
func (t *Table) put(ctx context.Context, w write) (item, error) {
	id := newWriteID()
	one, stored, err := t.part(w, id)
	if err != nil {
		return nil, err
	}
	return t.conditionalOnce(ctx, id, func(ctx context.Context) (item, error) {
		return stored, t.send(ctx, one)
	})
}

// send makes a part of a transaction on its own, as one PutItem or one UpdateItem.
func (t *Table) send(ctx context.Context, one types.TransactWriteItem) error {
	const onFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	if p := one.Put; p != nil {
		_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: p.TableName, Item: p.Item, ConditionExpression: p.ConditionExpression,
			ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: p.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: onFailure,
		})
		return err
	}
	u := one.Update
	_, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression, ConditionExpression: u.ConditionExpression,
		ExpressionAttributeNames: u.ExpressionAttributeNames, ExpressionAttributeValues: u.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: onFailure,
	})
	return err
}

// part returns the write as a part of a transaction, and the item as it is stored.
func (t *Table) part(w write, id []byte) (one types.TransactWriteItem, stored item, err error) {
	if !w.key.possible() {
		return one, nil, errKey
	}
	var u update
	when := u.condition(w.when)
	if w.item == nil {
		one.Delete = &types.Delete{
			TableName: t.name, Key: w.key.attributes(),
			ConditionExpression: when, ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		}
		return one, nil, u.err
	}
	if stored, err = w.stored(id); err != nil {
		return one, nil, err
	}
	if w.fresh {
		one.Put = &types.Put{
			TableName: t.name, Item: stored,
			ConditionExpression: when, ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		}
		return one, stored, u.err
	}
	u.setAll(w.item, id)
	one.Update = &types.Update{
		TableName: t.name, Key: w.key.attributes(), UpdateExpression: u.actions(),
		ConditionExpression: when, ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
	}
	return one, stored, u.err
}

// stored returns the item as it is stored, as far as this program knows it.
func (w write) stored(id []byte) (item, error) {
	it, err := w.item.encode()
	it["pk"], it["sk"] = text(w.key.pk), text(w.key.sk)
	it[writeID] = &types.AttributeValueMemberB{Value: id}
	return it, err
}

// setAll gives the attributes the values of the fields, and removes those that are zero.
func (u *update) setAll(all fields, id []byte) {
	for _, f := range all {
		if f.name != "pk" && f.name != "sk" {
			u.set(f)
		}
	}
	u.set(value(writeID, &id))
}

// conditionalOnce makes the conditional write of the id, which returns the item after it. If the condition does not
// hold it returns [meeting.ErrStale], and the item that is stored; unless that is the write's own work.
func (t *Table) conditionalOnce(ctx context.Context, id []byte, call func(context.Context) (item, error)) (after item, err error) {
	err = t.retryConflicts(ctx, func(ctx context.Context) error {
		after, err = call(ctx)
		return err
	})
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		if isOwnWrite(failed.Item, id) {
			return failed.Item, nil
		}
		return failed.Item, meeting.ErrStale
	}
	return after, translate(err)
}

func isOwnWrite(it item, id []byte) bool {
	last, ok := it[writeID].(*types.AttributeValueMemberB)
	return ok && bytes.Equal(last.Value, id)
}
