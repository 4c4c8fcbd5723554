package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// regular splits onsets that end with at least cycle years of two yearly rules: into those before the rules, and one
// onset for each rule. Without such rules it returns no rule.
func regular(onsets []onset) (before, rules []onset) {
	first := len(onsets)
	tails := map[int][]onset{} // each in reverse order
	for ; first > 0 && yearly(onsets[first-1], tails[first%2]); first-- {
		tails[first%2] = append(tails[first%2], onsets[first-1])
	}
	if len(onsets)-first < 2*cycle {
		return onsets, nil
	}
	before, rules = onsets[:first], rulesOf(onsets[first:])
	for i := range rules { // some readers look whether a zone changed in the past
		for len(before) == 0 && rules[i].begin.Year() >= 1970+repeats {
			rules[i].begin = rules[i].begin.AddDate(-repeats, 0, 0)
		}
	}
	return before, rules
}

// repeats is the number of years after which each date falls on the same weekday again.
const repeats = 28

// yearly reports whether the onset is of the same rule as later ones, which are in reverse order: a year before them,
// on the same weekday of the same seven days of the year.
func yearly(o onset, others []onset) bool {
	if len(others) == 0 {
		return true
	}
	next := others[len(others)-1]
	if o.kind != next.kind || o.begin.Year()+1 != next.begin.Year() || inWeek(o.begin) != inWeek(next.begin) {
		return false
	}
	for _, other := range others {
		if apart := sinceMarch(o.begin) - sinceMarch(other.begin); apart < -6 || apart > 6 {
			return false
		}
	}
	return true
}

// rulesOf returns one onset for each kind and month, with its rule.
func rulesOf(onsets []onset) (rules []onset) {
	for len(onsets) > 0 {
		var same, rest []onset
		split := false // the seven days are of two months
		for _, o := range onsets {
			switch inMonth := o.begin.Month() == onsets[0].begin.Month(); {
			case o.kind == onsets[0].kind && inMonth:
				same = append(same, o)
			default:
				rest = append(rest, o)
				split = split || o.kind == onsets[0].kind
			}
		}
		same[0].rule = ruleOf(same, split)
		rules, onsets = append(rules, same[0]), rest
	}
	return rules
}

// ruleOf returns the rule of onsets on one weekday in one month: on the last, or the first, second, … of the month; or
// on certain days.
func ruleOf(onsets []onset, split bool) string {
	first := onsets[0].begin
	low, high, last := first.Day(), first.Day(), true
	for _, o := range onsets {
		low, high = min(low, o.begin.Day()), max(high, o.begin.Day())
		last = last && o.begin.Add(week).Month() != o.begin.Month()
	}
	weekday := strings.ToUpper(first.Weekday().String()[:2])
	rule := fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;", first.Month())
	switch {
	case last && !split:
		return rule + "BYDAY=-1" + weekday
	case (low-1)/7 == (high-1)/7 && !split:
		return rule + "BYDAY=" + strconv.Itoa((high+6)/7) + weekday
	}
	var days []string
	for day := low; day <= high; day++ {
		days = append(days, strconv.Itoa(day))
	}
	return rule + "BYMONTHDAY=" + strings.Join(days, ",") + ";BYDAY=" + weekday
}

// inWeek returns the time since the beginning of the week: the weekday and the time of day.
func inWeek(t time.Time) time.Duration { return t.Sub(t.Truncate(week)) }

// sinceMarch returns the number of days since the first of March. It is the same in a leap year.
func sinceMarch(t time.Time) int {
	march := time.Date(t.Year(), time.March, 1, 0, 0, 0, 0, time.UTC)
	if t.Before(march) {
		march = march.AddDate(-1, 0, 0)
	}
	return int(t.Sub(march) / day)
}
