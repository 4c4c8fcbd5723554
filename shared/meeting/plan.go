package meeting

import (
	"slices"
	"time"
)

// Limits of a plan.
const (
	DefaultDuration = time.Hour
	MaxDuration     = 150 * time.Hour // a conference of some days; an instance ends earlier (I17)
	MaxInvitees     = 500
	maxAhead        = 10 * 365 * 24 * time.Hour // of a start, from now
	startTolerance  = 5 * time.Minute           // of a start in the past: clocks differ
)

// A Plan is the input for a new meeting or a change. A nil field is the default, or stays as it is.
type Plan struct {
	Type        *Type
	Topic       *string
	Agenda      *string
	Start       *ClientTime
	Duration    *time.Duration
	Timezone    *string    // IANA name; the profile's by default
	Recurrence  *Recurring // ignored unless the type is FixedTime
	UsePMI      *bool      // nil: by the profile's scheduling option (I6)
	Settings    SettingsEdit
	Invitees    *[]string
	Passthrough Passthrough
	Unstored    Passthrough // values that Passthrough need not keep: answers show them if nothing is stored
	Extra       Passthrough
	NoPasscode  bool       // a new meeting gets no generated passcode
	Advisories  []Advisory // on what the client sent

	Key     string        // Idempotency-Key, or ""
	KeyLife time.Duration // how long the key is kept; 0: IdempotencyLife
	Request Identity      // of the request's body
}

// A ClientTime is a time as a client sends it: an instant, or a wall-clock time in the meeting's time zone.
type ClientTime struct {
	Time  time.Time
	Local bool // Time is a wall-clock time, written in UTC
}

func (w ClientTime) in(zone *time.Location) time.Time {
	if !w.Local {
		return w.Time.UTC()
	}
	return fromWallClock(w.Time, zone)
}

// wallClock returns the wall-clock time in the zone.
func (w ClientTime) wallClock(zone *time.Location) time.Time {
	if !w.Local {
		return toWallClock(w.Time, zone)
	}
	return w.Time
}

// applyTo returns the meeting after the plan. An error names all invalid fields.
func (p Plan) applyTo(m Meeting, now time.Time) (Meeting, error) {
	zone, start, zoneChanged := m.Zone(), m.Start, changes(p.Timezone, m.Timezone)
	set(&m.Type, p.Type)
	set(&m.Topic, p.Topic)
	set(&m.Agenda, p.Agenda)
	set(&m.Duration, p.Duration)
	set(&m.Timezone, p.Timezone)
	set(&m.Invitees, p.Invitees)
	if len(p.Passthrough) > 0 {
		m.Passthrough = m.Passthrough.Merge(p.Passthrough).diff(p.Unstored)
	}
	if len(p.Extra) > 0 {
		m.Extra = m.Extra.Merge(p.Extra)
	}
	if err := CheckTimezone(m.Timezone); zoneChanged && err != nil { // what an older version stored goes on
		return m, RefuseField("timezone", err.Error())
	}
	m, bad := p.timed(m.rezoned(zone), now)
	if p.Start == nil && m.Series == nil && !start.Before(now) {
		bad.refuse(!m.Start.IsZero() && m.Start.Before(now.Add(-startTolerance)), "timezone",
			"given %s; there the meeting begins at %s, which is over: give its start_time too", m.Timezone, m.Start.Format(time.RFC3339))
	}
	bad.refuseDuration(m.Duration)
	n := m.passthrough()
	bad.refuse(n > MaxPassthrough, "settings", "take %d bytes; at most %d are kept", n, MaxPassthrough)
	return m, bad.err()
}

// rezoned returns the meeting, which had another time zone before, at the same wall-clock times.
func (m Meeting) rezoned(was *time.Location) Meeting {
	now := m.Zone()
	if now.String() == was.String() || m.Start.IsZero() {
		return m
	}
	m.Start = fromWallClock(toWallClock(m.Start, was), now)
	if m.Series == nil {
		return m
	}
	series := *m.Series
	series.Exceptions = slices.Clone(series.Exceptions)
	for i, e := range series.Exceptions {
		if !e.Start.IsZero() {
			series.Exceptions[i].Start = fromWallClock(toWallClock(e.Start, was), now)
		}
	}
	m.Series = &series
	return m
}

// timed returns the meeting with the times of its type. Meetings of type Instant and NoFixedTime have none.
func (p Plan) timed(m Meeting, now time.Time) (Meeting, fields) {
	switch m.Type {
	case Scheduled:
		return p.once(m, now)
	case FixedTime:
		return p.recurring(m, now)
	case Instant, NoFixedTime, PersonalRoom:
	}
	m.Start, m.Series = time.Time{}, nil
	return m, nil
}

func (p Plan) once(m Meeting, now time.Time) (_ Meeting, bad fields) {
	was := m.Start
	if m.Series != nil { // it is not over yet, as it may have been
		m.Series, was = nil, time.Time{}
	}
	switch {
	case p.Start != nil:
		m.Start = p.Start.in(m.Zone())
	case m.Start.IsZero():
		bad.requireStart(m)
		m.Start = now.UTC().Truncate(time.Minute)
	}
	bad.refuseStart(was, m.Start, now)
	return m, bad
}

