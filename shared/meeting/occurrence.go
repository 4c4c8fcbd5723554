package meeting

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// Limits of the exceptions of a series.
const (
	MaxExceptions = 400
	maxAgendas    = 64 << 10 // bytes, of all their agendas
)

// ChangeOccurrence changes the time, the agenda and the uninterpreted settings of one occurrence. All occurrences share
// the room's settings: an advisory tells if the plan has others. It refuses changes of other fields, a cancelled
// occurrence and an unknown id.
func (s *Schedule) ChangeOccurrence(ctx context.Context, c Caller, number string, id OccurrenceID, plan Plan) ([]Advisory, error) {
	return s.revise(ctx, c, number, func(was Planned) ([]Advisory, error) {
		o, err := was.Meeting.occurrence(id)
		if err == nil && o.Cancelled {
			err = RefuseField("occurrence_id", "names an occurrence that is cancelled")
		}
		if err != nil {
			return nil, err
		}
		to, err := plan.applyToOccurrence(was, o, s.core.env.Now())
		if err != nil {
			return nil, err
		}
		notes := slices.Clip(plan.Advisories)
		if plan.Settings.differs(was.Room.Settings) {
			notes = append(notes, Advisory{
				Code:    "door_settings_ignored",
				Message: "All occurrences have one waiting room, and one setting of join before host and of sign-in.",
				Action:  "Change them without occurrence_id, for the whole series.",
			})
		}
		to = to.revised(was.Meeting)
		return notes, s.core.inviting(ctx, was.Meeting, to, func() error { return s.saveMeeting(ctx, PutMeeting{to}) })
	})
}

// CancelOccurrence cancels one occurrence of a series, and returns the meeting after that. It may be cancelled already.
// It returns [RoomLive] if the occurrence is live, and refuses the last one that is not cancelled: that is to cancel
// the meeting.
func (s *Schedule) CancelOccurrence(ctx context.Context, c Caller, number string, id OccurrenceID) (after Planned, err error) {
	_, err = s.revise(ctx, c, number, func(was Planned) ([]Advisory, error) {
		after = was
		o, err := was.Meeting.occurrence(id)
		if err != nil || o.Cancelled {
			return nil, err
		}
		if live, _ := was.Meeting.Next(was.Room.Live.OpenedAt); was.Live && live.ID == id {
			return nil, liveMeeting(was)
		}
		to, err := was.Meeting.with(Exception{ID: id, Cancelled: true})
		if err == nil && !to.held() {
			err = RefuseField("occurrence_id", "names the last occurrence of the series; cancel the meeting, without occurrence_id")
		}
		if err != nil {
			return nil, err
		}
		after.Meeting = to.revised(was.Meeting)
		return nil, s.saveMeeting(ctx, PutMeeting{after.Meeting}) // cancellations are never too many
	})
	return after, err
}

// held reports whether the series has an occurrence, past or to come, that is not cancelled.
func (m Meeting) held() bool {
	_, held := m.Next(time.Time{})
	return held
}

// occurrence returns the occurrence of the id. It refuses an unknown id, naming occurrence_id.
func (m Meeting) occurrence(id OccurrenceID) (Occurrence, error) {
	if m.Series == nil {
		return Occurrence{}, RefuseField("occurrence_id",
			fmt.Sprintf("is %s; this meeting is of type %d, and only one of type 8 has occurrences", echo(string(id)), m.Type))
	}
	o, found := m.Occurrence(id)
	if !found {
		return o, RefuseField("occurrence_id",
			fmt.Sprintf("is %s; the series has no such occurrence: see the occurrences of the meeting", echo(string(id))))
	}
	return o, nil
}

