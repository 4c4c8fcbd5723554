package table

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// budgetItem counts what was spent of a scope's budget in a window.
type budgetItem struct {
	Guesses int `dynamodbav:"guesses"`
	Waits   int `dynamodbav:"knocks"`
}

// budgetLife is how long a budget is kept after its window began.
const budgetLife = 2 * meeting.GuessWindow

// Spent is how often Spend and Knock were called. It is the one read that may be a moment behind: a budget is no lock.
func (t *Table) Spent(ctx context.Context, scope string, window time.Time) (meeting.Spent, error) {
	k := budgetKey(scope, window)
	if !k.possible() {
		return meeting.Spent{}, nil
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: t.name, Key: k.attributes()})
	if err != nil {
		return meeting.Spent{}, translate(err)
	}
	var i budgetItem
	err = load(out.Item, &i)
	return meeting.Spent(i), err
}

// Spend counts one more guess and returns them all. One whose answer was lost counts once, unless others were counted
// before it was sent again.
func (t *Table) Spend(ctx context.Context, scope string, window time.Time) (int, error) {
	i, err := t.count(ctx, "guesses", scope, window)
	return i.Guesses, err
}

// SpendWait counts one more seat that waits, as Spend counts guesses.
func (t *Table) SpendWait(ctx context.Context, scope string, window time.Time) (int, error) {
	i, err := t.count(ctx, "knocks", scope, window)
	return i.Waits, err
}

func (t *Table) count(ctx context.Context, what, scope string, window time.Time) (i budgetItem, err error) {
	var u update
	u.set("type", "budget")
	u.set("ttl", expiry(window.Add(budgetLife)))
	u.add(what, 1)
	after, err := t.update(ctx, budgetKey(scope, window), &u)
	if err == nil {
		err = load(after, &i)
	}
	return i, err
}
