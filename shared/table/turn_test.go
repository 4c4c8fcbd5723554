package table

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"personal-rooms/shared/local/wire"
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
		after, err := table.Turn(t.Context(), before.Number, turn)
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
	r.Kind = rapid.SampledFrom([]meeting.Kind{meeting.Personal, meeting.Own}).Draw(rt, "kind")
	r.Policy.Capacity = rapid.IntRange(0, 3).Draw(rt, "capacity")
	r.Gate.Seated = rapid.Int64Range(0, 3).Draw(rt, "seated")
	r.Gate.Seq = rapid.Int64Range(0, 3).Draw(rt, "seq")
	r.Gate.Epoch = rapid.Int64Range(0, 3).Draw(rt, "epoch")
	return r
}

// drawnTurn is any turn, whose guards hold more often than chance would have it.
func drawnTurn(rt *rapid.T, r meeting.Room) meeting.Turn {
	t := drawn[meeting.Turn]().Draw(rt, "turn")
	t.Free = rapid.Int64Range(0, 2).Draw(rt, "free")
	t.Pass = rapid.Int64Range(0, 2).Draw(rt, "pass")
	likely := func(what string) bool { return rapid.IntRange(0, 9).Draw(rt, what) > 0 }
	if likely("instance") {
		t.Instance = r.Gate.Instance
	}
	if t.Epoch != nil && likely("epoch") {
		t.Epoch = &r.Gate.Epoch
	}
	if t.Seq != nil && likely("seq") {
		t.Seq = &r.Gate.Seq
	}
	if t.Sits != nil && likely("sits") {
		t.Sits = &r.Gate.Meeting
	}
	if t.Trust != nil && likely("trust") {
		t.Trust = &r.Gate.DistrustUntil
	}
	if likely("live") {
		t.Live = t.Live && r.Gate.Open
	}
	if likely("idle") {
		t.Idle = t.Idle && !r.Gate.Open
	}
	if likely("capacity") {
		t.Capacity = r.Policy.Capacity
	}
	if t.End != nil && t.End.Retire != nil {
		t.End.Retire.Number = r.Number
	}
	return t
}

func TestATurnOnNobodysNumberIsStale(t *testing.T) {
	table := newTable(t)
	for _, turn := range []meeting.Turn{{}, {Instance: "i", Live: true}, {End: &meeting.Ending{Retire: &meeting.Room{}}}} {
		r, err := table.Turn(t.Context(), "5551112222", turn)
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
		Policy: meeting.Policy{Passcode: "s3cret", Capacity: capacity},
		Gate:   meeting.Gate{Instance: "i", Open: true, Epoch: 1, OpenedAt: start, AdmittedAt: start},
	}
	if err := table.place(t.Context(), roomKey(r.Number), roomItemOf(r)); err != nil {
		t.Fatal(err)
	}
	return r
}

func pass(r meeting.Room) meeting.Turn {
	return meeting.Turn{Instance: r.Gate.Instance, Epoch: &r.Gate.Epoch, Live: true, Pass: 1, Free: 1,
		Capacity: r.Policy.Capacity, At: start.Add(time.Second)}
}

// I12: of all who come at once, as many pass as there are seats, each with a number of their own.
func TestI12CapacityHoldsHoweverManyComeAtOnce(t *testing.T) {
	table := newTable(t)
	r := live(t, table, 7)
	var mu sync.Mutex
	seqs := map[int64]int{}
	atOnce(40, func(int) {
		after, err := table.Turn(t.Context(), r.Number, pass(r))
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			seqs[after.Gate.Seq]++
		case !errors.Is(err, meeting.ErrStale):
			t.Error(err)
		}
	})
	if len(seqs) != 7 {
		t.Errorf("numbers given: %v; want 7 different ones", seqs)
	}
	if r, _ := table.Room(t.Context(), r.Number); r.Gate.Seated != 7 || r.Gate.Seq != 7 {
		t.Errorf("seated %d, seq %d; want 7", r.Gate.Seated, r.Gate.Seq)
	}
}

// I7: who commits on an epoch that a lock changed does not pass.
func TestI7NobodyPassesOnADecisionThatIsOutdated(t *testing.T) {
	table := newTable(t)
	r := live(t, table, 100)
	yes := true
	if _, err := table.Turn(t.Context(), r.Number, meeting.Turn{Instance: "i", Live: true, Decide: true, Lock: &yes}); err != nil {
		t.Fatal(err)
	}
	now, err := table.Turn(t.Context(), r.Number, pass(r))
	if !errors.Is(err, meeting.ErrStale) || !now.Gate.Locked || now.Gate.Seated != 0 {
		t.Errorf("passed a locked door: %v, %+v", err, now.Gate)
	}
}

func TestATurnWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	next := meeting.Ending{Next: "next", Retire: &meeting.Room{Number: "5551112222", Kind: meeting.Retired}}
	for name, turn := range map[string]meeting.Turn{
		"pass":   {Instance: "i", Live: true, Pass: 1, Free: 1, Capacity: 100},
		"decide": {Instance: "i", Live: true, Decide: true},
		"end":    {Instance: "i", Live: true, End: &meeting.Ending{Next: "next"}},
		"retire": {Instance: "i", Live: true, End: &next},
	} {
		t.Run(name, func(t *testing.T) {
			table, faults, meter := faultyTable(t)
			before := live(t, table, 100)
			want, _ := turn.Apply(before)
			meter.Reset()
			faults.Plan("UpdateItem", wire.Times(2, wire.LoseAnswer)...)
			got, err := table.Turn(t.Context(), before.Number, turn)
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
	faults.Plan("UpdateItem", wire.Times(tries-1, wire.Conflict)...)
	after, err := table.Turn(t.Context(), r.Number, pass(r))
	if err != nil || after.Gate.Seq != 1 {
		t.Errorf("seq %d, %v", after.Gate.Seq, err)
	}
	faults.Plan("UpdateItem", wire.Times(tries, wire.Conflict)...)
	if _, err = table.Turn(t.Context(), r.Number, pass(r)); !errors.Is(err, meeting.ErrContended) {
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
