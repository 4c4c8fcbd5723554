package event

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// A Name is the kind of an event: "meeting.started".
type Name string

// Names returns the names of all events: Zoom's names where Zoom has one, and room.* or automation.* otherwise.
func Names() []Name {
	return []Name{
		MeetingCreated, MeetingUpdated, MeetingDeleted, InvitationDue, MeetingStarted, MeetingEnded,
		RoomUpdated, RoomLocked, RoomUnlocked, UnderAttack, UserUpdated, SettingsUpdated, NumberChanged,
		Joined, Left, RoleChanged, WaitsForHost, WaitsNoMore, JoinedBeforeHost, JoinedWaitingRoom, LeftWaitingRoom,
		Admitted, MovedToWaitingRoom, Removed, Denied, PassUsed, CommandSucceeded, CommandFailed,
	}
}

// FromChange returns the events of the change, in their order: mostly one, or none. It returns the same events each
// time. The caller writes the calendar entries of invitations: see [Invitation].
func FromChange(c Change) []Event {
	item := c.After
	if item == nil {
		item = c.Before
	}
	switch item.(type) {
	case meeting.Room:
		return ofRoom(c)
	case meeting.Seat:
		return ofSeat(c)
	case meeting.Meeting:
		return ofMeeting(c)
	case meeting.Profile:
		return ofProfile(c)
	case account.Outcome:
		return ofOutcome(c)
	}
	return nil
}

// images returns the item before and after the change; zero where there was none.
func images[T any](c Change) (before, after T) {
	before, _ = c.Before.(T)
	after, _ = c.After.(T)
	return before, after
}

// Fields are the members of a JSON object, by name.
type Fields map[string]any

// diff returns the fields of each that the other lacks, or has with another value.
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

// with adds one field.
func (f Fields) with(name string, value any) Fields {
	f[name] = value
	return f
}

// timeOf returns the time as RFC 3339 in UTC, to the second; "" for the zero time.
func timeOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// numeric returns the number as a JSON number.
func numeric(n meeting.Number) json.Number { return json.Number(n) }

// flags returns the settings that are true or false. Other settings are in no event: a client may keep secrets in them.
func flags(e meeting.Passthrough) Fields {
	on := Fields{}
	for name, value := range e {
		if text := string(value); text == "true" || text == "false" {
			on[name] = text == "true"
		}
	}
	return on
}

// names returns the names of the fields in either of both, in order.
func names(old, now Fields) []string {
	all := maps.Clone(old)
	maps.Copy(all, now)
	return slices.Sorted(maps.Keys(all))
}
