package meeting

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI12CrashedAdmissionIsGivenUp(t *testing.T) {
	ago := func(d time.Duration) time.Time { return nine.Add(-d) }
	later := seated("b", 2)
	later.AdmittedAt = ago(ArrivalTimeout)
	for _, c := range []struct {
		name   string
		roster Roster
		live   LiveState
		want   []int64
	}{
		{"just before the time limit", nil, LiveState{AdmissionSeq: 1, AdmittedAt: ago(ArrivalTimeout - 1)}, []int64{1}},
		{"at the time limit", nil, LiveState{AdmissionSeq: 1, AdmittedAt: ago(ArrivalTimeout)}, nil},
		{"long before others", Roster{later}, LiveState{AdmissionSeq: 3, AdmittedAt: nine}, []int64{3}},
	} {
		if got := c.roster.arriving(c.live, nine); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v; want %v", c.name, got, c.want)
		}
	}
}

// A retry of an old join is admitted again, right after somebody else. Its seat then has a recent number: those below
// it are still arriving.
func TestI10RetryHidesNobodyInFlight(t *testing.T) {
	old, again := seated("a", 1), seated("a", 3)
	old.AdmittedAt = nine.Add(-time.Hour)
	for _, s := range []Seat{old.withSeqsOf(again), again.withSeqsOf(old)} {
		got := Roster{s}.arriving(LiveState{AdmissionSeq: 3, AdmittedAt: nine}, nine)
		if !slices.Equal(got, []int64{2}) || !slices.Equal(s.AdmissionSeqs, []int64{1, 3}) {
			t.Errorf("arriving: %v, of a seat with %v", got, s.AdmissionSeqs)
		}
	}
}

func TestI7RosterCountsWhoArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		recent := func(name string) time.Time {
			return nine.Add(-rapid.SampledFrom([]time.Duration{0, time.Second, ArrivalTimeout - 1}).Draw(t, name))
		}
		live := LiveState{AdmissionSeq: rapid.Int64Range(0, 12).Draw(t, "seq"), AdmittedAt: recent("admitted")}
		var roster Roster
		landed := map[int64]bool{}
		for n := int64(1); n <= live.AdmissionSeq; n++ {
			if !rapid.Bool().Draw(t, "landed") {
				continue
			}
			landed[n] = true
			if len(roster) > 0 && rapid.Bool().Draw(t, "joins again") {
				roster[0] = roster[0].withSeqsOf(Seat{AdmissionSeqs: []int64{n}, AdmittedAt: recent("again")})
				continue
			}
			state := rapid.SampledFrom([]State{Admitted, Waiting, Left, WasRemoved}).Draw(t, "state")
			s := as(seated(fmt.Sprint(n), n), state)
			s.AdmittedAt = recent("of the seat")
			roster = append(roster, s)
		}
		arriving := roster.arriving(live, nine)
		for n := int64(1); n <= live.AdmissionSeq; n++ {
			if landed[n] == slices.Contains(arriving, n) {
				t.Fatalf("%d: landed %v, arriving %v", n, landed[n], arriving)
			}
		}
		if len(landed)+len(arriving) != int(live.AdmissionSeq) {
			t.Fatalf("%d landed, arriving %v", len(landed), arriving)
		}
		if left := roster.arriving(live, nine.Add(ArrivalTimeout)); left != nil {
			t.Fatalf("never abandoned: %v", left)
		}
	})
}

func TestI12SeatsTakenLeaveOutTheOwner(t *testing.T) {
	owner, host := seated("a", 1), seated("b", 2)
	owner.Role, host.Role = Host, AlternativeHost
	roster := Roster{owner, host, seated("c", 3), as(seated("d"), Waiting), as(seated("e", 4), Left)}
	live := LiveState{AdmissionSeq: 5, AdmittedAt: nine}
	if got := roster.seatsTaken(live, nine); got != 3 {
		t.Errorf("%d seats are taken; want those of b, of c, and of one who is arriving", got)
	}
}

// countedRoom is storage of one room, which counts how often its roster is read.
type countedRoom struct {
	Store
	room  Room
	reads int
}

func (s *countedRoom) Roster(context.Context, string) (Roster, error) {
	s.reads++
	return nil, nil
}

