package meeting

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

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

// A Recurrence says on which days a meeting recurs, in the time zone of the meeting. The time of day is that of the
// first occurrence.
type Recurrence struct {
	Cycle    Cycle
	Interval int            // every so many days, weeks (from Sunday) or months; at least 1
	Days     []time.Weekday // Weekly: in ascending order, each once
	MonthDay int            // Monthly: 1 to 31, a month without that day is skipped (RFC 5545); or 0, and Week and Weekday count
	Week     int            // Monthly: 1 to 4, or -1 for the last
	Weekday  time.Weekday   // Monthly: of that week
	Times    int            // how many occurrences there are; 0: no such limit
	Until    time.Time      // no occurrence begins after it; zero: no such limit
}

// maxYear is the first year in which no meeting is held. Clients that cannot say "endless" send the last year that they
// can write, in any time zone (.NET's DateTime.MaxValue), and no calendar can show a time after that year.
const maxYear = 9999

// untilOf returns the end of a recurrence that a client sent, or zero (endless) if it is in maxYear or later.
func untilOf(t time.Time) time.Time {
	if t.UTC().Year() >= maxYear {
		return time.Time{}
	}
	return t
}

// Endless reports whether the recurrence never ends.
func (r Recurrence) Endless() bool { return r.Times == 0 && r.Until.IsZero() }

// check returns all invalid fields, by their names in Zoom's API. It ignores fields that the cycle does not use.
func (r Recurrence) check() (bad fields) {
	refuse := func(wrong bool, name, why string, args ...any) { bad.refuse(wrong, "recurrence."+name, why, args...) }
	checkInterval := func(most int, unit string) {
		refuse(r.Interval < 1 || r.Interval > most,
			"repeat_interval", "given %d; a meeting of this type recurs every 1 to %d %s", r.Interval, most, unit)
	}
	switch r.Cycle {
	case Daily:
		checkInterval(MaxDays, "days")
	case Weekly:
		checkInterval(MaxWeeks, "weeks")
		refuse(len(r.Days) == 0,
			"weekly_days", "given none; a weekly meeting has at least one day, of 1 (Sunday) to 7 (Saturday)")
		if i := slices.IndexFunc(r.Days, invalidWeekday); i >= 0 {
			refuse(true, "weekly_days", "given %d; the days are 1 (Sunday) to 7 (Saturday)", r.Days[i]+1)
		}
	case Monthly:
		checkInterval(MaxMonths, "months")
		byDate, byWeek := r.MonthDay != 0, r.Week != 0
		refuse(!byDate && !byWeek, "monthly_day",
			"given none; a monthly meeting has a day, 1 to 31, or monthly_week and monthly_week_day")
		refuse(byDate && byWeek, "monthly_day",
			"given %d, and monthly_week %d; a monthly meeting has one of the two", r.MonthDay, r.Week)
		refuse(!byWeek && (r.MonthDay < 0 || r.MonthDay > 31), "monthly_day", "given %d; a day of the month is 1 to 31", r.MonthDay)
		refuse(!byDate && (r.Week < -1 || r.Week > 4), "monthly_week", "given %d; it is 1 to 4, or -1 for the last", r.Week)
		refuse(!byDate && byWeek && invalidWeekday(r.Weekday),
			"monthly_week_day", "given %d; it is 1 (Sunday) to 7 (Saturday)", r.Weekday+1)
	default:
		refuse(true, "type", "given %d; it is 1 (daily), 2 (weekly) or 3 (monthly)", r.Cycle)
	}
	refuse(r.Times < 0 || r.Times > MaxTimes, "end_times", "given %d; it is 1 to %d, or 0 for no end", r.Times, MaxTimes)
	refuse(r.Times != 0 && !r.Until.IsZero(), "end_date_time",
		"given %s, and end_times %d; a series ends by one of the two", r.Until.Format(time.RFC3339), r.Times)
	return bad
}

func invalidWeekday(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }

// RRule returns the value of an RRULE property (RFC 5545, 3.3.10) for a recurrence that check accepts.
func (r Recurrence) RRule() string {
	option := r.option()
	option.Until = r.Until
	return option.RRuleString()
}

// option returns the rule in RFC 5545's terms, without Until: that is an instant, and the rule is evaluated on
// wall-clock times.
func (r Recurrence) option() rrule.ROption {
	o := rrule.ROption{Interval: r.Interval, Count: r.Times, Wkst: rrule.SU}
	switch r.Cycle {
	case Daily:
		o.Freq = rrule.DAILY
	case Weekly:
		o.Freq = rrule.WEEKLY
		for _, day := range r.Days {
			o.Byweekday = append(o.Byweekday, rruleWeekday(day))
		}
	case Monthly:
		o.Freq = rrule.MONTHLY
		if r.MonthDay > 0 {
			o.Bymonthday = []int{r.MonthDay}
		} else {
			day := rruleWeekday(r.Weekday)
			o.Byweekday = []rrule.Weekday{day.Nth(r.Week)}
		}
	}
	return o
}

func rruleWeekday(d time.Weekday) rrule.Weekday {
	return [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}[d]
}

// daysFrom returns an iterator over the wall-clock times of the rule from first on, before maxYear. It ignores Until.
func (r Recurrence) daysFrom(first time.Time) (rrule.Next, error) {
	option := r.option()
	option.Dtstart = first
	option.Until = time.Date(maxYear, time.January, 1, 0, 0, -1, 0, time.UTC)
	rule, err := rrule.NewRRule(option)
	if err != nil {
		return nil, err
	}
	return rule.Iterator(), nil
}

// alignStart returns a start, not long before from, from which the rule has the same days at and after from as it has
// from the first one: whole intervals after first. A rule with a number of times counts from its first day, so its
// start is first.
func (r Recurrence) alignStart(first, from time.Time) time.Time {
	if r.Times > 0 || !from.After(first) {
		return first
	}
	days := int((from.Unix() - first.Unix()) / (24 * 60 * 60))
	switch r.Cycle {
	case Daily:
		return first.AddDate(0, 0, days-days%r.Interval)
	case Weekly:
		return first.AddDate(0, 0, days-days%(7*r.Interval))
	case Monthly:
		first = first.AddDate(0, 0, 1-first.Day()) // every month has it
		months := 12*(from.Year()-first.Year()) + int(from.Month()-first.Month())
		return first.AddDate(0, months-months%r.Interval, 0)
	}
	return first
}

// words returns the rule as people say it: "Every 2 weeks on Mon, Wed, 10 times". The zone is that of Until.
func (r Recurrence) words(zone *time.Location) string {
	unit, on := "day", ""
	switch {
	case r.Cycle == Weekly:
		days := make([]string, len(r.Days))
		for i, day := range r.Days {
			days[i] = day.String()[:3]
		}
		unit, on = "week", " on "+strings.Join(days, ", ")
	case r.Cycle == Monthly && r.Week == 0:
		unit, on = "month", fmt.Sprintf(" on day %d", r.MonthDay)
	case r.Cycle == Monthly:
		which := map[int]string{1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}[r.Week]
		unit, on = "month", fmt.Sprintf(" on the %s %s", which, r.Weekday)
	}
	if r.Interval > 1 {
		unit = fmt.Sprintf("%d %ss", r.Interval, unit)
	}
	switch {
	case r.Times > 0:
		on += fmt.Sprintf(", %d times", r.Times)
	case !r.Until.IsZero():
		on += ", until " + r.Until.In(zone).Format("Jan 2, 2006")
	}
	return "Every " + unit + on
}
