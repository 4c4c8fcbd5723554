package meeting

import (
	"reflect"
	"testing"
	"time"
)

func TestWhatAnEditOfARecurrenceDoesNotNameStaysAsItWas(t *testing.T) {
	monday, wednesday := []time.Weekday{time.Monday}, []time.Weekday{time.Wednesday}
	weekly := Recurrence{Cycle: Weekly, Interval: 2, Days: monday, Times: 20}
	untilApril := Recurrence{Cycle: Monthly, Interval: 3, Week: -1, Weekday: time.Friday, Until: nine.AddDate(0, 1, 0)}
	open := func(r Recurrence) Recurring { return Recurring{Recurrence: r, NoEnd: true} }
	until := func(r Recurrence, end time.Time) Recurrence { r.Until = end; return r }
	for name, c := range map[string]struct {
		was  Recurrence
		edit Recurring
		want Recurrence
	}{
		"other days": {weekly, open(Recurrence{Cycle: Weekly, Days: wednesday}),
			Recurrence{Cycle: Weekly, Interval: 2, Days: wednesday, Times: 20}},
		"another interval": {weekly, open(Recurrence{Cycle: Weekly, Interval: 1}),
			Recurrence{Cycle: Weekly, Interval: 1, Days: monday, Times: 20}},
		"another number": {weekly, Recurring{Recurrence: Recurrence{Cycle: Weekly, Times: 3}},
			Recurrence{Cycle: Weekly, Interval: 2, Days: monday, Times: 3}},
		"no end": {weekly, Recurring{Recurrence: Recurrence{Cycle: Weekly}},
			Recurrence{Cycle: Weekly, Interval: 2, Days: monday}},
		"an end": {weekly, Recurring{Recurrence: Recurrence{Cycle: Weekly}, Ends: &ClientTime{Time: nine}},
			until(Recurrence{Cycle: Weekly, Interval: 2, Days: monday}, nine)},
		"another cycle": {weekly, open(Recurrence{Cycle: Monthly}),
			Recurrence{Cycle: Monthly, Interval: 1, MonthDay: 1, Times: 20}},
		"the cycle only": {untilApril, open(Recurrence{Cycle: Monthly}), untilApril},
		"a day of a month": {untilApril, open(Recurrence{Cycle: Monthly, MonthDay: 15}),
			until(Recurrence{Cycle: Monthly, Interval: 3, MonthDay: 15}, untilApril.Until)},
		"of a new series": {Recurrence{}, open(Recurrence{Cycle: Monthly}),
			Recurrence{Cycle: Monthly, Interval: 1, MonthDay: 1, Times: 1}},
		"of an endless one": {Recurrence{Cycle: Daily, Interval: 2}, open(Recurrence{Cycle: Daily}),
			Recurrence{Cycle: Daily, Interval: 2}},
	} {
		if got := c.edit.over(c.was, time.UTC); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestAStartThatIsNoDayOfTheSeriesIsNamed(t *testing.T) {
	was := mondays()
	tuesday := Plan{Start: &ClientTime{Time: was.Start.AddDate(0, 0, 8)}}
	to, err := tuesday.applyTo(was, nine)
	if notes := tuesday.startMoved(was, to); err != nil || len(notes) != 1 || !to.Start.Equal(was.Start.AddDate(0, 0, 14)) {
		t.Errorf("begins at %s: %v %v", to.Start, notes, err)
	}
	monday := Plan{Start: &ClientTime{Time: was.Start.AddDate(0, 0, 7)}}
	if to, err = monday.applyTo(was, nine); err != nil || monday.startMoved(was, to) != nil {
		t.Errorf("begins at %s: %v", to.Start, err)
	}
}
