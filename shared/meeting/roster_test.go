package meeting

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI7RosterCountsWhoArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		recent := func(name string) time.Time {
			return nine.Add(-rapid.SampledFrom([]time.Duration{0, time.Second, ArrivalTimeout - 1}).Draw(t, name))
		}
		live := LiveState{AdmissionSeq: rapid.Int64Range(0, 12).Draw(t, "seq"), AdmittedAt: recent("admitted")}
		var roster Roster
		var missing []int64
		for n := live.AdmissionSeq; n > 0; n-- {
			if !rapid.Bool().Draw(t, "landed") {
				missing = append(missing, n)
				continue
			}
			if len(roster) > 0 && rapid.Bool().Draw(t, "joins again") {
				roster[0] = roster[0].withSeqsOf(Seat{AdmissionSeqs: []int64{n}, AdmittedAt: recent("again")})
				continue
			}
			state := rapid.SampledFrom([]State{Admitted, Waiting, Left, WasRemoved}).Draw(t, "state")
			s := as(seated(fmt.Sprint(n), n), state)
			s.AdmittedAt = recent("of the seat")
			roster = append(roster, s)
		}
		if got := roster.arriving(live, nine); !slices.Equal(got, missing) {
			t.Fatalf("%v arrive, want %v", got, missing)
		}
		if left := roster.arriving(live, nine.Add(ArrivalTimeout)); left != nil {
			t.Fatalf("never abandoned: %v", left)
		}
	})
}

// A seat that a retry was admitted to again has a recent number. The numbers below that are still arriving; those
// below an old number are abandoned.
func TestI10RetryHidesNobodyInFlight(t *testing.T) {
	old, again := seated("a", 1), seated("a", 3)
	old.AdmittedAt = nine.Add(-ArrivalTimeout)
	live := LiveState{AdmissionSeq: 3, AdmittedAt: nine}
	for _, s := range []Seat{old.withSeqsOf(again), again.withSeqsOf(old)} {
		if got := (Roster{s}).arriving(live, nine); !slices.Equal(got, []int64{2}) {
			t.Errorf("%v arrive beside %v", got, s.AdmissionSeqs)
		}
	}
	old.AdmissionSeqs = []int64{2}
	if got := (Roster{old}).arriving(live, nine); !slices.Equal(got, []int64{3}) {
		t.Errorf("%v arrive", got)
	}
}

// A guest and a host leave and return all the time. Their seats stay small, and nobody in flight is hidden.
func TestI12RestlessSeatsStaySmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seats, now, live := Roster{{ID: "sitting.a"}, {ID: "sitting.b"}}, nine, LiveState{}
		decided := map[int64]time.Time{} // of those in flight
		for range 300 {
			now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "seconds")) * time.Second)
			live.AdmissionSeq, live.AdmittedAt = live.AdmissionSeq+1, now
			switch i := rapid.IntRange(0, 3).Draw(t, "who"); {
			case i < len(seats):
				seats[i] = seats[i].admitted(live.AdmissionSeq, now, time.Minute).left(now)
			case i == 2:
				seats[0] = seats[0].withSeqsOf(Seat{}.admitted(live.AdmissionSeq, now, time.Minute))
			default:
				decided[live.AdmissionSeq] = now
			}
			arriving := seats.arriving(live, now)
			for n, at := range decided {
				if now.Before(at.Add(ArrivalTimeout)) && !slices.Contains(arriving, n) {
					t.Fatalf("%d was decided %v ago, and is not among %v", n, now.Sub(at), arriving)
				}
			}
			for _, n := range arriving {
				if _, inFlight := decided[n]; !inFlight {
					t.Fatalf("%d arrives, and has a seat", n)
				}
			}
		}
		for _, s := range seats {
			for i, at := range s.SeqTimes {
				if i > 0 && s.AdmittedAt.Sub(at) >= ArrivalTimeout {
					t.Fatalf("%v are kept, of %v", s.AdmissionSeqs, s.SeqTimes)
				}
			}
		}
	})
}

func TestI17LastPresentIsTheLatestOfAll(t *testing.T) {
	left := Seat{}.admitted(1, nine, time.Hour).exited(nine.Add(3 * time.Minute))
	lapsed := Seat{}.admitted(2, nine, 2*time.Minute)
	for _, roster := range []Roster{{left, lapsed}, {lapsed, left}} {
		if got := roster.lastPresent(nine.Add(time.Hour)); !got.Equal(left.LeftAt) {
			t.Errorf("%v, want %v", got, left.LeftAt)
		}
	}
}
