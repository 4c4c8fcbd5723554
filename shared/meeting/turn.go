package meeting

import (
	"slices"
	"time"
)

// A Turn is one conditional write on a room: the only way in which a gate changes. It holds no behaviour but Apply,
// which is its meaning; the table does the same as one UpdateItem.
//
// The guards: the instance always; the rest if set.
type Turn struct {
	Instance string     // the sitting that the turn is about
	Epoch    *int64     // no host decided anything meanwhile
	Seq      *int64     // nobody passed meanwhile
	Sits     *Sat       // the sitting is still for this meeting
	Trust    *time.Time // the passcode is trusted or not as it was then: DistrustUntil
	Live     bool       // the room is open
	Idle     bool       // the room is not open
	Free     int64      // so many seats of the Capacity are free
	Capacity int        // what the policy says, if Free is asked for

	// The effects.
	Pass   int64 // so many people pass, Free of whom take a seat of the capacity
	Decide bool  // a host's decision: the epoch changes
	Open   *Opening
	Adopt  *Sat // the meeting that a sitting for none becomes
	End    *Ending
	Lock   *bool
	Remove []Identity // added to those who are out for this sitting
	Hosts  []Identity // added to the hosts of this sitting
	Hold   []Identity // added to those who come in by approval only
	Deny   []Identity // added to those who are not let in
	Policy *Policy    // together with Topic and Type: the owner's edit
	Topic  string
	Type   Type

	Seated        *int64    // a recount: what Seated is set to
	RecountedAt   time.Time // when it was made
	DistrustUntil time.Time
	At            time.Time // when people pass
}

// An Opening is the begin of a sitting.
type Opening struct {
	Meeting Sat
	Opener  SeatID // empty if nobody takes a seat
	Hosts   []Identity
}

// An Ending ends a sitting and names the next one.
type Ending struct {
	Next   string
	Retire *Room // what remains of a Fleeting room
}

// Apply is the room after the turn; false, and the room as it was, if a guard does not hold.
func (t Turn) Apply(r Room) (Room, bool) {
	g := r.Gate
	switch {
	case !r.Enterable(), g.Instance != t.Instance,
		t.Epoch != nil && *t.Epoch != g.Epoch,
		t.Seq != nil && *t.Seq != g.Seq,
		t.Sits != nil && *t.Sits != g.Meeting,
		t.Trust != nil && !t.Trust.Equal(g.DistrustUntil),
		t.Live && !g.Open, t.Idle && g.Open,
		t.Free > 0 && (r.Policy.Capacity != t.Capacity || g.Seated+t.Free > int64(t.Capacity)):
		return r, false
	}
	if t.End != nil {
		return t.End.apply(r), true
	}
	return t.effects(r), true
}

func (t Turn) effects(r Room) Room {
	g := &r.Gate
	if o := t.Open; o != nil {
		g.Open, g.Meeting, g.Opener, g.Hosts, g.OpenedAt = true, o.Meeting, o.Opener, o.Hosts, t.At
	}
	if t.Adopt != nil {
		g.Meeting = *t.Adopt
	}
	g.Seated += t.Free
	g.Seq += t.Pass
	if !t.At.IsZero() {
		g.AdmittedAt = t.At
	}
	if t.Decide {
		g.Epoch++
	}
	if t.Lock != nil {
		g.Locked, g.Unlocked = *t.Lock, !*t.Lock
	}
	g.Removed = union(g.Removed, t.Remove)
	g.Hosts = union(g.Hosts, t.Hosts)
	g.Held = union(g.Held, t.Hold)
	g.Denied = union(g.Denied, t.Deny)
	if t.Policy != nil {
		r.Policy, r.Topic, r.Type = *t.Policy, t.Topic, t.Type
	}
	if t.Seated != nil {
		g.Seated, g.RecountedAt = *t.Seated, t.RecountedAt
	}
	if !t.DistrustUntil.IsZero() {
		g.DistrustUntil = t.DistrustUntil
	}
	return r
}

// apply leaves nothing of the sitting: the next one starts clean (I10).
func (e Ending) apply(r Room) Room {
	if e.Retire != nil {
		return *e.Retire
	}
	r.Gate = Gate{Instance: e.Next, Epoch: r.Gate.Epoch + 1, DistrustUntil: r.Gate.DistrustUntil}
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

// pass is the turn by which one knock is admitted, on what was decided about r as it is.
func (r Room) pass(role Role, now time.Time) Turn {
	t := Turn{Instance: r.Gate.Instance, Epoch: &r.Gate.Epoch, Live: true, Pass: 1, At: now}
	return t.seating(r, role)
}

// open is the turn by which the room opens with somebody in it, or with nobody yet.
func (r Room) open(v Visit, opener SeatID, role Role, now time.Time) Turn {
	t := Turn{Instance: r.Gate.Instance, Epoch: &r.Gate.Epoch, Idle: true, Decide: true, At: now,
		Open: &Opening{Meeting: v.Sat, Opener: opener, Hosts: r.hostIdentities(v)}}
	if opener == "" {
		return t
	}
	t.Pass = 1
	return t.seating(r, role)
}

// seating is the turn of somebody who takes a seat of the capacity, as all do but the owner (I11).
func (t Turn) seating(r Room, role Role) Turn {
	if role != Host {
		t.Free, t.Capacity = 1, r.Policy.Capacity
	}
	return t
}

// end is the turn by which the sitting for its meeting ends; what is Fleeting dies with it.
func (r Room) end(next string, now time.Time, quarantine time.Duration) Turn {
	t := Turn{Instance: r.Gate.Instance, Sits: &r.Gate.Meeting, Live: true, End: &Ending{Next: next}}
	if r.Fleeting {
		rest := r.Retire(now, quarantine)
		t.End.Retire = &rest
	}
	return t
}
