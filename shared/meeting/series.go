package meeting

import "time"

// A Series is the occurrences of a recurring meeting with a fixed time.
type Series struct {
	Rule Recurrence
	// First is the start of the first occurrence by the clocks of the meeting's time zone: UTC stands for that zone. It is a day of the rule.
	First time.Time
	// Exceptions are the occurrences that differ from the series, in the order of their ids.
	Exceptions []Exception
}

// An OccurrenceID names an occurrence for good: the day on which the rule has it, on the clocks of the meeting's time zone, as the
// milliseconds from 1970 to that day's midnight, were the zone UTC. It stays when the occurrence is moved and when the series gets another
// time of day.
type OccurrenceID string

// An Exception is what differs for one occurrence of a series; what is zero is as in the series.
type Exception struct {
	ID        OccurrenceID
	Cancelled bool
	Start     time.Time
	Duration  time.Duration
	Agenda    *string
	Settings  Extras // put over those of the meeting
}

// An Occurrence is one time at which a meeting is held.
type Occurrence struct {
	ID        OccurrenceID // empty: of a meeting that does not recur
	Original  time.Time    // the start by the rule, whatever became of it
	Start     time.Time
	Duration  time.Duration
	Cancelled bool
	Exception *Exception // nil: it is as in the series
}

// End is when the occurrence is over.
func (o Occurrence) End() time.Time { return o.Start.Add(o.Duration) }
