package meeting

import "time"

const wholeDay = 24 * time.Hour

// fromWallClock returns the instant of a wall-clock time of the zone; wall is that time, written in UTC. As in RFC 5545
// (3.3.5), a time that the clocks show twice is the first, and a time that they skip is read by the offset before the
// gap.
func fromWallClock(wall time.Time, zone *time.Location) time.Time {
	byOffset := func(side time.Duration) time.Time { return wall.Add(-offset(wall.Add(side).In(zone))).UTC() }
	before, after := byOffset(-wholeDay), byOffset(wholeDay) // by the offsets before and after a nearby change of the clocks
	if !before.Equal(after) && !toWallClock(before, zone).Equal(wall) && toWallClock(after, zone).Equal(wall) {
		return after
	}
	return before
}

// toWallClock returns the wall-clock time of the zone at the instant, written in UTC.
func toWallClock(t time.Time, zone *time.Location) time.Time { return t.Add(offset(t.In(zone))).UTC() }

// offset returns how far the clocks of the time's zone are ahead of UTC.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
