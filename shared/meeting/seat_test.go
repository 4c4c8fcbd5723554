package meeting

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI15KeyDerivesTheSeat(t *testing.T) {
	door := &Door{&core{env: Env{Random: strings.NewReader(strings.Repeat("chance..", 4))}}}
	credential := func(instance string, c Caller, key string) Credential {
		seed, err := door.seed(c, key)
		if err != nil {
			t.Fatal(err)
		}
		return deriveCredential(instance, seed)
	}
	first := credential("sitting", ada, "key-1")
	if again := credential("sitting", ada, "key-1"); again != first {
		t.Errorf("the same key: %v, then %v", first, again)
	}
	for name, other := range map[string]Credential{
		"another key":                credential("sitting", ada, "key-2"),
		"another caller":             credential("sitting", dave, "key-1"),
		"a guest":                    credential("sitting", guest, "key-1"),
		"the same id, other account": credential("sitting", Caller{User: User{"globex", "ada"}}, "key-1"),
		"I10: the next instance":     credential("next", ada, "key-1"),
		"without a key":              credential("sitting", ada, ""),
	} {
		if other.ID == first.ID || other.Secret == first.Secret {
			t.Errorf("%s has the same seat", name)
		}
	}
	if _, err := door.seed(guest, ""); err == nil {
		t.Error("a seat without randomness")
	}
}

func TestCredentialKeepsItsSecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
		instance := rapid.StringMatching(`[A-Za-z0-9_-]{1,22}`).Draw(t, "instance")
		mine := deriveCredential(instance, seed)
		if mine.ID.Instance() != instance || strings.Contains(string(mine.ID), mine.Secret) {
			t.Fatalf("%+v", mine)
		}
		seat := Seat{Secret: sha256.Sum256([]byte(mine.Secret))}
		if !seat.hasSecret(mine.Secret) || seat.hasSecret(deriveCredential(instance+"x", seed).Secret) || seat.hasSecret("") {
			t.Fatal("another secret is accepted")
		}
	})
	for _, id := range []SeatID{"", "sitting", "sitting.", "."} {
		if got := id.Instance(); got != "" {
			t.Errorf("%q is of %q", id, got)
		}
	}
}

func TestSeatsShareNoMemory(t *testing.T) {
	was := Seat{AdmissionSeqs: append(make([]int64, 0, 4), 3), HostActions: make([]HostActionRecord, 0, 4)}
	one, two := was.admitted(9, nine, time.Minute), was.admitted(8, nine, time.Minute)
	if !slices.Equal(one.AdmissionSeqs, []int64{3, 9}) || one.LastAdmission() != 9 || two.LastAdmission() != 8 {
		t.Error("two tries share their admission numbers")
	}
	one, two = was.withAction(HostActionRecord{Action: ActionAdmit}), was.withAction(HostActionRecord{Action: ActionDeny})
	if one.HostActions[0].Action != ActionAdmit || two.HostActions[0].Action != ActionDeny {
		t.Error("two tries share their actions")
	}
	if (Seat{}).LastAdmission() != 0 {
		t.Error("no admission has a number")
	}
}

func TestSeatRemembersTheLatestActions(t *testing.T) {
	var s Seat
	for n := range maxHostActions + 5 {
		s = s.withAction(HostActionRecord{At: nine.Add(time.Duration(n))})
	}
	if len(s.HostActions) != maxHostActions || !s.HostActions[0].At.Equal(nine.Add(5)) {
		t.Errorf("%d actions from %v", len(s.HostActions), s.HostActions[0].At)
	}
}

func TestI17LeaseAndItsGrace(t *testing.T) {
	in, waits := seated("a", 1), as(seated("b"), Waiting)
	for _, c := range []struct {
		after                       time.Duration
		present, renewable, waiting bool
	}{
		{DefaultLease - 1, true, true, true},
		{DefaultLease, true, false, true},
		{DefaultLease + leaseGrace - 1, true, false, true},
		{DefaultLease + leaseGrace, false, false, false},
	} {
		now := nine.Add(c.after)
		if in.present(now) != c.present || in.renewable(now) != c.renewable || waits.waiting(now) != c.waiting {
			t.Errorf("after %v: %v, %v, %v", c.after, in.present(now), in.renewable(now), waits.waiting(now))
		}
		if waits.present(now) || waits.renewable(now) || in.waiting(now) {
			t.Errorf("after %v: an admitted seat waits, or a waiting one is admitted", c.after)
		}
	}
}

func TestRenewalIsDueAfterAThirdOfTheLease(t *testing.T) {
	door := &Door{&core{env: Env{Config: Config{Lease: 90 * time.Second}}}}
	b := &rejoin{door: door, seat: Seat{Lease: nine.Add(90 * time.Second)}}
	if b.renewalDue(nine.Add(30*time.Second-1)) || !b.renewalDue(nine.Add(30*time.Second)) {
		t.Error("due at another time")
	}
}

// Whatever people do, their time in the instance is the number of minutes in which they were in.
func TestPresenceAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const lease = 3
		minute := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Minute) }
		seat, dies, minutes, last := Seat{}, 0, 0, 0
		end := rapid.IntRange(1, 30).Draw(t, "end")
		for n := range end {
			now := minute(n)
			switch rapid.SampledFrom([]string{"", "", "joins", "renews", "leaves", "retries"}).Draw(t, "does") {
			case "joins":
				if !seat.renewable(now) {
					seat, dies = seat.admitted(int64(n), now, lease*time.Minute), n+lease
				}
			case "renews":
				if seat.renewable(now) {
					seat.Lease, dies = now.Add(lease*time.Minute), n+lease
				}
			case "leaves":
				seat, dies = seat.left(now), 0
			case "retries":
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

func TestPresenceWhenTheInstanceEndedBefore(t *testing.T) {
	at := func(minutes float64) time.Time { return nine.Add(time.Duration(minutes * float64(time.Minute))) }
	in := Seat{}.admitted(1, nine, 90*time.Second)
	for _, c := range []struct {
		name         string
		seat         Seat
		ended        time.Time
		joined, left time.Time
		time         time.Duration
	}{
		{"left after the end", in.exited(at(1)), at(0.5), nine, at(0.5), 30 * time.Second},
		{"admitted as it ended", in, at(-0.01), nine, nine, 0},
		{"admitted as it ended, and left", in.exited(at(1)), at(-0.01), nine, nine, 0},
		{"never admitted", Seat{State: WasDenied, JoinedAt: nine}.exited(at(1)), at(1), time.Time{}, time.Time{}, 0},
	} {
		joined, left, spent := c.seat.presence(c.ended)
		if !joined.Equal(c.joined) || !left.Equal(c.left) || spent != c.time {
			t.Errorf("%s: from %v to %v, %v; want from %v to %v, %v", c.name, joined, left, spent, c.joined, c.left, c.time)
		}
	}
}
