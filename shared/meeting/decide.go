package meeting

import (
	"slices"
	"time"
)

// Longest is how long a sitting may last (I17).
const Longest = 30 * time.Hour

// A Knock is somebody at the door of a room: who they are, and what they show.
type Knock struct {
	Caller   Caller
	Identity Identity // theirs in this sitting
	Client   Identity // of a guest, in this sitting
	Visit    Visit
	Passcode string
	Starts   time.Time // when the meeting that they come for is held next, if the room asksWhen; zero: at no fixed time

	// Of the seat that they hold in this sitting, if they come back to one. Their passcode was right when they took it.
	Known    bool
	Waits    bool
	Held     bool
	Approved bool
}

// A Verdict is what the door answers to a knock.
type Verdict int

const (
	Refuses Verdict = iota // for Decision.Reason
	Admits                 // if Decision.Turn holds
	Holds                  // in the waiting room
	Awaits                 // the host, or the host's meeting
	Fills                  // every seat seems taken: count the seats, and ask again
)

// A Decision is what Decide made of a knock. An admission becomes true only by its Turn.
type Decision struct {
	Verdict Verdict
	Reason  Reason
	Role    Role
	Held    bool // of a seat that waits: by approval only
	Turn    Turn
}

// Decide says what the door answers to the knock, on the room as it is. It is pure: the turnstile reads, asks it, and
// commits to what it said. The seat is the one to be taken.
func (r Room) Decide(k Knock, seat SeatID, now time.Time) Decision {
	role := r.role(k)
	if !r.knows(k, role) {
		return refusal(NoMeeting)
	}
	if role == Host { // I11
		return r.admit(k, seat, role, now)
	}
	if reason := r.bars(k, role); reason != "" {
		return refusal(reason)
	}
	held := k.Held || k.among(r.Gate.Held) || role == Participant && k.unproven() && r.distrusts(now)
	switch {
	case !r.Gate.Open && (role.Hosting() || !held && r.beforeHost(k, now)):
		return r.admit(k, seat, role, now).trusting(r, k, role)
	case !r.Gate.Open, r.elsewhere(k, role):
		return Decision{Verdict: Awaits, Role: role, Held: held}
	case r.locked(now) && !k.Waits && !k.Approved: // I7
		return refusal(Locked)
	case r.locked(now), !k.Approved && (held || role == Participant && r.Policy.holds(r.Owner.Account, k.Caller.User)): // I8
		return Decision{Verdict: Holds, Role: role, Held: held}
	}
	return r.admit(k, seat, role, now).trusting(r, k, role)
}

// trusting binds the admission of somebody by the passcode to the room's trust in it: who guessed it while others were guessing is not let in
// by it once the room is marked (I13).
func (d Decision) trusting(r Room, k Knock, role Role) Decision {
	if d.Verdict == Admits && role == Participant && k.unproven() && r.Policy.Passcode != "" {
		d.Turn.Trust = &r.Gate.DistrustUntil
	}
	return d
}

// unproven reports whether nothing but the passcode speaks for them: nobody has let them in yet.
func (k Knock) unproven() bool { return !k.Known || k.Waits && !k.Approved }

// among reports whether the people are among those that are named: by who they are; or, as guests who come anew, by their client.
func (k Knock) among(ids []Identity) bool {
	return slices.Contains(ids, k.Identity) || !k.Known && k.Caller.None() && slices.Contains(ids, k.Client)
}

// locked reports whether the door is locked: by a host, or by itself after the policy's time, unless a host unlocked it.
func (r Room) locked(now time.Time) bool {
	after := r.Policy.AutoLock
	return r.Gate.Locked || r.Gate.Open && after > 0 && !r.Gate.Unlocked && !now.Before(r.Gate.OpenedAt.Add(after))
}

func refusal(reason Reason) Decision { return Decision{Verdict: Refuses, Reason: reason} }

func (r Room) admit(k Knock, seat SeatID, role Role, now time.Time) Decision {
	d := Decision{Verdict: Admits, Role: role}
	switch {
	case !r.Gate.Open:
		d.Turn = r.open(k.Visit, seat, role, now)
	case role != Host && r.Gate.Seated >= int64(r.Policy.Capacity): // I12
		d.Verdict, d.Reason = Fills, Full
	default:
		d.Turn = r.pass(role, now)
	}
	return d
}

func (r Room) role(k Knock) Role {
	switch {
	case !k.Caller.None() && k.Caller.User == r.Owner:
		return Host
	case r.Hosted(k.Caller, k.Visit):
		return AlternativeHost
	}
	return Participant
}

// knows reports whether the knock is past the passcode: all that the door says to the others is NoMeeting (I13).
func (r Room) knows(k Knock, role Role) bool {
	return r.Enterable() && (role.Hosting() || k.Known || r.Policy.opens(k.Passcode))
}

// bars is the reason for which somebody past the passcode cannot come into this sitting at all.
func (r Room) bars(k Knock, role Role) Reason {
	switch {
	case slices.Contains(r.Gate.Removed, k.Identity): // I10
		return Removed
	case role.Hosting():
		return ""
	case !k.Known && k.among(r.Gate.Denied):
		return Denied
	case r.Policy.signedInOnly() && k.Caller.None():
		return SignInRequired
	case len(r.Policy.Domains) > 0 && (k.Caller.Email == "" || !slices.Contains(r.Policy.Domains, k.Caller.domain())):
		return WrongDomain
	}
	return ""
}

// distrusts reports whether the passcode was guessed at so often that it only leads to the waiting room (I13).
func (r Room) distrusts(now time.Time) bool {
	return r.Policy.Passcode != "" && now.Before(r.Gate.DistrustUntil)
}

// beforeHost reports whether the knock opens the room before its host: never past the waiting room (I8). The window is that before
// the next start of the meeting they come for; who comes to a personal room for none may open it at any time.
func (r Room) beforeHost(k Knock, now time.Time) bool {
	p := r.Policy
	if !p.JoinBeforeHost || p.holds(r.Owner.Account, k.Caller.User) {
		return false
	}
	return p.Window == 0 || k.Starts.IsZero() || !now.Before(k.Starts.Add(-p.Window))
}

// asksWhen reports whether the door must know when a meeting is held, to let people in before the host.
func (r Room) asksWhen() bool {
	return !r.Gate.Open && r.Policy.JoinBeforeHost && r.Policy.Window > 0
}

// elsewhere reports whether another meeting than the one they come for sits in the room (I18).
func (r Room) elsewhere(k Knock, role Role) bool {
	return role == Participant && !k.Approved && r.sitsAnother(k.Visit.ID)
}

// sitsAnother reports whether a meeting sits in the room, and not this one.
func (r Room) sitsAnother(id Number) bool {
	sat := r.Gate.Meeting.ID
	return id != "" && sat != "" && sat != id
}

// expired reports whether the sitting lasted its longest (I17).
func (r Room) expired(now time.Time) bool {
	return r.Gate.Open && !now.Before(r.Gate.OpenedAt.Add(Longest))
}

// quiet reports whether nobody passed for so long that the sitting may be abandoned (I17): the seats know.
func (r Room) quiet(now time.Time) bool {
	return r.Gate.Open && !now.Before(r.Gate.AdmittedAt.Add(Quiet))
}

// Quiet is how long nobody was admitted in a sitting that may be found abandoned (I17).
const Quiet = 7 * time.Minute
