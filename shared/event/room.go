package event

import (
	"time"

	"personal-rooms/shared/meeting"
)

// A Sitting is a meeting that is held, as Zoom tells of it.
type Sitting struct {
	ID        any          `json:"id"` // text; a number in one event, as Zoom's
	UUID      string       `json:"uuid"`
	HostID    string       `json:"host_id"`
	Topic     string       `json:"topic"`
	Type      meeting.Type `json:"type"`
	StartTime string       `json:"start_time,omitempty"` // when it opened
	EndTime   string       `json:"end_time,omitempty"`
	Duration  int64        `json:"duration"` // 0: a sitting does not know for how long it was planned

	Participant *Participant `json:"participant,omitempty"`
	Operator    string       `json:"operator_id,omitempty"` // who decided on the participant
}

func ofRoom(c Change) (all []Event) {
	before, after := images[meeting.Room](c)
	was, is := before.Gate, after.Gate
	same := was.Open && is.Open && was.Instance == is.Instance
	if was.Open && !same {
		all = append(all, ended(c, before))
	}
	if is.Open && (!same || was.Meeting.ID != is.Meeting.ID) {
		all = append(all, c.tell(MeetingStarted, after.Owner.Account, sittingOf(after)).in(orderOf(after)))
	}
	if same && is.Locked && !was.Locked {
		all = append(all, c.tell(RoomLocked, after.Owner.Account, sittingOf(after)).in(orderOf(after)))
	}
	if same && (was.Locked && !is.Locked || is.Unlocked && !was.Unlocked) {
		all = append(all, c.tell(RoomUnlocked, after.Owner.Account, sittingOf(after)).in(orderOf(after)))
	}
	if before.Enterable() && after.Enterable() && before.Kind == after.Kind && before.Owner == after.Owner {
		all = append(all, refurnished(c, before, after)...)
	}
	return all
}

func sittingOf(r meeting.Room) Sitting {
	sat := r.Sitting()
	return Sitting{
		ID: sat.ID, UUID: r.Gate.Instance, HostID: r.Owner.ID, Topic: sat.Topic, Type: sat.Type, StartTime: timeOf(r.Gate.OpenedAt),
	}
}

func orderOf(r meeting.Room) Order {
	return Order{Instance: r.Gate.Instance, Epoch: r.Gate.Epoch, Seq: r.Gate.Seq}
}

// ended comes after all else that happened in the sitting of the room.
func ended(c Change, r meeting.Room) Event {
	object := sittingOf(r)
	object.EndTime = timeOf(within(c.At, r.Gate.OpenedAt, r.Gate.OpenedAt.Add(meeting.Longest)))
	order := orderOf(r)
	order.Epoch++
	return c.tell(MeetingEnded, r.Owner.Account, object).in(order)
}

// within is the time, or that of the two bounds which it lies beyond.
func within(at, earliest, latest time.Time) time.Time {
	if at.After(latest) {
		at = latest
	}
	if at.Before(earliest) {
		at = earliest
	}
	return at
}

// refurnished tells of the door of a room, and of the name of a personal one. Of the passcode it tells that there is another.
func refurnished(c Change, before, after meeting.Room) []Event {
	old, now := apart(furniture(before), furniture(after))
	changed := changedIn(old, now)
	if before.Policy.Passcode != after.Policy.Passcode {
		changed = append(changed, "passcode")
	}
	if len(changed) == 0 {
		return nil
	}
	name := func(f Fields) Fields { return f.with("id", after.Number).with("host_id", after.Owner.ID) }
	e := c.tell(RoomUpdated, after.Owner.Account, name(now).with("changed", changed))
	return []Event{e.in(orderOf(after)).instead(name(old))}
}

// furniture is what is told of a room's door: all but its passcode.
func furniture(r meeting.Room) Fields {
	p := r.Policy
	f := Fields{
		"passcode_required": p.Passcode != "", "waiting_room": p.WaitingRoom, "join_before_host": p.JoinBeforeHost,
		"jbh_time": int64(p.Window / time.Minute), "auto_lock": int64(p.AutoLock / time.Minute), "authenticated_only": p.SignIn,
		"allowed_domains": listed(p.Domains), "capacity": p.Capacity, "alternative_hosts": listed(p.AlternativeHosts),
	}
	if r.Kind == meeting.Personal {
		f["topic"] = r.Topic
	}
	return f
}

// listed is a list that is there, if it has nothing in it.
func listed(all []string) []string {
	if len(all) == 0 {
		return []string{}
	}
	return all
}
