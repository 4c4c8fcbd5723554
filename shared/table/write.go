package table

import (
	"cmp"
	"context"
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
	when  expression
}

// put stores one item, and returns it. If the condition does not hold it returns [meeting.ErrStale], and the item that
// is stored.
func (t *Table) put(ctx context.Context, w write) (item, error) {
	if !w.fresh {
		var u update
		u.setAll(w.item)
		return t.update(ctx, w.key, &u, w.when)
	}
	id := t.newWriteID()
	one, err := t.part(w, id)
	if err != nil {
		return nil, err
	}
	return t.conditionalOnce(ctx, id, func(ctx context.Context) (item, error) {
		p := one.Put
		_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: p.TableName, Item: p.Item, ConditionExpression: p.ConditionExpression,
			ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: p.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		return p.Item, err
	})
}

// part returns the write as a part of a transaction.
func (t *Table) part(w write, id []byte) (one types.TransactWriteItem, err error) {
	if !w.key.possible() {
		return one, errKey
	}
	var p parameters
	when := p.use(w.when)
	switch {
	case w.item == nil:
		one.Delete = &types.Delete{
			TableName: t.name, Key: w.key.attributes(),
			ConditionExpression: when, ExpressionAttributeNames: p.names, ExpressionAttributeValues: p.values,
		}
	case w.fresh:
		one.Put = &types.Put{
			TableName: t.name, ConditionExpression: when, ExpressionAttributeNames: p.names, ExpressionAttributeValues: p.values,
		}
		one.Put.Item, err = w.stored(id)
	default:
		var u update
		u.setAll(w.item)
		u.set(value(writeID, &id))
		actions := p.use(u.actions())
		one.Update = &types.Update{
			TableName: t.name, Key: w.key.attributes(), UpdateExpression: actions,
			ConditionExpression: when, ExpressionAttributeNames: p.names, ExpressionAttributeValues: p.values,
		}
		err = u.err
	}
	return one, cmp.Or(err, p.err)
}

// stored returns the item as it is stored, as far as this program knows it.
func (w write) stored(id []byte) (item, error) {
	it, err := w.item.encode()
	it["pk"], it["sk"] = text(w.key.pk), text(w.key.sk)
	it[writeID] = &types.AttributeValueMemberB{Value: id}
	return it, err
}

// setAll gives the attributes the values of the fields, and removes those that are zero.
func (u *update) setAll(all fields) {
	for _, f := range all {
		if f.name != "pk" && f.name != "sk" {
			u.set(f)
		}
	}
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

// update changes one item, and returns it as it is after that. If a condition does not hold it returns
// [meeting.ErrStale], and the item that is stored.
func (t *Table) update(ctx context.Context, k key, u *update, when ...expression) (item, error) {
	if !k.possible() {
		return nil, errKey
	}
	id := t.newWriteID()
	u.set(value(writeID, &id))
	var p parameters
	condition, actions := p.use(allOf(append(when, isNot(writeID, id))...)), p.use(u.actions())
	in := &dynamodb.UpdateItemInput{
		TableName:                           t.name,
		Key:                                 k.attributes(),
		ConditionExpression:                 condition,
		UpdateExpression:                    actions,
		ExpressionAttributeNames:            p.names,
		ExpressionAttributeValues:           p.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if err := cmp.Or(u.err, p.err); err != nil {
		return nil, err
	}
	return t.conditionalOnce(ctx, id, func(ctx context.Context) (item, error) {
		out, err := t.client.UpdateItem(ctx, in)
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	})
}

// An update is the expression of an UpdateItem. The first field that cannot be stored is its error.
type update struct {
	sets, removes, adds []expression
	err                 error
}

// set gives an attribute the field's value. A zero value removes the attribute.
func (u *update) set(f field) {
	stored, err := f.write()
	u.err = cmp.Or(u.err, err)
	if stored == nil {
		u.remove(f.name)
		return
	}
	u.sets = append(u.sets, express(attribute(f.name)+" = ?", stored))
}

func (u *update) remove(name string) { u.removes = append(u.removes, express(attribute(name))) }

func (u *update) add(name string, n int64) {
	if n != 0 {
		u.adds = append(u.adds, express(attribute(name)+" ?", n))
	}
}

// union adds the identities to a set.
func (u *update) union(name string, ids []meeting.Identity) {
	if len(ids) > 0 {
		u.adds = append(u.adds, express(attribute(name)+" ?", identitySet(ids)))
	}
}

// actions returns the update expression.
func (u *update) actions() expression {
	var clauses []expression
	for i, parts := range [][]expression{u.sets, u.removes, u.adds} {
		if len(parts) > 0 {
			verb := [...]string{"SET ", "REMOVE ", "ADD "}[i]
			clauses = append(clauses, join("", express(verb), join(", ", parts...)))
		}
	}
	return join(" ", clauses...)
}
