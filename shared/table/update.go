package table

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// update changes one item, and returns it as it is after that. If a condition does not hold it returns
// [meeting.ErrStale], and the item that is stored.
func (t *Table) update(ctx context.Context, k key, u *update, when ...expression) (item, error) {
	if !k.possible() {
		return nil, errKey
	}
	id := newWriteID()
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
