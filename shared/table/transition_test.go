package table

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/dev/aws/dynamoproxy"
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
		table.place(t, roomKey(before.Number), roomItem(before, false))
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
	t.Seats = rapid.Int64Range(0, 2).Draw(rt, "free")
	t.Admissions = rapid.Int64Range(0, 2).Draw(rt, "pass")
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
	if t.ForMeeting != nil && likely("sits") {
		t.ForMeeting = &r.Live.Meeting
	}
	if t.Distrust != nil && likely("trust") {
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
	if t.End != nil && t.End.Retire != nil {
		t.End.Retire.Number = r.Number
	}
	return t
}

func TestTransitionWithoutARoomIsStale(t *testing.T) {
	table := newTable(t)
	for _, tr := range []meeting.Transition{{}, {Instance: "i", Live: true}, {End: &meeting.Ending{Retire: &meeting.Room{}}}} {
		r, err := table.ApplyTransition(t.Context(), "5551112222", tr)
		if !errors.Is(err, meeting.ErrStale) {
			t.Errorf("%+v: %v", tr, err)
		}
		differ(t, "room", meeting.Room{Number: "5551112222"}, r)
	}
	if r, err := table.Room(t.Context(), "5551112222"); err != nil || r.Exists() {
		t.Errorf("a transition made the room %v, %v", r, err)
	}
}

// live stores an open personal room.
func live(t *testing.T, table *Table, capacity int) meeting.Room {
	t.Helper()
	r := personal("5551112222", user(1))
	r.Live = meeting.LiveState{Instance: "i", Open: true, OpenedAt: start, AdmittedAt: start}
	r.Settings.Capacity = capacity
	table.place(t, roomKey(r.Number), roomItem(r, false))
	return r
}

// admission is the transition of one admission to the room as it was read.
func admission(r meeting.Room) meeting.Transition {
	return meeting.Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Live: true, Admissions: 1, Seats: 1,
		Capacity: r.Settings.Capacity, At: start.Add(time.Second)}
}

// I12: of all concurrent admissions, as many are made as there are seats, each with its own number.
func TestI12CapacityHoldsUnderConcurrency(t *testing.T) {
	table := newTable(t)
	r := live(t, table, 7)
	var mu sync.Mutex
	seqs := map[int64]int{}
	atOnce(40, func(int) {
		after, err := table.ApplyTransition(t.Context(), r.Number, admission(r))
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			seqs[after.Live.AdmissionSeq]++
		case !errors.Is(err, meeting.ErrStale):
			t.Error(err)
		}
	})
	if len(seqs) != 7 {
		t.Errorf("numbers given: %v; want 7 different ones", seqs)
	}
	if r, _ := table.Room(t.Context(), r.Number); r.Live.Seated != 7 || r.Live.AdmissionSeq != 7 {
		t.Errorf("seated %d, seq %d; want 7", r.Live.Seated, r.Live.AdmissionSeq)
	}
}

func TestTransitionWhenDynamoDBFails(t *testing.T) {
	retired := meeting.Room{Number: "5551112222", Kind: meeting.Retired}
	admit := meeting.Transition{Instance: "i", Live: true, Admissions: 1, Seats: 1, Capacity: 100}
	lost := dynamoproxy.Times(1, dynamoproxy.LoseAnswer)
	end := func(e meeting.Ending) meeting.Transition { return meeting.Transition{Instance: "i", End: &e} }
	for name, c := range map[string]struct {
		transition meeting.Transition
		faults     []dynamoproxy.Fault
		want       error
		calls      int
	}{
		"admission, answer lost twice": {admit, dynamoproxy.Times(2, dynamoproxy.LoseAnswer), nil, 3},
		"decision, answer lost":        {meeting.Transition{Instance: "i", HostDecision: true}, lost, nil, 2},
		"end, answer lost":             {end(meeting.Ending{Next: "next"}), lost, nil, 2},
		"retirement, answer lost":      {end(meeting.Ending{Next: "next", Retire: &retired}), lost, nil, 2},
		"conflicts with a transaction": {admit, dynamoproxy.Times(tries-1, dynamoproxy.Conflict), nil, tries},
		"always a conflict":            {admit, dynamoproxy.Times(tries, dynamoproxy.Conflict), meeting.ErrContended, tries},
	} {
		t.Run(name, func(t *testing.T) {
			table, faults, meter := faultyTable(t)
			before := live(t, table, 100)
			want, _ := c.transition.Apply(before)
			meter.Reset()
			faults.Plan("UpdateItem", c.faults...)
			got, err := table.ApplyTransition(t.Context(), before.Number, c.transition)
			if !errors.Is(err, c.want) {
				t.Fatal(err)
			}
			if err == nil {
				differ(t, "room", want, got)
			}
			if n := meter.Count()["UpdateItem"]; n != c.calls {
				t.Errorf("%d requests, want %d", n, c.calls)
			}
		})
	}
}
