package table

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/meeting"
)

// The table and the domain agree on what a turn means: whether it is made, and the room after it.
func TestATurnMeansWhatItsApplySays(t *testing.T) {
	table := newTable(t)
	var mu sync.Mutex
	outcomes := map[bool]int{}
	rapid.Check(t, func(rt *rapid.T) {
		before := drawn[meeting.Room]().Draw(rt, "room")
		if rapid.IntRange(0, 3).Draw(rt, "in range") > 0 {
			before = plausible(rt, before)
		}
		turn := drawnTurn(rt, before)
		if err := table.place(t.Context(), roomKey(before.Number), roomItemOf(before)); err != nil {
			rt.Fatal(err)
		}
		want, made := turn.Apply(before)
		mu.Lock()
		outcomes[made]++
		mu.Unlock()
		after, err := table.ApplyTransition(t.Context(), before.Number, turn)
		if made && err != nil || !made && !errors.Is(err, meeting.ErrStale) {
			rt.Fatalf("the domain makes the turn: %v; the table says: %v", made, err)
		}
		differ(rt, "room that the turn returns", want, after)
		read, err := table.Room(t.Context(), before.Number)
		if err != nil {
			rt.Fatal(err)
		}
		differ(rt, "room that is read after it", want, read)
	})
	least := 10
	if testing.Short() {
		least = 1 // rapid makes a fifth of the checks then
	}
	if outcomes[true] < least || outcomes[false] < least {
		t.Errorf("turns made and refused: %v: the test says little", outcomes)
	}
}

// plausible is the room with small numbers, where guards meet.
func plausible(rt *rapid.T, r meeting.Room) meeting.Room {
	r.Kind = rapid.SampledFrom([]meeting.Kind{meeting.Personal, meeting.MeetingRoom}).Draw(rt, "kind")
	r.Settings.Capacity = rapid.IntRange(0, 3).Draw(rt, "capacity")
	r.Live.Seated = rapid.Int64Range(0, 3).Draw(rt, "seated")
	r.Live.AdmissionSeq = rapid.Int64Range(0, 3).Draw(rt, "seq")
	r.Live.Epoch = rapid.Int64Range(0, 3).Draw(rt, "epoch")
	return r
}

// drawnTurn is any turn, whose guards hold more often than chance would have it.
func drawnTurn(rt *rapid.T, r meeting.Room) meeting.Transition {
	t := drawn[meeting.Transition]().Draw(rt, "turn")
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

func TestATurnOnNobodysNumberIsStale(t *testing.T) {
	table := newTable(t)
	for _, turn := range []meeting.Transition{{}, {Instance: "i", Live: true}, {End: &meeting.Ending{Retire: &meeting.Room{}}}} {
		r, err := table.ApplyTransition(t.Context(), "5551112222", turn)
		if !errors.Is(err, meeting.ErrStale) {
			t.Errorf("%+v: %v", turn, err)
		}
		differ(t, "room", meeting.Room{Number: "5551112222"}, r)
	}
	if r, err := table.Room(t.Context(), "5551112222"); err != nil || r.Exists() {
		t.Errorf("a turn made the room %v, %v", r, err)
	}
}

// live is an open personal room, as it is stored.
func live(t *testing.T, table *Table, capacity int) meeting.Room {
	t.Helper()
	r := meeting.Room{
		Number: "5551112222", Kind: meeting.Personal, Owner: meeting.User{Account: "a", ID: "ada"}, Topic: "Ada's",
		Settings: meeting.Settings{Passcode: "s3cret", Capacity: capacity},
		Live:     meeting.LiveState{Instance: "i", Open: true, Epoch: 1, OpenedAt: start, AdmittedAt: start},
	}
	if err := table.place(t.Context(), roomKey(r.Number), roomItemOf(r)); err != nil {
		t.Fatal(err)
	}
	return r
}

func pass(r meeting.Room) meeting.Transition {
	return meeting.Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Live: true, Admissions: 1, Seats: 1,
		Capacity: r.Settings.Capacity, At: start.Add(time.Second)}
}

// I12: of all who come at once, as many pass as there are seats, each with a number of their own.
func TestI12CapacityHoldsHoweverManyComeAtOnce(t *testing.T) {
	table := newTable(t)
	r := live(t, table, 7)
	var mu sync.Mutex
	seqs := map[int64]int{}
	atOnce(40, func(int) {
		after, err := table.ApplyTransition(t.Context(), r.Number, pass(r))
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

// I7: who commits on an epoch that a lock changed does not pass.
func TestI7NobodyPassesOnADecisionThatIsOutdated(t *testing.T) {
	table := newTable(t)
	r := live(t, table, 100)
	yes := true
	if _, err := table.ApplyTransition(t.Context(), r.Number, meeting.Transition{Instance: "i", Live: true, HostDecision: true, Lock: &yes}); err != nil {
		t.Fatal(err)
	}
	now, err := table.ApplyTransition(t.Context(), r.Number, pass(r))
	if !errors.Is(err, meeting.ErrStale) || !now.Live.Locked || now.Live.Seated != 0 {
		t.Errorf("passed a locked door: %v, %+v", err, now.Live)
	}
}

func TestATurnWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	next := meeting.Ending{Next: "next", Retire: &meeting.Room{Number: "5551112222", Kind: meeting.Retired}}
	for name, turn := range map[string]meeting.Transition{
		"pass":   {Instance: "i", Live: true, Admissions: 1, Seats: 1, Capacity: 100},
		"decide": {Instance: "i", Live: true, HostDecision: true},
		"end":    {Instance: "i", Live: true, End: &meeting.Ending{Next: "next"}},
		"retire": {Instance: "i", Live: true, End: &next},
	} {
		t.Run(name, func(t *testing.T) {
			table, faults, meter := faultyTable(t)
			before := live(t, table, 100)
			want, _ := turn.Apply(before)
			meter.Reset()
			faults.Plan("UpdateItem", dynamoproxy.Times(2, dynamoproxy.LoseAnswer)...)
			got, err := table.ApplyTransition(t.Context(), before.Number, turn)
			if err != nil {
				t.Fatal(err)
			}
			differ(t, "room", want, got)
			if n := meter.Count()["UpdateItem"]; n != 3 {
				t.Errorf("%d requests, want 3", n)
			}
		})
	}
}

func TestATurnThatMeetsATransactionWaitsForIt(t *testing.T) {
	table, faults, _ := faultyTable(t)
	r := live(t, table, 100)
	faults.Plan("UpdateItem", dynamoproxy.Times(tries-1, dynamoproxy.Conflict)...)
	after, err := table.ApplyTransition(t.Context(), r.Number, pass(r))
	if err != nil || after.Live.AdmissionSeq != 1 {
		t.Errorf("seq %d, %v", after.Live.AdmissionSeq, err)
	}
	faults.Plan("UpdateItem", dynamoproxy.Times(tries, dynamoproxy.Conflict)...)
	if _, err = table.ApplyTransition(t.Context(), r.Number, pass(r)); !errors.Is(err, meeting.ErrContended) {
		t.Errorf("in spite of the transaction: %v", err)
	}
}

// atOnce does n things at the same time, and returns when all are done.
func atOnce(n int, do func(int)) {
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range n {
		done.Go(func() {
			ready.Wait()
			do(i)
		})
	}
	ready.Done()
	done.Wait()
}

func user(i int) meeting.User { return meeting.User{Account: "a", ID: fmt.Sprint("user", i)} }
