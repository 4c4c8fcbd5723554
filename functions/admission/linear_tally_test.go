package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A tally counts what was done, what was answered, and what went wrong.
type tally map[string]int

func (c tally) add(h *history) {
	c["histories"]++
	for _, d := range h.deeds {
		c["operations"]++
		switch {
		case d.crashed:
			c[d.kind+" cut off"]++
		case d.unknown():
			c[fmt.Sprintf("%s %d", d.kind, d.status)]++
		default:
			c[strings.TrimSpace(fmt.Sprintf("%s %d %s", d.kind, d.status, d.outcome()))]++
		}
		for _, met := range d.met {
			harm, _, _ := strings.Cut(met, " ")
			c["met "+harm]++
		}
	}
}

// outcome is the reason of a refusal, or what was said to somebody who came.
func (d *deed) outcome() string {
	switch {
	case d.kind == "join" || d.kind == "poll":
		return d.body.State + d.reason
	case d.status == 200 && len(d.body.Missed) > 0:
		return "missed"
	}
	return d.reason
}

func (c tally) String() string {
	var b strings.Builder
	for _, what := range slices.Sorted(mapKeys(c)) {
		fmt.Fprintf(&b, "\n%8d  %s", c[what], what)
	}
	return b.String()
}

// usual are the answers that some of the histories must have had, so that what they show is not nothing.
var usual = []string{
	"join 201 admitted", "join 202 waiting_room", "join 202 waiting_for_host", "join 403 locked", "join 403 removed", "join 403 denied", "join 403 full",
	"poll 200 admitted", "poll 202 waiting_room", "poll 202 waiting_for_host", "poll 403 locked", "poll 403 removed", "poll 403 denied", "poll 409 ended",
	"leave 204", "lock 200", "unlock 200", "lock 409 room_idle", "start 204", "end 204", "admit 200", "admit 200 missed", "deny 200", "remove 200", "roster 200",
	"met lost", "met twice", "met late", "met throttled", "met conflict", "met broken", "met crash",
	"join cut off", "admit cut off", "remove cut off", "lock cut off",
}

func (c tally) complete(t *testing.T) {
	t.Helper()
	for _, what := range c.missing() {
		t.Errorf("there was no %q", what)
	}
}

// missing are the usual answers that there were none of.
func (c tally) missing() (all []string) {
	for _, what := range usual {
		if c[what] == 0 {
			all = append(all, what)
		}
	}
	return all
}
