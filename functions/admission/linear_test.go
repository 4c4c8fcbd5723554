package main

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"testing"

	"personal-rooms/shared/meeting"
)

// usualSeeds is how many histories a run of the tests plays. SOAK is another number, and SEED plays that one only.
const usualSeeds = 250

// lanes is how many histories are played at once.
const lanes = 2

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
	last := first
	if !alone {
		last, _ = number(t, "SOAK", usualSeeds)
	}
	t.Logf("seeds %d to %d; SEED=n plays one of them again", first, last)
	var next atomic.Int64
	next.Store(int64(first))
	tallies := make([]tally, lanes)
	t.Cleanup(func() {
		all := together(tallies)
		t.Log(all)
		if last >= usualSeeds && !alone && !t.Failed() {
			all.complete(t)
		}
	})
	for lane := range lanes {
		t.Run(strconv.Itoa(lane), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			tallies[lane] = tally{}
			for seed := next.Add(1) - 1; seed <= int64(last) && !t.Failed(); seed = next.Add(1) - 1 {
				h.plays(t, int(seed), tallies[lane], alone)
			}
		})
	}
}

// plays plays the seed and checks it.
func (h *house) plays(t *testing.T, seed int, counts tally, aloud bool) {
	t.Helper()
	p := h.play(seed)
	counts.add(p.history)
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
}
