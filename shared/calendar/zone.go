package calendar

import (
	"time"

	"personal-rooms/shared/meeting"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// The forms of a time.
const (
	inUTC         = "20060102T150405Z"
	fromWallClock = "20060102T150405"
)

// A zone is a time zone. What its clocks show is a time in UTC, which stands for the zone.
type zone struct{ *time.Location }

// zoneOf is the meeting's zone; UTC for a name that is none any more.
func zoneOf(m meeting.Meeting) zone {
	location, err := time.LoadLocation(m.Timezone)
	if err != nil {
		return zone{time.UTC}
	}
	return zone{location}
}

// utc reports whether the zone is UTC, by whatever name.
func (z zone) utc() bool {
	ever, _ := time.Time{}.In(z.Location).Zone() // other zones began with the time of the sun
	return ever == "UTC"
}

// clock is what the clocks show at the instant.
func (z zone) clock(t time.Time) time.Time { return t.UTC().Add(z.offset(t)) }

// certain reports whether what the clocks show at the instant means that instant, and not an earlier one at which they showed it.
func (z zone) certain(t time.Time) bool {
	shown := z.clock(t)
	first := shown.Add(-z.offset(t.Add(-day))) // by the offset before a change of the clocks, if there is one near
	return !first.Before(t) || !z.clock(first).Equal(shown)
}

// offset is how far the clocks are ahead of UTC.
func (z zone) offset(t time.Time) time.Duration {
	_, seconds := t.In(z.Location).Zone()
	return time.Duration(seconds) * time.Second
}
