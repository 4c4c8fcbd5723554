package calendar

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// ahead is for how many years the clocks of a zone are looked at.
const ahead = 10

// definition is the zone as it is in the span: by rules where its clocks change by rules that hold for years, else by the days on which
// they change.
func (z zone) definition(from, until time.Time) *ics.VTimezone {
	seen := later(until, from.AddDate(ahead, 0, 0))
	seasons, regular := regulate(z.seasons(from, seen), seen)
	if !regular {
		seasons = z.seasons(from, until)
	}
	if len(seasons) == 1 {
		seasons[0] = seasons[0].always()
	}
	defined := ics.NewTimezone(z.String())
	for _, s := range seasons {
		defined.Components = append(defined.Components, s.component())
	}
	return defined
}

// A season is a time of the year, such as summer time.
type season struct {
	kind
	begins []time.Time // on the clocks before they change, in order
	rule   string      // by which it begins every year; "": by none
}

// A kind of season: from and to are how far the clocks are ahead of UTC.
type kind struct {
	name     string
	from, to time.Duration
	daylight bool
}

// seasons are those that the zone has in the span, the one in which that begins first.
func (z zone) seasons(from, until time.Time) (all []season) {
	for _, change := range z.changes(from, until) {
		k := z.kind(change)
		i := slices.IndexFunc(all, func(s season) bool { return s.kind == k })
		if i < 0 {
			i = len(all)
			all = append(all, season{kind: k})
		}
		all[i].begins = append(all[i].begins, z.clock(change.Add(-time.Second)).Add(time.Second))
	}
	return all
}

// changes are when the clocks change in the span, and before it the last time, or a year ago if they have not since.
func (z zone) changes(from, until time.Time) []time.Time {
	all := []time.Time{from.AddDate(-1, 0, 0)}
	for t := all[0]; !t.After(until); t = t.Add(week) { // nowhere do they change twice in a week
		if z.same(t, t.Add(week)) {
			continue
		}
		if change := z.change(t); change.After(from) {
			all = append(all, change)
		} else {
			all[0] = change
		}
	}
	return all
}

// change is when the clocks change in the week from t on.
func (z zone) change(t time.Time) time.Time {
	after := func(seconds int) time.Time { return t.Add(time.Duration(seconds) * time.Second) }
	return after(sort.Search(int(week/time.Second), func(seconds int) bool { return !z.same(t, after(seconds)) }))
}

// same reports whether it is the same time of the year.
func (z zone) same(a, b time.Time) bool {
	was, before := a.In(z.Location).Zone()
	is, after := b.In(z.Location).Zone()
	return was == is && before == after
}

// kind is that of the season that begins with the change.
func (z zone) kind(change time.Time) kind {
	before, after := change.Add(-time.Second).In(z.Location), change.In(z.Location)
	name, _ := after.Zone()
	k := kind{name: name, from: z.offset(before), to: z.offset(after)}
	k.daylight = k.to > k.from && before.IsDST() != after.IsDST() // clocks go forward, whatever the law calls standard
	return k
}

// epoch is when what was always so begins.
var epoch = time.Unix(0, 0).UTC()

// always is the season as the only one that there is.
func (s season) always() season {
	s.from, s.daylight, s.begins = s.to, false, []time.Time{epoch}
	return s
}

// regulate gives the seasons their rules, and reports whether they are two that have one until the end.
func regulate(seasons []season, until time.Time) ([]season, bool) {
	for i := range seasons {
		seasons[i].rule = seasons[i].yearly(until)
	}
	return seasons, len(seasons) == 2 && seasons[0].rule != "" && seasons[1].rule != ""
}

// yearly is the rule by which the season begins every year until the end: on the first, second, … or last of a weekday in a month.
func (s season) yearly(until time.Time) string {
	first := s.begins[0]
	nth, last := true, true
	for i, begin := range s.begins {
		if begin.Year() != first.Year()+i || begin.Month() != first.Month() || inWeek(begin) != inWeek(first) {
			return ""
		}
		nth = nth && nthOf(begin) == nthOf(first)
		last = last && begin.Add(week).Month() != first.Month()
	}
	weekday := strings.ToUpper(first.Weekday().String()[:2])
	rule := fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=", first.Month())
	switch {
	case s.begins[len(s.begins)-1].AddDate(1, 0, 7).Before(until):
		return ""
	case last:
		return rule + "-1" + weekday
	case nth:
		return rule + strconv.Itoa(nthOf(first)) + weekday
	}
	return ""
}

// inWeek is how far its week has gone by at a time: its weekday and time of day.
func inWeek(t time.Time) time.Duration { return t.Sub(t.Truncate(week)) }

// nthOf tells which of its weekday the day is in its month.
func nthOf(day time.Time) int { return (day.Day()-1)/7 + 1 }

// component is the season in RFC 5545's terms.
func (s season) component() ics.Component {
	var c ics.ComponentBase
	add := func(property ics.Property, value string) { c.AddProperty(ics.ComponentProperty(property), value) }
	add(ics.PropertyDtstart, s.begins[0].Format(fromWallClock))
	add(ics.PropertyTzoffsetfrom, signed(s.from))
	add(ics.PropertyTzoffsetto, signed(s.to))
	add(ics.PropertyTzname, s.name)
	switch {
	case s.rule != "":
		add(ics.PropertyRrule, s.rule)
	case len(s.begins) > 1:
		more := make([]string, 0, len(s.begins))
		for _, begin := range s.begins[1:] {
			more = append(more, begin.Format(fromWallClock))
		}
		add(ics.PropertyRdate, strings.Join(more, ","))
	}
	if s.daylight {
		return &ics.Daylight{ComponentBase: c}
	}
	return &ics.Standard{ComponentBase: c}
}

// signed is an offset from UTC.
func signed(d time.Duration) string {
	return time.Time{}.In(time.FixedZone("", int(d/time.Second))).Format("-0700")
}
