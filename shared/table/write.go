package table

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// A write is one item to be stored, or to be deleted, on a condition.
//
// An item that is stored over another one keeps the attributes that this program does not know: a newer version, which runs beside it
// during a gradual deployment or ran before a rollback, has written them. Only an item that is made anew replaces everything.
type write struct {
	key  key
	item any  // nil: delete
	anew bool // there is no item yet, or nothing of it survives: it was another's, or has expired
	when term
}

// writeID is the attribute by which a write recognises its own work.
const writeID = "write"

func newWriteID() []byte {
	id := make([]byte, 8)
	rand.Read(id)
	return id
}

// stored returns the item as it is stored, as far as this program knows it.
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

// put stores one item. If the condition does not hold it returns meeting.ErrStale, and the item that is there.
func (t *Table) put(ctx context.Context, w write) (item, error) {
	id := newWriteID()
	one, it, err := t.part(w, id)
	if err != nil {
		return nil, err
	}
	const onFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	call := func(ctx context.Context) (item, error) {
		_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: one.Put.TableName, Item: one.Put.Item, ConditionExpression: one.Put.ConditionExpression,
			ExpressionAttributeNames: one.Put.ExpressionAttributeNames, ExpressionAttributeValues: one.Put.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: onFailure,
		})
		return it, err
	}
	if one.Update != nil {
		call = func(ctx context.Context) (item, error) {
			_, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: one.Update.TableName, Key: one.Update.Key, ConditionExpression: one.Update.ConditionExpression,
				UpdateExpression: one.Update.UpdateExpression, ExpressionAttributeNames: one.Update.ExpressionAttributeNames,
				ExpressionAttributeValues:           one.Update.ExpressionAttributeValues,
				ReturnValuesOnConditionCheckFailure: onFailure,
			})
			return it, err
		}
	}
	return t.once(ctx, id, call)
}

// part returns the write as a part of a transaction, and the item as it is stored.
func (t *Table) part(w write, id []byte) (one types.TransactWriteItem, stored item, err error) {
	var u update
	when := u.condition(w.when)
	if w.item == nil {
		one.Delete = &types.Delete{
			TableName: t.name, Key: w.key.attributes(),
			ConditionExpression: when, ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		}
		if !w.key.possible() {
			return one, nil, errKey
		}
		return one, nil, u.err
	}
	if stored, err = w.stored(id); err != nil {
		return one, nil, err
	}
	if w.anew {
		one.Put = &types.Put{
			TableName: t.name, Item: stored,
			ConditionExpression: when, ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		}
		return one, stored, u.err
	}
	u.setAll(stored, attributesOf(w.item))
	one.Update = &types.Update{
		TableName: t.name, Key: w.key.attributes(), UpdateExpression: u.actions(),
		ConditionExpression: when, ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
	}
	return one, stored, u.err
}

// setAll gives the attributes the values that they have in the item, and removes those that it does not have.
func (u *update) setAll(stored item, known []string) {
	for _, name := range append(known, writeID) {
		switch value, found := stored[name]; {
		case name == "pk" || name == "sk":
		case found:
			u.sets = append(u.sets, u.name(name)+" = "+u.attribute(value))
		default:
			u.removes = append(u.removes, u.name(name))
		}
	}
}

// attributesOf returns the names of all attributes that the program knows of an item.
func attributesOf(stored any) []string { return attributesOfType(reflect.TypeOf(stored)) }

func attributesOfType(t reflect.Type) (names []string) {
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("dynamodbav"), ",")
		switch {
		case field.Anonymous:
			names = append(names, attributesOfType(field.Type)...)
		case name != "":
			names = append(names, name)
		}
	}
	return names
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
