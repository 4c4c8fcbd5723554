package meeting

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"
)

// findOwned returns the meeting of the number and its room, for its host and admins: others get [NoMeeting]. It ends an
// instance that is over.
func (s *Schedule) findOwned(ctx context.Context, c Caller, number string) (Planned, error) {
	p, err := s.load(ctx, c, number, ChangeMeeting)
	if err != nil {
		return p, err
	}
	p.Room, err = s.core.endIfOver(ctx, p.Room)
	if err == nil && !p.Room.Enterable() { // the room was that of an instant meeting
		err = noMeeting(number)
	}
	p.Live = p.Meeting.isLiveIn(p.Room, s.core.env.Now())
	return p, err
}

// Change applies the plan to the whole meeting. It returns [RoomLive] for a live meeting that would move between its
// own room and the personal room. Exceptions stay if the series still has their days; an advisory names the other days.
func (s *Schedule) Change(ctx context.Context, c Caller, number string, plan Plan) ([]Advisory, error) {
	return s.revise(ctx, c, number, func(was Planned) ([]Advisory, error) { return s.change(ctx, was, plan) })
}

// revise changes the current meeting; the personal room is not changed as one.
func (s *Schedule) revise(
	ctx context.Context, c Caller, number string, change func(Planned) ([]Advisory, error),
) (notes []Advisory, err error) {
	err = s.retry(ctx, c, number, func(was Planned) (err error) {
		if was.Meeting.Type == PersonalRoom {
			return RefuseField("meetingId",
				"This is a PMI. Edit the personal room instead: PATCH /v2/users/me/personal_meeting_room.")
		}
		notes, err = change(was)
		return err
	})
	return notes, err
}

// retry makes the change on the current meeting, and again after a concurrent change.
func (s *Schedule) retry(ctx context.Context, c Caller, number string, change func(Planned) error) error {
	for range tries {
		was, err := s.findOwned(ctx, c, number)
		if err == nil {
			err = change(was)
		}
		if !errors.Is(err, ErrStale) {
			return err
		}
	}
	return refuse(Busy)
}

func (s *Schedule) change(ctx context.Context, was Planned, plan Plan) ([]Advisory, error) {
	if plan.Type != nil && (*plan.Type == Instant) != (was.Meeting.Type == Instant) {
		return nil, RefuseField("type", "An instant meeting stays one, and no other becomes one.")
	}
	to, err := plan.applyTo(was.Meeting, s.core.env.Now())
	if err != nil {
		return nil, err
	}
	set(&to.UsePMI, plan.UsePMI)
	if lock := was.Room.Rules.lock(AccountScheduledPMI); lock != nil && to.UsePMI != *lock {
		to.UsePMI = was.Meeting.UsePMI // it stays where it is
	}
	locked := was.Room.Rules.bind(&plan, to.kind(), to.Type, was.Room.Rules.lock(AccountScheduledPMI))
	if err := to.checkChange(was.Meeting); err != nil {
		return nil, err
	}
	to = to.revised(was.Meeting)
	notes := slices.Concat(plan.Advisories, locked, plan.timesIgnored(to.Type), plan.startMoved(was.Meeting, to),
		dropped(was.Meeting, to), shifted(was.Meeting, to), was.outdated(to, plan.Settings))
	err = s.core.inviting(ctx, was.Meeting, to, func() error {
		if !to.UsePMI && !was.Meeting.UsePMI {
			if plan.NoPasscode && was.Room.Settings.Passcode == "" {
				notes = append(notes, plan.Settings.guard(was.Room.Settings)...)
			}
			return s.updateRoom(ctx, was, to, plan)
		}
		more, err := s.moveMeeting(ctx, was, to, plan)
		notes = append(notes, more...)
		return err
	})
	return notes, err
}

// checkChange refuses a place that the meeting cannot have, and a series without occurrences.
func (m Meeting) checkChange(was Meeting) error {
	switch {
	case m.Type == Instant && m.UsePMI:
		return RefuseField("settings.use_pmi", "An instant meeting that was made cannot move. Start the personal room instead.")
	case m.Type == FixedTime && m.UsePMI:
		return seriesInPersonalRoom()
	case m.Series != nil && !m.held() && was.held():
		return RefuseField("recurrence", "leaves no occurrence that is not cancelled; cancel the meeting instead")
	}
	return nil
}

// revised returns the meeting with the next revision number, if its calendar entry or its invitees differ from before:
// an invitee who is invited again got a cancellation with the number after the last one.
func (m Meeting) revised(was Meeting) Meeting {
	if m.entryDiffers(was) || !slices.Equal(m.Invitees, was.Invitees) {
		m.Sequence++
	}
	return m
}

// entryDiffers reports whether the calendar entry, as each invitee has it, differs from before.
func (m Meeting) entryDiffers(was Meeting) bool {
	return !reflect.DeepEqual(m.calendarEntry(), was.calendarEntry())
}

func (m Meeting) calendarEntry() Meeting {
	e := Meeting{Topic: m.Topic, Agenda: m.Agenda, Start: m.Start, Duration: m.Duration, Timezone: m.Timezone, UsePMI: m.UsePMI}
	if m.Series == nil {
		return e
	}
	e.Series = &Series{Rule: m.Series.Rule, First: m.Series.First}
	for _, x := range m.Series.Exceptions {
		if x.shows(m) {
			x.Passthrough = nil
			e.Series.Exceptions = append(e.Series.Exceptions, x)
		}
	}
	return e
}