// recurring returns the series, with the rule and the start of the plan, or those that it has. The start moves to the
// first day of the rule. Exceptions stay if the series still has their days. A start in the past is refused, except on
// the day on which the series began: so its time of day can change later.
func (p Plan) recurring(m Meeting, now time.Time) (_ Meeting, bad fields) {
	var series Series
	began := m.Series != nil
	switch {
	case m.Series != nil:
		series = *m.Series
	case p.Recurrence == nil:
		bad.refuse(true, "recurrence", "is required for a meeting of type 8: give its type, 1 (daily), 2 (weekly) or 3 (monthly)")
		return m, bad
	case !m.Start.IsZero():
		series.First = toWallClock(m.Start, m.Zone())
	default:
		series.First = toWallClock(now.Truncate(time.Minute), m.Zone())
		if p.Start == nil {
			bad.requireStart(m)
		}
	}
	if p.Start != nil {
		series.First = p.Start.wallClock(m.Zone())
	}
	if p.Recurrence != nil {
		series.Rule = p.Recurrence.over(series.Rule, m.Zone())
	}
	if bad = append(bad, series.Rule.check()...); len(bad) > 0 {
		return m, bad
	}
	was := m.Start
	series, found := series.begin(m.Zone())
	if !found {
		bad.refuse(true, "recurrence.end_date_time", "given %s; the series has no day from its start at %s until then",
			series.Rule.Until.Format(time.RFC3339), fromWallClock(series.First, m.Zone()).Format(time.RFC3339))
		return m, bad
	}
	m.Series, m.Start = &series, fromWallClock(series.First, m.Zone())
	if p.Start == nil || began && idOf(series.First) == idOf(toWallClock(was, m.Zone())) {
		return m, nil
	}
	bad.refuseStart(was, m.Start, now)
	return m, bad
}

// requireStart refuses that a meeting without a fixed time, which is stored, gets a start that nobody chose. A new one
// begins now.
func (f *fields) requireStart(m Meeting) {
	f.refuse(m.Exists(), "start_time", "is required, because the meeting had no fixed time")
}

// refuseStart refuses a new start that is in the past, or more than maxAhead from now.
func (f *fields) refuseStart(was, start, now time.Time) {
	acceptable := start.Equal(was) || !start.Before(now.Add(-startTolerance)) && !start.After(now.Add(maxAhead))
	f.refuse(!acceptable,
		"start_time", "given %s; a meeting starts between now and ten years from now", start.Format(time.RFC3339))
}

func (f *fields) refuseDuration(d time.Duration) {
	f.refuse(d <= 0 || d > MaxDuration,
		"duration", "given %d minutes; a meeting lasts 1 to %d", d/time.Minute, MaxDuration/time.Minute)
}

// room returns the room of the meeting's number.
func (m Meeting) room(settings Settings, instance string) Room {
	if m.UsePMI {
		return Room{Number: m.ID, Kind: Alias, Owner: m.Host, Topic: m.Topic, Type: m.Type,
			Settings: Settings{AlternativeHosts: settings.AlternativeHosts}}
	}
	return Room{Number: m.ID, Kind: MeetingRoom, Owner: m.Host, Topic: m.Topic, Type: m.Type, Settings: settings,
		Live: LiveState{Instance: instance}, Ephemeral: m.Type == Instant, Expires: m.ExpiresAt()}
}

// ignoredInPersonalRoom returns an advisory if the edit has another passcode than the personal room, and one if it has
// other settings: a meeting in that room uses neither (I16, I19).
func (e SettingsEdit) ignoredInPersonalRoom(room Settings) (notes []Advisory) {
	const action = " at the personal room, or give the meeting a room of its own."
	if changes(e.Passcode, room.Passcode) {
		notes = append(notes, Advisory{
			Code:    "passcode_ignored",
			Message: "A meeting in the personal room has the room's passcode: the one that was given is not used.",
			Action:  "Invite people with the room's passcode, or change it" + action,
		})
	}
	if e.differs(room) {
		notes = append(notes, Advisory{
			Code:    "door_settings_ignored",
			Message: "A meeting in the personal room has the room's settings, such as waiting room, join before host and sign-in: others are not used.",
			Action:  "Change them" + action,
		})
	}
	return notes
}

// seriesInPersonalRoom refuses what a personal room is not for: meetings at fixed times need a number that is theirs
// alone.
func seriesInPersonalRoom() *Refusal {
	return RefuseField("settings.use_pmi", "given true; a series at fixed times (type 8) has a number of its own. To recur in the personal room, "+
		"use type 3, which has no fixed time, or plan single meetings (type 2)")
}

// changes reports whether the edit has another value than the current one.
func changes[T comparable](edit *T, now T) bool { return edit != nil && *edit != now }
