package meeting

import (
	"slices"
	"testing"
	"time"
)

var farFuture = at("9000-01-01T00:00:00Z")

// longSeries have every cycle, and end in the far future.
var longSeries = map[string]Recurrence{
	"daily":                           {Cycle: Daily, Until: farFuture},
	"weekly":                          {Cycle: Weekly, Days: []time.Weekday{1, 3}, Until: farFuture},
	"monthly":                         {Cycle: Monthly, MonthDay: 3, Until: farFuture},
	"the last Friday of 10 months":    {Cycle: Monthly, Interval: 10, Week: -1, Weekday: time.Friday, Until: farFuture},
	"10 months, those with a 31st":    {Cycle: Monthly, Interval: 10, MonthDay: 31, Until: farFuture},
	"monthly on a third, without end": {Cycle: Monthly, MonthDay: 3},
}

// questions are the calls that a list makes for a series.
var questions = map[string]func(Meeting){
	"Next":        func(m Meeting) { m.Next(m.Start) },
	"Occurrences": func(m Meeting) { m.Occurrences(m.Start, 50) },
	"Exceptional": func(m Meeting) { m.Exceptional() },
	"Until":       func(m Meeting) { m.Until() },
}

// differing returns a series with the maximal number of exceptions: for its first occurrences or, at its end, for the
// last.
func differing(t interface{ Fatal(...any) }, rule Recurrence, atEnd bool) Meeting {
	m := recurring(t, "Europe/Berlin", "2026-03-03T10:00:00Z", rule)
	from := time.Time{}
	if atEnd {
		from = rule.Until.AddDate(0, -2*MaxExceptions*max(rule.Interval, 1), 0)
	}
	all := m.Occurrences(from, 64*MaxExceptions)
	if atEnd {
		all = all[len(all)-MaxExceptions:]
	}
	var exceptions []Exception
	for _, o := range all[:MaxExceptions] {
		exceptions = append(exceptions, Exception{ID: o.ID, Cancelled: true})
	}
	slices.SortFunc(exceptions, func(a, b Exception) int { return byID(a, b.ID) })
	m.Series.Exceptions = exceptions
	return m
}

// Building a rule takes dozens of allocations; an exception must take few.
func TestExceptionBuildsNoRule(t *testing.T) {
	const few = 10
	for name, rule := range longSeries {
		for _, atEnd := range []bool{false, !rule.Until.IsZero()} {
			m := differing(t, rule, atEnd)
			for question, ask := range questions {
				if each := testing.AllocsPerRun(1, func() { ask(m) }) / MaxExceptions; each > few {
					t.Errorf("%s, at its end: %v: %s takes %.0f allocations for each exception", name, atEnd, question, each)
				}
			}
		}
	}
}

// For a rule that skips many months, so many occurrences take longer than a time.Duration can hold.
func TestCancelledOccurrencesAreSkippedAtBothEnds(t *testing.T) {
	for name, rule := range longSeries {
		m := differing(t, rule, false)
		all := m.Occurrences(time.Time{}, MaxExceptions+1)
		if next, found := m.Next(m.Start); !found || len(all) <= MaxExceptions || next.ID != all[MaxExceptions].ID {
			t.Errorf("%s: %s %v", name, next.Start, found)
		}
		if rule.Endless() {
			continue
		}
		m = differing(t, rule, true)
		cancelled := slices.MinFunc(m.Exceptional(), byStart).Original
		all = m.Occurrences(cancelled.AddDate(0, -3*m.Series.Rule.Interval, 0), 2*MaxExceptions)
		i := slices.IndexFunc(all, func(o Occurrence) bool { return o.Cancelled })
		if i < 1 || !m.Until().Equal(all[i-1].End()) {
			t.Errorf("%s: ends at %s; from %s on all are cancelled", name, m.Until(), cancelled)
		}
	}
}
