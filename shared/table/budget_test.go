package table

import (
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

func TestBudgetsCountByScopeAndWindow(t *testing.T) {
	table, faults, _ := faultyTable(t)
	next := start.Add(meeting.GuessWindow)
	for _, c := range []struct {
		scope  string
		window time.Time
		want   int
	}{{"a", start, 1}, {"a", start, 2}, {"b", start, 1}, {"a", next, 1}, {"a", start, 3}} {
		spent, err := table.Spend(t.Context(), c.scope, c.window)
		if err != nil || spent != c.want {
			t.Errorf("%s: spent %d, %v; want %d", c.scope, spent, err, c.want)
		}
	}
	if waits, err := table.SpendWait(t.Context(), "a", start); err != nil || waits != 1 {
		t.Errorf("%d waits, %v", waits, err)
	}
	if seen, err := table.Spent(t.Context(), "a", start); err != nil || seen != (meeting.Spent{Guesses: 3, Waits: 1}) {
		t.Errorf("%+v was spent, %v", seen, err)
	}
	faults.Plan("UpdateItem", dynamoproxy.LoseAnswer)
	if spent, err := table.Spend(t.Context(), "b", start); err != nil || spent != 2 {
		t.Errorf("a guess whose answer was lost: spent %d, %v; want 2", spent, err)
	}
}
