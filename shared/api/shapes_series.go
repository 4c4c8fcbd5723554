package api

import (
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// A RecurrenceShape is when a series recurs, as Zoom's clients read it. Days are numbered from 1, which is Sunday.
type RecurrenceShape struct {
	Type           meeting.Cycle `json:"type"`
	RepeatInterval int           `json:"repeat_interval"`
	WeeklyDays     string        `json:"weekly_days,omitempty"`
	MonthlyDay     int           `json:"monthly_day,omitempty"`
	MonthlyWeek    int           `json:"monthly_week,omitempty"`
	MonthlyWeekDay int           `json:"monthly_week_day,omitempty"`
	EndTimes       *int          `json:"end_times,omitempty"` // 0: it never ends
	EndDateTime    string        `json:"end_date_time,omitempty"`
}

func recurrenceOf(m meeting.Meeting) *RecurrenceShape {
	if m.Series == nil {
		return nil
	}
	rule := m.Series.Rule
	shape := RecurrenceShape{Type: rule.Cycle, RepeatInterval: rule.Interval, MonthlyDay: rule.MonthDay, MonthlyWeek: rule.Week,
		EndDateTime: Time(rule.Until)}
	days := make([]string, len(rule.Days))
	for i, day := range rule.Days {
		days[i] = strconv.Itoa(int(day) + 1)
	}
	shape.WeeklyDays = strings.Join(days, ",")
	if rule.Week != 0 {
		shape.MonthlyWeekDay = int(rule.Weekday) + 1
	}
	if rule.Until.IsZero() {
		shape.EndTimes = &rule.Times
	}
	return &shape
}

// An OccurrenceShape is one time at which a series is held.
type OccurrenceShape struct {
	OccurrenceID meeting.OccurrenceID `json:"occurrence_id"`
	StartTime    string               `json:"start_time"`
	Duration     int64                `json:"duration"` // minutes
	Status       string               `json:"status"`   // available or deleted
}

func occurrencesOf(all []meeting.Occurrence) []OccurrenceShape {
	shapes := make([]OccurrenceShape, len(all))
	for i, o := range all {
		shapes[i] = OccurrenceShape{OccurrenceID: o.ID, StartTime: Time(o.Start), Duration: int64(o.Duration / time.Minute), Status: "available"}
		if o.Cancelled {
			shapes[i].Status = "deleted"
		}
	}
	return shapes
}
