package e2e

import (
	"fmt"
	"sync"
	"testing"
)

// Fifty people claim one number at once: one has it (I1), and the others' profiles are as they were.
func TestFiftyClaimOneNumber(t *testing.T) {
	const many = 50
	people := make([]person, many)
	before := make([]profile, many)
	for i := range people {
		people[i] = signUp(t, fmt.Sprintf("Claimant%d", i))
		before[i] = people[i].profile()
	}
	number := people[0].favourite()

	answers := atOnce(t, people, func(p person) (answer, error) {
		return p.try(t.Context(), "PATCH", "/v2/users/me", fields{"pmi": number, "first_name": "Winner"})
	})

	winners := 0
	for i, a := range answers {
		if a.status == 204 {
			winners++
			before[i] = people[i].profile()
			equal(t, "the winner's PMI", text(before[i].PMI), number)
			equal(t, "the winner's name", before[i].FirstName, "Winner")
			continue
		}
		a.refused(409, 4101, "number_taken")
	}
	equal(t, "how many have it", winners, 1)
	for i, p := range people {
		equal(t, p.name+"'s profile", p.profile(), before[i])
		equal(t, p.name+"'s room", p.room().Number, text(before[i].PMI))
	}
}

// A room for five is never fuller (I12), however many come at once.
func TestManyComeToASmallRoom(t *testing.T) {
	const capacity, many = 5, 20
	ada := signUp(t, "Ada")
	ada.furnishes(fields{"capacity": capacity})
	room := ada.room()
	ada.startsNow(fields{"use_pmi": true})
	people := make([]person, many)
	for i := range people {
		people[i] = signUp(t, fmt.Sprintf("Visitor%d", i))
	}

	answers := atOnce(t, people, func(p person) (answer, error) {
		return p.try(t.Context(), "POST", p.visits().path(room.Number), fields{"passcode": room.Passcode})
	})

	in := 0
	for _, a := range answers {
		if a.status == 201 {
			in++
			continue
		}
		a.refused(403, 4111, "full")
	}
	equal(t, "how many are in", in, capacity)
	equal(t, "how many the host sees, with her", ada.looksAt(room.Number).Admitted, capacity+1)
}

// A lock is a lock: whoever asks after it was answered is refused, whoever was let in before is on the roster (I7).
func TestALockAmongManyWhoCome(t *testing.T) {
	const many = 20
	ada := signUp(t, "Ada")
	room := ada.room()
	ada.startsNow(fields{"use_pmi": true})
	people := make([]person, many+1)
	people[0] = ada
	for i := range many {
		people[i+1] = signUp(t, fmt.Sprintf("Visitor%d", i))
	}

	answers := atOnce(t, people, func(p person) (answer, error) {
		if p.id == ada.id {
			return p.try(t.Context(), "PATCH", "/v2/live_meetings/"+room.Number, fields{"locked": true})
		}
		return p.try(t.Context(), "POST", p.visits().path(room.Number), fields{"passcode": room.Passcode})
	})

	in := 1
	for _, a := range answers[1:] {
		if a.status == 201 {
			in++
		} else {
			a.refused(403, 4110, "locked")
		}
	}
	signUp(t, "Late").visits().knocks(room.Number, fields{"passcode": room.Passcode}).refused(403, 4110, "locked")
	equal(t, "how many the host sees, with her", ada.looksAt(room.Number).Admitted, in)
}

// atOnce lets everyone do the thing at the same time.
func atOnce(t *testing.T, people []person, do func(person) (answer, error)) []answer {
	t.Helper()
	answers, errs := make([]answer, len(people)), make([]error, len(people))
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, p := range people {
		all.Go(func() {
			<-start
			answers[i], errs[i] = do(p)
		})
	}
	close(start)
	all.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return answers
}