func (s *countedRoom) ApplyTransition(_ context.Context, _ Number, by Transition) (Room, error) {
	s.room, _ = by.Apply(s.room)
	return s.room, nil
}

func TestI12RoomIsRecountedOnceASecond(t *testing.T) {
	store := &countedRoom{room: live(adasRoom(), Target{})}
	for n, after := range []time.Duration{0, recountEvery - 1, recountEvery} {
		now := func() time.Time { return nine.Add(after) }
		door := &core{store: store, env: Env{Now: now}}
		if _, counted, err := door.recount(t.Context(), store.room); !counted || err != nil {
			t.Errorf("recount %d: %v %v", n, counted, err)
		}
	}
	if store.reads != 2 {
		t.Errorf("the roster was read %d times", store.reads)
	}
}

func TestI17EmptyRoster(t *testing.T) {
	live := LiveState{AdmissionSeq: 1, AdmittedAt: nine}
	end := nine.Add(DefaultLease)
	for _, c := range []struct {
		name   string
		roster Roster
		now    time.Time
		want   bool
	}{
		{"somebody is in", Roster{seated("a", 1)}, nine, false},
		{"the lease just ended", Roster{seated("a", 1)}, end, false},
		{"the grace ended too", Roster{seated("a", 1)}, end.Add(leaseGrace), true},
		{"somebody is arriving", nil, nine, false},
		{"somebody waits", Roster{as(seated("a", 1), Waiting)}, nine, true},
	} {
		if got := c.roster.empty(live, c.now); got != c.want {
			t.Errorf("%s: empty %v", c.name, got)
		}
	}
}

func TestI17LastPresent(t *testing.T) {
	minute := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Minute) }
	in := func(from, minutes int) Seat {
		return Seat{}.admitted(1, minute(from), time.Duration(minutes)*time.Minute)
	}
	for _, c := range []struct {
		name   string
		roster Roster
		want   time.Time
	}{
		{"nobody was admitted", Roster{{State: Waiting, Lease: minute(60)}}, time.Time{}},
		{"the lease ended", Roster{in(0, 2)}, minute(2)},
		{"somebody left after that", Roster{in(0, 2), in(1, 9).exited(minute(3))}, minute(3)},
		{"somebody is in", Roster{in(0, 60)}, minute(10)},
	} {
		if got := c.roster.lastPresent(minute(10)); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestI16ContactsOfTheOwner(t *testing.T) {
	met := func(c Caller) Seat { return Seat{User: c.User, Email: c.Email}.admitted(1, nine, time.Minute) }
	denied := Seat{User: erin.User, Email: erin.Email, State: WasDenied}
	roster := Roster{met(ada), met(bob), met(guest), denied, met(dave).exited(nine), met(bob)}
	want := []Identity{contactIdentity("Bob@ACME.example"), contactIdentity(dave.Email)}
	if got := roster.contacts(ada.User); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestI8AdmitAllSelectsWhoWaits(t *testing.T) {
	vanished := as(seated("c", 3), Waiting)
	vanished.Lease = nine.Add(-leaseGrace)
	roster := Roster{seated("a", 1), as(seated("b"), Waiting), vanished, as(seated("d"), WasDenied)}
	for _, c := range []struct {
		name   string
		sel    Selection
		want   []SeatID
		reason Reason
	}{
		{"all", Selection{All: true}, []SeatID{"sitting.b"}, ""},
		{"named", Selection{IDs: []SeatID{"sitting.c", "sitting.a", "sitting.a"}}, []SeatID{"sitting.a", "sitting.c"}, ""},
		{"unknown", Selection{IDs: []SeatID{"sitting.a", "sitting.x"}}, nil, NoSeat},
	} {
		picked, err := c.sel.pick(adasRoom(), roster, nine)
		var ids []SeatID
		for _, s := range picked {
			ids = append(ids, s.ID)
		}
		if !slices.Equal(ids, c.want) || ReasonOf(err) != c.reason {
			t.Errorf("%s: %v %v", c.name, ids, err)
		}
	}
}

func TestRosterIsSortedByJoin(t *testing.T) {
	late := seated("a")
	late.JoinedAt = nine.Add(1)
	if got := (Roster{late, seated("c"), seated("b")}).sortedByJoin(); got[0].ID != "sitting.b" || got[2].ID != late.ID {
		t.Errorf("%v", got)
	}
}
