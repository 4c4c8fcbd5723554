// Package calendar writes a meeting as text/calendar (RFC 5545): the entry that goes into people's calendars, and with which an
// organizer invites, changes and cancels (RFC 5546).
//
// A meeting is one entry for all of its life, by its UID. A series is one entry with a rule; each occurrence that was moved or has an agenda
// of its own is one more, by its RECURRENCE-ID, and those that were cancelled are left out of the rule. Times are those on the clocks
// of the meeting's time zone, which the text defines, so that no reader needs to know it.
package calendar

import (
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"

	"personal-rooms/shared/meeting"
)

// Type is the media type of the text. Its charset is UTF-8.
const Type = "text/calendar"

// An Invite is a meeting and what its entry says besides.
type Invite struct {
	Meeting   meeting.Meeting
	Organizer Organizer
	JoinURL   string
	Joining   string    // how people come in, the same for all occurrences; it stands below the agenda
	Now       time.Time // when the text is made
}

// An Organizer is who holds a meeting. Without an e-mail address the entry has no organizer.
type Organizer struct{ Name, Email string }

// Request is the whole meeting as it is now. It asks the invitees to come (METHOD:REQUEST), which takes an organizer and somebody to
// ask: without both the meeting is only made known (METHOD:PUBLISH, where RFC 5546 wants an organizer too, but readers do not). A
// meeting without a fixed time is refused.
func Request(i Invite) (string, error) {
	d, err := i.draft(i.method())
	if err != nil {
		return "", err
	}
	d.whole(ics.ObjectStatusConfirmed)
	for _, o := range d.special {
		if !o.Cancelled && d.differs(o) {
			d.occurrence(o, ics.ObjectStatusConfirmed)
		}
	}
	return d.text(), nil
}

// Cancel takes the whole meeting out of the calendars that have it. It is a revision of its own, one above the meeting's last. A
// meeting without a fixed time is refused.
func Cancel(i Invite) (string, error) {
	i.Meeting.Sequence++
	d, err := i.draft(ics.MethodCancel)
	if err != nil {
		return "", err
	}
	d.whole(ics.ObjectStatusCancelled)
	return d.text(), nil
}

// Occurrence is one occurrence of a series as it is now; of one that is cancelled, the text that takes it out of the calendars. Its
// revision is the meeting's. An occurrence that the meeting does not have is refused.
func Occurrence(i Invite, id meeting.OccurrenceID) (string, error) {
	o, found := i.Meeting.Occurrence(id)
	if i.Meeting.Series == nil || !found {
		return "", meeting.RefuseField("occurrence_id", "names no occurrence of this meeting; leave it out, or see the meeting's occurrences")
	}
	method, status := i.method(), ics.ObjectStatusConfirmed
	if o.Cancelled {
		method, status = ics.MethodCancel, ics.ObjectStatusCancelled
	}
	d, err := i.draft(method)
	if err != nil {
		return "", err
	}
	d.occurrence(o, status)
	return d.text(), nil
}

// method is how the meeting is made known: only an organizer can ask attendees.
func (i Invite) method() ics.Method {
	if i.scheduled() {
		return ics.MethodRequest
	}
	return ics.MethodPublish
}

func (i Invite) scheduled() bool { return i.Organizer.Email != "" && len(i.Meeting.Invitees) > 0 }

// A draft is a calendar in the making.
type draft struct {
	Invite
	*ics.Calendar
	zone    zone
	special []meeting.Occurrence // that differ from the series
}

func (i Invite) draft(method ics.Method) (*draft, error) {
	if i.Meeting.Start.IsZero() {
		return nil, meeting.RefuseField("meetingId", "is "+string(i.Meeting.ID)+
			", a meeting without a fixed time; only one that has a time has a calendar entry")
	}
	d := &draft{Invite: i, Calendar: ics.NewCalendar(), zone: zoneOf(i.Meeting), special: i.Meeting.Exceptional()}
	d.SetProductId("-//Personal Rooms//Meetings//EN")
	d.SetCalscale("GREGORIAN")
	d.SetMethod(method)
	if !d.zone.utc() {
		d.AddVTimezone(d.zone.definition(d.span()))
	}
	return d, nil
}

// span is the time that the text speaks of, or as much of it as anybody can plan: the next years.
func (d *draft) span() (from, until time.Time) {
	from, until = d.Meeting.Start, d.Meeting.Until()
	horizon := later(from, d.Now).AddDate(ahead, 0, 0)
	if until.IsZero() {
		until = horizon
	}
	for _, o := range d.special {
		from = earlier(from, earlier(o.Original, o.Start))
		until = later(until, later(o.Original, o.End()))
	}
	return from, earlier(until, horizon)
}

// differs reports whether a calendar shows the occurrence otherwise than the series.
func (d *draft) differs(o meeting.Occurrence) bool {
	return !o.Start.Equal(o.Original) || o.Duration != d.Meeting.Duration || d.Meeting.At(o).Agenda != d.Meeting.Agenda
}

func (d *draft) text() string { return d.Serialize(ics.WithNewLineWindows) }

func earlier(a, b time.Time) time.Time { return slices.MinFunc([]time.Time{a, b}, time.Time.Compare) }

func later(a, b time.Time) time.Time { return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare) }
