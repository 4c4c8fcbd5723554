package meeting

import (
	"slices"
	"strings"
	"time"
)

// MaxInstanceTime is how long an instance may last (I17).
const MaxInstanceTime = 30 * time.Hour

// A JoinRequest is somebody who asks to come in: who they are, and what they show.
type JoinRequest struct {
	Caller    Caller
	Identity  Identity // in this instance
	Client    Identity // the network that they come from, in this instance
	Target    Target
	Passcode  string
	Pass      Pass      // that they show, or took their seat by; zero: none
	Trusted   bool      // the distrust of the passcode does not concern them (I13)
	NextStart time.Time // of the meeting that they come for, if needsNextStart; zero: no fixed time

	Inactive       bool // an admin of their account deactivated or deleted them
	GuessesMeeting bool // they name a meeting that the owner of the room does not have, nor had (I9)

	// The seat that they have in this instance, if any. Their passcode was right when they took it.
	HasSeat       bool
	SeatClient    Identity // the network that the seat was taken from
	Reconnects    bool     // the seat is admitted: they did not give it up
	IsWaiting     bool
	NeedsApproval bool
	Approved      bool
}

// An Answer is the answer to a join request.
type Answer int

const (
	Refuses          Answer = iota // for Decision.Reason
	Admits                         // if Decision.Transition can be applied
	WaitsForApproval               // in the waiting room
	WaitsForHost                   // for the host, or for the host to start the meeting that they come for
	SeemsFull                      // every seat seems taken: recount the seats, and decide again
)

// A Decision is what Decide made of a join request. An admission takes effect only when its Transition is applied.
type Decision struct {
	Answer        Answer
	Reason        Reason
	Role          Role
	NeedsApproval bool // of a seat that waits: only a host's approval admits it
	Muted         bool // of a seat that waits: because of its network, and without a sound
	Transition    Transition
}

// Decide returns the answer to the join request, on the room as it is. It is pure: the turnstile reads, decides, and
// commits what was decided. The seat is the one to be taken.
func (r Room) Decide(k JoinRequest, seat SeatID, now time.Time) Decision {
	r = r.Governed()
	role := r.role(k)
	if reason := r.closedFor(k, role); reason != "" {
		return refuseJoin(reason)
	}
	if role == Host { // I11
		return r.admit(k, seat, role, now)
	}
	if reason := r.refusalReason(k, role); reason != "" {
		return refuseJoin(reason)
	}
	needsApproval := r.needsApproval(k, role) ||
		role == Participant && r.trustsOnlyPasscode(k) && r.distrustsPasscode(now)
	inWaitingRoom := role == Participant && r.waitingRoomHolds(k.Caller.User) && !k.Pass.SkipsWaitingRoom
	switch {
	case r.Closed == Pending:
		return Decision{Answer: WaitsForHost, Role: role, NeedsApproval: needsApproval, Muted: r.mutes(k)}
	case !r.Live.Open && (role.IsHost() || !needsApproval && r.mayOpenBeforeHost(k, now)):
		return r.admit(k, seat, role, now).ifStillTrusted(r, k)
	case !r.Live.Open, role == Participant && !k.Approved && r.isLiveForAnother(k.Target.ID): // I18
		return Decision{Answer: WaitsForHost, Role: role, NeedsApproval: needsApproval, Muted: r.mutes(k)}
	case r.locked(now) && !k.IsWaiting && !k.Approved: // I7
		return refuseJoin(Locked)
	case r.locked(now), !k.Approved && (needsApproval || inWaitingRoom): // I8
		return Decision{Answer: WaitsForApproval, Role: role, NeedsApproval: needsApproval, Muted: r.mutes(k)}
	}
	return r.admit(k, seat, role, now).ifStillTrusted(r, k)
}

// closedFor returns why the room is closed for them, whatever runs in it; empty if it is not.
func (r Room) closedFor(k JoinRequest, role Role) Reason {
	switch {
	case r.Closed == Inactive && role == Host:
		return UserInactive
	case !r.passedPasscode(k, role):
		return NoMeeting // I13
	case k.Inactive:
		return UserInactive
	case r.Rules.closed():
		return AccountClosed
	}
	return ""
}

func refuseJoin(reason Reason) Decision { return Decision{Answer: Refuses, Reason: reason} }

func (r Room) admit(k JoinRequest, seat SeatID, role Role, now time.Time) Decision {
	d := Decision{Answer: Admits, Role: role}
	switch {
	case !r.Live.Open:
		d.Transition = r.opening(k.Target, seat, role, now)
	case role != Host && r.Live.Seated >= int64(r.Settings.Capacity): // I12
		d.Answer, d.Reason = SeemsFull, Full
	default:
		d.Transition = r.admission(role, now)
	}
	return d
}

