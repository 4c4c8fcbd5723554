package meeting

import "time"

// Cycle is Zoom's type of a recurrence.
type Cycle int

const (
	Daily   Cycle = 1
	Weekly  Cycle = 2
	Monthly Cycle = 3
)

// Limits of a recurrence, from Zoom's API.
const (
	MaxTimes  = 60 // end_times
	MaxDays   = 99 // between two days of a daily recurrence
	MaxWeeks  = 50
	MaxMonths = 10
)

// A Recurrence says on which days a meeting recurs. It is about days on the clocks of the meeting's time zone only: the time of day is that
// of the series' first occurrence.
type Recurrence struct {
	Cycle    Cycle
	Interval int            // every so many days, weeks (that begin on Sunday) or months
	Days     []time.Weekday // Weekly: in ascending order, each once
	MonthDay int            // Monthly: 1 to 31, a month without that day is left out (RFC 5545); or 0, and Week and Weekday
	Week     int            // Monthly: 1 to 4, or -1 for the last
	Weekday  time.Weekday   // Monthly: of that week
	Times    int            // how many occurrences there are; 0: Until says so, or they never end
	Until    time.Time      // no occurrence begins after it; zero: Times says so, or they never end
}
