package meeting

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/teambition/rrule-go"
)

// A Series is the occurrences of a recurring meeting with a fixed time.
type Series struct {
	Rule Recurrence
	// First is the start of the first occurrence by the clocks of the meeting's time zone: UTC stands for that zone. It is a day of the rule.
	First time.Time
	// Exceptions are the occurrences that differ from the series, all of days that it has, in the order of their ids.
	Exceptions []Exception
}

// An OccurrenceID names an occurrence for good: the day on which the rule has it, on the clocks of the meeting's time zone, as the
// milliseconds from 1970 to that day's midnight, were the zone UTC. It stays when the occurrence is moved and when the series gets another
// time of day.
type OccurrenceID string

// An Exception is what differs for one occurrence of a series; what is zero is as in the series.
type Exception struct {
	ID          OccurrenceID
	Cancelled   bool
	Start       time.Time
	Duration    time.Duration
	Agenda      *string
	Passthrough Passthrough // put over those of the meeting
}

// An Occurrence is one time at which a meeting is held.
type Occurrence struct {
	ID        OccurrenceID // empty: of a meeting that does not recur
	Original  time.Time    // the start by the rule, whatever became of it
	Start     time.Time
	Duration  time.Duration
	Cancelled bool
	Exception *Exception // nil: it is as in the series
}

// End is when the occurrence is over.
func (o Occurrence) End() time.Time { return o.Start.Add(o.Duration) }

// idOf names the occurrence that the rule has at the wall-clock time.
func idOf(wall time.Time) OccurrenceID {
	return OccurrenceID(strconv.FormatInt(wall.Truncate(wholeDay).UnixMilli(), 10))
}

// day is the day that the id stands for, from 1970 until never; no other text is an id.
func (id OccurrenceID) day() (time.Time, bool) {
	ms, err := strconv.ParseInt(string(id), 10, 64)
	day := time.UnixMilli(ms).UTC()
	return day, err == nil && ms >= 0 && day.Year() < maxYear && idOf(day) == id
}

// begin is the series from the first day on which its rule, counted from First, has an occurrence; without the exceptions of days that it
// does not have. It reports false if it has no day at all.
func (s Series) begin(zone *time.Location) (Series, bool) {
	s.First = s.First.Truncate(time.Second)
	first, found := s.days(s.First, zone)()
	if !found {
		return s, false
	}
	s.First = first
	s.Exceptions = slices.DeleteFunc(slices.Clone(s.Exceptions), func(e Exception) bool {
		_, has := s.wall(e.ID, zone)
		return !has
	})
	return s, true
}

// days are the wall-clock times at which the rule has occurrences, from a time on, in order.
func (s Series) days(from time.Time, zone *time.Location) rrule.Next {
	from = later(from, s.First)
	next, err := s.Rule.daysFrom(s.Rule.alignStart(s.First, from))
	if err != nil { // never for a rule that check accepts
		return func() (time.Time, bool) { return time.Time{}, false }
	}
	until := s.Rule.Until
	dayBefore := toWallClock(until, zone).Add(-wholeDay) // clocks leap by a day at most
	return func() (time.Time, bool) {
		wall, more := next()
		for more && wall.Before(from) {
			wall, more = next()
		}
		return wall, more && (until.IsZero() || wall.Before(dayBefore) || !fromWallClock(wall, zone).After(until))
	}
}

// wall is the wall-clock time at which the rule has the occurrence; false if it has none of that name.
func (s Series) wall(id OccurrenceID, zone *time.Location) (time.Time, bool) {
	day, ok := id.day()
	if !ok {
		return day, false
	}
	wall := s.on(day)
	next, has := s.days(wall, zone)()
	return wall, has && next.Equal(wall)
}

// on is the wall-clock time of an occurrence of the day.
func (s Series) on(day time.Time) time.Time { return day.Add(s.First.Sub(s.First.Truncate(wholeDay))) }

// Occurrences are those that end after from, cancelled ones included, in the order in which they start: at most limit.
func (m Meeting) Occurrences(from time.Time, limit int) []Occurrence {
	zone := m.zone()
	all := append(m.exceptional(zone), m.unmodified(from, limit, zone)...)
	all = slices.DeleteFunc(all, func(o Occurrence) bool { return !o.End().After(from) })
	slices.SortFunc(all, byStart)
	return all[:min(len(all), max(limit, 0))]
}

// Occurrence is the one of that name; false if there is none.
func (m Meeting) Occurrence(id OccurrenceID) (Occurrence, bool) {
	if m.Series == nil {
		return m.once(), id == "" && !m.Start.IsZero()
	}
	zone := m.zone()
	wall, has := m.Series.wall(id, zone)
	if !has {
		return Occurrence{}, false
	}
	return m.on(wall, zone), true
}

