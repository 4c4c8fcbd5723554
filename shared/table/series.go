package table

import (
	"errors"
	"time"

	"personal-rooms/shared/meeting"
)

// seriesItem is the occurrences of a recurring meeting, within its item.
type seriesItem struct {
	Cycle      int             `dynamodbav:"cycle"`
	Interval   int             `dynamodbav:"interval"`
	Days       []int           `dynamodbav:"days,omitempty"` // 0 is Sunday
	MonthDay   int             `dynamodbav:"month_day,omitempty"`
	Week       int             `dynamodbav:"week,omitempty"`
	Weekday    int             `dynamodbav:"weekday,omitempty"`
	Times      int             `dynamodbav:"times,omitempty"`
	Until      int64           `dynamodbav:"until,omitempty"`
	First      int64           `dynamodbav:"first"` // on the clocks of the meeting's time zone, as if that were UTC
	Exceptions []exceptionItem `dynamodbav:"exceptions,omitempty"`
}

type exceptionItem struct {
	ID        string  `dynamodbav:"id"`
	Cancelled bool    `dynamodbav:"cancelled,omitempty"`
	Start     int64   `dynamodbav:"start,omitempty"`
	Duration  int64   `dynamodbav:"duration,omitempty"`
	Agenda    *string `dynamodbav:"agenda,omitempty"`
	Settings  []byte  `dynamodbav:"settings,omitempty"`
}

func seriesItemOf(s *meeting.Series) (*seriesItem, error) {
	if s == nil {
		return nil, nil //nolint:nilnil // what is zero is absent
	}
	i := seriesItem{
		Cycle:    int(s.Rule.Cycle),
		Interval: s.Rule.Interval,
		MonthDay: s.Rule.MonthDay,
		Week:     s.Rule.Week,
		Weekday:  int(s.Rule.Weekday),
		Times:    s.Rule.Times,
		Until:    millis(s.Rule.Until),
		First:    millis(s.First),
	}
	for _, day := range s.Rule.Days {
		i.Days = append(i.Days, int(day))
	}
	var unfit error
	for _, e := range s.Exceptions {
		settings, err := passthroughJSON(e.Passthrough)
		unfit = errors.Join(unfit, err)
		i.Exceptions = append(i.Exceptions, exceptionItem{
			ID: string(e.ID), Cancelled: e.Cancelled, Start: millis(e.Start), Duration: e.Duration.Milliseconds(), Agenda: e.Agenda,
			Settings: settings,
		})
	}
	return &i, unfit
}

func (i *seriesItem) series() (*meeting.Series, error) {
	if i == nil {
		return nil, nil //nolint:nilnil // as it is stored
	}
	s := meeting.Series{
		Rule: meeting.Recurrence{
			Cycle:    meeting.Cycle(i.Cycle),
			Interval: i.Interval,
			MonthDay: i.MonthDay,
			Week:     i.Week,
			Weekday:  time.Weekday(i.Weekday),
			Times:    i.Times,
			Until:    timeOf(i.Until),
		},
		First: timeOf(i.First),
	}
	for _, day := range i.Days {
		s.Rule.Days = append(s.Rule.Days, time.Weekday(day))
	}
	var unreadable error
	for _, e := range i.Exceptions {
		settings, err := passthroughOf(e.Settings)
		unreadable = errors.Join(unreadable, err)
		s.Exceptions = append(s.Exceptions, meeting.Exception{
			ID: meeting.OccurrenceID(e.ID), Cancelled: e.Cancelled, Start: timeOf(e.Start), Duration: durationOf(e.Duration), Agenda: e.Agenda,
			Passthrough: settings,
		})
	}
	return &s, unreadable
}
