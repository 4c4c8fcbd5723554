package meeting

import (
	"fmt"
	"slices"
	"time"
)

// Limits of a plan.
const (
	DefaultDuration = time.Hour
	MaxDuration     = 24 * time.Hour
	MaxInvitees     = 500
	furthest        = 10 * 365 * 24 * time.Hour // how far ahead a meeting may start
	lateness        = 5 * time.Minute           // how long ago it may: clocks differ
)

// A Plan is what a host says of a meeting, when it is made or changed: what is nil stays, or is the default.
type Plan struct {
	Type     *Type
	Topic    *string
	Agenda   *string
	Start    *When
	Duration *time.Duration
	Timezone *string // IANA name; the profile's by default
	UsePMI   *bool   // nil: as the profile's scheduling option says (I6)
	Door     PolicyEdit
	Invitees *[]string
	Settings Extras

	Key     string // Idempotency-Key, or ""
	Request Identity
}

// A When is a time as a client gives it: an instant, or a wall-clock time in the meeting's time zone.
type When struct {
	Time time.Time
	Wall bool // the zone of Time does not count
}

func (w When) in(zone *time.Location) time.Time {
	if !w.Wall {
		return w.Time.UTC()
	}
	y, m, d := w.Time.Date()
	return time.Date(y, m, d, w.Time.Hour(), w.Time.Minute(), w.Time.Second(), 0, zone).UTC()
}

// of is the meeting after the plan; all that is wrong with it is named at once.
func (p Plan) of(m Meeting, now time.Time) (Meeting, error) {
	set(&m.Type, p.Type)
	set(&m.Topic, p.Topic)
	set(&m.Agenda, p.Agenda)
	set(&m.Duration, p.Duration)
	set(&m.Timezone, p.Timezone)
	set(&m.Invitees, p.Invitees)
	if len(p.Settings) > 0 {
		m.Settings = m.Settings.merge(p.Settings)
	}
	bad := &Fault{Reason: Invalid, Message: "Validation failed."}
	zone, err := time.LoadLocation(m.Timezone)
	if CheckTimezone(m.Timezone) != nil || err != nil {
		bad.Fields = append(bad.Fields, Field{"timezone", CheckTimezone(m.Timezone).Error()})
		return m, bad
	}
	if p.Start != nil {
		was := m.Start
		m.Start = p.Start.in(zone)
		if !m.Start.Equal(was) && (m.Start.Before(now.Add(-lateness)) || m.Start.After(now.Add(furthest))) {
			bad.Fields = append(bad.Fields, Field{"start_time", fmt.Sprintf(
				"given %s; a meeting starts between now and ten years from now", m.Start.Format(time.RFC3339))})
		}
	}
	m = m.timed(now)
	if m.Duration <= 0 || m.Duration > MaxDuration {
		bad.Fields = append(bad.Fields, Field{"duration", fmt.Sprintf(
			"given %d minutes; a meeting lasts 1 to %d", m.Duration/time.Minute, MaxDuration/time.Minute)})
	}
	if n := m.Settings.size(); n > MaxExtras {
		bad.Fields = append(bad.Fields, Field{"settings", fmt.Sprintf("take %d bytes; at most %d are kept", n, MaxExtras)})
	}
	if len(bad.Fields) > 0 {
		return m, bad
	}
	return m, nil
}

// timed is the meeting with the times that its type has: an instant one and one without a fixed time have none.
func (m Meeting) timed(now time.Time) Meeting {
	if m.Type != Scheduled {
		m.Start = time.Time{}
	} else if m.Start.IsZero() {
		m.Start = now.UTC().Truncate(time.Minute)
	}
	return m
}

// room is what stands behind the meeting's number.
func (m Meeting) room(policy Policy, instance string) Room {
	if m.UsePMI {
		return Room{Number: m.ID, Kind: Alias, Owner: m.Host, Topic: m.Topic, Starts: m.Start,
			Policy: Policy{AlternativeHosts: policy.AlternativeHosts}}
	}
	return Room{Number: m.ID, Kind: Own, Owner: m.Host, Topic: m.Topic, Starts: m.Start, Policy: policy,
		Gate: Gate{Instance: instance}, Fleeting: m.Type == Instant, RestsUntil: m.Lapses()}
}

// barred refuses door settings of a meeting in the personal room that contradict the room's (I19); of the rest it tells
// that they are ignored.
func (e PolicyEdit) barred(room Policy) ([]Advisory, error) {
	if changes(e.Passcode, room.Passcode) {
		return nil, RefuseField("password", "A meeting in the personal room has the room's passcode. Leave it out, or change "+
			"it at the personal room.")
	}
	differs := changes(e.WaitingRoom, room.WaitingRoom) || changes(e.Waits, room.WaitingRoom.On()) ||
		changes(e.JoinBeforeHost, room.JoinBeforeHost) || changes(e.Window, room.Window) ||
		changes(e.SignIn, room.SignIn) || changes(e.Capacity, room.Capacity) ||
		e.Domains != nil && !slices.Equal(*e.Domains, room.Domains)
	if !differs {
		return nil, nil
	}
	return []Advisory{{
		Code:    "door_settings_ignored",
		Message: "A meeting in the personal room has the room's waiting room, join before host and sign-in settings.",
		Action:  "Change them at the personal room, or give the meeting a room of its own.",
	}}, nil
}

// changes reports whether an edit names another value than there is.
func changes[T comparable](edit *T, now T) bool { return edit != nil && *edit != now }