// Next is the first occurrence that ends after now and is not cancelled; false if there is none.
func (m Meeting) Next(now time.Time) (Occurrence, bool) {
	zone := m.zone()
	all := append(m.exceptional(zone), m.unmodified(now, 1, zone)...)
	all = slices.DeleteFunc(all, func(o Occurrence) bool { return o.Cancelled || !o.End().After(now) })
	if len(all) == 0 {
		return Occurrence{}, false
	}
	return slices.MinFunc(all, byStart), true
}

// At is the meeting as it is at the occurrence: with its start and duration, its agenda and its settings.
func (m Meeting) At(o Occurrence) Meeting {
	m.Start, m.Duration = o.Start, o.Duration
	if e := o.Exception; e != nil {
		set(&m.Agenda, e.Agenda)
		if len(e.Passthrough) > 0 {
			m.Passthrough = m.Passthrough.merge(e.Passthrough)
		}
	}
	return m
}

// lastEnd is when the last occurrence that is not cancelled ends, or, are all of them cancelled, the last one by the rule; zero: never, or it
// has no time.
func (m Meeting) lastEnd() time.Time {
	switch {
	case m.Series == nil && m.Start.IsZero(), m.Series != nil && m.Series.Rule.Endless():
		return time.Time{}
	case m.Series == nil:
		return m.once().End()
	}
	zone := m.zone()
	all := m.exceptional(zone)
	last, regular := m.last(zone)
	if !regular.IsZero() {
		all = append(all, m.byRule(regular, zone))
	}
	var held time.Time
	for _, o := range all {
		if !o.Cancelled {
			held = later(held, o.End())
		}
	}
	if held.IsZero() {
		return m.byRule(last, zone).End()
	}
	return held
}

// last is the last day of a series that ends, and the last on which it is as the rule has it; zero: it is so on none.
func (m Meeting) last(zone *time.Location) (last, regular time.Time) {
	s := m.Series
	for back := 7 * s.Rule.Interval; ; back *= 2 {
		from := s.First
		if s.Rule.Times == 0 {
			from = toWallClock(s.Rule.Until, zone).AddDate(0, 0, -back)
		}
		next := s.days(from, zone)
		for wall, more := next(); more; wall, more = next() {
			last = wall
			if _, differs := m.exception(idOf(wall)); !differs {
				regular = wall
			}
		}
		if !regular.IsZero() || !from.After(s.First) {
			return last, regular
		}
	}
}

// Exceptional are the occurrences that differ from the series, in the order of their ids.
func (m Meeting) Exceptional() []Occurrence { return m.exceptional(m.zone()) }

func (m Meeting) exceptional(zone *time.Location) (all []Occurrence) {
	for _, e := range m.exceptions() {
		day, _ := e.ID.day()
		all = append(all, m.byRule(m.Series.on(day), zone).withException(e))
	}
	return all
}

// unmodified are the first occurrences that end after from, of those that are as in the series.
func (m Meeting) unmodified(from time.Time, limit int, zone *time.Location) (all []Occurrence) {
	if m.Series == nil {
		if m.Start.IsZero() {
			return nil
		}
		return []Occurrence{m.once()}
	}
	next := m.Series.days(toWallClock(from.Add(-m.Duration), zone).Add(-wholeDay), zone) // clocks leap by a day at most
	for len(all) < limit {
		wall, more := next()
		if !more {
			break
		}
		if _, differs := m.exception(idOf(wall)); differs {
			continue
		}
		if o := m.byRule(wall, zone); o.End().After(from) {
			all = append(all, o)
		}
	}
	return all
}

// once is the occurrence of a meeting that does not recur.
func (m Meeting) once() Occurrence {
	return Occurrence{Original: m.Start, Start: m.Start, Duration: m.Duration}
}

// on is the occurrence that the series has at the wall-clock time, as its exception makes it.
func (m Meeting) on(wall time.Time, zone *time.Location) Occurrence {
	o := m.byRule(wall, zone)
	if e, differs := m.exception(o.ID); differs {
		return o.withException(e)
	}
	return o
}

// byRule is the occurrence that the rule has at the wall-clock time, whatever became of it.
func (m Meeting) byRule(wall time.Time, zone *time.Location) Occurrence {
	start := fromWallClock(wall, zone)
	return Occurrence{ID: idOf(wall), Original: start, Start: start, Duration: m.Duration}
}

// withException is the occurrence as the exception makes it.
func (o Occurrence) withException(e Exception) Occurrence {
	o.Exception, o.Cancelled = &e, e.Cancelled
	if !e.Start.IsZero() {
		o.Start = e.Start
	}
	if e.Duration > 0 {
		o.Duration = e.Duration
	}
	return o
}

func byStart(a, b Occurrence) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
