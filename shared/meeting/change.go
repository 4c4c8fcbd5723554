package meeting

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// findOwned is the meeting of the number and its room, settled, for those who may change it: its host, and admins.
func (s *Schedule) findOwned(ctx context.Context, c Caller, number string) (Planned, error) {
	p, err := s.load(ctx, c, number, AdminWritesMeetings, func(r Room, _ Target) bool { return r.Owner == c.User })
	if err != nil {
		return p, err
	}
	p.Room, err = s.endIfOver(ctx, p.Room, true)
	if err == nil && !p.Room.Enterable() { // it was fleeting
		err = noMeeting(number)
	}
	p.Live = p.Meeting.isLiveIn(p.Room, s.Now())
	return p, err
}

// Change changes what the plan names, of the whole meeting. It moves between its own and the personal room only while it does not sit. What
// was changed of single occurrences stays, for days that a series still has; the advisories name the others.
func (s *Schedule) Change(ctx context.Context, c Caller, number string, plan Plan) ([]Advisory, error) {
	return s.revise(ctx, c, number, func(was Planned) ([]Advisory, error) { return s.change(ctx, was, plan) })
}

// revise makes a change of a meeting on what is stored of it, as often as others were faster.
func (s *Schedule) revise(ctx context.Context, c Caller, number string, change func(Planned) ([]Advisory, error)) ([]Advisory, error) {
	for range tries {
		was, err := s.findOwned(ctx, c, number)
		if err != nil {
			return nil, err
		}
		if was.Meeting.Type == PersonalRoom {
			return nil, RefuseField("meetingId", "This is a PMI. Edit the personal room instead: PATCH /v2/users/me/personal_meeting_room.")
		}
		notes, err := change(was)
		if !errors.Is(err, ErrStale) {
			return notes, err
		}
	}
	return nil, busy()
}

func (s *Schedule) change(ctx context.Context, was Planned, plan Plan) ([]Advisory, error) {
	to, err := plan.applyTo(was.Meeting, s.Now())
	if err != nil {
		return nil, err
	}
	if (to.Type == Instant) != (was.Meeting.Type == Instant) {
		return nil, RefuseField("type", "An instant meeting stays one, and no other becomes one.")
	}
	if set(&to.UsePMI, plan.UsePMI); to.Type == Instant && to.UsePMI {
		return nil, RefuseField("settings.use_pmi", "An instant meeting that was made cannot move. Start the personal room instead.")
	}
	if to.Type == FixedTime && to.UsePMI {
		return nil, seriesInPersonalRoom()
	}
	to = to.revised(was.Meeting)
	notes := dropped(was.Meeting, to)
	if !to.UsePMI && !was.Meeting.UsePMI {
		return notes, s.updateRoom(ctx, was, to, plan)
	}
	more, err := s.moveMeeting(ctx, was, to, plan)
	return append(notes, more...), err
}

// revised is the meeting, numbered as the next revision of its calendar entry if that differs from what it was.
func (m Meeting) revised(was Meeting) Meeting {
	if !reflect.DeepEqual(m.calendarEntry(), was.calendarEntry()) {
		m.Sequence++
	}
	return m
}

// calendarEntry is what the meeting's calendar entry is made of, besides its room.
func (m Meeting) calendarEntry() Meeting {
	e := Meeting{Topic: m.Topic, Agenda: m.Agenda, Start: m.Start, Duration: m.Duration, Timezone: m.Timezone, UsePMI: m.UsePMI,
		Invitees: slices.Concat(m.Invitees)}
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

// dropped tells of the occurrences that were changed or cancelled and whose days the series has no more.
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
		Code:    "occurrences_dropped",
		Message: "What was changed or cancelled of single occurrences is gone for the days that the series has no more: " + strings.Join(days, ", ") + ".",
		Action:  "Change or cancel occurrences of the new series where that is still wanted.",
	}}
}

