package meeting

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// An expectedSeries has the occurrences of a series as another implementation computed them.
type expectedSeries struct {
	Name, Zone string
	First      time.Time // on the clocks of the zone
	After      time.Time // those that start later are asked for
	Rule       Recurrence
	Starts     [][2]string // the day by the rule, and the instant: the first ones, or all
	Last       *time.Time  // start of the last of all
}

const mostExpected = 12

func TestSeriesRecurAsAnotherImplementationComputes(t *testing.T) {
	all := readExpected(t).Series
	if len(all) < 250 {
		t.Errorf("only %d series are expected", len(all))
	}
	for _, e := range all {
		zone := zoneOf(e.Zone)
		e.Rule.Interval = max(e.Rule.Interval, 1)
		series, found := Series{Rule: e.Rule, First: e.First}.begin(zone)
		if bad := series.Rule.check(); len(bad) > 0 || found != (len(e.Starts) > 0 || e.Last != nil) {
			t.Errorf("%s: %+v, has days: %v", e.Name, bad, found)
		}
		if !found {
			continue
		}
		m := Meeting{Series: &series, Start: fromWallClock(series.First, zone), Duration: time.Hour, Timezone: e.Zone}
		var got [][2]string
		for _, o := range m.Occurrences(e.After.Add(m.Duration), mostExpected) {
			day, _ := o.ID.day()
			got = append(got, [2]string{day.Format(time.DateOnly), o.Start.Format(time.RFC3339)})
		}
		if !slices.Equal(got, e.Starts) {
			t.Errorf("%s, in %s from %s: %s, want %s", e.Name, e.Zone, e.First, got, e.Starts)
		}
		want := time.Time{}
		if e.Last != nil {
			want = e.Last.Add(m.Duration)
		}
		if end := m.lastEnd(); !end.Equal(want) {
			t.Errorf("%s, in %s from %s: ends at %s, want %s", e.Name, e.Zone, e.First, end, want)
		}
	}
}

func anyRule(t *rapid.T, first time.Time) Recurrence {
	week := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	r := Recurrence{Cycle: Cycle(rapid.IntRange(1, 3).Draw(t, "cycle"))}
	switch r.Cycle {
	case Daily:
		r.Interval = rapid.IntRange(1, MaxDays).Draw(t, "interval")
	case Weekly:
		r.Interval = rapid.IntRange(1, MaxWeeks).Draw(t, "interval")
		r.Days = rapid.SliceOfNDistinct(rapid.SampledFrom(week), 1, 7, rapid.ID).Draw(t, "days")
		slices.Sort(r.Days)
	case Monthly:
		r.Interval = rapid.IntRange(1, MaxMonths).Draw(t, "interval")
		if rapid.Bool().Draw(t, "by date") {
			r.MonthDay = rapid.IntRange(1, 31).Draw(t, "date")
		} else {
			r.Week, r.Weekday = rapid.SampledFrom([]int{1, 2, 3, 4, -1}).Draw(t, "week"), rapid.SampledFrom(week).Draw(t, "weekday")
		}
	}
	switch rapid.SampledFrom([]string{"never", "times", "until"}).Draw(t, "ends") {
	case "times":
		r.Times = rapid.IntRange(1, MaxTimes).Draw(t, "times")
	case "until":
		r.Until = first.Add(time.Duration(rapid.IntRange(0, 15*365*24).Draw(t, "hours")) * time.Hour)
	}
	return r
}

// longestGap returns more than the longest time without an occurrence.
func (r Recurrence) longestGap() time.Duration {
	return wholeDay * time.Duration(map[Cycle]int{Daily: r.Interval + 1, Weekly: 7*r.Interval + 7, Monthly: 124 * (r.Interval + 1)}[r.Cycle])
}

// walk returns all occurrences until a time, step by step from the first one.
func (m Meeting) walk(until time.Time) (all []Occurrence) {
	next, err := m.Series.Rule.daysFrom(m.Series.First)
	if err != nil {
		panic(err)
	}
	for wall, more := next(); more && wall.Before(until); wall, more = next() {
		o := m.on(wall, m.Zone())
		if end := m.Series.Rule.Until; !end.IsZero() && o.Original.After(end) {
			break
		}
		all = append(all, o)
	}
	return all
}

