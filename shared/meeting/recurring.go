package meeting

import (
	"cmp"
	"time"
)

// A Recurring is a recurrence as a client sends it. Where it is zero, the client sent nothing.
type Recurring struct {
	Recurrence
	Ends  *ClientTime // becomes Until
	NoEnd bool        // the client sent neither of the ends: not even that the series has none
}

// over returns the recurrence for a series that has another one, or a zero one, until now: what the client did not send
// stays as it was. Else it is what Zoom's reference says: every day, week or month; the first of the month; once.
func (r Recurring) over(was Recurrence, zone *time.Location) Recurrence {
	to := r.Recurrence
	switch {
	case r.Ends != nil:
		to.Until = untilOf(r.Ends.in(zone))
	case r.NoEnd && was.Cycle != 0:
		to.Times, to.Until = was.Times, was.Until
	case r.NoEnd:
		to.Times = 1
	}
	if to.Cycle == was.Cycle {
		to = to.withDaysOf(was)
	}
	to.Interval = cmp.Or(to.Interval, 1)
	if to.Cycle == Monthly && to.Week == 0 {
		to.MonthDay = cmp.Or(to.MonthDay, 1)
	}
	return to
}

// withDaysOf fills in, from a recurrence of the same cycle, on which days the meeting recurs.
func (r Recurrence) withDaysOf(was Recurrence) Recurrence {
	r.Interval = cmp.Or(r.Interval, was.Interval)
	if len(r.Days) == 0 {
		r.Days = was.Days
	}
	if r.MonthDay == 0 && r.Week == 0 {
		r.MonthDay, r.Week, r.Weekday = was.MonthDay, was.Week, was.Weekday
	}
	return r
}