// ifStillTrusted makes an admission by the passcode conditional on the trust in the passcode: somebody who guessed it
// while others were guessing is not admitted once the room distrusts it (I13).
func (d Decision) ifStillTrusted(r Room, k JoinRequest) Decision {
	if d.Answer == Admits && d.Role == Participant && r.trustsOnlyPasscode(k) && r.Settings.Passcode != "" {
		d.Transition.Distrust = &r.Live.DistrustedUntil
	}
	return d
}

func (r Room) role(k JoinRequest) Role {
	switch {
	case !k.Caller.None() && k.Caller.User == r.Owner:
		return Host
	case r.IsHost(k.Caller, k.Target):
		return AlternativeHost
	}
	return Participant
}

// passedPasscode reports whether they are past the passcode: everybody else gets NoMeeting and nothing more (I13).
func (r Room) passedPasscode(k JoinRequest, role Role) bool {
	return r.Enterable() && r.Closed != Inactive && !r.hiddenFrom(k.Caller) &&
		(role.IsHost() || k.HasSeat || k.Pass.Exists() || r.acceptsPasscode(k.Passcode))
}

// refusalReason returns why somebody past the passcode cannot join this instance at all; empty if they can.
func (r Room) refusalReason(k JoinRequest, role Role) Reason {
	domains := r.Settings.Domains
	_, domain, _ := strings.Cut(k.Caller.Email, "@")
	switch {
	case k.isAmong(r.Live.Removed): // I10
		return Removed
	case role.IsHost():
		return ""
	case !k.Reconnects && k.isAmong(r.Live.Denied):
		return Denied
	case r.Settings.admitsSignedInOnly() && k.Caller.None():
		return SignInRequired
	case len(domains) > 0 && (k.Caller.Email == "" || !slices.Contains(domains, domain)):
		return WrongDomain
	}
	return ""
}

// isAmong reports whether the list has the person, or the pass by which they come.
func (k JoinRequest) isAmong(list []Identity) bool {
	byPass := k.Pass.Exists() && slices.Contains(list, SeatPass{ID: k.Pass.ID}.identity())
	return byPass || slices.Contains(list, k.Identity)
}

// trustsOnlyPasscode reports whether the passcode is all that they show: they are not known otherwise, and no host has
// approved them yet.
func (r Room) trustsOnlyPasscode(k JoinRequest) bool {
	colleague := !k.Caller.None() && k.Caller.Account == r.Owner.Account
	return !k.Trusted && !colleague && (!k.HasSeat || k.IsWaiting && !k.Approved)
}

// distrustsPasscode reports whether there were so many guesses that the passcode leads to the waiting room only (I13).
func (r Room) distrustsPasscode(now time.Time) bool {
	return r.Settings.Passcode != "" && now.Before(r.Live.DistrustedUntil)
}

// UnderAttack reports whether the passcode is distrusted: for its hosts, who should make a new one.
func (r Room) UnderAttack(now time.Time) bool { return r.Enterable() && r.distrustsPasscode(now) }

// locked reports whether the room is locked: by a host; or by itself after AutoLock, unless a host unlocked it.
func (r Room) locked(now time.Time) bool {
	after := r.Settings.AutoLock
	return r.Live.Locked || r.Live.Open && after > 0 && !r.Live.Unlocked && !now.Before(r.Live.OpenedAt.Add(after))
}

// mayOpenBeforeHost reports whether they open the room before its host does: never past the waiting room (I8). The
// window is that before the next start of their meeting; for the bare personal room there is none.
func (r Room) mayOpenBeforeHost(k JoinRequest, now time.Time) bool {
	p := r.Settings
	if !p.JoinBeforeHost || r.waitingRoomHolds(k.Caller.User) {
		return false
	}
	return p.JoinBeforeHostWindow == 0 || k.NextStart.IsZero() || !now.Before(k.NextStart.Add(-p.JoinBeforeHostWindow))
}

// needsNextStart reports whether mayOpenBeforeHost depends on the next start of the meeting.
func (r Room) needsNextStart() bool {
	return !r.Live.Open && r.Settings.JoinBeforeHost && r.Settings.JoinBeforeHostWindow > 0
}

// isLiveForAnother reports whether a meeting is live in the room, and not this one.
func (r Room) isLiveForAnother(id Number) bool {
	live := r.Live.Meeting.ID
	return id != "" && live != "" && live != id
}

// expired reports whether the instance lasted as long as it may (I17).
func (r Room) expired(now time.Time) bool {
	return r.Live.Open && !now.Before(r.Live.OpenedAt.Add(MaxInstanceTime))
}
