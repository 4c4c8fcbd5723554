package meeting

import (
	"slices"
	"time"
)

// MaxInstanceTime is how long a sitting may last (I17).
const MaxInstanceTime = 30 * time.Hour

// A JoinRequest is somebody at the door of a room: who they are, and what they show.
type JoinRequest struct {
	Caller    Caller
	Identity  Identity // theirs in this sitting
	Client    Identity // of a guest, in this sitting
	Target    Target
	Passcode  string
	NextStart time.Time // when the meeting that they come for is held next, if the room asksWhen; zero: at no fixed time

	// Of the seat that they hold in this sitting, if they come back to one. Their passcode was right when they took it.
	HasSeat       bool
	IsWaiting     bool
	NeedsApproval bool
	Approved      bool
}

// A Verdict is what the door answers to a knock.
type Verdict int

const (
	Refuses          Verdict = iota // for Decision.Reason
	Admits                          // if Decision.Turn holds
	WaitsForApproval                // in the waiting room
	WaitsForHost                    // the host, or the host's meeting
	SeemsFull                       // every seat seems taken: count the seats, and ask again
)

// A Decision is what Decide made of a knock. An admission becomes true only by its Turn.
type Decision struct {
	Verdict       Verdict
	Reason        Reason
	Role          Role
	NeedsApproval bool // of a seat that waits: by approval only
	Transition    Transition
}

// Decide says what the door answers to the knock, on the room as it is. It is pure: the turnstile reads, asks it, and
// commits to what it said. The seat is the one to be taken.
func (r Room) Decide(k JoinRequest, seat SeatID, now time.Time) Decision {
	role := r.role(k)
	if !r.passedPasscode(k, role) {
		return refuseJoin(NoMeeting)
	}
	if role == Host { // I11
		return r.admit(k, seat, role, now)
	}
	if reason := r.refusalReason(k, role); reason != "" {
		return refuseJoin(reason)
	}
	held := k.NeedsApproval || k.isAmong(r.Live.NeedApproval) || role == Participant && k.passcodeOnly() && r.distrustsPasscode(now)
	switch {
	case !r.Live.Open && (role.IsHost() || !held && r.mayOpenBeforeHost(k, now)):
		return r.admit(k, seat, role, now).ifStillTrusted(r, k, role)
	case !r.Live.Open, r.otherMeetingIsLive(k, role):
		return Decision{Verdict: WaitsForHost, Role: role, NeedsApproval: held}
	case r.locked(now) && !k.IsWaiting && !k.Approved: // I7
		return refuseJoin(Locked)
	case r.locked(now), !k.Approved && (held || role == Participant && r.Settings.waitingRoomHolds(r.Owner.Account, k.Caller.User)): // I8
		return Decision{Verdict: WaitsForApproval, Role: role, NeedsApproval: held}
	}
	return r.admit(k, seat, role, now).ifStillTrusted(r, k, role)
}

// ifStillTrusted binds the admission of somebody by the passcode to the room's trust in it: who guessed it while others were guessing is not let in
// by it once the room is marked (I13).
func (d Decision) ifStillTrusted(r Room, k JoinRequest, role Role) Decision {
	if d.Verdict == Admits && role == Participant && k.passcodeOnly() && r.Settings.Passcode != "" {
		d.Transition.Distrust = &r.Live.DistrustedUntil
	}
	return d
}

// passcodeOnly reports whether nothing but the passcode speaks for them: nobody has let them in yet.
func (k JoinRequest) passcodeOnly() bool { return !k.HasSeat || k.IsWaiting && !k.Approved }

// isAmong reports whether the people are among those that are named: by who they are; or, as guests who come anew, by their client.
func (k JoinRequest) isAmong(ids []Identity) bool {
	return slices.Contains(ids, k.Identity) || !k.HasSeat && k.Caller.None() && slices.Contains(ids, k.Client)
}

