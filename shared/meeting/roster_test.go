package meeting

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func seated(id string, seqs ...int64) Seat {
	return Seat{ID: SeatID("sitting." + id), State: Admitted, Role: Participant, AdmissionSeqs: seqs, AdmittedAt: nine, Lease: nine.Add(DefaultLease)}
}

func TestI7WhoIsStillArriving(t *testing.T) {
	at := func(s Seat, at time.Time) Seat { s.AdmittedAt = at; return s }
	gone := func(s Seat, to State) Seat { s.State = to; return s }
	ago := func(d time.Duration) time.Time { return nine.Add(-d) }
	for _, c := range []struct {
		name string
		roll Roster
		gate LiveState
		want []int64
	}{
		{"nobody ever came", nil, LiveState{AdmittedAt: nine}, nil},
		{"one on the way", nil, LiveState{AdmissionSeq: 1, AdmittedAt: nine}, []int64{1}},
		{"they landed", Roster{seated("a", 1)}, LiveState{AdmissionSeq: 1, AdmittedAt: nine}, nil},
		{"one between others", Roster{seated("a", 1), seated("c", 3)}, LiveState{AdmissionSeq: 3, AdmittedAt: nine}, []int64{2}},
		{"one who landed and left", Roster{gone(seated("a", 1), Left)}, LiveState{AdmissionSeq: 1, AdmittedAt: nine}, nil},
		{"one who landed and was removed", Roster{gone(seated("a", 1), WasRemoved)}, LiveState{AdmissionSeq: 1, AdmittedAt: nine}, nil},
		{"one who came twice", Roster{seated("a", 1, 3)}, LiveState{AdmissionSeq: 3, AdmittedAt: nine}, []int64{2}},
		{"just before the time limit", nil, LiveState{AdmissionSeq: 1, AdmittedAt: ago(ArrivalTimeout - 1)}, []int64{1}},
		{"I12: crashed", nil, LiveState{AdmissionSeq: 1, AdmittedAt: ago(ArrivalTimeout)}, nil},
		{"I12: crashed long before others", Roster{at(seated("b", 2), ago(ArrivalTimeout))}, LiveState{AdmissionSeq: 3, AdmittedAt: nine}, []int64{3}},
	} {
		got := c.roll.arriving(c.gate, nine)
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v; want %v", c.name, got, c.want)
		}
	}
}

// A retry of an old join passes again, right after somebody else. Its seat then carries a young number: those below it are
// still on their way.
func TestI10ARetryHidesNobodyInFlight(t *testing.T) {
	old := seated("a", 1)
	old.AdmittedAt = nine.Add(-time.Hour)
	again := seated("a", 3)
	roll := Roster{old.withSeqsOf(again)}
	gate := LiveState{AdmissionSeq: 3, AdmittedAt: nine}
	if got := roll.arriving(gate, nine); !slices.Equal(got, []int64{2}) {
		t.Errorf("arriving: %v; want 2", got)
	}
	if again := again.withSeqsOf(old); !slices.Equal(again.AdmissionSeqs, []int64{1, 3}) || again.AdmittedAt != nine {
		t.Errorf("the other way round: %v, passed %v", again.AdmissionSeqs, again.AdmittedAt)
	}
}

func TestI7EveryNumberIsCarriedOrArrivingWithinItsFlight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := nine
		recent := func(name string) time.Time {
			return now.Add(-rapid.SampledFrom([]time.Duration{0, time.Second, ArrivalTimeout - 1}).Draw(t, name))
		}
		gate := LiveState{AdmissionSeq: rapid.Int64Range(0, 12).Draw(t, "seq"), AdmittedAt: recent("admitted")}
		var roll Roster
		carried := map[int64]bool{}
		for n := int64(1); n <= gate.AdmissionSeq; n++ {
			if !rapid.Bool().Draw(t, "landed") {
				continue
			}
			carried[n] = true
			if len(roll) > 0 && rapid.Bool().Draw(t, "comes back") {
				roll[0] = roll[0].withSeqsOf(Seat{AdmissionSeqs: []int64{n}, AdmittedAt: recent("passed again")})
				continue
			}
			s := seated(fmt.Sprint(n), n)
			s.State, s.AdmittedAt = rapid.SampledFrom([]State{Admitted, Waiting, Left, WasRemoved}).Draw(t, "state"), recent("passed")
			roll = append(roll, s)
		}
		arriving := roll.arriving(gate, now)
		for n := int64(1); n <= gate.AdmissionSeq; n++ {
			if carried[n] == slices.Contains(arriving, n) {
				t.Fatalf("%d: carried %v, arriving %v", n, carried[n], arriving)
			}
		}
		if len(carried)+len(arriving) != int(gate.AdmissionSeq) {
			t.Fatalf("%d carried, arriving %v", len(carried), arriving)
		}
		if left := roll.arriving(gate, now.Add(ArrivalTimeout)); left != nil {
			t.Fatalf("never given up: %v", left)
		}
	})
}

