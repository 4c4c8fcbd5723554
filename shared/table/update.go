package table

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// update changes one item, and returns it as it is after that. If a condition does not hold it returns
// [meeting.ErrStale], and the item that is stored.
func (t *Table) update(ctx context.Context, k key, u *update, when ...term) (item, error) {
	if !k.possible() {
		return nil, errKey
	}
	id := newWriteID()
	u.set(value(writeID, &id))
	in := &dynamodb.UpdateItemInput{
		TableName:                           t.name,
		Key:                                 k.attributes(),
		ConditionExpression:                 u.condition(append(when, isNot(writeID, id))...),
		UpdateExpression:                    u.actions(),
		ExpressionAttributeNames:            u.names,
		ExpressionAttributeValues:           u.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if u.err != nil {
		return nil, u.err
	}
	return t.conditionalOnce(ctx, id, func(ctx context.Context) (item, error) {
		out, err := t.client.UpdateItem(ctx, in)
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	})
}

// An update is the expression of an UpdateItem.
type update struct {
	expression

	sets, removes, adds []string
}

// set gives an attribute the field's value. A zero value removes the attribute.
func (u *update) set(f field) {
	stored, err := f.write()
	if u.err == nil {
		u.err = err
	}
	if stored == nil {
		u.remove(f.name)
		return
	}
	u.sets = append(u.sets, u.name(f.name)+" = "+u.attribute(stored))
}

func (u *update) remove(name string) { u.removes = append(u.removes, u.name(name)) }

func (u *update) add(name string, n int64) {
	if n != 0 {
		u.adds = append(u.adds, u.name(name)+" "+u.value(n))
	}
}

// union adds the identities to a set.
func (u *update) union(name string, ids []meeting.Identity) {
	if len(ids) > 0 {
		u.adds = append(u.adds, u.name(name)+" "+u.value(identitySet(ids)))
	}
}

// actions returns the update expression.
func (u *update) actions() *string {
	var all []string
	for _, clause := range []struct {
		verb string
		on   []string
	}{{"SET", u.sets}, {"REMOVE", u.removes}, {"ADD", u.adds}} {
		if len(clause.on) > 0 {
			all = append(all, clause.verb+" "+strings.Join(clause.on, ", "))
		}
	}
	return aws.String(strings.Join(all, " "))
}
