package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"personal-rooms/shared/meeting"
)

// whole adds the event of a meeting, or of a series as its rule has it.
func (d *draft) whole(status ics.ObjectStatus) {
	m := d.Meeting
	e := d.event(m, status)
	if m.Series == nil {
		d.held(e, m.Start, m.Start.Add(m.Duration))
		return
	}
	d.recurs(e, m)
	e.AddRrule(m.Series.Rule.RRule())
	for _, o := range d.special {
		if o.Cancelled {
			d.wall(e, ics.ComponentPropertyExdate, d.byRule(o.ID))
		}
	}
}

// occurrence adds the event of one occurrence of the series.
func (d *draft) occurrence(o meeting.Occurrence, status ics.ObjectStatus) {
	e := d.event(d.Meeting.At(o), status)
	d.wall(e, ics.ComponentPropertyRecurrenceId, d.byRule(o.ID))
	d.held(e, o.Start, o.End())
}

// event adds an event with all but its times.
func (d *draft) event(m meeting.Meeting, status ics.ObjectStatus) *ics.VEvent {
	e := d.AddEvent(uid(m))
	e.SetSequence(int(m.Sequence))
	e.SetDtStampTime(d.Now)
	e.SetCreatedTime(m.CreatedAt)
	e.SetSummary(text(m.Topic))
	if about := slices.DeleteFunc([]string{m.Agenda, d.Joining}, func(s string) bool { return s == "" }); len(about) > 0 {
		e.SetDescription(text(strings.Join(about, "\n\n")))
	}
	e.SetLocation(line(d.JoinURL))
	e.SetURL(line(d.JoinURL))
	e.SetStatus(status)
	e.SetTimeTransparency(ics.TransparencyOpaque)
	d.people(e, m)
	return e
}

// uid names the entry of a meeting for good: a number may be another meeting's later.
func uid(m meeting.Meeting) string {
	return fmt.Sprintf("%s-%d@personal-rooms", m.ID, m.CreatedAt.UnixMilli())
}

// people adds who holds the event, and whom they ask to come.
func (d *draft) people(e *ics.VEvent, m meeting.Meeting) {
	if d.Organizer.Email == "" {
		return
	}
	organizer := ics.ComponentPropertyOrganizer
	if d.Organizer.Name != "" { // the library's own way with parameters is not RFC 5545's
		organizer += ics.ComponentProperty(";CN=" + quoted(d.Organizer.Name))
	}
	e.AddProperty(organizer, mailto(d.Organizer.Email))
	if !d.scheduled() {
		return
	}
	rsvp := &ics.KeyValues{Key: string(ics.ParameterRsvp), Value: []string{"TRUE"}}
	for _, invitee := range m.Invitees {
		e.AddProperty(ics.ComponentPropertyAttendee, mailto(invitee), ics.CalendarUserTypeIndividual, ics.ParticipationRoleReqParticipant,
			ics.ParticipationStatusNeedsAction, rsvp)
	}
}

// held says when something is held once: on the clocks of the zone, or in UTC where these show one of the times a second time, which
// would be taken for the first.
func (d *draft) held(e *ics.VEvent, start, end time.Time) {
	if !d.zone.certain(start) || !d.zone.certain(end) {
		e.SetStartAt(start)
		e.SetEndAt(end)
		return
	}
	d.wall(e, ics.ComponentPropertyDtStart, d.zone.clock(start))
	d.wall(e, ics.ComponentPropertyDtEnd, d.zone.clock(end))
}

// recurs says when the first occurrence of a series is held. Where the clocks change meanwhile it tells how long that is instead of the
// end, which some would take for how far the clocks advance at every occurrence.
func (d *draft) recurs(e *ics.VEvent, m meeting.Meeting) {
	d.wall(e, ics.ComponentPropertyDtStart, m.Series.First)
	if end := d.zone.clock(m.Start.Add(m.Duration)); end.Sub(m.Series.First) == m.Duration {
		d.wall(e, ics.ComponentPropertyDtEnd, end)
	} else {
		e.AddProperty(ics.ComponentPropertyDuration, fmt.Sprintf("PT%dM", m.Duration/time.Minute))
	}
}

// wall adds a time on the clocks of the zone.
func (d *draft) wall(e *ics.VEvent, property ics.ComponentProperty, clock time.Time) {
	if d.zone.utc() {
		e.AddProperty(property, clock.Format(inUTC))
		return
	}
	e.AddProperty(property, clock.Format(fromWallClock), ics.WithTZID(d.zone.String()))
}

// byRule is when the series has the occurrence, on the clocks of the zone.
func (d *draft) byRule(id meeting.OccurrenceID) time.Time {
	first := d.Meeting.Series.First
	midnight, _ := strconv.ParseInt(string(id), 10, 64) // it is one of the series
	return time.UnixMilli(midnight).UTC().Add(first.Sub(first.Truncate(day)))
}
