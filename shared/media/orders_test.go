package media_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// All pairs of states: an order disconnects people who are not admitted any more, and people who are removed or denied,
// whatever they were before. It names the admission that is over.
func TestI7EveryChangeThatEndsAnAdmissionDisconnects(t *testing.T) {
	states := []meeting.State{
		"", meeting.Waiting, meeting.Admitted, meeting.WasDenied, meeting.WasRemoved, meeting.Left,
	}
	disconnects := map[string]bool{
		"admitted > waiting": true, "admitted > denied": true, "admitted > removed": true, "admitted > left": true,
		" > denied": true, "waiting > denied": true, "removed > denied": true, "left > denied": true,
		" > removed": true, "waiting > removed": true, "denied > removed": true, "left > removed": true,
	}
	for _, from := range states {
		for _, to := range states[1:] {
			var before any
			if from != "" {
				before = meeting.Seat{ID: "instance.sam", State: from, MediaSeq: 7}
			}
			var want []media.Order
			change := fmt.Sprint(from, " > ", to)
			if disconnects[change] {
				want = []media.Order{{Room: "instance", Participant: "instance.sam.7"}}
			}
			got := media.OrdersOf(before, meeting.Seat{ID: "instance.sam", State: to, MediaSeq: 7})
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s: %s", change, d)
			}
		}
	}
	before := meeting.Seat{ID: "instance.sam", State: meeting.Admitted}
	older := media.OrdersOf(before, meeting.Seat{ID: before.ID, State: meeting.Left})
	if d := cmp.Diff([]media.Order{{Room: "instance", Participant: "instance.sam"}}, older); d != "" {
		t.Errorf("admitted by an older version: %s", d)
	}
}

func TestI7LockEndAndRemovalReconcile(t *testing.T) {
	ada := meeting.Identity{1}
	room := func(change func(*meeting.LiveState)) meeting.Room {
		r := meeting.Room{Kind: meeting.Personal, Live: meeting.LiveState{Instance: "instance", Open: true, Epoch: 1}}
		change(&r.Live)
		return r
	}
	live := room(func(*meeting.LiveState) {})
	locked := room(func(g *meeting.LiveState) { g.Locked, g.Epoch = true, 2 })
	removed := room(func(g *meeting.LiveState) { g.Removed, g.Epoch = []meeting.Identity{ada}, 2 })
	off := []media.Order{{Room: "instance", Participant: media.OffRoster}}
	end := slices.Concat([]media.Order{{Room: "instance"}}, off)
	for _, c := range []struct {
		what          string
		before, after any
		want          []media.Order
	}{
		{"locked", live, locked, off},
		{"locked again", locked, room(func(g *meeting.LiveState) { g.Locked, g.Epoch = true, 3 }), off},
		{"removed", live, removed, off},
		{"removed again", removed, room(func(g *meeting.LiveState) {
			g.Removed, g.Epoch = []meeting.Identity{ada}, 3
		}), off},
		{"ended", live, room(func(g *meeting.LiveState) { *g = meeting.LiveState{Instance: "next", Epoch: 2} }), end},
		{"ended and released", live, meeting.Room{Kind: meeting.Released}, end},
		{"ended and opened again", live, room(func(g *meeting.LiveState) { g.Instance, g.Epoch = "next", 3 }), end},
		{"an admission", locked, room(func(g *meeting.LiveState) { g.Locked, g.Epoch, g.AdmissionSeq = true, 2, 1 }), nil},
		{"unlocked", locked, room(func(g *meeting.LiveState) { g.Unlocked, g.Epoch = true, 3 }), nil},
		{"opened", room(func(g *meeting.LiveState) { g.Open = false }), live, nil},
		{"of a meeting", meeting.Meeting{}, nil, nil},
		{"a deleted seat", meeting.Seat{ID: "instance.sam", State: meeting.Admitted}, nil, nil},
	} {
		if d := cmp.Diff(c.want, media.OrdersOf(c.before, c.after)); d != "" {
			t.Errorf("%s: %s", c.what, d)
		}
	}
}
