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
	Personal    Kind = "personal" // the permanent room of a user: the number is their PMI
	MeetingRoom Kind = "own"      // the room of one meeting: the number is the meeting's id
	Alias       Kind = "alias"    // no room: the number is the id of a meeting held in its host's personal room
	Retired     Kind = "retired"  // a released number, at rest (I2)
)

// A Room is what stands behind a number. The zero Kind is nobody's number.
type Room struct {
	Number   Number
	Kind     Kind
	Owner    User
	Topic    string    // of the meeting; of a personal room, its name
	Type     Type      // of the meeting; of a personal room, 0
	Settings Settings  // of an Alias, only AlternativeHosts
	Live     LiveState // of a Personal or an Own room

	Ephemeral  bool      // an Own room that is retired when its sitting ends: that of an instant meeting
	RestsUntil time.Time // of a Retired number; of a Fleeting room, when its meeting lapses
}

// A LiveState is the live state of a room: what the turnstile turns on.
type LiveState struct {
	Instance     string // of the sitting that is, or of the next one: it exists before the room opens
	Open         bool
	Epoch        int64      // changes with every decision of a host, never with a join
	Meeting      MeetingRef // what the sitting was started for
	Opener       SeatID
	OpenedAt     time.Time
	AdmittedAt   time.Time // when somebody last passed; when it opened, if nobody has
	Locked       bool
	Unlocked     bool  // a host unlocked it: it does not lock itself any more
	Seated       int64 // an upper bound of the people seated, never decremented
	AdmissionSeq int64 // how many times the turnstile turned
	Removed      []Identity
	Hosts        []Identity // made host of this sitting, or alternative hosts of its meeting
	NeedApproval []Identity // sent back to the waiting room: they come in by approval only
	Denied       []Identity // they are not let in, nor to wait

	DistrustedUntil time.Time // the passcode was guessed at too often: until then it only leads to the waiting room (I13)
	RecountedAt     time.Time
}

// MeetingRef is the meeting that a sitting is for; zero if the room was simply opened.
type MeetingRef struct {
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
func (r Room) Enterable() bool { return r.Kind == Personal || r.Kind == MeetingRoom }

// Claimable reports whether the caller may take the number: it is nobody's, or its rest is over, or it was last the
// caller's own (I1, I2).
func (r Room) Claimable(by User, now time.Time) bool {
	return !r.Exists() || r.Kind == Retired && (r.Owner == by || !now.Before(r.RestsUntil))
}

// Retire is the room's number, released at now to rest for the quarantine (I2).
func (r Room) Retire(now time.Time, quarantine time.Duration) Room {
	return Room{Number: r.Number, Kind: Retired, Owner: r.Owner, RestsUntil: now.Add(quarantine)}
}

// IsHost reports whether the caller is host of the room as it stands: its owner, an alternative host of the room, or of
// the sitting. The meeting is the one they come for, which counts while the room is idle, or sits for it.
func (r Room) IsHost(c Caller, by Target) bool {
	if c.None() || c.Account != r.Owner.Account {
		return false
	}
	if c.User == r.Owner || slices.Contains(r.Live.Hosts, c.User.identity()) {
		return true
	}
	if c.Email == "" {
		return false
	}
	return slices.Contains(r.Settings.AlternativeHosts, c.Email) ||
		slices.Contains(r.Live.Hosts, emailIdentity(c.Account, c.Email)) ||
		by.isHostedBy(c) && (!r.Live.Open || r.Live.Meeting.ID == by.ID)
}

// isRemoved reports whether a host removed the user from the sitting (I10).
func (r Room) isRemoved(u User) bool { return slices.Contains(r.Live.Removed, u.identity()) }

// MayStart reports whether the caller is host of the room, or of the meeting that they ask for.
func (r Room) MayStart(c Caller, v Target) bool {
	return r.IsHost(c, v) || c.Account == r.Owner.Account && v.isHostedBy(c)
}

// startExpired reports whether the room is that of an instant meeting which nobody started in time: so late that its sitting could
// outlast it.
func (r Room) startExpired(now time.Time) bool {
	return r.Ephemeral && !r.Live.Open && !now.Before(r.RestsUntil.Add(-MaxInstanceTime))
}

// A Target is the meeting for which somebody comes to a personal room; zero for the bare number.
type Target struct {
	MeetingRef
	Hosts []string // the meeting's alternative hosts, by e-mail
}

func (v Target) isHostedBy(c Caller) bool { return c.Email != "" && slices.Contains(v.Hosts, c.Email) }

// target is what an Alias stands for.
func (r Room) target() Target {
	if r.Kind != Alias {
		return Target{}
	}
	return Target{MeetingRef: MeetingRef{ID: r.Number, Topic: r.Topic, Type: r.Type}, Hosts: r.Settings.AlternativeHosts}
}

func (r Room) hostIdentities(v Target) []Identity {
	ids := make([]Identity, 0, len(v.Hosts))
	for _, email := range v.Hosts {
		ids = append(ids, emailIdentity(r.Owner.Account, email))
	}
	return ids
}

// LiveMeeting is what the people in it see of the room's sitting.
func (r Room) LiveMeeting() MeetingRef {
	if r.Live.Meeting.ID != "" {
		return r.Live.Meeting
	}
	sat := MeetingRef{ID: r.Number, Topic: r.Topic, Type: r.Type}
	if r.Kind == Personal {
		sat.Type = PersonalRoom
	}
	return sat
}

// A SeatContext is what a seat tells of its sitting to those who hear of the seat alone, as it was at the last decision on the seat.
type SeatContext struct {
	Room     Number
	Owner    User
	Meeting  MeetingRef // what the people in it see of the sitting
	OpenedAt time.Time  // zero: it was not open yet
	Epoch    int64      // of the room's gate
}

// seatContext is where the seats of the room's sitting are.
func (r Room) seatContext() SeatContext {
	return SeatContext{Room: r.Number, Owner: r.Owner, Meeting: r.LiveMeeting(), OpenedAt: r.Live.OpenedAt, Epoch: r.Live.Epoch}
}
