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

// IsHost reports whether the role may start, admit, lock and end.
func (r Role) IsHost() bool { return r == Host || r == AlternativeHost }

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
	User    User       // zero: a guest
	Email   string     // verified
	Client  Identity   // of a guest
	Name    string     // as they call themselves
	Target  MeetingRef // the meeting they came for, if not for the bare number
	Secret  [32]byte
	Request Identity // of the join that made it: the same Idempotency-Key with another is refused (I15)

	AdmissionSeqs []int64 // the turns of the turnstile that were theirs, in ascending order
	Lease         time.Time
	JoinedAt      time.Time
	AdmittedAt    time.Time // when they last passed the turnstile
	NeedsApproval bool      // lets them in by approval only, whatever the waiting room says
	Approved      bool      // a host let them in, and they do not know yet

	Context          SeatContext
	WaitsForHost     bool // waits for the host, not for approval
	OpenedBeforeHost bool // they opened the sitting before its host came
	NoEvent          bool // of a change: it is a prolongation and nothing more. It is never read

	FirstAdmittedAt time.Time          // when they were first admitted; zero: never
	PresentSince    time.Time          // of the stay that is not over; zero: they are not in
	LeftAt          time.Time          // when the last stay that is over ended
	TimePresent     time.Duration      // in the sitting, by the stays that are over
	HostActions     []HostActionRecord // of hosts, on the people in the seat: the latest, in their order
	Expires         time.Time          // until when the seat is kept, which is longer than its sitting can last

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

// LastAdmission is the turn that let them in; 0 if none did.
func (s Seat) LastAdmission() int64 {
	if len(s.AdmissionSeqs) == 0 {
		return 0
	}
	return s.AdmissionSeqs[len(s.AdmissionSeqs)-1]
}

// leaseGrace is how long after its end a lease still counts against capacity and in the roster: clocks differ.
const leaseGrace = 30 * time.Second

// present reports whether the seat is taken: admitted, and the lease lives (or ended within the grace).
func (s Seat) present(now time.Time) bool {
	return s.State == Admitted && now.Before(s.Lease.Add(leaseGrace))
}

// waiting reports whether somebody waits in the seat and is still there.
func (s Seat) waiting(now time.Time) bool {
	return s.State == Waiting && now.Before(s.Lease.Add(leaseGrace))
}

// renewable reports whether the lease lives: a dead one is never renewed.
func (s Seat) renewable(now time.Time) bool { return s.State == Admitted && now.Before(s.Lease) }

// admitted is the seat after its people passed the turnstile with the number seq.
func (s Seat) admitted(seq int64, now time.Time, lease time.Duration) Seat {
	s = s.exited(now).entered(now)
	s.State, s.NeedsApproval, s.WaitsForHost = Admitted, false, false
	s.AdmissionSeqs = append(slices.Clip(s.AdmissionSeqs), seq)
	s.AdmittedAt, s.Lease = now, now.Add(lease)
	return s
}

// withSeqsOf is the seat with the numbers of another try to take it: none of them is on its way any more.
func (s Seat) withSeqsOf(other Seat) Seat {
	s.AdmissionSeqs = slices.Compact(slices.Sorted(slices.Values(slices.Concat(s.AdmissionSeqs, other.AdmissionSeqs))))
	if other.AdmittedAt.After(s.AdmittedAt) {
		s.AdmittedAt = other.AdmittedAt
	}
	return s
}

// hasSecret reports whether the secret is the seat's.
func (s Seat) hasSecret(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], s.Secret[:]) == 1
}

// A Credential is what a participant keeps of their seat, to poll, come back and leave with. The secret is stored hashed.
type Credential struct {
	ID     SeatID
	Secret string
}

// deriveCredential derives a seat of the instance from a seed: equal seeds give the same seat (I15).
func deriveCredential(instance string, seed [32]byte) Credential {
	id := sha256.Sum256(append([]byte("id\x00"+instance+"\x00"), seed[:]...))
	secret := sha256.Sum256(append([]byte("secret\x00"+instance+"\x00"), seed[:]...))
	enc := base64.RawURLEncoding
	return Credential{SeatID(instance + "." + enc.EncodeToString(id[:12])), enc.EncodeToString(secret[:24])}
}
