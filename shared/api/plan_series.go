package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// readRecurrence reads "recurrence". Encoders send zeros, or the defaults of Zoom's reference, for what they do not
// mean: a type of 0 is no recurrence, of the other fields those count that belong to the type, an end_times of 1 gives
// way to an end_date_time, and a monthly_day of 1 to a monthly_week. As in that reference, every interval is 1 unless
// it is given, a month's day is its first, and a series that does not say when it ends ends after its first occurrence.
func readRecurrence(f *Form) *meeting.Recurring {
	if !f.Has("recurrence") {
		return nil
	}
	r := f.Object("recurrence")
	cycle := r.Int("type", 0, int64(meeting.Monthly))
	if cycle == nil && !r.Has("type") && meansSomething(r.Rest()) {
		r.Require("type")
	}
	if cycle == nil || *cycle == 0 {
		return nil
	}
	rule := meeting.Recurring{Recurrence: meeting.Recurrence{Cycle: meeting.Cycle(*cycle), Interval: nonZero(readInt(r, "repeat_interval"), 1)}}
	switch rule.Cycle {
	case meeting.Daily:
	case meeting.Weekly:
		rule.Days = readWeekdays(r)
	case meeting.Monthly:
		readMonth(r, &rule.Recurrence)
	}
	rule.Ends = Parse(r, "end_date_time", parseWhen)
	times := r.Int("end_times", -1<<31, 1<<31)
	switch {
	case rule.Ends != nil && (times == nil || *times == 0 || *times == 1):
	case times == nil:
		rule.Times = 1
	default:
		rule.Times = int(*times)
	}
	return &rule
}

// meansSomething reports whether a member is neither zero nor empty.
func meansSomething(members map[string]json.RawMessage) bool {
	for _, value := range members {
		if !slices.Contains([]string{`0`, `""`, `"0"`, `false`}, string(value)) {
			return true
		}
	}
	return false
}

// readInt is a number of any size: the domain says what is allowed.
func readInt(f *Form, name string) int {
	n := f.Int(name, -1<<31, 1<<31)
	if n == nil {
		return 0
	}
	return int(*n)
}

func nonZero(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// readWeekdays reads "1,3,5", in which 1 is Sunday; or the number of a single day.
func readWeekdays(f *Form) []time.Weekday {
	text := f.NumberOrString("weekly_days")
	if text == nil {
		return nil
	}
	var days []time.Weekday
	for part := range strings.SplitSeq(*text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 || n > 7 {
			f.Refuse("weekly_days", fmt.Sprintf("is %q; must be days from 1 (Sunday) to 7 (Saturday) with commas between, such as 2,4", Shorten(*text)))
			return nil
		}
		days = append(days, time.Weekday(n-1))
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func readMonth(f *Form, rule *meeting.Recurrence) {
	rule.MonthDay, rule.Week = readInt(f, "monthly_day"), readInt(f, "monthly_week")
	day := f.Int("monthly_week_day", 0, 7)
	if rule.Week == 0 {
		rule.MonthDay = nonZero(rule.MonthDay, 1)
		return
	}
	if day == nil || *day == 0 {
		f.Refuse("monthly_week_day", "is required with monthly_week: a day from 1 (Sunday) to 7 (Saturday)")
		return
	}
	rule.Weekday = time.Weekday(*day - 1)
	if rule.MonthDay == 1 {
		rule.MonthDay = 0
	}
}
