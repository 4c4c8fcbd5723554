package event

import (
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
		all = append(all, c.newEvent(MeetingCreated, after.Host.Account, planned(after, c.At)))
	case after.Exists():
		all = replanned(c, before, after)
	case c.Expired: // an instant meeting that is over, or was never started
		return nil
	default:
		all = append(all, c.newEvent(MeetingDeleted, before.Host.Account, cancelled(before)))
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
	invitees := make([]invitee, len(m.Invitees))
	for i, email := range m.Invitees {
		invitees[i].Email = email
	}
	return flags(m.Passthrough).with("use_pmi", m.UsePMI).with("meeting_invitees", invitees)
}

type invitee struct {
	Email string `json:"email"`
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
	return []Event{c.newEvent(MeetingUpdated, after.Host.Account, now.with("id", id).with("host_id", after.Host.ID)).withOld(old.with("id", id))}
}

// cancelled returns the fields that identify a cancelled meeting.
func cancelled(m meeting.Meeting) Fields {
	f := planned(m, m.Start)
	for _, name := range []string{"agenda", "settings", "recurrence", "occurrences"} {
		delete(f, name)
	}
	return f
}
