package meeting

import "time"

const wholeDay = 24 * time.Hour

// fromWallClock is the instant at which the clocks of the zone show the wall-clock time, for which UTC stands. It is read as RFC 5545 says (3.3.5):
// one that they show twice is the first, one that they leave out is read by the offset before the gap.
func fromWallClock(wall time.Time, zone *time.Location) time.Time {
	by := func(side time.Duration) time.Time { return wall.Add(-offset(wall.Add(side).In(zone))).UTC() }
	before, after := by(-wholeDay), by(wholeDay) // of a change of the clocks, if there is one near
	if !before.Equal(after) && !toWallClock(before, zone).Equal(wall) && toWallClock(after, zone).Equal(wall) {
		return after
	}
	return before
}

// toWallClock is the wall-clock time that the clocks of the zone show at the instant.
func toWallClock(t time.Time, zone *time.Location) time.Time { return t.Add(offset(t.In(zone))).UTC() }

// offset is how far the clocks of the time's zone are ahead of UTC.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
