package calendar

import (
	"time"
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

// A zone is a time zone. Its wall-clock times are written as times in UTC.
type zone struct{ *time.Location }

// utc reports whether the zone is UTC, by whatever name.
func (z zone) utc() bool {
	ever, _ := time.Time{}.In(z.Location).Zone() // other zones begin with local solar time
	return ever == "UTC"
}

// clock returns the wall-clock time at the instant.
func (z zone) clock(t time.Time) time.Time { return t.UTC().Add(z.offset(t)) }

// certain reports whether the wall-clock time at t means t, and not an earlier instant at which the clocks showed the
// same time.
func (z zone) certain(t time.Time) bool {
	shown := z.clock(t)
	first := shown.Add(-z.offset(t.Add(-day))) // by the offset before a nearby change of the clocks
	return !first.Before(t) || !z.clock(first).Equal(shown)
}

// offset returns how far the clocks are ahead of UTC.
func (z zone) offset(t time.Time) time.Duration {
	_, seconds := t.In(z.Location).Zone()
	return time.Duration(seconds) * time.Second
}
