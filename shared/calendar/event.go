package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"personal-rooms/shared/meeting"
)

// whole adds the event of a meeting, or of a series by its rule.
func (d *draft) whole(status ics.ObjectStatus) {
	m := d.Meeting
	e := d.event(m, status)
	if m.Series == nil {
		d.addTimes(e, m.Start, m.Start.Add(m.Duration))
		return
	}
	d.addFirst(e, m)
	e.AddRrule(m.Series.Rule.RRule())
	for _, o := range d.exceptions {
		if o.Cancelled || d.differs(o) {
			d.exclude(e, o)
		}
	}
}

func (d *draft) occurrence(o meeting.Occurrence, status ics.ObjectStatus) {
	e := d.event(d.Meeting.At(o), status)
	d.addTime(e, ics.ComponentPropertyRecurrenceId, d.original(o))
	d.addTimes(e, o.Start, o.End())
}

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
	d.addPeople(e, m)
	return e
}

// uid returns the id of a meeting's entry. It has the time of creation, because a later meeting may get the same
// number.
func uid(m meeting.Meeting) string {
	return fmt.Sprintf("%s-%d@personal-rooms", m.ID, m.CreatedAt.UnixMilli())
}

// addPeople adds the organizer, and the invitees if they are asked to come.
func (d *draft) addPeople(e *ics.VEvent, m meeting.Meeting) {
	if d.Organizer.Email == "" {
		return
	}
	organizer := ics.ComponentPropertyOrganizer
	if d.Organizer.Name != "" { // the library does not quote parameters as RFC 5545 does
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

// exclude excludes a cancelled occurrence of the rule. If the clocks skip its time, readers do not agree when the rule
// has it: each instant is excluded, in the forms that they compare. If one that is replaced has such a time, only the
// instant is excluded that is not that of its RECURRENCE-ID.
func (d *draft) exclude(e *ics.VEvent, o meeting.Occurrence) {
	gap := d.skipped(o)
	if o.Cancelled {
		d.addTime(e, ics.ComponentPropertyExdate, d.original(o))
	}
	if o.Cancelled && gap != 0 {
		e.AddProperty(ics.ComponentPropertyExdate, o.Original.UTC().Format(inUTC))
	}
	if gap != 0 {
		e.AddProperty(ics.ComponentPropertyExdate, o.Original.Add(-gap).UTC().Format(inUTC))
	}
}

// skipped returns how much the clocks skip at the time of the occurrence by the rule; usually nothing.
func (d *draft) skipped(o meeting.Occurrence) time.Duration {
	return d.original(o).Sub(d.wallClock(o.ID))
}

// original returns the wall-clock time at the start of the occurrence by the rule: one that the clocks show, because
// some readers refuse a calendar with a time that they skip.
func (d *draft) original(o meeting.Occurrence) time.Time { return d.zone.clock(o.Original) }

// addTimes adds the start and the end of one event: as wall-clock times; or in UTC, if the clocks show one of them
// twice. Readers do not agree which of the two it is.
func (d *draft) addTimes(e *ics.VEvent, start, end time.Time) {
	if !d.zone.certain(start) || !d.zone.certain(end) {
		e.SetStartAt(start)
		e.SetEndAt(end)
		return
	}
	d.addTime(e, ics.ComponentPropertyDtStart, d.zone.clock(start))
	d.addTime(e, ics.ComponentPropertyDtEnd, d.zone.clock(end))
}

// addFirst adds the time of the first occurrence of a series. If the clocks change during it, it adds the duration
// instead of the end: some readers compute the duration of all occurrences from the wall-clock times.
func (d *draft) addFirst(e *ics.VEvent, m meeting.Meeting) {
	d.addTime(e, ics.ComponentPropertyDtStart, m.Series.First)
	if end := d.zone.clock(m.Start.Add(m.Duration)); end.Sub(m.Series.First) == m.Duration {
		d.addTime(e, ics.ComponentPropertyDtEnd, end)
	} else {
		e.AddProperty(ics.ComponentPropertyDuration, fmt.Sprintf("PT%dM", m.Duration/time.Minute))
	}
}

// addTime adds a wall-clock time of the zone.
func (d *draft) addTime(e *ics.VEvent, property ics.ComponentProperty, clock time.Time) {
	if d.zone.utc() {
		e.AddProperty(property, clock.Format(inUTC))
		return
	}
	e.AddProperty(property, clock.Format(fromWallClock), ics.WithTZID(d.zone.String()))
}

// wallClock returns the wall-clock time at which the rule has the occurrence.
func (d *draft) wallClock(id meeting.OccurrenceID) time.Time {
	first := d.Meeting.Series.First
	midnight, _ := strconv.ParseInt(string(id), 10, 64) // never fails for an id of the series
	return time.UnixMilli(midnight).UTC().Add(first.Sub(first.Truncate(day)))
}

// breaks replaces each sequence that some reader takes for the end of a line.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// text returns the text of a person without control characters, with line breaks of one kind.
func text(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, breaks.Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

func line(s string) string { return strings.ReplaceAll(text(s), "\n", " ") }

// carets encodes the characters that a parameter cannot hold (RFC 6868).
var carets = strings.NewReplacer("^", "^^", `"`, "^'")

func quoted(s string) string { return `"` + carets.Replace(line(s)) + `"` }

func mailto(address string) string { return "mailto:" + line(address) }
