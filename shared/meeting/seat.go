package meeting

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// State is the state of a seat.
type State string

const (
	Waiting    State = "waiting"
	Admitted   State = "admitted"
	WasDenied  State = "denied"
	WasRemoved State = "removed"
	Left       State = "left"
)

// Role is the role of a participant in an instance.
type Role string

const (
	Host            Role = "host" // the owner
	AlternativeHost Role = "alternative_host"
	Participant     Role = "participant"
)

// IsHost reports whether the role may start, admit, lock and end.
func (r Role) IsHost() bool { return r == Host || r == AlternativeHost }

// A SeatID names a seat and its instance: "<instance>.<16 characters>".
type SeatID string

// Instance returns the instance of the seat; empty if id is not a seat's.
func (id SeatID) Instance() string {
	instance, own, _ := strings.Cut(string(id), ".")
	if own == "" {
		return ""
	}
	return instance
}

// A Seat is one participant's place in one instance. It is held by a lease: without renewal it becomes free.
type Seat struct {
	ID      SeatID
	State   State
	Role    Role
	User    User       // zero: a guest
	Email   string     // verified
	Client  Identity   // the network that they joined from, in this instance; zero in seats of an older version
	Site    Identity   // of a guest: the IPv6 /56 around Client; zero for IPv4
	Block   Identity   // of a guest: the IPv6 /48 around Client; zero for IPv4
	Name    string     // that others see
	Target  MeetingRef // the meeting that they came for; zero: the bare number
	Pass    SeatPass   // the guest pass by which they came
	Secret  [32]byte   // SHA-256
	Request Identity   // of the join that made it: the same Idempotency-Key with another one is refused (I15)

	AdmissionSeqs []int64     // the latest admission numbers that were theirs, in ascending order
	SeqTimes      []time.Time // of several of them: when each was decided; empty in seats of an older version
	ReturnsPaid   time.Time   // for the budget of returns; zero: they never gave up the seat
	MediaSeq      int64       // the admission by which they last came in; 0: never, or admitted by an older version
	Lease         time.Time
	InMedia       bool      // the media server reported that they are connected: they renew seldom
	RenewedAt     time.Time // when the lease was last given or renewed; zero in seats of an older version
	JoinedAt      time.Time
	AdmittedAt    time.Time // the last time
	Trusted       bool      // the distrust of the passcode does not concern them
	NeedsApproval bool      // only a host's approval admits them, whatever the settings say
	Approved      bool      // a host admitted them, and they do not know yet

	Invited          Invited // what they hear while they wait
	Context          SeatContext
	WaitsForHost     bool // and not for approval
	Muted            bool // they wait because of their network: at most one event says so, and nothing makes a sound
	OpenedBeforeHost bool // they opened the instance before its host came
	NoEvent          bool // of a write: it makes neither an event nor a hint, as a renewal. It is never read

	FirstAdmittedAt time.Time          // zero: never
	PresentSince    time.Time          // zero: they are not in
	LeftAt          time.Time          // the last time
	TimePresent     time.Duration      // without the time since PresentSince
	HostActions     []HostActionRecord // on the people in the seat: the latest, in order
	Expires         time.Time          // the seat is stored until then, longer than its instance can last

	Version int64 // of the stored row, for conditional writes; 0: not stored
}

// Exists reports whether the seat is stored.
func (s Seat) Exists() bool { return s.Version > 0 }

// Identity returns the identity of the person in the seat: of the user, or for a guest of the pass by which they came,
// or else of the seat itself (I10).
func (s Seat) Identity() Identity {
	switch {
	case !s.User.None():
		return s.User.identity()
	case s.Pass.ID != "":
		return s.Pass.identity()
	}
	return identify("seat", string(s.ID))
}

// isAmong reports whether the list has the person in the seat, or the pass by which they came (I10).
func (s Seat) isAmong(list []Identity) bool {
	return slices.Contains(list, s.Identity()) || s.Pass.ID != "" && slices.Contains(list, s.Pass.identity())
}

// LastAdmission returns the number of their last admission; 0 if there was none.
func (s Seat) LastAdmission() int64 {
	if len(s.AdmissionSeqs) == 0 {
		return 0
	}
	return s.AdmissionSeqs[len(s.AdmissionSeqs)-1]
}

// hasSeq reports whether the admission number is theirs, used or not: it admits nobody a second time.
func (s Seat) hasSeq(seq int64) bool {
	return seq <= s.MediaSeq || slices.Contains(s.AdmissionSeqs, seq)
}

// withSeqsOf returns the seat with the admission numbers of another try to take it, which nobody else will arrive
// with.
func (s Seat) withSeqsOf(other Seat) Seat {
	last := later(other.AdmittedAt, s.AdmittedAt)
	s = s.withSeqs(other.seqTimes(), last)
	s.AdmittedAt = last
	return s
}

// hasSecret reports whether the secret is that of the seat.
func (s Seat) hasSecret(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sum[:], s.Secret[:]) == 1
}

// A Credential is what a participant polls, continues and leaves a seat with.
type Credential struct {
	ID     SeatID
	Secret string
}

// deriveCredential derives the credential of a seat of the instance: equal seeds give the same seat (I15).
func deriveCredential(instance string, seed [32]byte) Credential {
	id := sha256.Sum256(append([]byte("id\x00"+instance+"\x00"), seed[:]...))
	secret := sha256.Sum256(append([]byte("secret\x00"+instance+"\x00"), seed[:]...))
	enc := base64.RawURLEncoding
	return Credential{SeatID(instance + "." + enc.EncodeToString(id[:12])), enc.EncodeToString(secret[:24])}
}
