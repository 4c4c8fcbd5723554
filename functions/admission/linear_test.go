package main

import (
	"os"
	"strconv"
	"testing"

	"personal-rooms/shared/meeting"
)

func TestTheDoorIsLinearizable(t *testing.T) {
	h := newHouse(t)
	n := 10
	from := 1
	if s := os.Getenv("SEED"); s != "" {
		from, _ = strconv.Atoi(s)
		n = 1
	}
	if s := os.Getenv("SOAK"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for seed := from; seed < from+n; seed++ {
		p := h.play(seed)
		if p.took >= meeting.Flight {
			t.Errorf("seed %d took %v", seed, p.took)
		}
		if wrong := p.history.check(); wrong != "" {
			t.Fatal(wrong)
		} else if n == 1 {
			t.Log(p.history)
		}
	}
}
