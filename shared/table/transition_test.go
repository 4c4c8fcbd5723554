package table

import (
	"errors"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"personal-rooms/shared/meeting"
)

// The table and the domain agree on whether a transition is made, and on the room after it.
func TestApplyTransitionAgreesWithApply(t *testing.T) {
	table := newTable(t)
	var mu sync.Mutex
	outcomes := map[bool]int{}
	rapid.Check(t, func(rt *rapid.T) {
		before := drawn[meeting.Room]().Draw(rt, "room")
		if rapid.IntRange(0, 3).Draw(rt, "in range") > 0 {
			before = plausible(rt, before)
		}
		transition := drawnTransition(rt, before)
		if rapid.IntRange(0, 9).Draw(rt, "stored") > 0 {
			table.place(t, roomKey(before.Number), roomItem(before, false))
		} else {
			before = meeting.Room{Number: before.Number}
		}
		want, made := transition.Apply(before)
		mu.Lock()
		outcomes[made]++
		mu.Unlock()
		after, err := table.ApplyTransition(t.Context(), before.Number, transition)
		if made && err != nil || !made && !errors.Is(err, meeting.ErrStale) {
			rt.Fatalf("the domain makes the transition: %v; the table says: %v", made, err)
		}
		differ(rt, "returned room", want, after)
		read, err := table.Room(t.Context(), before.Number)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "room that is read", want, read)
	})
	least := 10
	if testing.Short() {
		least = 1 // rapid makes a fifth of the checks then
	}
	if outcomes[true] < least || outcomes[false] < least {
		t.Errorf("transitions made and refused: %v: too few of one", outcomes)
	}
}

// plausible returns the room with small numbers, so that guards often hold.
func plausible(rt *rapid.T, r meeting.Room) meeting.Room {
	r.Kind = rapid.SampledFrom([]meeting.Kind{meeting.Personal, meeting.MeetingRoom}).Draw(rt, "kind")
	r.Settings.Capacity = rapid.IntRange(0, 3).Draw(rt, "capacity")
	r.Live.Seated = rapid.Int64Range(0, 3).Draw(rt, "seated")
	r.Live.AdmissionSeq = rapid.Int64Range(0, 3).Draw(rt, "seq")
	r.Live.Epoch = rapid.Int64Range(0, 3).Draw(rt, "epoch")
	return r
}

// drawnTransition returns any transition. Its guards hold more often than by chance.
func drawnTransition(rt *rapid.T, r meeting.Room) meeting.Transition {
	t := drawn[meeting.Transition]().Draw(rt, "transition")
	t.Seats = rapid.Int64Range(0, 2).Draw(rt, "seats")
	t.Admissions = rapid.Int64Range(0, 2).Draw(rt, "admissions")
	likely := func(what string) bool { return rapid.IntRange(0, 9).Draw(rt, what) > 0 }
	if likely("instance") {
		t.Instance = r.Live.Instance
	}
	if t.Epoch != nil && likely("epoch") {
		t.Epoch = &r.Live.Epoch
	}
	if t.Seq != nil && likely("seq") {
		t.Seq = &r.Live.AdmissionSeq
	}
	if t.ForMeeting != nil && likely("meeting") {
		t.ForMeeting = &r.Live.Meeting
	}
	if t.Distrust != nil && likely("distrust") {
		t.Distrust = &r.Live.DistrustedUntil
	}
	if likely("live") {
		t.Live = t.Live && r.Live.Open
	}
	if likely("idle") {
		t.Idle = t.Idle && !r.Live.Open
	}
	if likely("capacity") {
		t.Capacity = r.Settings.Capacity
	}
	if t.End != nil && t.End.Release != nil {
		t.End.Release.Number = r.Number
	}
	return t
}
