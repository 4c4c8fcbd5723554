package table

import (
	"context"
	"slices"

	"personal-rooms/shared/meeting"
)

// Turn makes the turn as one conditional write, which means what meeting.Turn.Apply says. If a guard does not hold it
// returns meeting.ErrStale, and the room as it is.
//
// A turn whose answer was lost is not made twice, unless others turned before it was sent again: then it is decided by
// its guards.
func (t *Table) Turn(ctx context.Context, n meeting.Number, turn meeting.Turn) (meeting.Room, error) {
	if end := turn.End; end != nil && end.Retire != nil {
		after, err := t.put(ctx, write{key: roomKey(n), item: roomItemOf(*end.Retire), when: allOf(guards(turn)...)})
		return turned(n, after, err)
	}
	var u update
	if turn.End != nil {
		u.end(*turn.End)
	} else {
		u.effects(turn)
	}
	after, err := t.update(ctx, roomKey(n), &u, guards(turn)...)
	return turned(n, after, err)
}

// turned is the answer to a turn: the room, and the error of the write.
func turned(n meeting.Number, stored item, err error) (meeting.Room, error) {
	r, unreadable := roomOf(n, stored)
	if unreadable != nil {
		return r, unreadable
	}
	return r, err
}

// guards are the conditions of the turn.
func guards(t meeting.Turn) []term {
	all := []term{oneOf("kind", meeting.Personal, meeting.Own), is("instance", t.Instance)}
	if t.Epoch != nil {
		all = append(all, is("epoch", *t.Epoch))
	}
	if t.Seq != nil {
		all = append(all, is("seq", *t.Seq))
	}
	if t.Sits != nil {
		all = append(all, is("meeting.id", string(t.Sits.ID)), is("meeting.topic", t.Sits.Topic), is("meeting.type", int(t.Sits.Type)))
	}
	if t.Trust != nil {
		all = append(all, is("distrust_until", millis(*t.Trust)))
	}
	if t.Live {
		all = append(all, is("open", true))
	}
	if t.Idle {
		all = append(all, absent("open"))
	}
	if t.Free > 0 {
		all = append(all, is("policy.capacity", t.Capacity), atMost("seated", int64(t.Capacity)-t.Free))
	}
	return all
}

// end leaves nothing of the gate but what outlives a sitting.
func (u *update) end(e meeting.Ending) {
	u.set(quiet, false)
	u.set("instance", e.Next)
	u.add("epoch", 1)
	for _, name := range []string{"open", "meeting", "opener", "opened_at", "admitted_at", "locked", "unlocked", "seated", "seq",
		"removed", "hosts", "held", "denied", "recounted_at"} {
		u.removes = append(u.removes, u.name(name))
	}
}

func (u *update) effects(t meeting.Turn) {
	u.set(quiet, !t.Decide && t.Open == nil)
	u.admit(t)
	u.hosts(t)
	u.sat(t)
	if t.Open != nil {
		u.open(t)
	}
	if t.Decide {
		u.add("epoch", 1)
	}
	if t.Lock != nil {
		u.set("locked", *t.Lock)
		u.set("unlocked", !*t.Lock)
	}
	u.union("removed", t.Remove)
	u.union("held", t.Hold)
	u.union("denied", t.Deny)
	if t.Policy != nil {
		u.set("policy", policyItemOf(*t.Policy))
		u.set("topic", t.Topic)
		u.set("meeting_type", int(t.Type))
	}
	if !t.DistrustUntil.IsZero() {
		u.set("distrust_until", millis(t.DistrustUntil))
	}
}

func (u *update) admit(t meeting.Turn) {
	u.add("seq", t.Pass)
	if !t.At.IsZero() {
		u.set("admitted_at", millis(t.At))
	}
	if t.Seated == nil {
		u.add("seated", t.Free)
		return
	}
	u.set("seated", *t.Seated)
	u.set("recounted_at", millis(t.RecountedAt))
}

// sat is the meeting that a sitting is opened for, or that it becomes.
func (u *update) sat(t meeting.Turn) {
	switch {
	case t.Adopt != nil:
		u.set("meeting", satItemOf(*t.Adopt))
	case t.Open != nil:
		u.set("meeting", satItemOf(t.Open.Meeting))
	}
}

func (u *update) open(t meeting.Turn) {
	u.set("open", true)
	u.set("opener", string(t.Open.Opener))
	u.set("opened_at", millis(t.At))
}

// hosts of a sitting that opens are those of its meeting; later ones come to them.
func (u *update) hosts(t meeting.Turn) {
	if t.Open == nil {
		u.union("hosts", t.Hosts)
		return
	}
	u.set("hosts", binarySet(identitySet(slices.Concat(t.Open.Hosts, t.Hosts))))
}
