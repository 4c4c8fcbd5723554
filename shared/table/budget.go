package table

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// budgetItem counts the guesses of a scope in a window.
type budgetItem struct {
	Guesses int `dynamodbav:"guesses"`
}

// budgetLife is how long a budget is kept after its window began.
const budgetLife = 2 * meeting.GuessWindow

// Guesses is how often Spend was called. It is the one read that may be a moment behind: a budget is no lock.
func (t *Table) Guesses(ctx context.Context, scope string, window time.Time) (int, error) {
	k := budgetKey(scope, window)
	if !k.possible() {
		return 0, nil
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: t.name, Key: k.attributes()})
	if err != nil {
		return 0, translate(err)
	}
	var i budgetItem
	err = load(out.Item, &i)
	return i.Guesses, err
}

// Spend counts one more guess and returns them all. One whose answer was lost counts once, unless others were counted
// before it was sent again.
func (t *Table) Spend(ctx context.Context, scope string, window time.Time) (int, error) {
	var u update
	u.set("type", "budget")
	u.set("ttl", expiry(window.Add(budgetLife)))
	u.add("guesses", 1)
	after, err := t.update(ctx, budgetKey(scope, window), &u)
	if err != nil {
		return 0, err
	}
	var i budgetItem
	err = load(after, &i)
	return i.Guesses, err
}
