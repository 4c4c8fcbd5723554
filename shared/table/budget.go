package table

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// budgetFields count what was spent of a scope's budget in a window.
func budgetFields(s *meeting.Spent) fields {
	return fields{value("guesses", &s.Guesses), value("knocks", &s.Waits), value("taken_at", &s.TakenAt)}
}

// budgetLife is how long a budget is kept after its window began: that of a day for longer than the day.
const budgetLife = 25 * time.Hour

// Spent returns how often Spend and SpendWait were called. It is the one read that may be a moment behind: a budget is
// no lock.
func (t *Table) Spent(ctx context.Context, scope string, window time.Time) (s meeting.Spent, err error) {
	k := budgetKey(scope, window)
	if !k.possible() {
		return s, nil
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: t.name, Key: k.attributes()})
	if err != nil {
		return s, translate(err)
	}
	return decode(out.Item, budgetFields)
}

// Spend counts one more guess and returns their number. A guess whose answer was lost counts once, unless others were
// counted before it was sent again.
func (t *Table) Spend(ctx context.Context, scope string, window time.Time) (int, error) {
	s, err := t.count(ctx, "guesses", scope, window, 1)
	return s.Guesses, err
}

// SpendWait counts so many more seats that wait, as Spend counts guesses.
func (t *Table) SpendWait(ctx context.Context, scope string, window time.Time, seats int) (int, error) {
	s, err := t.count(ctx, "knocks", scope, window, int64(seats))
	return s.Waits, err
}

func (t *Table) count(ctx context.Context, counter, scope string, window time.Time, n int64) (s meeting.Spent, err error) {
	u := counting(window)
	u.add(counter, n)
	after, err := t.update(ctx, budgetKey(scope, window), u)
	if err != nil {
		return s, err
	}
	return decode(after, budgetFields)
}

// TakePlace counts the guesses of the place, if there are at most as many as its limit then; else it returns
// [meeting.ErrStale].
func (t *Table) TakePlace(ctx context.Context, p meeting.Place) (meeting.Spent, error) {
	u := counting(p.Window)
	n := int64(max(p.Count, 1))
	u.set(value("taken_at", &p.At))
	u.add("guesses", n)
	stored, err := t.update(ctx, budgetKey(p.Scope, p.Window), u, atMost("guesses", int64(p.Limit)-n))
	s, unreadable := decode(stored, budgetFields)
	return s, cmp.Or(err, unreadable)
}

// ReturnPlace counts the guesses of the place no more.
func (t *Table) ReturnPlace(ctx context.Context, p meeting.Place) error {
	u := counting(p.Window)
	u.add("guesses", -int64(max(p.Count, 1)))
	_, err := t.update(ctx, budgetKey(p.Scope, p.Window), u)
	return err
}

// counting is an update of a count, which DynamoDB deletes some time after its window; one without a window never.
func counting(window time.Time) *update {
	var u update
	u.set(itemType("budget"))
	if !window.IsZero() {
		window = window.Add(budgetLife)
	}
	u.set(deleteAfter(window))
	return &u
}
