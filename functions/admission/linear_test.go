package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"personal-rooms/shared/meeting"
)

// How many histories are played: usualSeeds where nothing else is said, which is enough to see each kind of step when they are played in
// order. A change of the code changes the histories: where a kind is missing, more are played, up to mostSeeds. The environment variable
// SEEDS is another number, which CI and `make soak` set, and SEED plays that one only.
const (
	usualSeeds = 30
	mostSeeds  = 250
)

// lanes is how many histories are played at once, as far as go test's -parallel allows: each waits for DynamoDB most of the time.
const lanes = 4

func number(t *testing.T, name string, otherwise int) (n int, given bool) {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q; want a number", name, text)
	}
	return n, true
}

// People and hosts do things at one room at once, through the real handlers on DynamoDB Local, while requests to it are delayed, lost, sent
// twice and refused, and operations are cut off. What everybody was answered is what they would have been, had each step been made at one
// instant within its operation.
func TestTheDoorIsLinearizable(t *testing.T) {
	t.Parallel()
	first, alone := number(t, "SEED", 1)
	q := &seedQueue{next: first, last: first, most: first, seen: tally{}}
	if !alone {
		last, given := number(t, "SEEDS", usualSeeds)
		q.last, q.most = last, last
		if !given {
			q.most = mostSeeds
		}
	}
	t.Logf("seeds from %d to %d; SEED=n plays one of them again", q.next, q.last)
	t.Cleanup(func() {
		t.Log(q.next-first, "seeds", q.seen)
		if q.last >= usualSeeds && !t.Failed() {
			q.seen.complete(t)
		}
	})
	for lane := range lanes {
		t.Run(strconv.Itoa(lane), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			for seed, more := q.take(); more && !t.Failed(); seed, more = q.take() {
				q.add(h.plays(t, seed, alone))
			}
		})
	}
}

// A seedQueue is the seeds that are to be played, and what was seen in those that were.
type seedQueue struct {
	mu         sync.Mutex
	next, last int
	most       int // the last seed, as long as not each kind of step was seen
	seen       tally
}

// take is the next seed; false if there is none.
func (q *seedQueue) take() (seed int, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.next > q.last && (q.next > q.most || len(q.seen.missing()) == 0) {
		return 0, false
	}
	q.next++
	return q.next - 1, true
}

func (q *seedQueue) add(h *history) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.seen.add(h)
}

// plays plays the seed and checks it.
func (h *house) plays(t *testing.T, seed int, aloud bool) *history {
	t.Helper()
	p := h.play(seed)
	if p.took >= meeting.ArrivalTimeout {
		t.Errorf("seed %d took %v, in which who is on the way may be given up", seed, p.took)
	}
	if wrong, _ := p.history.check(checkLimit); wrong != "" {
		t.Errorf("%s\nSEED=%d plays this again", wrong, seed)
	} else if aloud {
		t.Log(p.history)
	}
	if seed%500 == 0 {
		fmt.Fprintf(os.Stderr, "seed %d was played\n", seed)
	}
	return p.history
}
