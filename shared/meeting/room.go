package meeting

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// Kind says what is behind a number.
type Kind string

const (
	Personal    Kind = "personal" // the permanent room of a user: the number is their PMI
	MeetingRoom Kind = "own"      // the room of one meeting: the number is the meeting's id
	Alias       Kind = "alias"    // no room: the number is the id of a meeting held in its host's personal room
	Released    Kind = "retired"  // no room: a released number, quarantined for its last owner until it expires (I2)
)

// A Room is the record of one number. The zero Kind is nobody's number.
type Room struct {
	Number   Number
	Kind     Kind
	Owner    User
	Topic    string    // of the meeting; of a personal room, its name
	Type     Type      // of the meeting; of a personal room, 0
	Settings Settings  // of an Alias, only AlternativeHosts
	LinkKey  string    // secret: what the token of the link is derived from; empty: the link has the passcode
	Live     LiveState // of a Personal room or a MeetingRoom
	NextUUID string    // of an Alias: of the next instance that is opened for the meeting; empty: firstUUID

	Closed    Status    // of its owner; unless Active, nobody can open it
	StatusSeq int64     // of the decision that Closed is of; a later one has a larger one. 0: there was none
	ClaimedAt time.Time // of a Personal room: when its owner took the number; zero: long ago
	Used      bool      // others may know the number of a Personal room: see Room.needsQuarantine

	Rules AccountRules // of the owner's account, as last read; not stored with the room

	Ephemeral bool      // a MeetingRoom that is released when its instance ends: that of an instant meeting
	Expires   time.Time // of a Released number, the end of its quarantine; of an Ephemeral room, that of its meeting
}

// MaxMessage is how long the message of the hosts for people who wait is at most, in characters.
const MaxMessage = 200

// A LiveState is the part of a room that changes while it runs.
type LiveState struct {
	Instance     string // the live one, or the next one: its id exists before the room opens
	Follows      string // the instance before, if a host ended it for the next meeting (see Starts.Next); else empty
	Open         bool
	Epoch        int64      // changes with every decision of a host, never with a join
	Meeting      MeetingRef // that the instance was started for
	Opener       SeatID
	OpenedAt     time.Time
	AdmittedAt   time.Time // of the last admission; before the first one, OpenedAt
	Locked       bool
	Unlocked     bool        // a host unlocked it: it does not lock itself any more
	WaitingRoom  WaitingRoom // that hosts chose for this instance; empty: as the settings say (I19)
	Message      string      // of the hosts, for people who wait (I9); at most MaxMessage characters
	HostComesAt  time.Time   // as a host said to people who wait; zero: nobody said so
	Seated       int64       // an upper bound of the seats taken, never decremented
	AdmissionSeq int64       // the number of admissions
	Removed      []Identity
	Hosts        []Identity // made host of this instance, or alternative hosts of its meeting
	NeedApproval []Identity // people moved to the waiting room, and networks: only a host's approval admits them
	Denied       []Identity // users who may not even wait; and networks, whose guests need approval

	HoldGuests    bool // a list is full: all guests who are not in need approval
	HoldEverybody bool // a list of users is full: so does everybody but the hosts

	DistrustedUntil time.Time // after too many guesses: until then the passcode leads to the waiting room only (I13)
	RecountedAt     time.Time // when the last count found the room full; zero: it had space
	Occupancy       Occupancy
}

// A MeetingRef is the meeting that an instance is for; zero if the room was opened for none.
type MeetingRef struct {
	ID    Number
	Topic string
	Type  Type
	UUID  string // of its live instance in the personal room, or of the next one; empty: that of the room
}

// An Identity is a person in an instance, by user or for a guest by seat; or the network of a client, by address. It is
// the first 8 bytes of a SHA-256.
type Identity [8]byte

func identify(parts ...string) (id Identity) {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	copy(id[:], sum[:])
	return id
}

// Fingerprint identifies a request: the same Idempotency-Key with another request is refused (I15).
func Fingerprint(request string) Identity { return identify("request", request) }

