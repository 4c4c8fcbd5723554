package rules

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// results plays all lines at once and counts their results.
func (w *world) results(lines ...string) map[string]int {
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

// each is the line once for each of n people: each("sam# joins", 2) is "sam0 joins" and "sam1 joins".
func each(line string, n int) (lines []string) {
	for i := range n {
		lines = append(lines, strings.ReplaceAll(line, "#", fmt.Sprint(i)))
	}
	return lines
}

// wantResults fails the test unless these are the results.
func wantResults(t *testing.T, got map[string]int, want string) {
	t.Helper()
	if fmt.Sprint(got) != want {
		t.Errorf("the results are %v, want %s", got, want)
	}
}

func TestI12CapacityHoldsWhenManyJoinAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada sets capacity to 5
		ada joins`)
	wantResults(t, w.results(each("sam# joins", 20)...), "map[admitted:5 refused full:15]")
	if got := len(w.names(meeting.Admitted)); got != 6 {
		t.Errorf("%d are in", got)
	}
}

func TestI7TheAnswerToALockNamesEverybodyWhoPassedIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play("ada joins")
	var locked meeting.RoomView
	var wait sync.WaitGroup
	wait.Go(func() {
		locked, _ = w.Door().UpdateLive(t.Context(), w.who(owner).caller, w.number("the room"), meeting.LiveEdit{Locked: new(true)})
	})
	results := w.results(each("sam# joins", 30)...)
	wait.Wait()
	if in := len(w.names(meeting.Admitted)); len(locked.Present)+locked.Arriving < in || results[admitted] != in-1 {
		t.Errorf("the lock names %d and counts %d arriving; %d are in; %v", len(locked.Present), locked.Arriving, in, results)
	}
	w.play("late joins -> refused locked")
}

func TestI8NobodyPassesTheWaitingRoomDuringTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play("ada sets waiting_room to everyone")
	w.results(each("sam# joins", 6)...)
	w.results(append(append(each("sam# polls", 6), each("sue# joins", 6)...), "ada joins")...)
	w.play("who is in = ada")
	if got := len(w.names(meeting.Waiting)); got != 12 {
		t.Errorf("%d wait", got)
	}
}

func TestI13ABurstOfHostKeysIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play("ada and bob join -> admitted")
	got := w.results(each("bob claims to be host by 00000#", 3*meeting.ClientGuesses)...)
	wantResults(t, got, fmt.Sprintf("map[refused too_many_guesses:%d refused wrong_host_key:%d]", 2*meeting.ClientGuesses, meeting.ClientGuesses))
}

func TestI15RetriesAtOnceTakeOneSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play("ada joins")
	wantResults(t, w.results(each("sam's app# joins with key 0123456789abcdef", 6)...), "map[admitted:6]")
	if view := w.view(); len(view.Present) != 2 || view.Arriving != 0 {
		t.Errorf("%d are in, %d arriving", len(view.Present), view.Arriving)
	}
}

func TestI15InstantMeetingsWithOneKeyAtOnceAreOne(t *testing.T) {
	t.Parallel()
	for where, result := range map[string]string{"in the personal room": "started in the personal room", "": "started with its own number"} {
		w := newWorld(t)
		start := strings.Join(strings.Fields("ada's app# starts an instant meeting "+where+" with key k1"), " ")
		wantResults(t, w.results(each(start, 5)...), fmt.Sprintf("map[%s:5]", result))
		roster, err := w.plain.Roster(t.Context(), w.who("ada's app0").seat.ID.Instance())
		if w.must(err); len(roster) != 1 {
			t.Errorf("%d seats", len(roster))
		}
	}
}

func TestI18OneOfTwoMeetingsThatStartAtOnceRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada plans Alpha in the personal room
		ada plans Beta in the personal room`)
	wantResults(t, w.results(append(each("ada starts Alpha", 6), each("ada starts Beta", 6)...)...), "map[ok:6 refused room_in_use:6]")
	w.play("wait 1m")
	wantResults(t, w.results(each("ada ends the room", 6)...), "map[ok:6]")
	if past := w.past(nil); past != "Alpha 1m0s" && past != "Beta 1m0s" {
		t.Errorf("the past is %s", past)
	}
}

func TestOneOfManyInstantStartsOpensTheRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.results(each("ada's app# starts an instant meeting in the personal room", 8)...)
	wantResults(t, got, "map[joined in the personal room:7 started in the personal room:1]")
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
		w.results("ada starts the room")
		w.results("ada admits sue")
	}))
	w.play(`
		sue polls -> admitted
		who is in = sue`)
}

// Bob's tablet was sent to wait before he was removed, and its seat is stored after that; a host who admits everybody read the room before both.
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
		w.results("bob's tablet joins")
	}()
	<-sent
	w.faults.Plan("Query", dynamoproxy.After(func() {
		w.results("ada removes bob")
		close(removed)
		<-seated
	}))
	w.results("ada admits everybody")
	w.play("who is in = ada")
}

// Bob's phone passed the turnstile before he is removed, and its seat is stored while the removal looks again.
func TestI10ASeatOnItsWayIsRemovedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play("ada and bob join -> admitted")
	stored, removed := make(chan struct{}), make(chan map[string]int)
	w.faults.Plan("PutItem", dynamoproxy.After(func() {
		w.faults.Plan("Query", dynamoproxy.Pass, dynamoproxy.After(func() { close(stored) }))
		go func() { removed <- w.results("ada removes bob") }()
		<-stored
	}))
	w.results("bob's phone joins")
	wantResults(t, <-removed, "map[ok:1]")
	w.play(`
		bob's phone polls -> refused removed
		who is in = ada`)
}

// The owner's end is recorded, and then made; meanwhile a host who leaves finds that somebody joined, and withdraws the record.
func TestI17AnEndWhoseRecordWasWithdrawnIsInThePast(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(`
		ada joins
		wait 1m`)
	recorded, withdrawn, ended := make(chan struct{}), make(chan struct{}), make(chan map[string]int, 1)
	w.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { // the leave would end it
		w.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { close(recorded); <-withdrawn }))
		go func() { ended <- w.results("ada ends the room") }()
		<-recorded
		w.results("sam joins")
	}))
	w.play("ada leaves")
	close(withdrawn)
	wantResults(t, <-ended, "map[ok:1]")
	w.play(`
		the room = idle
		the live meetings = none
		the past instances = the room 1m0s`)
}

// Contacts are only for advisories: an end does not wait for them.
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
	w.faults.Plan("UpdateItem row", dynamoproxy.Pass, dynamoproxy.Pass, hang)
	w.play(`
		ada ends the room
		the faults not met = 0
		the room = idle
		the contacts of ada = none`)
}

// An alternative host who locks and unlocks without pause keeps nobody from ending the meeting.
func TestI17AnEndIsMadeInTheMidstOfOtherDecisions(t *testing.T) {
	t.Parallel()
	const storm = 20
	w := newWorld(t)
	w.play(`
		ada plans Own with its own number with alternative_hosts bob
		ada starts Own
		wait 1m`)
	lines := map[bool]string{true: "bob locks Own", false: "bob unlocks Own"}
	for i := range storm {
		w.faults.Plan("UpdateItem ROOM", dynamoproxy.After(func() { w.results(lines[i%2 == 0]) }), dynamoproxy.Pass) // the end's, and the lock's
	}
	w.play("ada ends Own")
	if tries := (2*storm - w.faults.Pending()) / 2; tries != 1 {
		t.Errorf("the end took %d tries", tries)
	}
	w.faults.Forget()
	w.play(`
		Own = idle
		the past instances = Own 1m0s`)
}