func TestI12ARecountIsNeverBelowThePeoplePresent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roll := anyRoll(t)
		now := nine.Add(rapid.SampledFrom([]time.Duration{0, ArrivalTimeout, DefaultLease, DefaultLease + leaseGrace}).Draw(t, "now"))
		gate := LiveState{AdmissionSeq: int64(len(roll)) + rapid.Int64Range(0, 3).Draw(t, "in flight"), AdmittedAt: nine}
		guests := 0
		for _, s := range roll {
			if s.present(now) && s.Role != Host {
				guests++
			}
		}
		if counted := roll.seatsTaken(gate, now); counted != int64(guests+len(roll.arriving(gate, now))) {
			t.Fatalf("counted %d; %d are present", counted, guests)
		}
		if roll.empty(gate, now) && (len(roll.present(now)) > 0 || guests > 0) {
			t.Fatal("I17: deserted, with people in it")
		}
	})
}

func anyRoll(t *rapid.T) Roster {
	var roll Roster
	for n := range rapid.Int64Range(0, 6).Draw(t, "rows") {
		s := seated(fmt.Sprint(n), n+1)
		s.State = rapid.SampledFrom([]State{Admitted, Admitted, Waiting, WasDenied, WasRemoved, Left}).Draw(t, "state")
		s.Role = rapid.SampledFrom([]Role{Host, AlternativeHost, Participant}).Draw(t, "role")
		roll = append(roll, s)
	}
	return roll
}

// Whoever is not counted any more cannot renew, on a clock that goes wrong by less than the grace.
func TestI12ALeaseThatWasFreedIsNeverRenewed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := seated("a", 1)
		counted := nine.Add(time.Duration(rapid.Int64Range(0, int64(5*time.Minute)).Draw(t, "counted")))
		renewed := counted.Add(time.Duration(rapid.Int64Range(-int64(leaseGrace), int64(time.Hour)).Draw(t, "later")))
		if !s.present(counted) && s.renewable(renewed) {
			t.Fatal("two people on one seat")
		}
	})
}

func TestI17ADesertedSitting(t *testing.T) {
	gate := LiveState{AdmissionSeq: 1, AdmittedAt: nine}
	end := nine.Add(DefaultLease)
	for _, c := range []struct {
		name string
		roll Roster
		now  time.Time
		want bool
	}{
		{"somebody is in", Roster{seated("a", 1)}, nine, false},
		{"their lease just ended", Roster{seated("a", 1)}, end, false},
		{"it ended for good", Roster{seated("a", 1)}, end.Add(leaseGrace), true},
		{"one is on the way", nil, nine, false},
		{"that one crashed", nil, nine.Add(ArrivalTimeout), true},
		{"they wait", Roster{as(seated("a", 1), Waiting)}, nine, true},
		{"they left", Roster{as(seated("a", 1), Left)}, nine, true},
	} {
		if got := c.roll.empty(gate, c.now); got != c.want {
			t.Errorf("%s: deserted %v", c.name, got)
		}
	}
}

func as(s Seat, state State) Seat {
	s.State = state
	return s
}

func TestI8AdmitAllIsWhoWaitsAndIsThere(t *testing.T) {
	vanished := as(seated("c", 3), Waiting)
	vanished.Lease = nine.Add(-leaseGrace)
	roll := Roster{seated("a", 1), as(seated("b"), Waiting), vanished, as(seated("d"), WasDenied)}
	all, err := Selection{All: true}.pick(adasRoom(), roll, nine)
	if err != nil || len(all) != 1 || all[0].ID != "sitting.b" {
		t.Errorf("all: %v %v", all, err)
	}
	named, err := Selection{IDs: []SeatID{"sitting.c", "sitting.a", "sitting.a"}}.pick(adasRoom(), roll, nine)
	if err != nil || len(named) != 2 {
		t.Errorf("named: %v %v", named, err)
	}
	if _, err := (Selection{IDs: []SeatID{"sitting.a", "sitting.x"}}).pick(adasRoom(), roll, nine); ReasonOf(err) != NoSeat {
		t.Errorf("somebody who is not in this sitting: %v", err)
	}
}

func TestTheFirstComeFirst(t *testing.T) {
	later := seated("a")
	later.JoinedAt = nine.Add(1)
	if got := (Roster{later, seated("c"), seated("b")}).sortedByJoin(); got[0].ID != "sitting.b" || got[2].ID != "sitting.a" {
		t.Errorf("%v", got)
	}
}
