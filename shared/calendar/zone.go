package calendar

import (
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

// certain reports whether the clocks show the time at t only once.
func (z zone) certain(t time.Time) bool {
	shown := z.clock(t)
	for _, nearby := range []time.Time{t.Add(-day), t.Add(day)} {
		if other := shown.Add(-z.offset(nearby)); !other.Equal(t) && z.clock(other).Equal(shown) {
			return false
		}
	}
	return true
}

func (z zone) offset(t time.Time) time.Duration {
	_, seconds := t.In(z.Location).Zone()
	return time.Duration(seconds) * time.Second
}

// ahead is the number of years for which a zone is defined.
const ahead = 10

// cycle is a number of years in which a date falls on each weekday.
const cycle = 12

// definition returns the zone in the span, and after it as far as its clocks change by rules. Each change is one
// component, and those of a rule are one together: some readers know of several dates in a component only one. A zone
// without rules ends in its usual offset.
func (z zone) definition(from, until time.Time) *ics.VTimezone {
	from, seen := from.Add(-day), until.AddDate(cycle, 0, 0) // a series may begin in a gap
	onsets := z.onsets(from, seen)
	single, rules := regular(onsets)
	if len(rules) == 0 {
		single = untilUsual(onsets, until.Add(day), seen)
	}
	if len(single) > 0 {
		single = append(ever(single[0]), single[1:]...)
	}
	if len(single) == 1 && len(rules) == 0 {
		single[0].from, single[0].daylight = single[0].to, false
	}
	defined := ics.NewTimezone(z.String())
	for _, o := range append(single, rules...) {
		defined.Components = append(defined.Components, o.component())
	}
	return defined
}

var epoch = time.Unix(0, 0).UTC()

// An onset is a change of the clocks, or all that follow a rule.
type onset struct {
	kind
	begin time.Time // wall-clock time before the (first) change
	rule  string    // RRULE; "": it is one change
}

// A kind of onset has the offsets from UTC before and after it.
type kind struct {
	name     string
	from, to time.Duration
	daylight bool
}

// onsets returns the changes of the clocks in the span, after the last one before it.
func (z zone) onsets(from, until time.Time) []onset {
	last, next := from.In(z.Location).ZoneBounds()
	for !last.IsZero() && !z.changed(last) {
		last, _ = last.Add(-time.Second).ZoneBounds()
	}
	all := []onset{z.onset(last)}
	for !next.IsZero() && !next.After(until) {
		if z.changed(next) {
			all = append(all, z.onset(next))
		}
		_, end := next.ZoneBounds()
		if end.Equal(next) { // Go's mistake on the last day of a leap year
			end = next.Add(day)
		}
		next = end
	}
	return all
}

// changed reports whether the clocks changed then, and not only the name of the time.
func (z zone) changed(t time.Time) bool { return z.offset(t) != z.offset(t.Add(-time.Second)) }

// onset returns the onset at the change.
func (z zone) onset(change time.Time) onset {
	before, after := change.Add(-time.Second).In(z.Location), change.In(z.Location)
	name, _ := after.Zone()
	k := kind{name: name, from: z.offset(before), to: z.offset(after)}
	k.daylight = k.to > k.from && before.IsDST() != after.IsDST() // clocks go forward, even where the law calls summer time standard
	return onset{kind: k, begin: change.UTC().Add(k.from)}
}

// ever returns the first onset so that the offset of all times before the next one is known, and is not that of UTC if
// it was another one: some readers take a zone for UTC that has no other offset in the past.
func ever(o onset) []onset {
	if o.to == 0 && o.from != 0 {
		return []onset{{kind: kind{from: o.from, to: o.from}, begin: epoch}, o}
	}
	o.begin = epoch
	return []onset{o}
}

// untilUsual returns the onsets until the end of the span, and those after it until the clocks show their usual offset:
// the one that they show for most of the time until seen.
func untilUsual(onsets []onset, until, seen time.Time) []onset {
	shown := map[time.Duration]time.Duration{}
	usual := onsets[0].to
	for i, o := range onsets {
		next := seen
		if i+1 < len(onsets) {
			next = onsets[i+1].begin
		}
		if shown[o.to] += next.Sub(o.begin); shown[o.to] > shown[usual] {
			usual = o.to
		}
	}
	end := 1
	for end < len(onsets) && (!onsets[end].begin.After(until) || onsets[end-1].to != usual) {
		end++
	}
	return onsets[:end]
}

func (o onset) component() ics.Component {
	var c ics.ComponentBase
	add := func(property ics.Property, value string) { c.AddProperty(ics.ComponentProperty(property), value) }
	add(ics.PropertyDtstart, o.begin.Format(fromWallClock))
	add(ics.PropertyTzoffsetfrom, signed(o.from))
	add(ics.PropertyTzoffsetto, signed(o.to))
	if o.name != "" {
		add(ics.PropertyTzname, o.name)
	}
	switch {
	case o.rule != "":
		add(ics.PropertyRrule, o.rule)
	case o.from != o.to: // some readers ignore a component without a rule or a date
		add(ics.PropertyRdate, o.begin.Format(fromWallClock))
	}
	if o.daylight {
		return &ics.Daylight{ComponentBase: c}
	}
	return &ics.Standard{ComponentBase: c}
}

// signed returns an offset from UTC, such as +0130.
func signed(d time.Duration) string {
	return time.Time{}.In(time.FixedZone("", int(d/time.Second))).Format("-0700")
}
