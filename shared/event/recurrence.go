package event

import (
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// Recurrence is the JSON of a recurrence in Zoom's API and in its webhooks. Days are numbered from 1, Sunday.
type Recurrence struct {
	Type           meeting.Cycle `json:"type"`
	RepeatInterval int           `json:"repeat_interval"`
	WeeklyDays     string        `json:"weekly_days,omitempty"`
	MonthlyDay     int           `json:"monthly_day,omitempty"`
	MonthlyWeek    int           `json:"monthly_week,omitempty"`
	MonthlyWeekDay int           `json:"monthly_week_day,omitempty"`
	EndTimes       *int          `json:"end_times,omitempty"` // 0: the series is endless
	EndDateTime    string        `json:"end_date_time,omitempty"`
}

// RecurrenceOf returns the JSON of the rule. An endless one has an end_times of 0.
func RecurrenceOf(r meeting.Recurrence) *Recurrence {
	shape := &Recurrence{Type: r.Cycle, RepeatInterval: r.Interval, EndDateTime: timeOf(r.Until)}
	switch r.Cycle {
	case meeting.Daily:
	case meeting.Weekly:
		days := make([]string, len(r.Days))
		for i, day := range r.Days {
			days[i] = strconv.Itoa(int(day) + 1)
		}
		shape.WeeklyDays = strings.Join(days, ",")
	case meeting.Monthly:
		shape.MonthlyDay, shape.MonthlyWeek = r.MonthDay, r.Week
		if r.Week != 0 {
			shape.MonthlyWeekDay = int(r.Weekday) + 1
		}
	}
	if r.Until.IsZero() {
		shape.EndTimes = &r.Times
	}
	return shape
}

// Occurrence is the JSON of an occurrence in Zoom's API and in its webhooks.
type Occurrence struct {
	ID        meeting.OccurrenceID `json:"occurrence_id"`
	StartTime string               `json:"start_time"`
	Duration  int64                `json:"duration"` // minutes
	Status    string               `json:"status"`   // available or deleted
}

// OccurrencesOf returns the JSON of the occurrences.
func OccurrencesOf(all []meeting.Occurrence) []Occurrence {
	shapes := make([]Occurrence, len(all))
	for i, o := range all {
		shapes[i] = Occurrence{ID: o.ID, StartTime: timeOf(o.Start), Duration: int64(o.Duration / time.Minute), Status: "available"}
		if o.Cancelled {
			shapes[i].Status = "deleted"
		}
	}
	return shapes
}