func (id Identity) text() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

func (u User) identity() Identity { return identify("user", u.Account, u.ID) }

// clientIdentity identifies the network of a client in one instance only.
func clientIdentity(instance, address string) Identity { return identify("client", instance, address) }

func emailIdentity(account, email string) Identity { return identify("email", account, email) }

// Exists reports whether the number is or was somebody's.
func (r Room) Exists() bool { return r.Kind != "" }

// Enterable reports whether r is a room that people can be in.
func (r Room) Enterable() bool { return r.Kind == Personal || r.Kind == MeetingRoom }

// Claimable reports whether the user may take the number: it is nobody's; or released, and was last theirs or is not
// quarantined any more (I1, I2).
func (r Room) Claimable(by User, now time.Time) bool {
	return !r.Exists() || r.Kind == Released && (r.Owner == by || !now.Before(r.Expires))
}

// Release returns the number of the room, released now and quarantined for its owner (I2).
func (r Room) Release(now time.Time, quarantine time.Duration) Room {
	return Room{Number: r.Number, Kind: Released, Owner: r.Owner, Expires: now.Add(quarantine)}
}

// IsHost reports whether the caller is a host of the room as it is: its owner, or an alternative host of the room or
// of the instance. The alternative hosts of the target meeting are hosts too while the room is idle or live for that
// meeting.
func (r Room) IsHost(c Caller, target Target) bool {
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
		target.isHostedBy(c) && (!r.Live.Open || r.Live.Meeting.ID == target.ID)
}

func (r Room) isLive(instance string) bool { return r.Live.Open && r.Live.Instance == instance }

// isRemoved reports whether a host removed the user from the instance (I10).
func (r Room) isRemoved(u User) bool { return slices.Contains(r.Live.Removed, u.identity()) }

// startExpired reports whether the room is that of an instant meeting which nobody started until so late that its
// instance could outlast it.
func (r Room) startExpired(now time.Time) bool {
	return r.Ephemeral && !r.Live.Open && !now.Before(r.Expires.Add(-MaxInstanceTime))
}

// A Target is the meeting that somebody comes to a personal room for; zero for the bare number.
type Target struct {
	MeetingRef
	Hosts []string // the meeting's alternative hosts, by e-mail
}

func (v Target) isHostedBy(c Caller) bool { return c.Email != "" && slices.Contains(v.Hosts, c.Email) }

// target returns the meeting of an Alias; of another kind, the zero Target.
func (r Room) target() Target {
	if r.Kind != Alias {
		return Target{}
	}
	ref := MeetingRef{ID: r.Number, Topic: r.Topic, Type: r.Type, UUID: cmp.Or(r.NextUUID, firstUUID(r.Number))}
	return Target{MeetingRef: ref, Hosts: r.Settings.AlternativeHosts}
}

func (r Room) hostIdentities(v Target) []Identity {
	ids := make([]Identity, 0, len(v.Hosts))
	for _, email := range v.Hosts {
		ids = append(ids, emailIdentity(r.Owner.Account, email))
	}
	return ids
}

// LiveMeeting returns the meeting as the people in the instance see it: without one, the room itself.
func (r Room) LiveMeeting() MeetingRef {
	if r.Live.Meeting.ID != "" {
		return r.Live.Meeting
	}
	own := MeetingRef{ID: r.Number, Topic: r.Topic, Type: r.Type}
	if r.Kind == Personal {
		own.Type = PersonalRoom
	}
	return own
}

// A SeatContext is the instance of a seat at the last decision on the seat, for readers of the seat alone.
type SeatContext struct {
	Room     Number
	Owner    User
	Meeting  MeetingRef // as LiveMeeting
	OpenedAt time.Time  // zero: it was not open yet
	Epoch    int64      // of the room
}

func (r Room) seatContext() SeatContext {
	return SeatContext{
		Room: r.Number, Owner: r.Owner, Meeting: r.LiveMeeting(), OpenedAt: r.Live.OpenedAt, Epoch: r.Live.Epoch,
	}
}
