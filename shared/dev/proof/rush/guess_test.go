package rush

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"personal-rooms/shared/meeting"
)

// joinAtOnce lets people at one address join at once with what each of them types, and counts the refusals by their
// reasons; "" is an admission.
func joinAtOnce(t *testing.T, typed []string) map[meeting.Reason]int {
	t.Helper()
	results := map[meeting.Reason]int{}
	synctest.Test(t, func(*testing.T) {
		sim := &simulation{scenario: &scenario{apart: true}, began: time.Now()}
		sim.db = newDatabase(true, sim.room(number), sim.room(otherNumber))
		reasons := make(chan meeting.Reason, len(typed))
		for i, passcode := range typed {
			var done call
			sim.at(0, fmt.Sprint("guest ", i), &done, func(ctx context.Context, door *meeting.Door) (meeting.State, error) {
				j := meeting.JoinInput{Address: string(number), Passcode: passcode}
				a, err := door.Join(ctx, meeting.Caller{Address: "198.51.100.9"}, j)
				reasons <- meeting.ReasonOf(err)
				return a.State, err
			})
		}
		sim.calls.Wait()
		close(reasons)
		for reason := range reasons {
			results[reason]++
		}
		if left := sim.db.guesses["address#198.51.100.9"].Guesses; left != results[meeting.NoMeeting] {
			t.Errorf("%d guesses stay counted, of %d that were wrong", left, results[meeting.NoMeeting])
		}
	})
	return results
}

func repeated(passcode string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = passcode
	}
	return all
}

func TestI13ACrowdAtOneAddressTypesTheRightPasscodeAndComesIn(t *testing.T) {
	if got := joinAtOnce(t, repeated(passcode, 60)); got[""] != 60 {
		t.Errorf("of 60 who typed the right passcode at once: %v", got)
	}
}

func TestI13ABurstOfGuessesHasNoMoreAnswersThanItsLimit(t *testing.T) {
	got := joinAtOnce(t, append(repeated("wrong", 45), passcode))
	if got[meeting.NoMeeting]+got[""] > meeting.ClientGuesses+1 || got[meeting.NoMeeting] != meeting.ClientGuesses {
		t.Errorf("of 45 guesses and a right one at once: %v", got)
	}
}
