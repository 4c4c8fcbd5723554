package meeting

import (
	"slices"
	"time"
)

// A Transition is one conditional write on a room: the only way in which a gate changes. It holds no behaviour but Apply,
// which is its meaning; the table does the same as one UpdateItem.
//
// The guards: the instance always; the rest if set.
type Transition struct {
	Instance   string      // the sitting that the turn is about
	Epoch      *int64      // no host decided anything meanwhile
	Seq        *int64      // nobody passed meanwhile
	ForMeeting *MeetingRef // the sitting is still for this meeting
	Distrust   *time.Time  // the passcode is trusted or not as it was then: DistrustUntil
	Live       bool        // the room is open
	Idle       bool        // the room is not open
	Seats      int64       // so many seats of the Capacity are free
	Capacity   int         // what the policy says, if Free is asked for

	// The effects.
	Admissions      int64 // so many people pass, Free of whom take a seat of the capacity
	HostDecision    bool  // a host's decision: the epoch changes
	Open            *Opening
	AttachMeeting   *MeetingRef // the meeting that a sitting for none becomes
	End             *Ending
	Lock            *bool
	Remove          []Identity // added to those who are out for this sitting
	MakeHosts       []Identity // added to the hosts of this sitting
	RequireApproval []Identity // added to those who come in by approval only
	Deny            []Identity // added to those who are not let in
	Settings        *Settings  // together with Topic and Type: the owner's edit
	Topic           string
	Type            Type

	SetSeated     *int64    // a recount: what Seated is set to
	RecountedAt   time.Time // when it was made
	DistrustUntil time.Time
	At            time.Time // when people pass
}

// An Opening is the begin of a sitting.
type Opening struct {
	Meeting MeetingRef
	Opener  SeatID // empty if nobody takes a seat
	Hosts   []Identity
}

// An Ending ends a sitting and names the next one.
type Ending struct {
	Next   string
	Retire *Room // what remains of a Fleeting room
}

// Apply is the room after the turn; false, and the room as it was, if a guard does not hold.
func (t Transition) Apply(r Room) (Room, bool) {
	g := r.Live
	switch {
	case !r.Enterable(), g.Instance != t.Instance,
		t.Epoch != nil && *t.Epoch != g.Epoch,
		t.Seq != nil && *t.Seq != g.AdmissionSeq,
		t.ForMeeting != nil && *t.ForMeeting != g.Meeting,
		t.Distrust != nil && !t.Distrust.Equal(g.DistrustedUntil),
		t.Live && !g.Open, t.Idle && g.Open,
		t.Seats > 0 && (r.Settings.Capacity != t.Capacity || g.Seated+t.Seats > int64(t.Capacity)):
		return r, false
	}
	if t.End != nil {
		return t.End.apply(r), true
	}
	return t.effects(r), true
}

func (t Transition) effects(r Room) Room {
	g := &r.Live
	if o := t.Open; o != nil {
		g.Open, g.Meeting, g.Opener, g.Hosts, g.OpenedAt = true, o.Meeting, o.Opener, o.Hosts, t.At
	}
	if t.AttachMeeting != nil {
		g.Meeting = *t.AttachMeeting
	}
	g.Seated += t.Seats
	g.AdmissionSeq += t.Admissions
	if !t.At.IsZero() {
		g.AdmittedAt = t.At
	}
	if t.HostDecision {
		g.Epoch++
	}
	if t.Lock != nil {
		g.Locked, g.Unlocked = *t.Lock, !*t.Lock
	}
	g.Removed = union(g.Removed, t.Remove)
	g.Hosts = union(g.Hosts, t.MakeHosts)
	g.NeedApproval = union(g.NeedApproval, t.RequireApproval)
	g.Denied = union(g.Denied, t.Deny)
	if t.Settings != nil {
		r.Settings, r.Topic, r.Type = *t.Settings, t.Topic, t.Type
	}
	if t.SetSeated != nil {
		g.Seated, g.RecountedAt = *t.SetSeated, t.RecountedAt
	}
	if !t.DistrustUntil.IsZero() {
		g.DistrustedUntil = t.DistrustUntil
	}
	return r
}

// apply leaves nothing of the sitting: the next one starts clean (I10).
func (e Ending) apply(r Room) Room {
	if e.Retire != nil {
		return *e.Retire
	}
	r.Live = LiveState{Instance: e.Next, Epoch: r.Live.Epoch + 1, DistrustedUntil: r.Live.DistrustedUntil}
	return r
}

func union(a, b []Identity) []Identity {
	a = slices.Clip(a)
	for _, id := range b {
		if !slices.Contains(a, id) {
			a = append(a, id)
		}
	}
	return a
}

// admission is the turn by which one knock is admitted, on what was decided about r as it is.
func (r Room) admission(role Role, now time.Time) Transition {
	t := Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Live: true, Admissions: 1, At: now}
	return t.takingSeat(r, role)
}

// opening is the turn by which the room opens with somebody in it, or with nobody yet.
func (r Room) opening(v Target, opener SeatID, role Role, now time.Time) Transition {
	t := Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Idle: true, HostDecision: true, At: now,
		Open: &Opening{Meeting: v.MeetingRef, Opener: opener, Hosts: r.hostIdentities(v)}}
	if opener == "" {
		return t
	}
	t.Admissions = 1
	return t.takingSeat(r, role)
}

// takingSeat is the turn of somebody who takes a seat of the capacity, as all do but the owner (I11).
func (t Transition) takingSeat(r Room, role Role) Transition {
	if role != Host {
		t.Seats, t.Capacity = 1, r.Settings.Capacity
	}
	return t
}

// ending is the turn by which the sitting for its meeting ends; what is Fleeting dies with it.
func (r Room) ending(next string, now time.Time, quarantine time.Duration) Transition {
	t := Transition{Instance: r.Live.Instance, ForMeeting: &r.Live.Meeting, Live: true, End: &Ending{Next: next}}
	if r.Ephemeral {
		rest := r.Retire(now, quarantine)
		t.End.Retire = &rest
	}
	return t
}