// locked reports whether the door is locked: by a host, or by itself after the policy's time, unless a host unlocked it.
func (r Room) locked(now time.Time) bool {
	after := r.Settings.AutoLock
	return r.Live.Locked || r.Live.Open && after > 0 && !r.Live.Unlocked && !now.Before(r.Live.OpenedAt.Add(after))
}

func refuseJoin(reason Reason) Decision { return Decision{Verdict: Refuses, Reason: reason} }

func (r Room) admit(k JoinRequest, seat SeatID, role Role, now time.Time) Decision {
	d := Decision{Verdict: Admits, Role: role}
	switch {
	case !r.Live.Open:
		d.Transition = r.opening(k.Target, seat, role, now)
	case role != Host && r.Live.Seated >= int64(r.Settings.Capacity): // I12
		d.Verdict, d.Reason = SeemsFull, Full
	default:
		d.Transition = r.admission(role, now)
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

// passedPasscode reports whether the knock is past the passcode: all that the door says to the others is NoMeeting (I13).
func (r Room) passedPasscode(k JoinRequest, role Role) bool {
	return r.Enterable() && (role.IsHost() || k.HasSeat || r.Settings.acceptsPasscode(k.Passcode))
}

// refusalReason is the reason for which somebody past the passcode cannot come into this sitting at all.
func (r Room) refusalReason(k JoinRequest, role Role) Reason {
	switch {
	case slices.Contains(r.Live.Removed, k.Identity): // I10
		return Removed
	case role.IsHost():
		return ""
	case !k.HasSeat && k.isAmong(r.Live.Denied):
		return Denied
	case r.Settings.admitsSignedInOnly() && k.Caller.None():
		return SignInRequired
	case len(r.Settings.Domains) > 0 && (k.Caller.Email == "" || !slices.Contains(r.Settings.Domains, k.Caller.domain())):
		return WrongDomain
	}
	return ""
}

// distrustsPasscode reports whether the passcode was guessed at so often that it only leads to the waiting room (I13).
func (r Room) distrustsPasscode(now time.Time) bool {
	return r.Settings.Passcode != "" && now.Before(r.Live.DistrustedUntil)
}

// mayOpenBeforeHost reports whether the knock opens the room before its host: never past the waiting room (I8). The window is that before
// the next start of the meeting they come for; who comes to a personal room for none may open it at any time.
func (r Room) mayOpenBeforeHost(k JoinRequest, now time.Time) bool {
	p := r.Settings
	if !p.JoinBeforeHost || p.waitingRoomHolds(r.Owner.Account, k.Caller.User) {
		return false
	}
	return p.JoinBeforeHostWindow == 0 || k.NextStart.IsZero() || !now.Before(k.NextStart.Add(-p.JoinBeforeHostWindow))
}

// needsNextStart reports whether the door must know when a meeting is held, to let people in before the host.
func (r Room) needsNextStart() bool {
	return !r.Live.Open && r.Settings.JoinBeforeHost && r.Settings.JoinBeforeHostWindow > 0
}

// otherMeetingIsLive reports whether another meeting than the one they come for sits in the room (I18).
func (r Room) otherMeetingIsLive(k JoinRequest, role Role) bool {
	return role == Participant && !k.Approved && r.isLiveForAnother(k.Target.ID)
}

// isLiveForAnother reports whether a meeting sits in the room, and not this one.
func (r Room) isLiveForAnother(id Number) bool {
	sat := r.Live.Meeting.ID
	return id != "" && sat != "" && sat != id
}

// expired reports whether the sitting lasted its longest (I17).
func (r Room) expired(now time.Time) bool {
	return r.Live.Open && !now.Before(r.Live.OpenedAt.Add(MaxInstanceTime))
}

// maybeAbandoned reports whether nobody passed for so long that the sitting may be abandoned (I17): the seats know.
func (r Room) maybeAbandoned(now time.Time) bool {
	return r.Live.Open && !now.Before(r.Live.AdmittedAt.Add(AbandonedAfter))
}

// AbandonedAfter is how long nobody was admitted in a sitting that may be found abandoned (I17).
const AbandonedAfter = 7 * time.Minute
