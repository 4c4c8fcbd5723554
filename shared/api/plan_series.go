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

// readRecurrence reads "recurrence"; nil if it is absent. Clients send zeros, or the defaults of Zoom's reference, for
// fields that they do not use. So a type of 0 is no recurrence, fields of other types are ignored, end_date_time wins
// over an end_times of 1, and monthly_week over a monthly_day of 1.
func readRecurrence(f *Form) *meeting.Recurring {
	if !f.Has("recurrence") {
		return nil
	}
	r := f.Object("recurrence")
	cycle := r.Int("type", 0, int64(meeting.Monthly))
	if cycle == nil && !r.Has("type") && hasValue(r.Rest()) {
		r.Require("type")
	}
	if orZero(cycle) == 0 {
		return nil
	}
	rule := meeting.Recurring{}
	rule.Cycle, rule.Interval = meeting.Cycle(*cycle), readInt(r, "repeat_interval")
	switch rule.Cycle {
	case meeting.Daily:
	case meeting.Weekly:
		rule.Days = readWeekdays(r)
	case meeting.Monthly:
		readMonth(r, &rule.Recurrence)
	}
	rule.Ends = Parse(r, "end_date_time", parseWhen)
	times := r.Int("end_times", -1<<31, 1<<31)
	if rule.Ends == nil || orZero(times) != 1 {
		rule.Times = int(orZero(times))
	}
	rule.NoEnd = rule.Ends == nil && times == nil
	return &rule
}

// hasValue reports whether a member is neither zero nor empty.
func hasValue(members map[string]json.RawMessage) bool {
	for _, value := range members {
		if !slices.Contains([]string{`0`, `""`, `"0"`, `false`}, string(value)) {
			return true
		}
	}
	return false
}

// readInt reads a number; 0 if it is absent. The domain checks its range.
func readInt(f *Form, name string) int { return int(orZero(f.Int(name, -1<<31, 1<<31))) }

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
			f.Refuse("weekly_days", fmt.Sprintf(
				"is %q; must be days from 1 (Sunday) to 7 (Saturday) with commas between, such as 2,4", Shorten(*text)))
			return nil
		}
		days = append(days, time.Weekday(n-1))
	}
	slices.Sort(days)
	return slices.Compact(days)
}

func readMonth(f *Form, rule *meeting.Recurrence) {
	rule.MonthDay, rule.Week = readInt(f, "monthly_day"), readInt(f, "monthly_week")
	day := orZero(f.Int("monthly_week_day", 0, 7))
	if rule.Week == 0 {
		return
	}
	if day == 0 {
		f.Refuse("monthly_week_day", "is required with monthly_week: a day from 1 (Sunday) to 7 (Saturday)")
		return
	}
	rule.Weekday = time.Weekday(day - 1)
	if rule.MonthDay == 1 {
		rule.MonthDay = 0
	}
}
