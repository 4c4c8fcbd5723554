package meeting

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// State is where a seat stands in its sitting.
type State string

const (
	Waiting    State = "waiting"
	Admitted   State = "admitted"
	WasDenied  State = "denied"
	WasRemoved State = "removed"
	Left       State = "left"
)

// Role is what a participant is in a sitting.
type Role string

const (
	Host            Role = "host" // the owner
	AlternativeHost Role = "alternative_host"
	Participant     Role = "participant"
)

// Hosting reports whether the role may start, admit, lock and end.
func (r Role) Hosting() bool { return r == Host || r == AlternativeHost }

// A SeatID names a seat, and its instance: "<instance>.<16 characters>".
type SeatID string

// Instance is the sitting of the seat; empty if id is not one.
func (id SeatID) Instance() string {
	instance, own, _ := strings.Cut(string(id), ".")
	if own == "" {
		return ""
	}
	return instance
}

// A Seat is one participant's place in one sitting. Seats are leases: one that is not renewed is free again.
type Seat struct {
	ID      SeatID
	State   State
	Role    Role
	User    User     // zero: a guest
	Email   string   // verified
	Client  Identity // of a guest
	Name    string   // as they call themselves
	Visit   Sat      // the meeting they came for, if not for the bare number
	Secret  [32]byte
	Request Identity // of the join that made it: the same Idempotency-Key with another is refused (I15)

	Seqs     []int64 // the turns of the turnstile that were theirs, in ascending order
	Lease    time.Time
	JoinedAt time.Time
	PassedAt time.Time // when they last passed the turnstile
	Held     bool      // lets them in by approval only, whatever the waiting room says
	Approved bool      // a host let them in, and they do not know yet

	Place      Place
	ForHost    bool // waits for the host, not for approval
	BeforeHost bool // they opened the sitting before its host came
	Quiet      bool // of a change: it is a prolongation and nothing more. It is never read

	CameIn  time.Time     // when they were first admitted; zero: never
	InSince time.Time     // of the stay that is not over; zero: they are not in
	LeftAt  time.Time     // when the last stay that is over ended
	Spent   time.Duration // in the sitting, by the stays that are over
	Acts    []Act         // of hosts, on the people in the seat: the latest, in their order
	Expires time.Time     // until when the seat is kept, which is longer than its sitting can last

	Version int64 // of the row, for conditional writes; 0: not stored
}

// Exists reports whether there is such a seat.
func (s Seat) Exists() bool { return s.Version > 0 }

// Identity is the person in the seat: the user, or for a guest the seat itself (I10).
func (s Seat) Identity() Identity {
	if s.User.None() {
		return identify("seat", string(s.ID))
	}
	return s.User.identity()
}

// Seq is the turn that let them in; 0 if none did.
func (s Seat) Seq() int64 {
	if len(s.Seqs) == 0 {
		return 0
	}
	return s.Seqs[len(s.Seqs)-1]
}

// grace is how long after its end a lease still counts against capacity and in the roster: clocks differ.
const grace = 30 * time.Second

// present reports whether the seat is taken: admitted, and the lease lives (or ended within the grace).
func (s Seat) present(now time.Time) bool {
	return s.State == Admitted && now.Before(s.Lease.Add(grace))
}

// knocking reports whether somebody waits in the seat and is still there.
func (s Seat) knocking(now time.Time) bool {
	return s.State == Waiting && now.Before(s.Lease.Add(grace))
}

// renewable reports whether the lease lives: a dead one is never renewed.
func (s Seat) renewable(now time.Time) bool { return s.State == Admitted && now.Before(s.Lease) }

// passed is the seat after its people passed the turnstile with the number seq.
func (s Seat) passed(seq int64, now time.Time, lease time.Duration) Seat {
	s = s.gone(now).came(now)
	s.State, s.Held, s.ForHost = Admitted, false, false
	s.Seqs = append(slices.Clip(s.Seqs), seq)
	s.PassedAt, s.Lease = now, now.Add(lease)
	return s
}

// carrying is the seat with the numbers of another try to take it: none of them is on its way any more.
func (s Seat) carrying(other Seat) Seat {
	s.Seqs = slices.Compact(slices.Sorted(slices.Values(slices.Concat(s.Seqs, other.Seqs))))
	if other.PassedAt.After(s.PassedAt) {
		s.PassedAt = other.PassedAt
	}
	return s
}

// owns reports whether the secret is the seat's.
func (s Seat) owns(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], s.Secret[:]) == 1
}

// A Ticket is what a participant keeps of their seat, to poll, come back and leave with. The secret is stored hashed.
type Ticket struct {
	ID     SeatID
	Secret string
}

// ticket derives a seat of the instance from a seed: equal seeds give the same seat (I15).
func ticket(instance string, seed [32]byte) Ticket {
	id := sha256.Sum256(append([]byte("id\x00"+instance+"\x00"), seed[:]...))
	secret := sha256.Sum256(append([]byte("secret\x00"+instance+"\x00"), seed[:]...))
	enc := base64.RawURLEncoding
	return Ticket{SeatID(instance + "." + enc.EncodeToString(id[:12])), enc.EncodeToString(secret[:24])}
}
