package calendar

import (
	"strconv"
	"strings"

	"personal-rooms/shared/meeting"
)

// days are what RFC 5545 calls the days of a week.
var days = [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// rule is the recurrence as an RRULE.
func rule(r meeting.Recurrence) string {
	parts := []string{"FREQ=DAILY", "INTERVAL=" + strconv.Itoa(r.Interval), "WKST=SU"}
	switch {
	case r.Cycle == meeting.Weekly:
		on := make([]string, len(r.Days))
		for i, day := range r.Days {
			on[i] = days[day]
		}
		parts[0] = "FREQ=WEEKLY"
		parts = append(parts, "BYDAY="+strings.Join(on, ","))
	case r.Cycle == meeting.Monthly && r.MonthDay > 0:
		parts[0] = "FREQ=MONTHLY"
		parts = append(parts, "BYMONTHDAY="+strconv.Itoa(r.MonthDay))
	case r.Cycle == meeting.Monthly:
		parts[0] = "FREQ=MONTHLY"
		parts = append(parts, "BYDAY="+strconv.Itoa(r.Week)+days[r.Weekday])
	}
	switch {
	case r.Times > 0:
		parts = append(parts, "COUNT="+strconv.Itoa(r.Times))
	case !r.Until.IsZero():
		parts = append(parts, "UNTIL="+r.Until.UTC().Format(inUTC))
	}
	return strings.Join(parts, ";")
}
