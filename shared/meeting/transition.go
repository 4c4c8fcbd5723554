package meeting

import (
	"slices"
	"time"
)

// A Transition is one conditional write on a room: the only way in which the live state changes. It holds no behaviour
// but Apply, which is its meaning; storage does the same as one UpdateItem.
type Transition struct {
	// Guards: the instance always; the others if set.
	Instance   string
	Epoch      *int64      // no host decided anything since
	Seq        *int64      // nobody was admitted since
	ForMeeting *MeetingRef // the instance is still for this meeting
	Distrust   *time.Time  // DistrustedUntil is still this
	Live       bool        // the room is open
	Idle       bool        // the room is not open
	Seats      int64       // so many seats of Capacity are free
	Capacity   int         // as in the settings, if Seats is set

	// Effects.
	Admissions      int64 // of which Seats take a seat of the capacity
	HostDecision    bool  // the epoch changes
	Open            *Opening
	Use             bool        // the number of a Personal room is known to others; so it is after Open
	AttachMeeting   *MeetingRef // the meeting that an instance for none becomes
	End             *Ending
	Lock            *bool
	WaitingRoom     *WaitingRoom // of this instance; empty: as the settings say
	Message         *string      // for people who wait; empty: none
	HostComesAt     *time.Time
	Remove          []Identity
	ReplaceHosts    *[]Identity
	MakeHosts       []Identity
	RequireApproval []Identity
	Deny            []Identity
	HoldGuests      bool
	HoldEverybody   bool
	Settings        *Settings // together with Topic and Type
	Topic           string
	Type            Type
	LinkKey         string // together with Settings
	Trust           bool   // the passcode is new
	Close           *Status
	StatusSeq       int64  // together with Close
	SetSeated       *int64 // a recount; if it found the room full, made at RecountedAt
	RecountedAt     time.Time
	DistrustUntil   time.Time
	Occupancy       *Occupancy
	At              time.Time // of the admissions
}

// An Opening opens the room for an instance.
type Opening struct {
	Meeting MeetingRef
	Opener  SeatID // empty if nobody is admitted by it
	Hosts   []Identity
}

// An Ending ends the instance and names the next one.
type Ending struct {
	Next    string
	Follows string // the instance that ends, if those who wait in it go on waiting in the next one
	Release *Room  // what remains of an Ephemeral room
}

// Apply returns the room after the transition; or false, and the room as it was, if a guard does not hold.
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
		g.Open, g.Meeting, g.Opener, g.Hosts, g.OpenedAt, g.WaitingRoom = true, o.Meeting, o.Opener, o.Hosts, t.At, ""
		g.Message, g.HostComesAt, g.Occupancy = "", time.Time{}, Occupancy{}
	}
	r.Used = r.Used || t.Use || t.Open != nil
	set(&g.Occupancy, t.Occupancy)
	set(&g.WaitingRoom, t.WaitingRoom)
	set(&g.Message, t.Message)
	set(&g.HostComesAt, t.HostComesAt)
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
	if t.ReplaceHosts != nil {
		g.Hosts = *t.ReplaceHosts
	}
	g.Hosts = union(g.Hosts, t.MakeHosts)
	g.NeedApproval = union(g.NeedApproval, t.RequireApproval)
	g.Denied = union(g.Denied, t.Deny)
	g.HoldGuests = g.HoldGuests || t.HoldGuests
	g.HoldEverybody = g.HoldEverybody || t.HoldEverybody
	if t.Settings != nil {
		r.Settings, r.Topic, r.Type, r.LinkKey = *t.Settings, t.Topic, t.Type, t.LinkKey
	}
	if t.Close != nil {
		r.Closed, r.StatusSeq = *t.Close, t.StatusSeq
	}
	if t.SetSeated != nil {
		g.Seated, g.RecountedAt = *t.SetSeated, t.RecountedAt
	}
	if t.Trust || !t.DistrustUntil.IsZero() {
		g.DistrustedUntil = t.DistrustUntil
	}
	return r
}

// apply leaves nothing of the instance but the distrust of the passcode (I10).
func (e Ending) apply(r Room) Room {
	if e.Release != nil {
		return *e.Release
	}
	r.Live = LiveState{
		Instance: e.Next, Follows: e.Follows, Epoch: r.Live.Epoch + 1, DistrustedUntil: r.Live.DistrustedUntil,
	}
	return r
}

// union returns a new slice if it adds anything: rooms share their slices.
func union(a, b []Identity) []Identity {
	a = slices.Clip(a)
	for _, id := range b {
		if !slices.Contains(a, id) {
			a = append(a, id)
		}
	}
	return a
}

// asDecision returns the transition as a host's decision. It can be applied if the instance of the room is still live,
// and if no host decided anything since the room was read.
func (t Transition) asDecision(r Room) *Transition {
	t.Instance, t.Epoch, t.Live, t.HostDecision = r.Live.Instance, &r.Live.Epoch, true, true
	return &t
}

// admission returns the transition that admits one person, as was decided on the room as it is.
func (r Room) admission(role Role, now time.Time) Transition {
	t := Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Live: true, Admissions: 1, At: now}
	return t.takingSeat(r, role)
}

// opening returns the transition that opens the room for the meeting and admits the opener, if any.
func (r Room) opening(v Target, opener SeatID, role Role, now time.Time) Transition {
	t := Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, Idle: true, HostDecision: true, At: now,
		Open: &Opening{Meeting: v.MeetingRef, Opener: opener, Hosts: r.hostIdentities(v)}}
	if opener == "" {
		return t
	}
	t.Admissions = 1
	return t.takingSeat(r, role)
}

// takingSeat takes a seat of the capacity, except for the owner (I11).
func (t Transition) takingSeat(r Room, role Role) Transition {
	if role != Host {
		t.Seats, t.Capacity = 1, r.Settings.Capacity
	}
	return t
}

// ending returns the transition that ends the instance for its meeting, and releases the number of an Ephemeral room.
func (r Room) ending(next string, now time.Time, quarantine time.Duration) Transition {
	t := Transition{Instance: r.Live.Instance, ForMeeting: &r.Live.Meeting, Live: true, End: &Ending{Next: next}}
	if r.Ephemeral {
		t.End.Release = new(r.Release(now, quarantine))
	}
	return t
}
