package rules

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
)

// atOnce plays all lines at once and counts their results.
func (w *world) atOnce(lines ...string) map[string]int {
	var all sync.WaitGroup
	var mu sync.Mutex
	count := map[string]int{}
	for _, text := range lines {
		all.Go(func() {
			result := w.run(actions, text)
			mu.Lock()
			defer mu.Unlock()
			count[result]++
		})
	}
	all.Wait()
	return count
}

// each is the line n times, with a number in the place of each #.
func each(n int, line string) (lines []string) {
	for i := range n {
		lines = append(lines, strings.ReplaceAll(line, "#", fmt.Sprint(i)))
	}
	return lines
}

// Races of joins with locks, starts and removals are explored and checked for linearizability in package proof.
func TestRaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, before string
		lines        []string
		want, after  string
	}{
		{
			"I12: capacity holds when many join at once", "ada sets capacity to 5\nada joins",
			each(20, "sam# joins"), "map[admitted:5 refused full:15]", "late joins -> refused full",
		},
		{
			"I13: a burst of host keys is counted", "ada and bob join",
			each(60, "bob claims to be host by 00000#"), "map[refused too_many_guesses:40 refused wrong_host_key:20]", "",
		},
		{
			"I15: retries of a join at once take one seat", "ada sets capacity to 1\nada joins",
			each(6, "sam's app# joins with key 0123456789abcdef"), "map[admitted:6]", "sue joins -> refused full\narriving = 0",
		},
		{
			"I15: retries of an instant meeting at once are one meeting", "",
			each(5, "ada's app# starts an instant meeting with key k1"), "map[started with its own number:5]",
			"the live meetings = Ada's Meeting",
		},
		{
			"I15: retries of a start of the personal room at once take one seat", "",
			each(5, "ada's app# starts an instant meeting in the personal room with key k1"),
			"map[started in the personal room:5]", "the life of seat = 2190h0m0s",
		},
		{
			"One of many instant starts opens the room", "",
			each(8, "ada's app# starts an instant meeting in the personal room"),
			"map[joined in the personal room:7 started in the personal room:1]", "the room = live",
		},
		{
			"I18: one of two meetings that start at once runs",
			"ada plans Alpha in the personal room\nada plans Beta in the personal room",
			slices.Concat(each(6, "ada starts Alpha"), each(6, "ada starts Beta")), "map[ok:6 refused room_in_use:6]", "",
		},
		{
			"I17: ends at once make one record", "ada joins\nwait 1m",
			each(6, "ada ends the room"), "map[ok:6]", "the past instances = the room 1m0s",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.play(c.before)
			if got := fmt.Sprint(w.atOnce(c.lines...)); got != c.want {
				t.Errorf("the results are %s, want %s", got, c.want)
			}
			w.play(c.after)
		})
	}
}

// A poll reads the room and the seat at once. Between the two the room opens, and a host admits.
func TestI8AnApprovalIsNotLostToAPollThatReadTheRoomBeforeItOpened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada sets waiting_room to everyone
		sue joins -> waits for the host`)
	read := make(chan struct{})
	w.faults.Plan("GetItem ROOM", func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
		defer close(read)
		return next.RoundTrip(r)
	})
	w.faults.Plan("GetItem SEAT", dynamoproxy.After(func() {
		<-read
		w.playInFault("ada starts the room; ada admits sue")
	}))
	w.play(`
		sue polls -> admitted
		who is in = sue`)
}

// Bob's tablet was sent to wait before he was removed, and its seat is stored after that. A host who admits everybody
// read the room before both.
func TestI10NobodyRemovedIsAdmittedWithEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada sets waiting_room to everyone
		ada joins
		bob joins -> waits for approval`)
	sent, removed, seated := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.faults.Plan("PutItem", dynamoproxy.After(func() { close(sent); <-removed }))
	go func() {
		defer close(seated)
		w.atOnce("bob's tablet joins")
	}()
	<-sent
	w.faults.Plan("Query", dynamoproxy.After(func() {
		w.playInFault("ada removes bob")
		close(removed)
		<-seated
	}))
	w.atOnce("ada admits everybody")
	w.play("who is in = ada")
}

// The owner's end is recorded, and then made. Meanwhile a host who leaves finds that somebody joined, and withdraws the
// record.
func TestI17AnEndWhoseRecordWasWithdrawnIsInThePast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada joins
		wait 1m`)
	recorded, withdrawn, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { // of the leave
		w.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { close(recorded); <-withdrawn }))
		go func() {
			defer close(ended)
			w.playInFault("ada ends the room")
		}()
		<-recorded
		w.playInFault("sam joins -> admitted")
	}))
	w.play("ada leaves")
	close(withdrawn)
	<-ended
	w.play(`
		the room = idle
		the live meetings = none
		the past instances = the room 1m0s`)
}

// Contacts serve advisories only.
func TestI17AnEndDoesNotWaitForTheContacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play("ada and bob join -> admitted")
	hang := func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
		if limit, limited := r.Context().Deadline(); !limited || time.Until(limit) > 5*time.Second {
			t.Errorf("the request may take until %v", limit)
			return nil, errors.ErrUnsupported
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	w.faults.Plan("UpdateItem row", append(dynamoproxy.Times(2, dynamoproxy.Pass), hang)...)
	w.play(`
		ada ends the room
		the faults not met = 0
		the room = idle
		the contacts of ada = none`)
}
