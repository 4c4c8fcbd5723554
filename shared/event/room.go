package event

import (
	"time"

	"personal-rooms/shared/meeting"
)

// Events of rooms.
const (
	MeetingStarted Name = "meeting.started"
	MeetingEnded   Name = "meeting.ended"
	RoomUpdated    Name = "room.updated"
	RoomLocked     Name = "room.locked"
	RoomUnlocked   Name = "room.unlocked"
	UnderAttack    Name = "room.under_attack"
)

// A Meeting is an instance in the shape of Zoom's events.
type Meeting struct {
	ID        any          `json:"id"` // text; a number in one event, as Zoom's
	UUID      string       `json:"uuid"`
	HostID    string       `json:"host_id"`
	Topic     string       `json:"topic"`
	Type      meeting.Type `json:"type"`
	StartTime string       `json:"start_time,omitempty"` // when it opened
	EndTime   string       `json:"end_time,omitempty"`

	// Of the plan, which an instance does not know: the publisher of the event writes them.
	Timezone string `json:"timezone,omitempty"`
	Duration int64  `json:"duration"` // minutes; 0: none is planned

	Participant *Participant `json:"participant,omitempty"`
	Operator    string       `json:"operator_id,omitempty"` // who decided on the participant
}

func ofRoom(c Change) (all []Event) {
	before, after := images[meeting.Room](c)
	was, is := before.Live, after.Live
	same := was.Open && is.Open && was.Instance == is.Instance
	add := func(name Name) {
		e := Event{Name: name, Account: after.Owner.Account, Object: meetingOf(after), Sequence: sequenceOf(after)}
		all = append(all, c.newEvent(e))
	}
	if ends(was, is) {
		all = append(all, ended(c, before)...)
	}
	if is.Open && (!same || was.Meeting.ID != is.Meeting.ID) {
		add(MeetingStarted)
	}
	if same && is.Locked && !was.Locked {
		add(RoomLocked)
	}
	if same && (was.Locked && !is.Locked || is.Unlocked && !was.Unlocked) {
		add(RoomUnlocked)
	}
	if before.Enterable() && after.Enterable() && before.Kind == after.Kind && before.Owner == after.Owner {
		all = append(all, settingsChanged(c, before, after)...)
		all = append(all, attacked(c, before, after)...)
	}
	return all
}

// attacked reports that the room distrusts its passcode from now on, after too many wrong ones (I13).
func attacked(c Change, before, after meeting.Room) []Event {
	if before.UnderAttack(c.At) || !after.UnderAttack(c.At) {
		return nil
	}
	object := Fields{"id": after.Number, "host_id": after.Owner.ID, "topic": after.Topic}
	e := Event{Name: UnderAttack, Account: after.Owner.Account, Object: object, Sequence: sequenceOf(after)}
	return []Event{c.newEvent(e)}
}

func meetingOf(r meeting.Room) Meeting {
	live := r.LiveMeeting()
	return Meeting{
		ID: live.ID, UUID: r.UUID(), HostID: r.Owner.ID, Topic: live.Topic, Type: live.Type,
		StartTime: timeOf(r.Live.OpenedAt),
	}
}

func sequenceOf(r meeting.Room) Sequence {
	return Sequence{Instance: r.UUID(), Epoch: r.Live.Epoch, Seq: r.Live.AdmissionSeq}
}

// within returns the time, limited by the two bounds.
func within(at, earliest, latest time.Time) time.Time {
	if at.After(latest) {
		at = latest
	}
	if at.Before(earliest) {
		at = earliest
	}
	return at
}

// settingsChanged reports the changed settings of a room, and the name of a personal room. Of a secret setting it
// reports only that it changed.
func settingsChanged(c Change, before, after meeting.Room) []Event {
	old, now := diff(publicSettings(before), publicSettings(after))
	changed := names(old, now)
	for _, s := range meeting.AllSettings {
		if s.Secret && s.Value(before.Settings) != s.Value(after.Settings) {
			changed = append(changed, s.Name)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	name := func(f Fields) Fields { return f.with("id", after.Number).with("host_id", after.Owner.ID) }
	return []Event{c.newEvent(Event{Name: RoomUpdated, Account: after.Owner.Account, Sequence: sequenceOf(after),
		Object: name(now).with("changed", changed), Old: name(old)})}
}

// publicSettings returns the settings of the room for this instance, without what the account locks, and the name of a
// personal room. Of a secret setting it has only whether it
// is set.
func publicSettings(r meeting.Room) Fields {
	f, now := Fields{}, r.SettingsNow()
	for _, s := range meeting.AllSettings {
		if value := s.Value(now); s.Secret {
			f[s.Name+"_required"] = value != ""
		} else {
			f[s.Name] = value
		}
	}
	if r.Kind == meeting.Personal {
		f["topic"] = r.Topic
	}
	return f
}
