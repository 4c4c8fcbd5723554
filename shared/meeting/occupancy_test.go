package meeting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const second = time.Second

// until returns the seat with a lease that ends at the time.
func until(s Seat, end time.Time) Seat {
	s.Lease = end
	return s
}

func TestI17RoomIsAskedWhetherItIsEmpty(t *testing.T) {
	entered := with(live(adasRoom(), Target{}), func(r *Room) { r.Live.AdmissionSeq = 3 })
	found := func(present SeatID, end time.Duration, seq int64) func(*Room) {
		return func(r *Room) { r.Live.Occupancy = Occupancy{present, nine.Add(end), seq} }
	}
	for name, c := range map[string]struct {
		room  Room
		first time.Duration // after the last admission, when it is asked first
	}{
		"started and never entered": {live(adasRoom(), Target{}), NeverEnteredFor},
		"entered":                   {entered, WaitLease},
		"with a seat found":         {with(entered, found(seatOne, 200*second, 3)), 200 * second},
		"with a seat found before the last admission": {with(entered, found(seatOne, 20*second, 1)), WaitLease},
		"vacated":                    {with(entered, found("", 40*second, 3)), 40 * second},
		"vacated, and entered since": {with(entered, found("", 40*second, 2)), WaitLease},
	} {
		if c.room.maybeEmpty(nine.Add(c.first-1), WaitLease) || !c.room.maybeEmpty(nine.Add(c.first), WaitLease) {
			t.Errorf("%s: not asked first after %v", name, c.first)
		}
	}
	if adasRoom().maybeEmpty(nine.Add(time.Hour), WaitLease) {
		t.Error("an idle room is asked")
	}
}

func TestI17OccupancyIsTheLastLeaseToEnd(t *testing.T) {
	g := LiveState{AdmissionSeq: 5}
	early, late := until(seated("a", 1), nine.Add(-20*second)), until(seated("b", 2), nine.Add(-5*second))
	alive, left := until(seated("c", 3), nine.Add(second)), as(until(seated("d", 4), nine.Add(time.Hour)), Left)
	for name, c := range map[string]struct {
		roster Roster
		want   Occupancy
	}{
		"somebody is in":   {Roster{left, early, alive, late}, Occupancy{alive.ID, alive.Lease, 5}},
		"all leases ended": {Roster{late, left, early}, Occupancy{"", late.Lease.Add(leaseGrace), 5}},
	} {
		if got := c.roster.occupancy(g, nine); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Somebody who finds a vacated room is never admitted where the idle room would make them wait, nor where the live one
// would refuse them.
func TestI17VacatedRoomAdmitsNobodyWhomTheIdleOneMakesWait(t *testing.T) {
	door := &Door{&core{env: Env{Now: func() time.Time { return nine }}}}
	rapid.Check(t, func(t *rapid.T) {
		r, k := anyRoom(t), anyJoinRequest(t)
		r.Settings.JoinBeforeHostWindow = 0                                       // it takes a read of the meeting
		end := rapid.SampledFrom([]time.Duration{-second, second}).Draw(t, "end") // past: the room was read before
		r.Live.Occupancy = Occupancy{Until: nine.Add(end), Seq: r.Live.AdmissionSeq}
		wasIn := rapid.Bool().Draw(t, "was in")
		seat := Seat{ID: seatOne}
		if wasIn {
			seat = seated("one", 1)
			seat.FirstAdmittedAt = nine
		}
		got, err := door.decide(t.Context(), r, k, seat)
		if err != nil {
			t.Fatal(err)
		}
		as, idle := r.Decide(k, seat.ID, nine), r.asIdle().Decide(k, seat.ID, nine)
		switch {
		case !r.Live.Open || wasIn:
			if got.Answer != as.Answer {
				t.Fatalf("%v, want %v as before", got.Answer, as.Answer)
			}
		case got.Answer == Admits && (idle.Answer != Admits || as.Answer != Admits):
			t.Fatalf("admitted: idle it answers %v, live %v", idle.Answer, as.Answer)
		case idle.Answer != Admits && got.Answer != idle.Answer:
			t.Fatalf("%v, want %v as on an idle room", got.Answer, idle.Answer)
		}
	})
}
