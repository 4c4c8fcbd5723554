package meeting

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// Kind says what stands behind a number.
type Kind string

const (
	Personal Kind = "personal" // the permanent room of a user: the number is their PMI
	Own      Kind = "own"      // the room of one meeting: the number is the meeting's id
	Alias    Kind = "alias"    // no room: the number is the id of a meeting held in its host's personal room
	Retired  Kind = "retired"  // a released number, at rest (I2)
)

// A Room is what stands behind a number. The zero Kind is nobody's number.
type Room struct {
	Number Number
	Kind   Kind
	Owner  User
	Topic  string // of the meeting; of a personal room, its name
	Type   Type   // of the meeting; of a personal room, 0
	Policy Policy // of an Alias, only AlternativeHosts
	Gate   Gate   // of a Personal or an Own room

	Fleeting   bool      // an Own room that is retired when its sitting ends: that of an instant meeting
	RestsUntil time.Time // of a Retired number; of a Fleeting room, when its meeting lapses
}

// A Gate is the live state of a room: what the turnstile turns on.
type Gate struct {
	Instance   string // of the sitting that is, or of the next one: it exists before the room opens
	Open       bool
	Epoch      int64 // changes with every decision of a host, never with a join
	Meeting    Sat   // what the sitting was started for
	Opener     SeatID
	OpenedAt   time.Time
	AdmittedAt time.Time // when somebody last passed; when it opened, if nobody has
	Locked     bool
	Unlocked   bool  // a host unlocked it: it does not lock itself any more
	Seated     int64 // an upper bound of the people seated, never decremented
	Seq        int64 // how many times the turnstile turned
	Removed    []Identity
	Hosts      []Identity // made host of this sitting, or alternative hosts of its meeting
	Held       []Identity // sent back to the waiting room: they come in by approval only
	Denied     []Identity // they are not let in, nor to wait

	DistrustUntil time.Time // the passcode was guessed at too often: until then it only leads to the waiting room (I13)
	RecountedAt   time.Time
}

// Sat is the meeting that a sitting is for; zero if the room was simply opened.
type Sat struct {
	ID    Number
	Topic string
	Type  Type
}

// An Identity stands for a person in a sitting: a user, or a guest's seat; or for the client of a guest, by its address. It is the first 8
// bytes of a SHA-256.
type Identity [8]byte

func identify(parts ...string) (id Identity) {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	copy(id[:], sum[:])
	return id
}

// Fingerprint stands for a request: the same Idempotency-Key with another one is refused (I15).
func Fingerprint(request string) Identity { return identify("request", request) }

func (u User) identity() Identity { return identify("user", u.Account, u.ID) }

// clientIdentity stands for a guest's client in one sitting, and is another one in the next.
func clientIdentity(instance, address string) Identity { return identify("client", instance, address) }

func emailIdentity(account, email string) Identity { return identify("email", account, email) }

// Exists reports whether the number is somebody's, if only at rest.
func (r Room) Exists() bool { return r.Kind != "" }

// Enterable reports whether r is a room that people can be in.
func (r Room) Enterable() bool { return r.Kind == Personal || r.Kind == Own }

// Claimable reports whether the caller may take the number: it is nobody's, or its rest is over, or it was last the
// caller's own (I1, I2).
func (r Room) Claimable(by User, now time.Time) bool {
	return !r.Exists() || r.Kind == Retired && (r.Owner == by || !now.Before(r.RestsUntil))
}

// Retire is the room's number, released at now to rest for the quarantine (I2).
func (r Room) Retire(now time.Time, quarantine time.Duration) Room {
	return Room{Number: r.Number, Kind: Retired, Owner: r.Owner, RestsUntil: now.Add(quarantine)}
}

// Hosted reports whether the caller is host of the room as it stands: its owner, an alternative host of the room, or of
// the sitting. The meeting is the one they come for, which counts while the room is idle, or sits for it.
func (r Room) Hosted(c Caller, by Visit) bool {
	if c.None() || c.Account != r.Owner.Account {
		return false
	}
	if c.User == r.Owner || slices.Contains(r.Gate.Hosts, c.User.identity()) {
		return true
	}
	if c.Email == "" {
		return false
	}
	return slices.Contains(r.Policy.AlternativeHosts, c.Email) ||
		slices.Contains(r.Gate.Hosts, emailIdentity(c.Account, c.Email)) ||
		by.hostedBy(c) && (!r.Gate.Open || r.Gate.Meeting.ID == by.ID)
}

// out reports whether a host removed the user from the sitting (I10).
func (r Room) out(u User) bool { return slices.Contains(r.Gate.Removed, u.identity()) }

// MayStart reports whether the caller is host of the room, or of the meeting that they ask for.
func (r Room) MayStart(c Caller, v Visit) bool {
	return r.Hosted(c, v) || c.Account == r.Owner.Account && v.hostedBy(c)
}

// lapsed reports whether the room is that of an instant meeting which nobody started in time: so late that its sitting could
// outlast it.
func (r Room) lapsed(now time.Time) bool {
	return r.Fleeting && !r.Gate.Open && !now.Before(r.RestsUntil.Add(-Longest))
}

// A Visit is the meeting for which somebody comes to a personal room; zero for the bare number.
type Visit struct {
	Sat
	Hosts []string // the meeting's alternative hosts, by e-mail
}

func (v Visit) hostedBy(c Caller) bool { return c.Email != "" && slices.Contains(v.Hosts, c.Email) }

// visit is what an Alias stands for.
func (r Room) visit() Visit {
	if r.Kind != Alias {
		return Visit{}
	}
	return Visit{Sat: Sat{ID: r.Number, Topic: r.Topic, Type: r.Type}, Hosts: r.Policy.AlternativeHosts}
}

func (r Room) hostIdentities(v Visit) []Identity {
	ids := make([]Identity, 0, len(v.Hosts))
	for _, email := range v.Hosts {
		ids = append(ids, emailIdentity(r.Owner.Account, email))
	}
	return ids
}

// Sitting is what the people in it see of the room's sitting.
func (r Room) Sitting() Sat {
	if r.Gate.Meeting.ID != "" {
		return r.Gate.Meeting
	}
	sat := Sat{ID: r.Number, Topic: r.Topic, Type: r.Type}
	if r.Kind == Personal {
		sat.Type = PersonalRoom
	}
	return sat
}

// A Place is what a seat tells of its sitting to those who hear of the seat alone, as it was at the last decision on the seat.
type Place struct {
	Room     Number
	Owner    User
	Meeting  Sat       // what the people in it see of the sitting
	OpenedAt time.Time // zero: it was not open yet
	Epoch    int64     // of the room's gate
}

// place is where the seats of the room's sitting are.
func (r Room) place() Place {
	return Place{Room: r.Number, Owner: r.Owner, Meeting: r.Sitting(), OpenedAt: r.Gate.OpenedAt, Epoch: r.Gate.Epoch}
}