// updateRoom changes a meeting that stays in its own room: in one step while that is idle. In a live room, its door and its name
// follow in a write of their own.
func (s *Schedule) updateRoom(ctx context.Context, was Planned, to Meeting, plan Plan) error {
	r := was.Room
	policy, err := plan.Settings.applyTo(r.Settings)
	if err != nil {
		return err
	}
	if plan.Settings == (SettingsEdit{}) && to.Topic == r.Topic && to.Type == r.Type {
		return s.saveMeeting(ctx, PutMeeting{to})
	}
	if !r.Live.Open {
		after := r
		after.Settings, after.Topic, after.Type = policy, to.Topic, to.Type
		after.Live.Epoch++
		return s.saveMeeting(ctx, PutMeeting{to}, ReplaceRoom{Before: r, After: after})
	}
	if err := s.saveMeeting(ctx, PutMeeting{to}); err != nil {
		return err
	}
	_, err = s.editRoom(ctx, r, RoomEdit{Settings: &plan.Settings, Topic: &to.Topic, Type: &to.Type})
	return err
}

// moveMeeting changes a meeting in the personal room, or one that moves into it or out of it.
func (s *Schedule) moveMeeting(ctx context.Context, was Planned, to Meeting, plan Plan) ([]Advisory, error) {
	if was.Live && to.UsePMI != was.Meeting.UsePMI {
		return nil, liveMeeting(was)
	}
	policy := Settings{AlternativeHosts: was.Hosts}
	if !to.UsePMI {
		var err error
		if policy, err = DefaultSettings(s.Random); err != nil {
			return nil, err
		}
		policy.AlternativeHosts = was.Hosts
	}
	notes, policy, err := s.settingsFor(ctx, was, to, plan, policy)
	if err != nil {
		return nil, err
	}
	instance, err := s.newInstance()
	if err != nil {
		return nil, err
	}
	after := to.room(policy, instance)
	return notes, s.saveMeeting(ctx, ReplaceRoom{Before: was.claim(), After: after}, PutMeeting{to})
}

// settingsFor is the policy of what stands behind the meeting's number after the plan.
func (s *Schedule) settingsFor(ctx context.Context, was Planned, to Meeting, plan Plan, policy Settings) ([]Advisory, Settings, error) {
	if !to.UsePMI {
		policy, err := plan.Settings.applyTo(policy)
		return nil, policy, err
	}
	personal := was.Room
	if !was.Meeting.UsePMI {
		p, err := s.Profile(ctx, to.Host)
		if err != nil {
			return nil, policy, err
		}
		if personal, err = s.Room(ctx, p.PMI); err != nil {
			return nil, policy, err
		}
	}
	notes, err := plan.Settings.ignoredInPersonalRoom(personal.Settings)
	set(&policy.AlternativeHosts, plan.Settings.AlternativeHosts)
	return notes, policy, err
}

// claim is what stands behind the meeting's number.
func (p Planned) claim() Room {
	if p.Meeting.UsePMI {
		return Room{Number: p.Meeting.ID, Kind: Alias, Owner: p.Meeting.Host}
	}
	return p.Room
}

func (s *Schedule) saveMeeting(ctx context.Context, changes ...Change) error {
	err := s.Save(ctx, changes...)
	if impossible(err) != nil {
		return ErrStale
	}
	return err
}

func liveMeeting(p Planned) *Refusal {
	return Refuse(RoomLive, fmt.Sprintf("%s (%s) is live: end it first.", p.Meeting.Topic, p.Meeting.ID.Grouped()))
}

// Cancel deletes the meeting, releases its number, and is what it was. A live one is refused, and so is the personal room itself.
func (s *Schedule) Cancel(ctx context.Context, c Caller, number string) (Planned, error) {
	for range tries {
		p, err := s.findOwned(ctx, c, number)
		switch {
		case err != nil:
			return p, err
		case p.Meeting.Type == PersonalRoom:
			return p, Refuse(DeletePMI, "A personal room cannot be deleted. Change its number instead.")
		case p.Live:
			return p, liveMeeting(p)
		}
		claim := p.claim()
		err = s.saveMeeting(ctx, ReplaceRoom{Before: claim, After: claim.Retire(s.Now(), s.Config.Quarantine)}, DropMeeting{p.Meeting})
		if !errors.Is(err, ErrStale) {
			return p, err
		}
	}
	return Planned{}, busy()
}
