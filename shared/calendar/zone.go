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

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// The forms of a time.
const (
	inUTC         = "20060102T150405Z"
	fromWallClock = "20060102T150405"
)

// A zone is a time zone. Its wall-clock times are written as times in UTC.
type zone struct{ *time.Location }

// utc reports whether the zone is UTC, by whatever name.
func (z zone) utc() bool {
	ever, _ := time.Time{}.In(z.Location).Zone() // other zones begin with local solar time
	return ever == "UTC"
}

func (z zone) clock(t time.Time) time.Time { return t.UTC().Add(z.offset(t)) }

// certain reports whether the wall-clock time at t means t, and not an earlier instant at which the clocks showed the
// same time.
func (z zone) certain(t time.Time) bool {
	shown := z.clock(t)
	first := shown.Add(-z.offset(t.Add(-day))) // by the offset before a nearby change of the clocks
	return !first.Before(t) || !z.clock(first).Equal(shown)
}

func (z zone) offset(t time.Time) time.Duration {
	_, seconds := t.In(z.Location).Zone()
	return time.Duration(seconds) * time.Second
}

// ahead is the number of years for which a zone is defined.
const ahead = 10

// definition returns the zone in the span: by rules, if its clocks change by rules that hold for years; else by the
// days of the changes.
func (z zone) definition(from, until time.Time) *ics.VTimezone {
	seen := later(until, from.AddDate(ahead, 0, 0))
	seasons := z.seasons(from, seen)
	for i := range seasons {
		seasons[i].rule = seasons[i].yearly(seen)
	}
	if len(seasons) != 2 || seasons[0].rule == "" || seasons[1].rule == "" {
		seasons = z.seasons(from, until)
	}
	if len(seasons) == 1 {
		only := &seasons[0]
		only.from, only.daylight, only.begins = only.to, false, []time.Time{time.Unix(0, 0).UTC()}
	}
	defined := ics.NewTimezone(z.String())
	for _, s := range seasons {
		defined.Components = append(defined.Components, s.component())
	}
	return defined
}

// A season is a period with one offset from UTC, such as summer time.
type season struct {
	kind
	begins []time.Time // wall-clock times before the change, in order
	rule   string      // RRULE of the beginnings; "": there is no rule
}

// A kind of season has the offsets from UTC before (from) and after (to) its beginning.
type kind struct {
	name     string
	from, to time.Duration
	daylight bool
}

// seasons returns the seasons of the zone in the span. The first is the one in which the span begins.
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

// changes returns the changes of the clocks in the span, after the last one before it: at most a year before.
func (z zone) changes(from, until time.Time) []time.Time {
	all := []time.Time{from.AddDate(-1, 0, 0)}
	for t := all[0]; !t.After(until); t = t.Add(week) { // no zone changes twice in a week
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

// change returns when the clocks change in the week from t on.
func (z zone) change(t time.Time) time.Time {
	after := func(seconds int) time.Time { return t.Add(time.Duration(seconds) * time.Second) }
	return after(sort.Search(int(week/time.Second), func(seconds int) bool { return !z.same(t, after(seconds)) }))
}

// same reports whether the zone has the same offset and name at both times.
func (z zone) same(a, b time.Time) bool {
	was, before := a.In(z.Location).Zone()
	is, after := b.In(z.Location).Zone()
	return was == is && before == after
}

// kind returns the kind of the season that begins with the change.
func (z zone) kind(change time.Time) kind {
	before, after := change.Add(-time.Second).In(z.Location), change.In(z.Location)
	name, _ := after.Zone()
	k := kind{name: name, from: z.offset(before), to: z.offset(after)}
	k.daylight = k.to > k.from && before.IsDST() != after.IsDST() // clocks go forward, even where the law calls summer time standard
	return k
}

// yearly returns the rule by which the season begins in every year until the end: on the first, second, … or last of a
// weekday in a month.
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

// inWeek returns the time since the beginning of the week: the weekday and the time of day.
func inWeek(t time.Time) time.Duration { return t.Sub(t.Truncate(week)) }

// nthOf returns which of its weekday the day is in its month, from 1.
func nthOf(day time.Time) int { return (day.Day()-1)/7 + 1 }

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

// signed returns an offset from UTC, such as +0130.
func signed(d time.Duration) string {
	return time.Time{}.In(time.FixedZone("", int(d/time.Second))).Format("-0700")
}
