package meeting

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestHowPeopleStayed(t *testing.T) {
	at := func(minutes float64) time.Time { return nine.Add(time.Duration(minutes * float64(time.Minute))) }
	in := Seat{}.passed(1, nine, 90*time.Second)
	back := in.gone(at(1)).passed(2, at(5), 90*time.Second)
	for _, c := range []struct {
		name         string
		seat         Seat
		ended        time.Time
		joined, left time.Time
		spent        time.Duration
	}{
		{"in until the end", in, at(1), nine, at(1), time.Minute},
		{"vanished before it", in, at(30), nine, at(1.5), 90 * time.Second},
		{"left", in.gone(at(1)), at(30), nine, at(1), time.Minute},
		{"left, having vanished", in.gone(at(10)), at(30), nine, at(1.5), 90 * time.Second},
		{"left twice", in.gone(at(1)).gone(at(1.2)), at(30), nine, at(1), time.Minute},
		{"left when it had ended", in.gone(at(1)), at(0.5), nine, at(0.5), 30 * time.Second},
		{"left and came back", back, at(6), nine, at(6), 2 * time.Minute},
		{"and left again", back.gone(at(6)), at(30), nine, at(6), 2 * time.Minute},
		{"vanished and came back", in.passed(2, at(5), 90*time.Second), at(5.5), nine, at(5.5), 2 * time.Minute},
		{"let in as it ended", in, at(-0.01), nine, nine, 0},
		{"and gone by then", in.gone(at(1)), at(-0.01), nine, nine, 0},
		{"never let in", Seat{State: WasDenied, JoinedAt: nine}.gone(at(1)), at(1), time.Time{}, time.Time{}, 0},
	} {
		joined, left, spent := c.seat.stay(c.ended)
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
					seat, dies = seat.passed(int64(n), now, lease*time.Minute), n+lease
				}
			case "renews":
				if seat.renewable(now) {
					seat.Lease, dies = now.Add(lease*time.Minute), n+lease
				}
			case "leaves":
				seat = seat.gone(now)
				seat.State, dies = Left, 0
			case "tries again":
				seat = seat.carrying(Seat{}.passed(int64(100+n), now, lease*time.Minute))
			}
			if n < dies {
				minutes, last = minutes+1, n+1
			}
		}
		joined, left, in := seat.stay(minute(end))
		if in != time.Duration(minutes)*time.Minute || minutes > 0 && (!left.Equal(minute(last)) || left.Before(joined)) {
			t.Fatalf("in for %v from %v to %v; want %d minutes, to minute %d", in, joined, left, minutes, last)
		}
	})
}

func TestASeatRemembersTheLatestActs(t *testing.T) {
	act := func(n int) Act { return Act{At: nine.Add(time.Duration(n)), Did: DidPutBack, By: ada.User} }
	var s Seat
	for n := range maxActs + 5 {
		s = s.after(act(n))
	}
	if len(s.Acts) != maxActs || s.Acts[0] != act(5) || s.Acts[maxActs-1] != act(maxActs+4) {
		t.Errorf("%d acts: %v", len(s.Acts), s.Acts)
	}
	few := Seat{}.after(act(1))
	one, other := few.after(act(2)), few.after(act(3))
	if fmt.Sprint(one.Acts) == fmt.Sprint(other.Acts) || len(few.Acts) != 1 {
		t.Error("two tries share their acts")
	}
}

func TestWhenTheLastWentOut(t *testing.T) {
	in := func(from, minutes int) Seat {
		return Seat{}.passed(1, nine.Add(time.Duration(from)*time.Minute), time.Duration(minutes)*time.Minute)
	}
	waits := Seat{State: Waiting, Lease: nine.Add(time.Hour)}
	for _, c := range []struct {
		name string
		roll Roll
		want time.Time
	}{
		{"nobody came", nil, time.Time{}},
		{"nobody was let in", Roll{waits}, time.Time{}},
		{"one vanished", Roll{in(0, 2), waits}, nine.Add(2 * time.Minute)},
		{"one left after that", Roll{in(0, 2), in(1, 9).gone(nine.Add(3 * time.Minute))}, nine.Add(3 * time.Minute)},
		{"one is in", Roll{in(0, 60)}, nine.Add(10 * time.Minute)},
	} {
		if got := c.roll.lastIn(nine.Add(10 * time.Minute)); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWhomTheOwnerMet(t *testing.T) {
	met := func(c Caller) Seat { return Seat{User: c.User, Email: c.Email}.passed(1, nine, time.Minute) }
	waited := Seat{User: erin.User, Email: erin.Email, State: WasDenied}
	roll := Roll{met(ada), met(bob), met(guest), waited, met(dave).gone(nine), met(bob)}
	got := roll.met(ada.User)
	if want := []Identity{metIdentity(bob.Email), metIdentity(dave.Email)}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if metIdentity("Bob@Example.com") != metIdentity("bob@example.com") {
		t.Error("an address is another one by its case")
	}
}