// dropped returns an advisory that names the days of the exceptions that the change dropped; nil if there are none.
func dropped(was, now Meeting) []Advisory {
	var days []string
	for _, e := range was.exceptions() {
		if _, still := now.exception(e.ID); !still {
			day, _ := e.ID.day()
			days = append(days, day.Format(time.DateOnly))
		}
	}
	if len(days) == 0 {
		return nil
	}
	return []Advisory{{
		Code: "occurrences_dropped",
		Message: "What was changed or cancelled of single occurrences is gone for the days that the series has no more: " +
			strings.Join(days, ", ") + ".",
		Action: "Change or cancel occurrences of the new series where that is still wanted.",
	}}
}

// updateRoom changes a meeting that stays in its own room: in one transaction while that is idle. In a live room,
// settings and topic change in a second write.
func (s *Schedule) updateRoom(ctx context.Context, was Planned, to Meeting, plan Plan) error {
	r := was.Room
	settings, err := plan.Settings.applyTo(r.Settings)
	if err != nil {
		return err
	}
	if plan.Settings == (SettingsEdit{}) && to.Topic == r.Topic && to.Type == r.Type {
		return s.saveMeeting(ctx, PutMeeting{to})
	}
	if !r.Live.Open {
		after, err := s.core.env.withSettings(r, settings)
		if err != nil {
			return err
		}
		after.Topic, after.Type = to.Topic, to.Type
		after.Live.Epoch++
		return s.saveMeeting(ctx, PutMeeting{to}, ReplaceRoom{Before: r, After: after})
	}
	if err := s.saveMeeting(ctx, PutMeeting{to}); err != nil {
		return err
	}
	_, err = s.core.editRoom(ctx, r, RoomEdit{Settings: &plan.Settings, Topic: &to.Topic, Type: &to.Type})
	return err
}

func (s *Schedule) moveMeeting(ctx context.Context, was Planned, to Meeting, plan Plan) ([]Advisory, error) {
	if was.Live && to.UsePMI != was.Meeting.UsePMI {
		return nil, liveMeeting(was)
	}
	personal, err := s.personalOf(ctx, was)
	if err != nil {
		return nil, err
	}
	notes, settings, err := s.settingsFor(to, was.Hosts, personal, plan)
	if err != nil {
		return nil, err
	}
	if err := s.core.markUsed(ctx, personal); err != nil {
		return nil, err
	}
	instance, err := s.core.env.newInstance()
	if err != nil {
		return nil, err
	}
	after, err := s.core.env.withLinkKey(to.room(settings, instance))
	if err != nil {
		return nil, err
	}
	after.Closed = personal.Closed
	if to.UsePMI {
		after.Closed, after.NextUUID = Active, was.storedUUID()
	}
	replace := ReplaceRoom{Before: was.claim(), After: after}
	if to.UsePMI && was.Meeting.UsePMI {
		return notes, s.saveWithHosts(ctx, was, settings.AlternativeHosts, replace, PutMeeting{to})
	}
	if err := s.saveMeeting(ctx, replace, PutMeeting{to}); err != nil || to.UsePMI {
		return notes, err
	}
	return notes, s.core.recheckHost(ctx, to) // the sweep of a deactivation sees no alias
}

// personalOf returns the personal room of the meeting's host.
func (s *Schedule) personalOf(ctx context.Context, m Planned) (Room, error) {
	if m.Meeting.UsePMI {
		return m.Room, nil
	}
	p, err := s.core.store.Profile(ctx, m.Meeting.Host)
	if err != nil {
		return Room{}, err
	}
	room, err := s.core.store.Room(ctx, p.PMI)
	room.Rules = m.Room.Rules
	return room, err
}

// claim returns the room of the meeting's number: its own room, or an alias of the personal room.
func (p Planned) claim() Room {
	if p.Meeting.UsePMI {
		return Room{Number: p.Meeting.ID, Kind: Alias, Owner: p.Meeting.Host, NextUUID: p.storedUUID()}
	}
	return p.Room
}

// saveMeeting returns [ErrStale] if the meeting or its room changed since it was read.
func (s *Schedule) saveMeeting(ctx context.Context, changes ...Change) error {
	err := s.core.store.Save(ctx, changes...)
	if impossible(err) != nil {
		return ErrStale
	}
	return err
}

func liveMeeting(p Planned) *Refusal {
	return Refuse(RoomLive, p.Meeting.named()+" is live: end it first.")
}

// Cancel deletes the meeting, releases its number, and returns what it was. It returns [RoomLive] for a live meeting,
// and [DeletePMI] for the personal room itself.
func (s *Schedule) Cancel(ctx context.Context, c Caller, number string) (was Planned, err error) {
	err = s.retry(ctx, c, number, func(p Planned) error {
		was = p
		switch {
		case p.Meeting.Type == PersonalRoom:
			return refuse(DeletePMI)
		case p.Live:
			return liveMeeting(p)
		case p.Meeting.MovedTo != "": // to another user, which came to nothing
			p.Meeting.MovedTo = ""
			return cmp.Or(s.saveMeeting(ctx, PutMeeting{p.Meeting}), ErrStale)
		}
		claim := p.claim()
		released := claim.Release(s.core.env.Now(), s.core.env.Config.Quarantine)
		return s.saveMeeting(ctx, ReplaceRoom{Before: claim, After: released}, DropMeeting{p.Meeting})
	})
	return was, err
}
