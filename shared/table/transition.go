package table

import (
	"cmp"
	"context"
	"slices"

	"personal-rooms/shared/meeting"
)

// ApplyTransition makes the transition as one conditional write, with the effects of [meeting.Transition.Apply]. If a
// guard does not hold it returns [meeting.ErrStale], and the room as it is stored.
//
// A transition whose answer was lost is not made twice, unless another one was made before it was sent again: then its
// guards decide.
func (t *Table) ApplyTransition(ctx context.Context, n meeting.Number, tr meeting.Transition) (meeting.Room, error) {
	if end := tr.End; end != nil && end.Release != nil {
		after, err := t.put(ctx, write{key: roomKey(n), item: roomItem(*end.Release, false), when: allOf(guards(tr)...)})
		return roomAfter(n, after, err)
	}
	var u update
	if tr.End != nil {
		u.end(*tr.End)
	} else {
		u.effects(tr)
	}
	after, err := t.update(ctx, roomKey(n), &u, guards(tr)...)
	return roomAfter(n, after, err)
}

// roomAfter returns the room of the stored item, and the error of the write.
func roomAfter(n meeting.Number, stored item, err error) (meeting.Room, error) {
	r, unreadable := decode(stored, roomFields)
	r.Number = n
	return r, cmp.Or(unreadable, err)
}

// guards are the conditions of the tr.
func guards(t meeting.Transition) []expression {
	all := []expression{express("#kind IN (?, ?)", meeting.Personal, meeting.MeetingRoom), is("instance", t.Instance)}
	if t.Epoch != nil {
		all = append(all, is("epoch", *t.Epoch))
	}
	if t.Seq != nil {
		all = append(all, is("seq", *t.Seq))
	}
	if t.ForMeeting != nil {
		m := t.ForMeeting
		all = append(all, is("meeting.id", m.ID), is("meeting.topic", m.Topic), is("meeting.type", m.Type),
			is("meeting.uuid", m.UUID))
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

// end keeps only what outlives an instance.
func (u *update) end(e meeting.Ending) {
	u.set(noEvent(false))
	u.set(value("instance", &e.Next))
	u.set(value("follows", &e.Follows))
	u.add("epoch", 1)
	for _, name := range []string{"open", "meeting", "opener", "opened_at", "admitted_at", "locked", "unlocked", "seated", "seq",
		"removed", "hosts", "held", "denied", "hold_guests", "hold_everybody", "recounted_at",
		"live_waiting_room", "waiting_message", "host_comes_at", "present_seat", "roster_until", "roster_seq"} {
		u.remove(name)
	}
}

func (u *update) effects(t meeting.Transition) {
	u.set(noEvent(t.Close != nil || !t.HostDecision && t.Open == nil && t.DistrustUntil.IsZero()))
	u.admit(t)
	if t.Open != nil {
		u.open(t)
	}
	u.hosts(t)
	if t.AttachMeeting != nil {
		u.set(nested("meeting", t.AttachMeeting, meetingRefFields))
	}
	if t.HostDecision {
		u.add("epoch", 1)
	}
	if t.Lock != nil {
		u.set(computed("locked", *t.Lock))
		u.set(computed("unlocked", !*t.Lock))
	}
	if t.WaitingRoom != nil {
		u.set(value("live_waiting_room", t.WaitingRoom))
	}
	u.setWaitingTexts(t)
	if t.Occupancy != nil || t.Open != nil {
		u.setOccupancy(t.Occupancy)
	}
	u.union("removed", t.Remove)
	u.union("held", t.RequireApproval)
	u.union("denied", t.Deny)
	u.raise("used", t.Use || t.Open != nil)
	u.raise("hold_guests", t.HoldGuests)
	u.raise("hold_everybody", t.HoldEverybody)
	if t.Settings != nil {
		u.set(settingsField("policy", t.Settings))
		u.set(value("topic", &t.Topic))
		u.set(value("meeting_type", &t.Type))
		u.set(value("link_key", &t.LinkKey))
	}
	if t.Close != nil {
		u.set(value("closed", t.Close))
		u.set(value("status_seq", &t.StatusSeq))
	}
	if t.Trust || !t.DistrustUntil.IsZero() {
		u.set(value("distrust_until", &t.DistrustUntil))
	}
}

func (u *update) setWaitingTexts(t meeting.Transition) {
	if t.Message != nil {
		u.set(value("waiting_message", t.Message))
	}
	if t.HostComesAt != nil {
		u.set(value("host_comes_at", t.HostComesAt))
	}
}

// raise sets the flag, or leaves it as it is.
func (u *update) raise(name string, on bool) {
	if on {
		u.set(computed(name, true))
	}
}

func (u *update) admit(t meeting.Transition) {
	u.add("seq", t.Admissions)
	if !t.At.IsZero() {
		u.set(value("admitted_at", &t.At))
	}
	if t.SetSeated == nil {
		u.add("seated", t.Seats)
		return
	}
	u.set(value("seated", t.SetSeated))
	u.set(value("recounted_at", &t.RecountedAt))
}

// hosts replaces the hosts, or adds to them. An opening replaces those of the last instance.
func (u *update) hosts(t meeting.Transition) {
	replaced := t.ReplaceHosts
	if replaced == nil && t.Open != nil {
		replaced = &t.Open.Hosts
	}
	if replaced == nil {
		u.union("hosts", t.MakeHosts)
		return
	}
	hosts := slices.Concat(*replaced, t.MakeHosts)
	u.set(value("hosts", &hosts))
}

func (u *update) open(t meeting.Transition) {
	u.set(computed("open", true))
	u.set(value("opener", &t.Open.Opener))
	u.set(value("opened_at", &t.At))
	if t.WaitingRoom == nil {
		u.remove("live_waiting_room") // an older version may have left it
	}
	if t.Message == nil {
		u.remove("waiting_message")
	}
	if t.HostComesAt == nil {
		u.remove("host_comes_at")
	}
	if t.AttachMeeting == nil {
		u.set(nested("meeting", &t.Open.Meeting, meetingRefFields))
	}
}

// setOccupancy stores what the roster said; nil removes it.
func (u *update) setOccupancy(o *meeting.Occupancy) {
	if o == nil {
		o = &meeting.Occupancy{}
	}
	u.set(value("present_seat", &o.Present))
	u.set(value("roster_until", &o.Until))
	u.set(value("roster_seq", &o.Seq))
}
