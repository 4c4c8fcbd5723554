package meeting

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHowPeopleStayed(t *testing.T) {
	at := func(minutes float64) time.Time { return nine.Add(time.Duration(minutes * float64(time.Minute))) }
	in := Seat{}.admitted(1, nine, 90*time.Second)
	back := in.exited(at(1)).admitted(2, at(5), 90*time.Second)
	for _, c := range []struct {
		name         string
		seat         Seat
		ended        time.Time
		joined, left time.Time
		spent        time.Duration
	}{
		{"in until the end", in, at(1), nine, at(1), time.Minute},
		{"vanished before it", in, at(30), nine, at(1.5), 90 * time.Second},
		{"left", in.exited(at(1)), at(30), nine, at(1), time.Minute},
		{"left, having vanished", in.exited(at(10)), at(30), nine, at(1.5), 90 * time.Second},
		{"left twice", in.exited(at(1)).exited(at(1.2)), at(30), nine, at(1), time.Minute},
		{"left when it had ended", in.exited(at(1)), at(0.5), nine, at(0.5), 30 * time.Second},
		{"left and came back", back, at(6), nine, at(6), 2 * time.Minute},
		{"and left again", back.exited(at(6)), at(30), nine, at(6), 2 * time.Minute},
		{"vanished and came back", in.admitted(2, at(5), 90*time.Second), at(5.5), nine, at(5.5), 2 * time.Minute},
		{"let in as it ended", in, at(-0.01), nine, nine, 0},
		{"and gone by then", in.exited(at(1)), at(-0.01), nine, nine, 0},
		{"never let in", Seat{State: WasDenied, JoinedAt: nine}.exited(at(1)), at(1), time.Time{}, time.Time{}, 0},
	} {
		joined, left, spent := c.seat.presence(c.ended)
		if !joined.Equal(c.joined) || !left.Equal(c.left) || spent != c.spent {
			t.Errorf("%s: from %v to %v, %v; want from %v to %v, %v", c.name, joined, left, spent, c.joined, c.left, c.spent)
		}
	}
}

// Whatever people do, their stays add up to the minutes in which they were in.
func TestStaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const lease = 3
		minute := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Minute) }
		seat, dies, minutes, last := Seat{}, 0, 0, 0
		end := rapid.IntRange(1, 30).Draw(t, "end")
		for n := range end {
			now := minute(n)
			switch rapid.SampledFrom([]string{"", "", "passes", "renews", "leaves", "tries again"}).Draw(t, "does") {
			case "passes":
				if !seat.renewable(now) {
					seat, dies = seat.admitted(int64(n), now, lease*time.Minute), n+lease
				}
			case "renews":
				if seat.renewable(now) {
					seat.Lease, dies = now.Add(lease*time.Minute), n+lease
				}
			case "leaves":
				seat = seat.exited(now)
				seat.State, dies = Left, 0
			case "tries again":
				seat = seat.withSeqsOf(Seat{}.admitted(int64(100+n), now, lease*time.Minute))
			}
			if n < dies {
				minutes, last = minutes+1, n+1
			}
		}
		joined, left, in := seat.presence(minute(end))
		if in != time.Duration(minutes)*time.Minute || minutes > 0 && (!left.Equal(minute(last)) || left.Before(joined)) {
			t.Fatalf("in for %v from %v to %v; want %d minutes, to minute %d", in, joined, left, minutes, last)
		}
	})
}

func TestASeatRemembersTheLatestActs(t *testing.T) {
	act := func(n int) HostActionRecord {
		return HostActionRecord{At: nine.Add(time.Duration(n)), Action: ActionMoveToWaitingRoom, By: ada.User}
	}
	var s Seat
	for n := range maxHostActions + 5 {
		s = s.withAction(act(n))
	}
	if len(s.HostActions) != maxHostActions || s.HostActions[0] != act(5) || s.HostActions[maxHostActions-1] != act(maxHostActions+4) {
		t.Errorf("%d acts: %v", len(s.HostActions), s.HostActions)
	}
	few := Seat{}.withAction(act(1))
	one, other := few.withAction(act(2)), few.withAction(act(3))
	if fmt.Sprint(one.HostActions) == fmt.Sprint(other.HostActions) || len(few.HostActions) != 1 {
		t.Error("two tries share their acts")
	}
}

func TestWhenTheLastWentOut(t *testing.T) {
	in := func(from, minutes int) Seat {
		return Seat{}.admitted(1, nine.Add(time.Duration(from)*time.Minute), time.Duration(minutes)*time.Minute)
	}
	waits := Seat{State: Waiting, Lease: nine.Add(time.Hour)}
	for _, c := range []struct {
		name string
		roll Roster
		want time.Time
	}{
		{"nobody came", nil, time.Time{}},
		{"nobody was let in", Roster{waits}, time.Time{}},
		{"one vanished", Roster{in(0, 2), waits}, nine.Add(2 * time.Minute)},
		{"one left after that", Roster{in(0, 2), in(1, 9).exited(nine.Add(3 * time.Minute))}, nine.Add(3 * time.Minute)},
		{"one is in", Roster{in(0, 60)}, nine.Add(10 * time.Minute)},
	} {
		if got := c.roll.lastPresent(nine.Add(10 * time.Minute)); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhomTheOwnerMet(t *testing.T) {
	met := func(c Caller) Seat { return Seat{User: c.User, Email: c.Email}.admitted(1, nine, time.Minute) }
	waited := Seat{User: erin.User, Email: erin.Email, State: WasDenied}
	roll := Roster{met(ada), met(bob), met(guest), waited, met(dave).exited(nine), met(bob)}
	got := roll.contacts(ada.User)
	if want := []Identity{contactIdentity(bob.Email), contactIdentity(dave.Email)}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if contactIdentity("Bob@Example.com") != contactIdentity("bob@example.com") {
		t.Error("an address is another one by its case")
	}
}
