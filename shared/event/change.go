package event

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// A Name is what kind of event it is: "meeting.started".
type Name string

// Zoom's names.
const (
	MeetingCreated     Name = "meeting.created"
	MeetingUpdated     Name = "meeting.updated"
	MeetingDeleted     Name = "meeting.deleted"
	MeetingStarted     Name = "meeting.started"
	MeetingEnded       Name = "meeting.ended"
	Joined             Name = "meeting.participant_joined"
	Left               Name = "meeting.participant_left"
	RoleChanged        Name = "meeting.participant_role_changed"
	WaitsForHost       Name = "meeting.participant_jbh_waiting"
	WaitsNoMore        Name = "meeting.participant_jbh_waiting_left" // for the host
	JoinedBeforeHost   Name = "meeting.participant_jbh_joined"
	JoinedWaitingRoom  Name = "meeting.participant_joined_waiting_room"
	LeftWaitingRoom    Name = "meeting.participant_left_waiting_room"
	Admitted           Name = "meeting.participant_admitted"
	MovedToWaitingRoom Name = "meeting.participant_put_in_waiting_room"
	UserUpdated        Name = "user.updated"
	SettingsUpdated    Name = "user.settings_updated"
)

// Ours.
const (
	RoomUpdated      Name = "room.updated"
	RoomLocked       Name = "room.locked"
	RoomUnlocked     Name = "room.unlocked"
	NumberChanged    Name = "room.number_changed"
	Removed          Name = "room.participant_removed"
	Denied           Name = "room.participant_denied"
	InvitationDue    Name = "room.invitation_due"
	CommandSucceeded Name = "automation.succeeded"
	CommandFailed    Name = "automation.failed"
)

// Names are all there are.
func Names() []Name {
	return []Name{
		MeetingCreated, MeetingUpdated, MeetingDeleted, MeetingStarted, MeetingEnded, Joined, Left, RoleChanged, WaitsForHost, WaitsNoMore,
		JoinedBeforeHost, JoinedWaitingRoom, LeftWaitingRoom, Admitted, MovedToWaitingRoom, UserUpdated, SettingsUpdated,
		RoomUpdated, RoomLocked, RoomUnlocked, NumberChanged, Removed, Denied, InvitationDue, CommandSucceeded, CommandFailed,
	}
}

// FromChange is what happened by the change, in its order; mostly one event, or none. It is the same whenever it is asked. The calendar entries of
// invitations are still to be written: see [Invitation].
func FromChange(c Change) []Event {
	switch {
	case is[meeting.Room](c):
		return ofRoom(c)
	case is[meeting.Seat](c):
		return ofSeat(c)
	case is[meeting.Meeting](c):
		return ofMeeting(c)
	case is[meeting.Profile](c):
		return ofProfile(c)
	case is[account.Outcome](c):
		return ofOutcome(c)
	}
	return nil
}

// is reports whether the change is one of such a thing.
func is[T any](c Change) bool {
	_, before := c.Before.(T)
	_, after := c.After.(T)
	return before || after
}

// images are the thing before and after the change; zero where there was none.
func images[T any](c Change) (before, after T) {
	before, _ = c.Before.(T)
	after, _ = c.After.(T)
	return before, after
}

// Fields are members of an object by their names.
type Fields map[string]any

// diff is what of both is not the same in the other, which may be in one of them only.
func diff(before, after Fields) (old, now Fields) {
	return before.without(after), after.without(before)
}

func (f Fields) without(same Fields) Fields {
	left := Fields{}
	for name, value := range f {
		if other, there := same[name]; !there || !reflect.DeepEqual(value, other) {
			left[name] = value
		}
	}
	return left
}

// with is the fields and one more, which the others may lack.
func (f Fields) with(name string, value any) Fields {
	f[name] = value
	return f
}

// timeOf is a time as it stands in an event: RFC 3339 in UTC, to the second; empty, to be omitted, if there is none.
func timeOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// numeric is a number that stands in an event as one.
func numeric(n meeting.Number) json.Number { return json.Number(n) }

// flags are those extras that are on or off, by the part of their names that is behind the prefix. Of the others nothing is told, for a client
// may keep secrets in them.
func flags(e meeting.Passthrough, prefix string) Fields {
	on := Fields{}
	for name, value := range e {
		if text := string(value); strings.HasPrefix(name, prefix) && (text == "true" || text == "false") {
			on[strings.TrimPrefix(name, prefix)] = text == "true"
		}
	}
	return on
}
