package event

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// A Name is the kind of an event: "meeting.started".
type Name string

// Names returns the names of all events. Each file of this package names the events that it makes: Zoom's names where
// Zoom has one, and room.* or automation.* otherwise.
func Names() []Name {
	return slices.Concat(meetingNames(), roomNames(), seatNames(), profileNames(), outcomeNames())
}

// FromChange returns the events of the change, in their order: mostly one, or none. It returns the same events each
// time. The caller writes the calendar entries of invitations: see [Invitation].
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

// is reports whether the change is of an item of the type.
func is[T any](c Change) bool {
	_, before := c.Before.(T)
	_, after := c.After.(T)
	return before || after
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

// flags returns the settings that are true or false and begin with the prefix, by the rest of their names. Other
// settings are in no event: a client may keep secrets in them.
func flags(e meeting.Passthrough, prefix string) Fields {
	on := Fields{}
	for name, value := range e {
		if text := string(value); strings.HasPrefix(name, prefix) && (text == "true" || text == "false") {
			on[strings.TrimPrefix(name, prefix)] = text == "true"
		}
	}
	return on
}