// anySeries returns a series within fifteen years from the day; false if its rule has no day.
func anySeries(t *rapid.T, from string) (Meeting, bool) {
	zones := []string{"UTC", "America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe",
		"Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca"}
	first := at(from).Add(time.Duration(rapid.IntRange(0, 15*365*24*4).Draw(t, "first")) * 15 * time.Minute)
	m := Meeting{Timezone: rapid.SampledFrom(zones).Draw(t, "zone"),
		Duration: time.Duration(rapid.IntRange(1, 72).Draw(t, "hours")) * time.Hour}
	series, found := Series{Rule: anyRule(t, first), First: first}.begin(m.Zone())
	m.Series, m.Start = &series, fromWallClock(series.First, m.Zone())
	return m, found
}

func TestSeriesIsTheSameStepByStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, found := anySeries(t, "2005-01-01T00:00:00Z")
		if !found {
			return
		}
		from := m.Start.Add(time.Duration(rapid.IntRange(-1000, 15*365*24*4).Draw(t, "from")) * 15 * time.Minute)
		limit := rapid.IntRange(-1, 6).Draw(t, "limit")
		horizon := from.Add(time.Duration(limit+7) * m.Series.Rule.longestGap())
		m.Series.Exceptions = someExceptions(t, m.walk(horizon), from)

		all := m.walk(horizon)
		slices.SortFunc(all, byStart)
		ahead := slices.DeleteFunc(slices.Clone(all), func(o Occurrence) bool { return !o.End().After(from) })
		if got, want := m.Occurrences(from, limit), ahead[:min(max(limit, 0), len(ahead))]; len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\nstep by step %+v", got, want)
		}
		for _, o := range all[:min(max(limit, 0), len(all))] {
			if got, found := m.Occurrence(o.ID); !found || !reflect.DeepEqual(got, o) {
				t.Fatalf("%s is %+v, step by step %+v", o.ID, got, o)
			}
		}
		i := slices.IndexFunc(ahead, func(o Occurrence) bool { return !o.Cancelled })
		if next, found := m.Next(from); found != (i >= 0) || found && next.ID != ahead[i].ID {
			t.Fatalf("the next is %+v", next)
		}
	})
}

// someExceptions returns exceptions for a few of the occurrences, around a time.
func someExceptions(t *rapid.T, all []Occurrence, around time.Time) []Exception {
	picked := rapid.SliceOfNDistinct(rapid.IntRange(0, len(all)-1), 0, min(3, len(all)), rapid.ID).Draw(t, "exceptions")
	slices.Sort(picked)
	var exceptions []Exception
	for _, i := range picked {
		e := Exception{ID: all[i].ID, Cancelled: rapid.Bool().Draw(t, "cancelled")}
		if rapid.Bool().Draw(t, "moved") {
			e.Start = around.Add(time.Duration(rapid.IntRange(-2000, 2000).Draw(t, "moved by")) * time.Hour)
		}
		if rapid.Bool().Draw(t, "another duration") {
			e.Duration = time.Duration(rapid.IntRange(1, 24*60).Draw(t, "duration")) * time.Minute
		}
		exceptions = append(exceptions, e)
	}
	return exceptions
}

func TestLastEndIsTheSameStepByStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, found := anySeries(t, "2020-02-27T23:30:00Z")
		if !found || m.Series.Rule.Endless() {
			return
		}
		all := m.walk(at("2200-01-01T00:00:00Z"))
		tail := all[max(0, len(all)-4):]
		m.Series.Exceptions = someExceptions(t, tail, tail[0].Start)
		var want time.Time
		for _, o := range m.walk(at("2200-01-01T00:00:00Z")) {
			if !o.Cancelled {
				want = later(want, o.End())
			}
		}
		if want.IsZero() {
			want = all[len(all)-1].Original.Add(m.Duration)
		}
		if got := m.lastEnd(); !got.Equal(want) {
			t.Fatalf("%s, step by step %s", got, want)
		}
	})
}

func TestAlignedStartIsShortlyBeforeTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, found := anySeries(t, "2026-01-01T09:00:00Z")
		if !found {
			return
		}
		rule, first := m.Series.Rule, m.Series.First
		rule.Times = 0
		from := first.AddDate(rapid.IntRange(0, 7900).Draw(t, "years"), 0, rapid.IntRange(0, 400).Draw(t, "days"))
		start := rule.alignStart(first, from)
		if start.After(from) || start.Before(from.AddDate(0, 0, -int(rule.longestGap()/wholeDay))) {
			t.Fatalf("from %s on, it starts at %s", from, start)
		}
	})
}
