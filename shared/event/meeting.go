package event

import (
	"strconv"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// Events of planned meetings.
const (
	MeetingCreated Name = "meeting.created"
	MeetingUpdated Name = "meeting.updated"
	MeetingDeleted Name = "meeting.deleted"
	InvitationDue  Name = "room.invitation_due"
)

func ofMeeting(c Change) []Event {
	before, after := images[meeting.Meeting](c)
	var all []Event
	switch {
	case !before.Exists():
		all = append(all, c.newEvent(Event{Name: MeetingCreated, Account: after.Host.Account, Object: planned(after, c.At)}))
	case after.Exists():
		all = replanned(c, before, after)
	case !after.Exists() && before.MovedTo != "": // it is another user's now
		return nil
	case c.Expired: // an instant meeting that is over, or was never started
		return nil
	default:
		all = append(all, c.newEvent(Event{Name: MeetingDeleted, Account: before.Host.Account, Object: cancelled(before)}))
	}
	return append(all, invitations(c, before, after)...)
}

// planned returns the meeting in the shape of Zoom's events, without the join URL and the passcode. Its occurrences are
// the future ones.
func planned(m meeting.Meeting, now time.Time) Fields {
	f := Fields{
		"id": numeric(m.ID), "host_id": m.Host.ID, "topic": m.Topic, "type": m.Type, "duration": int64(m.Duration / time.Minute),
		"timezone": m.Timezone, "agenda": m.Agenda, "settings": settingsOf(m),
	}
	if !m.Start.IsZero() {
		f["start_time"] = timeOf(m.Start)
	}
	if m.Series != nil {
		f["recurrence"], f["occurrences"] = recurrenceOf(m.Series.Rule), OccurrencesOf(m.Occurrences(now, meeting.ShownOccurrences))
	}
	return f
}

func settingsOf(m meeting.Meeting) Fields {
	invitees := make([]Fields, len(m.Invitees))
	for i, email := range m.Invitees {
		invitees[i] = Fields{"email": email}
	}
	return flags(m.Passthrough).with("use_pmi", m.UsePMI).with("meeting_invitees", invitees)
}

// recurrenceOf returns the recurrence as an event has it: an endless one has no end_times.
func recurrenceOf(r meeting.Recurrence) *Recurrence {
	shape := RecurrenceOf(r)
	if r.Endless() {
		shape.EndTimes = nil
	}
	return shape
}

// replanned returns an update of the changed fields, if any of those that are shown has changed.
func replanned(c Change, before, after meeting.Meeting) []Event {
	old, now := diff(planned(before, c.At), planned(after, c.At))
	if len(old)+len(now) == 0 {
		return nil
	}
	if old["settings"] != nil {
		old["settings"], now["settings"] = diff(settingsOf(before), settingsOf(after))
	}
	id := numeric(after.ID)
	now = now.with("id", id).with("host_id", after.Host.ID)
	e := Event{Name: MeetingUpdated, Account: after.Host.Account, Object: now, Old: old.with("id", id)}
	return []Event{c.newEvent(e)}
}

// cancelled returns the fields that identify a cancelled meeting.
func cancelled(m meeting.Meeting) Fields {
	f := planned(m, m.Start)
	for _, name := range []string{"agenda", "settings", "recurrence", "occurrences"} {
		delete(f, name)
	}
	return f
}

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
