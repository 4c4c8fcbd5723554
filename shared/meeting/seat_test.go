package meeting

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestI15ARetryMeetsItsOwnSeat(t *testing.T) {
	door := &Door{&Turnstile{Env: Env{Random: strings.NewReader(strings.Repeat("chance..", 16))}}}
	seed := func(c Caller, key string) [32]byte {
		t.Helper()
		s, err := door.seed(c, key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := deriveCredential("sitting", seed(ada, "key-1"))
	if again := deriveCredential("sitting", seed(ada, "key-1")); again != first {
		t.Errorf("the same key: %v, then %v", first, again)
	}
	for name, other := range map[string]Credential{
		"another key":           deriveCredential("sitting", seed(ada, "key-2")),
		"another caller":        deriveCredential("sitting", seed(dave, "key-1")),
		"a guest":               deriveCredential("sitting", seed(guest, "key-1")),
		"a namesake":            deriveCredential("sitting", seed(Caller{User: User{"globex", "ada"}}, "key-1")),
		"I10: the next sitting": deriveCredential("next", seed(ada, "key-1")),
	} {
		if other.ID == first.ID || other.Secret == first.Secret {
			t.Errorf("%s has the same seat", name)
		}
	}
	if _, err := door.seed(guest, ""); err != nil {
		t.Errorf("without a key: %v", err)
	}
	door.Random = strings.NewReader("")
	if _, err := door.seed(guest, ""); err == nil {
		t.Error("a seat of no chance at all")
	}
}

func TestATicketNamesItsSittingAndKeepsItsSecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var seed, other [32]byte
		copy(seed[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
		copy(other[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "other"))
		instance := rapid.StringMatching(`[A-Za-z0-9_-]{1,22}`).Draw(t, "instance")
		mine := deriveCredential(instance, seed)
		if mine.ID.Instance() != instance {
			t.Fatalf("%s is of %q", mine.ID, mine.ID.Instance())
		}
		if strings.Contains(string(mine.ID), mine.Secret) || (seed == other) != (deriveCredential(instance, other) == mine) {
			t.Fatal("a ticket tells, or is another's")
		}
		seat := Seat{Secret: sha256.Sum256([]byte(mine.Secret))}
		if !seat.hasSecret(mine.Secret) || seat.hasSecret(deriveCredential(instance+"x", seed).Secret) || seat.hasSecret("") {
			t.Fatal("the secret is not what opens it")
		}
	})
}

func TestWhatIsNoSeatIDHasNoInstance(t *testing.T) {
	for _, id := range []SeatID{"", "sitting", "sitting.", "."} {
		if got := id.Instance(); got != "" {
			t.Errorf("%q is of %q", id, got)
		}
	}
}

func TestI10ASeatStandsForAPerson(t *testing.T) {
	one, two := Seat{ID: "sitting.one", User: dave.User}, Seat{ID: "sitting.two", User: dave.User}
	if one.Identity() != two.Identity() || one.Identity() != dave.identity() {
		t.Error("two seats of one user are two people")
	}
	if (Seat{ID: "sitting.one"}).Identity() == (Seat{ID: "sitting.two"}).Identity() {
		t.Error("two guests are one")
	}
}

func TestASeatThatPassed(t *testing.T) {
	waited := Seat{State: Waiting, NeedsApproval: true, AdmissionSeqs: append(make([]int64, 0, 4), 3)}
	in := waited.admitted(9, nine, time.Minute)
	if in.State != Admitted || in.NeedsApproval || in.LastAdmission() != 9 || !slices.Equal(in.AdmissionSeqs, []int64{3, 9}) ||
		!in.AdmittedAt.Equal(nine) || !in.Lease.Equal(nine.Add(time.Minute)) {
		t.Errorf("%+v", in)
	}
	if other := waited.admitted(8, nine, time.Minute); in.LastAdmission() != 9 || other.LastAdmission() != 8 {
		t.Error("two tries share their numbers")
	}
	if (Seat{}).LastAdmission() != 0 || (Seat{}).Exists() {
		t.Error("no seat has a number, or is there")
	}
}

func TestI17ALeaseAndItsGrace(t *testing.T) {
	in, waits := seated("a", 1), as(seated("b"), Waiting)
	for _, c := range []struct {
		after                      time.Duration
		present, renewable, knocks bool
	}{
		{DefaultLease - 1, true, true, true},
		{DefaultLease, true, false, true},
		{DefaultLease + leaseGrace - 1, true, false, true},
		{DefaultLease + leaseGrace, false, false, false},
	} {
		now := nine.Add(c.after)
		if in.present(now) != c.present || in.renewable(now) != c.renewable || waits.waiting(now) != c.knocks {
			t.Errorf("after %v: present %v, renewable %v, knocking %v", c.after, in.present(now), in.renewable(now), waits.waiting(now))
		}
		if waits.present(now) || waits.renewable(now) || in.waiting(now) {
			t.Errorf("after %v: somebody who waits is in, or somebody who is in waits", c.after)
		}
	}
}

func TestAPollWritesOnlyWhenAThirdOfTheLeaseIsOver(t *testing.T) {
	door := &Door{&Turnstile{Env: Env{Config: Config{Lease: 90 * time.Second}}}}
	b := &rejoin{door: door, seat: Seat{Lease: nine.Add(90 * time.Second)}}
	if b.renewalDue(nine.Add(30*time.Second - 1)) {
		t.Error("too early")
	}
	if !b.renewalDue(nine.Add(30 * time.Second)) {
		t.Error("not when it is due")
	}
}

func TestTheNameThatOthersSee(t *testing.T) {
	full := Caller{User: ada.User, Name: "Ada Lovelace", Email: ada.Email}
	for _, c := range []struct {
		asked string
		by    Caller
		want  string
	}{{"Countess", full, "Countess"}, {"", full, "Ada Lovelace"}, {"", ada, "Participant"}, {"", Caller{User: ada.User}, "Participant"}, {"", guest, "Guest"}} {
		if got := displayName(c.asked, c.by); got != c.want {
			t.Errorf("%q of %v: %q", c.asked, c.by.User, got)
		}
	}
}
