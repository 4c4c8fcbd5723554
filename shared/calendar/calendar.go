// Package calendar writes a meeting as text/calendar (RFC 5545). Organizers invite, change and cancel with it (RFC
// 5546).
//
// A meeting keeps one entry, by its UID. The entry of a series has a rule, and excludes the cancelled occurrences. Each
// occurrence that was moved or has its own agenda is one more entry, by its RECURRENCE-ID. Times are wall-clock times
// in the meeting's time zone. The text defines that zone, so no reader needs to know it.
package calendar

import (
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"

	"personal-rooms/shared/meeting"
)

// Type is the media type of the text. Its charset is UTF-8.
const Type = "text/calendar"

// An Invite is a meeting, and the other contents of its entry.
type Invite struct {
	Meeting   meeting.Meeting
	Organizer Organizer
	JoinURL   string
	Joining   string    // how to join, the same for all occurrences; it follows the agenda
	Now       time.Time // when the text is written
}

// An Organizer is the host of a meeting. Without an e-mail address the entry has no organizer.
type Organizer struct{ Name, Email string }

// Request returns the whole meeting as it is now, and asks the invitees to come (METHOD:REQUEST). Without an organizer
// or invitees it only publishes the meeting (METHOD:PUBLISH; RFC 5546 requires an organizer there too, but readers do
// not). It refuses a meeting without a fixed time, naming meetingId.
func Request(i Invite) (string, error) {
	d, err := i.draft(i.method())
	if err != nil {
		return "", err
	}
	d.whole(ics.ObjectStatusConfirmed)
	for _, o := range d.exceptions {
		if !o.Cancelled && d.differs(o) {
			d.occurrence(o, ics.ObjectStatusConfirmed)
		}
	}
	return d.text(), nil
}

// Cancel returns the text that removes the whole meeting from calendars. Its revision is one above the meeting's. It
// refuses a meeting without a fixed time, naming meetingId.
func Cancel(i Invite) (string, error) {
	i.Meeting.Sequence++
	d, err := i.draft(ics.MethodCancel)
	if err != nil {
		return "", err
	}
	d.whole(ics.ObjectStatusCancelled)
	return d.text(), nil
}

// Occurrence returns one occurrence of a series as it is now; for a cancelled one, the text that removes it from
// calendars. Its revision is the meeting's. It refuses an id that the meeting does not have, naming occurrence_id.
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

// method returns the method of the text: only an organizer can ask attendees to come.
func (i Invite) method() ics.Method {
	if i.scheduled() {
		return ics.MethodRequest
	}
	return ics.MethodPublish
}

func (i Invite) scheduled() bool { return i.Organizer.Email != "" && len(i.Meeting.Invitees) > 0 }

// A draft is a calendar that is being written.
type draft struct {
	Invite
	*ics.Calendar
	zone       zone
	exceptions []meeting.Occurrence // they differ from the series
}

func (i Invite) draft(method ics.Method) (*draft, error) {
	if i.Meeting.Start.IsZero() {
		return nil, meeting.RefuseField("meetingId", "is "+string(i.Meeting.ID)+
			", a meeting without a fixed time; only one that has a time has a calendar entry")
	}
	d := &draft{Invite: i, Calendar: ics.NewCalendar(), zone: zone{i.Meeting.Zone()}, exceptions: i.Meeting.Exceptional()}
	d.SetProductId("-//Personal Rooms//Meetings//EN")
	d.SetCalscale("GREGORIAN")
	d.SetMethod(method)
	if !d.zone.utc() {
		d.AddVTimezone(d.zone.definition(d.span()))
	}
	return d, nil
}

// span returns the time of all occurrences, at most until the horizon: ahead years from now or from the start.
func (d *draft) span() (from, until time.Time) {
	from, until = d.Meeting.Start, d.Meeting.Until()
	horizon := later(from, d.Now).AddDate(ahead, 0, 0)
	if until.IsZero() {
		until = horizon
	}
	for _, o := range d.exceptions {
		from = earlier(from, earlier(o.Original, o.Start))
		until = later(until, later(o.Original, o.End()))
	}
	return from, earlier(until, horizon)
}

// differs reports whether a calendar shows a difference between the occurrence and the series.
func (d *draft) differs(o meeting.Occurrence) bool {
	return !o.Start.Equal(o.Original) || o.Duration != d.Meeting.Duration || d.Meeting.At(o).Agenda != d.Meeting.Agenda
}

func (d *draft) text() string { return d.Serialize(ics.WithNewLineWindows) }

func earlier(a, b time.Time) time.Time { return slices.MinFunc([]time.Time{a, b}, time.Time.Compare) }

func later(a, b time.Time) time.Time { return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare) }
