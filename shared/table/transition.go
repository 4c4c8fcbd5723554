package table

import (
	"context"
	"slices"

	"personal-rooms/shared/meeting"
)

// ApplyTransition makes the turn as one conditional write, which means what meeting.Turn.Apply says. If a guard does not hold it
// returns meeting.ErrStale, and the room as it is.
//
// A turn whose answer was lost is not made twice, unless others turned before it was sent again: then it is decided by
// its guards.
func (t *Table) ApplyTransition(ctx context.Context, n meeting.Number, turn meeting.Transition) (meeting.Room, error) {
	if end := turn.End; end != nil && end.Retire != nil {
		after, err := t.put(ctx, write{key: roomKey(n), item: roomItemOf(*end.Retire), when: allOf(guards(turn)...)})
		return roomAfter(n, after, err)
	}
	var u update
	if turn.End != nil {
		u.end(*turn.End)
	} else {
		u.effects(turn)
	}
	after, err := t.update(ctx, roomKey(n), &u, guards(turn)...)
	return roomAfter(n, after, err)
}

// roomAfter is the answer to a turn: the room, and the error of the write.
func roomAfter(n meeting.Number, stored item, err error) (meeting.Room, error) {
	r, unreadable := roomOf(n, stored)
	if unreadable != nil {
		return r, unreadable
	}
	return r, err
}

// guards are the conditions of the turn.
func guards(t meeting.Transition) []term {
	all := []term{oneOf("kind", meeting.Personal, meeting.MeetingRoom), is("instance", t.Instance)}
	if t.Epoch != nil {
		all = append(all, is("epoch", *t.Epoch))
	}
	if t.Seq != nil {
		all = append(all, is("seq", *t.Seq))
	}
	if t.ForMeeting != nil {
		all = append(all, is("meeting.id", string(t.ForMeeting.ID)), is("meeting.topic", t.ForMeeting.Topic), is("meeting.type", int(t.ForMeeting.Type)))
	}
	if t.Distrust != nil {
		all = append(all, is("distrust_until", millis(*t.Distrust)))
	}
	if t.Live {
		all = append(all, is("open", true))
	}
	if t.Idle {
		all = append(all, absent("open"))
	}
	if t.Seats > 0 {
		all = append(all, is("policy.capacity", t.Capacity), atMost("seated", int64(t.Capacity)-t.Seats))
	}
	return all
}

// end leaves nothing of the gate but what outlives a sitting.
func (u *update) end(e meeting.Ending) {
	u.set(noEvent, false)
	u.set("instance", e.Next)
	u.add("epoch", 1)
	for _, name := range []string{"open", "meeting", "opener", "opened_at", "admitted_at", "locked", "unlocked", "seated", "seq",
		"removed", "hosts", "held", "denied", "recounted_at"} {
		u.removes = append(u.removes, u.name(name))
	}
}

func (u *update) effects(t meeting.Transition) {
	u.set(noEvent, !t.HostDecision && t.Open == nil)
	u.admit(t)
	u.hosts(t)
	u.meetingRef(t)
	if t.Open != nil {
		u.open(t)
	}
	if t.HostDecision {
		u.add("epoch", 1)
	}
	if t.Lock != nil {
		u.set("locked", *t.Lock)
		u.set("unlocked", !*t.Lock)
	}
	u.union("removed", t.Remove)
	u.union("held", t.RequireApproval)
	u.union("denied", t.Deny)
	if t.Settings != nil {
		u.set("policy", settingsItemOf(*t.Settings))
		u.set("topic", t.Topic)
		u.set("meeting_type", int(t.Type))
	}
	if !t.DistrustUntil.IsZero() {
		u.set("distrust_until", millis(t.DistrustUntil))
	}
}

func (u *update) admit(t meeting.Transition) {
	u.add("seq", t.Admissions)
	if !t.At.IsZero() {
		u.set("admitted_at", millis(t.At))
	}
	if t.SetSeated == nil {
		u.add("seated", t.Seats)
		return
	}
	u.set("seated", *t.SetSeated)
	u.set("recounted_at", millis(t.RecountedAt))
}

// meetingRef is the meeting that a sitting is opened for, or that it becomes.
func (u *update) meetingRef(t meeting.Transition) {
	switch {
	case t.AttachMeeting != nil:
		u.set("meeting", meetingRefItemOf(*t.AttachMeeting))
	case t.Open != nil:
		u.set("meeting", meetingRefItemOf(t.Open.Meeting))
	}
}

func (u *update) open(t meeting.Transition) {
	u.set("open", true)
	u.set("opener", string(t.Open.Opener))
	u.set("opened_at", millis(t.At))
}

// hosts of a sitting that opens are those of its meeting; later ones come to them.
func (u *update) hosts(t meeting.Transition) {
	if t.Open == nil {
		u.union("hosts", t.MakeHosts)
		return
	}
	u.set("hosts", binarySet(identitySet(slices.Concat(t.Open.Hosts, t.MakeHosts))))
}