// applyToOccurrence returns the meeting after the plan for one occurrence. An error names all invalid fields.
func (p Plan) applyToOccurrence(was Planned, o Occurrence, now time.Time) (Meeting, error) {
	m := was.Meeting
	bad := p.sharedFields(was)
	e := Exception{ID: o.ID}
	if o.Exception != nil {
		e = *o.Exception
	}
	if p.Start != nil {
		if e.Start = p.Start.in(m.Zone()); e.Start.Equal(o.Original) {
			e.Start = time.Time{}
		}
		bad.refuseStart(o.Start, p.Start.in(m.Zone()), now)
	}
	if set(&e.Duration, p.Duration); p.Duration != nil {
		bad.refuseDuration(e.Duration)
	}
	if p.Agenda != nil {
		e.Agenda = p.Agenda
	}
	e.Passthrough = e.Passthrough.Merge(p.Passthrough).diff(m.Passthrough)
	if err := bad.err(); err != nil {
		return m, err
	}
	return m.with(e)
}

// sharedFields returns the fields of the plan that would change all occurrences. A field with the current value changes
// nothing.
func (p Plan) sharedFields(was Planned) (bad fields) {
	m := was.Meeting
	refuse := func(differs bool, field string) {
		bad.refuse(differs, field, "is the same for every occurrence; change it without occurrence_id, for the whole series")
	}
	refuse(changes(p.Type, m.Type), "type")
	refuse(changes(p.Topic, m.Topic), "topic")
	refuse(changes(p.Timezone, m.Timezone), "timezone")
	refuse(p.Recurrence != nil && !reflect.DeepEqual(p.Recurrence.over(m.Series.Rule, m.Zone()), m.Series.Rule), "recurrence")
	refuse(changes(p.Settings.Passcode, was.Room.Settings.Passcode), "password")
	refuse(changes(p.UsePMI, m.UsePMI), "settings.use_pmi")
	hosts := p.Settings.AlternativeHosts
	refuse(hosts != nil && !slices.Equal(*hosts, was.Hosts), "settings.alternative_hosts")
	refuse(p.Invitees != nil && !slices.Equal(*p.Invitees, m.Invitees), "settings.meeting_invitees")
	return bad
}

func (e Exception) differs(m Meeting) bool { return len(e.Passthrough) > 0 || e.shows(m) }

// shows reports whether a calendar shows the difference.
func (e Exception) shows(m Meeting) bool {
	return e.Cancelled || !e.Start.IsZero() || e.Duration != 0 && e.Duration != m.Duration || changes(e.Agenda, m.Agenda)
}

func (m Meeting) exceptions() []Exception {
	if m.Series == nil {
		return nil
	}
	return m.Series.Exceptions
}

func (m Meeting) exception(id OccurrenceID) (Exception, bool) {
	i, found := slices.BinarySearchFunc(m.exceptions(), id, byID)
	if !found {
		return Exception{}, false
	}
	return m.Series.Exceptions[i], true
}

// byID compares ids as texts: from 2001 to 2286, all have one length.
func byID(e Exception, id OccurrenceID) int { return cmp.Compare(e.ID, id) }

// with returns the meeting with the exception, which replaces one of the same id. An exception without a difference is
// left out. It refuses more than the limits allow.
func (m Meeting) with(e Exception) (Meeting, error) {
	series := *m.Series
	i, found := slices.BinarySearchFunc(series.Exceptions, e.ID, byID)
	series.Exceptions = slices.Clone(series.Exceptions)
	if found {
		series.Exceptions = slices.Delete(series.Exceptions, i, i+1)
	}
	if e.differs(m) {
		series.Exceptions = slices.Insert(series.Exceptions, i, e)
	}
	m.Series = &series
	agendas := 0
	for _, e := range series.Exceptions {
		if e.Agenda != nil {
			agendas += len(*e.Agenda)
		}
	}
	var bad fields
	bad.refuse(len(series.Exceptions) > MaxExceptions,
		"occurrence_id", "names one occurrence more than the %d of a series that can differ from it", MaxExceptions)
	bad.refuse(agendas > maxAgendas,
		"agenda", "makes %d bytes with those of the other occurrences; at most %d are kept", agendas, maxAgendas)
	n := m.passthrough()
	bad.refuse(n > MaxPassthrough,
		"settings", "take %d bytes with those of the other occurrences; at most %d are kept", n, MaxPassthrough)
	return m, bad.err()
}
