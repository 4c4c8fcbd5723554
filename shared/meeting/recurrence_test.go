package meeting

import (
	"strings"
	"testing"
	"time"
)

func TestRecurrenceFollowsZoomsLimits(t *testing.T) {
	soon := at("2026-12-31T00:00:00Z")
	for _, c := range []struct {
		name string
		rule Recurrence
		want string // the fields refused
	}{
		{"every 100 days", Recurrence{Cycle: Daily, Interval: 100}, "repeat_interval"},
		{"what a daily one does not use", Recurrence{Cycle: Daily, Interval: 1, MonthDay: 40, Week: 9, Days: []time.Weekday{8}}, ""},
		{"every 51 weeks", Recurrence{Cycle: Weekly, Interval: 51, Days: []time.Weekday{1}}, "repeat_interval"},
		{"on no day of the week", Recurrence{Cycle: Weekly, Interval: 1}, "weekly_days"},
		{"on an eighth day", Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{1, 7}}, "weekly_days"},
		{"every 11 months", Recurrence{Cycle: Monthly, Interval: 11, MonthDay: 31}, "repeat_interval"},
		{"on the 32nd", Recurrence{Cycle: Monthly, Interval: 1, MonthDay: 32}, "monthly_day"},
		{"on the last day by -1", Recurrence{Cycle: Monthly, Interval: 1, MonthDay: -1}, "monthly_day"},
		{"on no day of the month", Recurrence{Cycle: Monthly, Interval: 1}, "monthly_day"},
		{"on a date and on a weekday", Recurrence{Cycle: Monthly, Interval: 1, MonthDay: 3, Week: 1}, "monthly_day"},
		{"on the fifth Sunday", Recurrence{Cycle: Monthly, Interval: 1, Week: 5}, "monthly_week"},
		{"on the first eighth day", Recurrence{Cycle: Monthly, Interval: 1, Week: 1, Weekday: 7}, "monthly_week_day"},
		{"61 times", Recurrence{Cycle: Daily, Interval: 1, Times: 61}, "end_times"},
		{"-1 times", Recurrence{Cycle: Daily, Interval: 1, Times: -1}, "end_times"},
		{"7 times, and until the end of the year", Recurrence{Cycle: Daily, Interval: 1, Times: 7, Until: soon}, "end_date_time"},
		{"of a fourth type", Recurrence{Cycle: 4, Interval: 1}, "type"},
		{"all wrong at once", Recurrence{Cycle: Weekly, Interval: 51, Times: 61, Until: soon}, "repeat_interval weekly_days end_times end_date_time"},
		{"all of a month wrong", Recurrence{Cycle: Monthly, Week: 6, Weekday: 9}, "repeat_interval monthly_week monthly_week_day"},
	} {
		var got []string
		for _, f := range c.rule.check() {
			got = append(got, strings.TrimPrefix(f.Name, "recurrence."))
			if !strings.HasPrefix(f.Name, "recurrence.") || !strings.HasPrefix(f.Message, "given ") {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: refused %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEndInTheLastYearIsEndless(t *testing.T) {
	for _, c := range []struct {
		name string
		ends ClientTime
		want string
	}{
		{"never, as .NET writes it", ClientTime{Time: at("9999-12-31T23:59:59Z"), Local: true}, ""},
		{"never, in UTC", ClientTime{Time: at("9999-12-31T23:59:59Z")}, ""},
		{"never, in the last zone", ClientTime{Time: at("9999-12-31T23:59:59-12:00")}, ""},
		{"as the year begins", ClientTime{Time: at("9999-01-01T00:00:00Z")}, ""},
		{"just before", ClientTime{Time: at("9998-12-31T23:59:59Z")}, "9998-12-31T23:59:59Z"},
	} {
		for _, zone := range []string{"America/New_York", "Pacific/Kiritimati"} {
			r := Recurring{Recurrence: Recurrence{Cycle: Daily, Interval: 1}, Ends: &c.ends}.over(Recurrence{}, zoneOf(zone))
			if r.Endless() != (c.want == "") || !r.Endless() && !r.Until.Equal(at(c.want)) {
				t.Errorf("%s in %s: until %s", c.name, zone, r.Until)
			}
		}
	}
}

func TestRuleAsText(t *testing.T) {
	until := at("2026-03-02T09:00:00+01:00")
	for _, c := range []struct {
		rule         Recurrence
		words, rrule string
	}{
		{Recurrence{Cycle: Daily, Interval: 1}, "Every day", "FREQ=DAILY;INTERVAL=1;WKST=SU"},
		{Recurrence{Cycle: Daily, Interval: 3, Times: 4}, "Every 3 days, 4 times", "FREQ=DAILY;INTERVAL=3;WKST=SU;COUNT=4"},
		{Recurrence{Cycle: Weekly, Interval: 1, Days: []time.Weekday{1, 5}}, "Every week on Mon, Fri", "FREQ=WEEKLY;INTERVAL=1;WKST=SU;BYDAY=MO,FR"},
		{Recurrence{Cycle: Weekly, Interval: 2, Days: []time.Weekday{0}, Until: until}, "Every 2 weeks on Sun, until Mar 2, 2026",
			"FREQ=WEEKLY;INTERVAL=2;WKST=SU;UNTIL=20260302T080000Z;BYDAY=SU"},
		{Recurrence{Cycle: Monthly, Interval: 1, MonthDay: 31}, "Every month on day 31", "FREQ=MONTHLY;INTERVAL=1;WKST=SU;BYMONTHDAY=31"},
		{Recurrence{Cycle: Monthly, Interval: 10, Week: -1, Weekday: 2}, "Every 10 months on the last Tuesday",
			"FREQ=MONTHLY;INTERVAL=10;WKST=SU;BYDAY=-1TU"},
		{Recurrence{Cycle: Monthly, Interval: 1, Week: 2, Weekday: 3}, "Every month on the second Wednesday",
			"FREQ=MONTHLY;INTERVAL=1;WKST=SU;BYDAY=+2WE"},
	} {
		if words, rule := c.rule.words(time.UTC), c.rule.RRule(); words != c.words || rule != c.rrule {
			t.Errorf("%+v is %q and %s, want %q and %s", c.rule, words, rule, c.words, c.rrule)
		}
	}
}
