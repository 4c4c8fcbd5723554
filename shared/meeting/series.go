package meeting

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/teambition/rrule-go"
)

// A Series has the occurrences of a recurring meeting with a fixed time.
type Series struct {
	Rule Recurrence
	// First is the wall-clock time of the first occurrence in the meeting's time zone, written in UTC. Its day is a day
	// of the rule.
	First time.Time
	// Exceptions are the occurrences that differ from the series, in the order of their ids. The series has all their
	// days.
	Exceptions []Exception
}

// An OccurrenceID is the day on which the rule has the occurrence, in the meeting's time zone: the milliseconds from
// 1970 to the midnight of that day, as if the zone were UTC. It does not change when the occurrence is moved, or when
// the series gets another time of day.
type OccurrenceID string

// An Exception has the differences of one occurrence from its series. A zero field does not differ.
type Exception struct {
	ID          OccurrenceID
	Cancelled   bool
	Start       time.Time
	Duration    time.Duration
	Agenda      *string
	Passthrough Passthrough // replaces members of the meeting's
}

// An Occurrence is one time at which a meeting is held.
type Occurrence struct {
	ID        OccurrenceID // empty if the meeting does not recur
	Original  time.Time    // the start by the rule
	Start     time.Time
	Duration  time.Duration
	Cancelled bool
	Exception *Exception // nil: it does not differ from the series
}

// End returns when the occurrence ends.
func (o Occurrence) End() time.Time { return o.Start.Add(o.Duration) }

// idOf returns the id of the occurrence at the wall-clock time.
func idOf(wall time.Time) OccurrenceID {
	return OccurrenceID(strconv.FormatInt(wall.Truncate(wholeDay).UnixMilli(), 10))
}

// day returns the day of the id, from 1970 until maxYear; false for any other text.
func (id OccurrenceID) day() (time.Time, bool) {
	ms, err := strconv.ParseInt(string(id), 10, 64)
	day := time.UnixMilli(ms).UTC()
	return day, err == nil && ms >= 0 && day.Year() < maxYear && idOf(day) == id
}

// begin returns the series with First on the first day of its rule, without the exceptions of other days. It returns
// false if the rule has no day.
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

// days returns an iterator over the wall-clock times of the rule, from a time on.
func (s Series) days(from time.Time, zone *time.Location) rrule.Next {
	from = later(from, s.First)
	next, err := s.Rule.daysFrom(s.Rule.alignStart(s.First, from))
	if err != nil { // never for a rule that check accepts
		return func() (time.Time, bool) { return time.Time{}, false }
	}
	until := s.Rule.Until
	dayBefore := toWallClock(until, zone).Add(-wholeDay) // clocks change by a day at most
	return func() (time.Time, bool) {
		wall, more := next()
		for more && wall.Before(from) {
			wall, more = next()
		}
		return wall, more && (until.IsZero() || wall.Before(dayBefore) || !fromWallClock(wall, zone).After(until))
	}
}

// wall returns the wall-clock time of the occurrence by the rule; false if there is no such occurrence.
func (s Series) wall(id OccurrenceID, zone *time.Location) (time.Time, bool) {
	day, ok := id.day()
	if !ok {
		return day, false
	}
	wall := s.on(day)
	next, has := s.days(wall, zone)()
	return wall, has && next.Equal(wall)
}

// on returns the wall-clock time of an occurrence on the day.
func (s Series) on(day time.Time) time.Time { return day.Add(s.First.Sub(s.First.Truncate(wholeDay))) }

// Occurrences returns the first occurrences that end after from, with cancelled ones, in the order of their starts: at
// most limit.
func (m Meeting) Occurrences(from time.Time, limit int) []Occurrence {
	all := append(m.Exceptional(), m.unmodified(from, limit, m.Zone())...)
	all = slices.DeleteFunc(all, func(o Occurrence) bool { return !o.End().After(from) })
	slices.SortFunc(all, byStart)
	return all[:min(len(all), max(limit, 0))]
}

// Occurrence returns the occurrence of the id; false if there is none.
func (m Meeting) Occurrence(id OccurrenceID) (Occurrence, bool) {
	if m.Series == nil {
		return m.once(), id == "" && !m.Start.IsZero()
	}
	zone := m.Zone()
	wall, has := m.Series.wall(id, zone)
	if !has {
		return Occurrence{}, false
	}
	return m.on(wall, zone), true
}

// Next returns the first occurrence that ends after now and is not cancelled; false if there is none.
func (m Meeting) Next(now time.Time) (Occurrence, bool) {
	all := m.Occurrences(now, 1+len(m.exceptions()))
	i := slices.IndexFunc(all, func(o Occurrence) bool { return !o.Cancelled })
	if i < 0 {
		return Occurrence{}, false
	}
	return all[i], true
}

// At returns the meeting with the start, duration, agenda and settings of the occurrence.
func (m Meeting) At(o Occurrence) Meeting {
	m.Start, m.Duration = o.Start, o.Duration
	if e := o.Exception; e != nil {
		set(&m.Agenda, e.Agenda)
		if len(e.Passthrough) > 0 {
			m.Passthrough = m.Passthrough.Merge(e.Passthrough)
		}
	}
	return m
}

// lastEnd returns the end of the last occurrence that is not cancelled; if all are cancelled, of the last one by the
// rule; zero if the meeting is endless or has no time.
func (m Meeting) lastEnd() time.Time {
	switch {
	case m.Series == nil && m.Start.IsZero(), m.Series != nil && m.Series.Rule.Endless():
		return time.Time{}
	case m.Series == nil:
		return m.once().End()
	}
	zone := m.Zone()
	all := m.Exceptional()
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

// last returns the last day of a series that ends, and the last day without an exception; zero if all days have one.
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

// Exceptional returns the occurrences that differ from the series, in the order of their ids.
func (m Meeting) Exceptional() (all []Occurrence) {
	zone := m.Zone()
	for _, e := range m.exceptions() {
		day, _ := e.ID.day()
		all = append(all, m.byRule(m.Series.on(day), zone).withException(e))
	}
	return all
}

// unmodified returns the first occurrences without an exception that end after from: at most limit.
func (m Meeting) unmodified(from time.Time, limit int, zone *time.Location) (all []Occurrence) {
	if m.Series == nil {
		if m.Start.IsZero() {
			return nil
		}
		return []Occurrence{m.once()}
	}
	next := m.Series.days(toWallClock(from.Add(-m.Duration), zone).Add(-wholeDay), zone) // clocks change by a day at most
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

func (m Meeting) once() Occurrence {
	return Occurrence{Original: m.Start, Start: m.Start, Duration: m.Duration}
}

// on returns the occurrence at the wall-clock time, with its exception.
func (m Meeting) on(wall time.Time, zone *time.Location) Occurrence {
	o := m.byRule(wall, zone)
	if e, differs := m.exception(o.ID); differs {
		return o.withException(e)
	}
	return o
}

// byRule returns the occurrence at the wall-clock time, without its exception.
func (m Meeting) byRule(wall time.Time, zone *time.Location) Occurrence {
	start := fromWallClock(wall, zone)
	return Occurrence{ID: idOf(wall), Original: start, Start: start, Duration: m.Duration}
}

// withException returns the occurrence with the exception.
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
