package meeting

import (
	"fmt"
	"slices"
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

// maxYear is the year from which on nothing is held. Clients without a word for it let a series end in the last year that they can write,
// in any zone (.NET's DateTime.MaxValue), and no calendar can tell of a time after that year.
const maxYear = 9999

// endOf is the end that is meant by the time: none by one in the year that stands for never, or later.
func endOf(t time.Time) time.Time {
	if t.UTC().Year() >= maxYear {
		return time.Time{}
	}
	return t
}

// Endless reports whether nothing ends the recurrence.
func (r Recurrence) Endless() bool { return r.Times == 0 && r.Until.IsZero() }

// check names all that is wrong with the rule, by the fields of Zoom's API. What a cycle does not use does not count.
func (r Recurrence) check() []Field {
	var bad []Field
	switch r.Cycle {
	case Daily:
		bad = r.badInterval(MaxDays, "days")
	case Weekly:
		bad = append(r.badInterval(MaxWeeks, "weeks"), r.badDays()...)
	case Monthly:
		bad = append(r.badInterval(MaxMonths, "months"), r.badDayOfMonth()...)
	default:
		bad = []Field{{"recurrence.type", fmt.Sprintf("given %d; it is 1 (daily), 2 (weekly) or 3 (monthly)", r.Cycle)}}
	}
	return append(bad, r.badEnd()...)
}

func (r Recurrence) badInterval(most int, of string) []Field {
	if r.Interval >= 1 && r.Interval <= most {
		return nil
	}
	return []Field{{"recurrence.repeat_interval", fmt.Sprintf("given %d; a meeting of this type recurs every 1 to %d %s", r.Interval, most, of)}}
}

func (r Recurrence) badDays() []Field {
	if len(r.Days) == 0 {
		return []Field{{"recurrence.weekly_days", "given none; a weekly meeting has at least one day, of 1 (Sunday) to 7 (Saturday)"}}
	}
	if i := slices.IndexFunc(r.Days, noWeekday); i >= 0 {
		return []Field{{"recurrence.weekly_days", fmt.Sprintf("given %d; the days are 1 (Sunday) to 7 (Saturday)", r.Days[i]+1)}}
	}
	return nil
}

func noWeekday(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday }

func (r Recurrence) badDayOfMonth() (bad []Field) {
	switch {
	case r.MonthDay == 0 && r.Week == 0:
		return []Field{{"recurrence.monthly_day", "given none; a monthly meeting has a day, 1 to 31, or monthly_week and monthly_week_day"}}
	case r.MonthDay != 0 && r.Week != 0:
		return []Field{{"recurrence.monthly_day", fmt.Sprintf("given %d, and monthly_week %d; a monthly meeting has one of the two",
			r.MonthDay, r.Week)}}
	case r.MonthDay < 0 || r.MonthDay > 31:
		return []Field{{"recurrence.monthly_day", fmt.Sprintf("given %d; a day of the month is 1 to 31", r.MonthDay)}}
	case r.MonthDay > 0:
		return nil
	}
	if r.Week < -1 || r.Week > 4 {
		bad = []Field{{"recurrence.monthly_week", fmt.Sprintf("given %d; it is 1 to 4, or -1 for the last", r.Week)}}
	}
	if noWeekday(r.Weekday) {
		bad = append(bad, Field{"recurrence.monthly_week_day", fmt.Sprintf("given %d; it is 1 (Sunday) to 7 (Saturday)", r.Weekday+1)})
	}
	return bad
}

func (r Recurrence) badEnd() (bad []Field) {
	if r.Times < 0 || r.Times > MaxTimes {
		bad = []Field{{"recurrence.end_times", fmt.Sprintf("given %d; it is 1 to %d, or 0 for no end", r.Times, MaxTimes)}}
	}
	if r.Times != 0 && !r.Until.IsZero() {
		bad = append(bad, Field{"recurrence.end_date_time", fmt.Sprintf("given %s, and end_times %d; a series ends by one of the two",
			r.Until.Format(time.RFC3339), r.Times)})
	}
	return bad
}

// rrule is the rule in RFC 5545's terms, on the wall-clock times from the start on, until never. Until, which is an instant, is not in it.
func (r Recurrence) rrule(start time.Time) rrule.ROption {
	weekdays := [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}
	o := rrule.ROption{Freq: rrule.DAILY, Dtstart: start, Interval: r.Interval, Count: r.Times, Wkst: rrule.SU,
		Until: time.Date(maxYear, time.January, 1, 0, 0, -1, 0, time.UTC)}
	switch {
	case r.Cycle == Weekly:
		o.Freq = rrule.WEEKLY
		for _, day := range r.Days {
			o.Byweekday = append(o.Byweekday, weekdays[day])
		}
	case r.Cycle == Monthly && r.MonthDay > 0:
		o.Freq, o.Bymonthday = rrule.MONTHLY, []int{r.MonthDay}
	case r.Cycle == Monthly:
		o.Freq, o.Byweekday = rrule.MONTHLY, []rrule.Weekday{weekdays[r.Weekday].Nth(r.Week)}
	}
	return o
}

// alignStart is a start from which the rule has the same days at and after from as it has from the first one: not long before from, whole
// intervals later. A rule with a number of times is counted from its first day.
func (r Recurrence) alignStart(first, from time.Time) time.Time {
	if r.Times > 0 || !from.After(first) {
		return first
	}
	days := int((from.Unix() - first.Unix()) / (24 * 60 * 60))
	switch r.Cycle {
	case Weekly:
		return first.AddDate(0, 0, days-days%(7*r.Interval))
	case Monthly:
		first = first.AddDate(0, 0, 1-first.Day()) // every month has it
		months := 12*(from.Year()-first.Year()) + int(from.Month()-first.Month())
		return first.AddDate(0, months-months%r.Interval, 0)
	default:
		return first.AddDate(0, 0, days-days%r.Interval)
	}
}
