package event_test

import (
	"context"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

const (
	created      = "meeting.created"
	updated      = "meeting.updated"
	deleted      = "meeting.deleted"
	started      = "meeting.started"
	meetingEnded = "meeting.ended"
	joined       = "meeting.participant_joined"
	left         = "meeting.participant_left"
	waits        = "meeting.participant_joined_waiting_room"
	leftWait     = "meeting.participant_left_waiting_room"
	jbhWaits     = "meeting.participant_jbh_waiting"
	room         = "room.updated"
	user         = "user.updated"
	settings     = "user.settings_updated"
	invite       = "room.invitation_due"
	longPause    = 10 * time.Minute
)

func (s *story) profile() []step {
	guests := meeting.WaitGuests
	return []step{
		{"Ada is seen for the first time", func(ctx context.Context) error {
			_, err := s.profiles().View(ctx, s.ada, "me")
			return err
		}, nil},
		{"Grace too", func(ctx context.Context) error {
			_, err := s.profiles().View(ctx, s.grace, "me")
			return err
		}, nil},
		{"Ada takes another number, and always uses it", s.edit(meeting.Edit{PMI: new(pmi), AlwaysPMI: new(true), Forwarding: new(true)}),
			[]string{user, settings, "room.number_changed"}},
		{"a link", s.edit(meeting.Edit{Link: new(meeting.Link("ada.lovelace"))}), []string{user}},
		{"another host key", s.edit(meeting.Edit{HostKey: new(hostKey)}), nil},
		{"another name", s.edit(meeting.Edit{FirstName: new("Augusta")}), []string{user, room}},
		{"settings that are on, and others that are hers", s.edit(meeting.Edit{SchedulePMI: new(true),
			Passthrough: extras("in_meeting.chat", "true", "schedule_meeting.audio_type", `"hush-hush"`)}), []string{settings}},
		{"the same again", s.edit(meeting.Edit{SchedulePMI: new(true)}), nil},
		{"a passcode and a waiting room", s.furnish(meeting.SettingsEdit{NewPasscode: true, WaitingRoom: &guests}), []string{room}},
		{"nothing of the room", s.furnish(meeting.SettingsEdit{WaitingRoom: &guests}), nil},
	}
}

func (s *story) sitting() []step {
	number, everyone, nobody := pmi, meeting.WaitEveryone, meeting.WaitNobody
	return []step{
		{"Grace is early", s.come("grace", &s.grace, nil), []string{jbhWaits}},
		{"she asks again", s.back("grace", &s.grace, 5*time.Second), nil},
		{"and after her lease is half over", s.back("grace", &s.grace, time.Minute), nil},
		{"she gives up", s.leave("grace", &s.grace), []string{"meeting.participant_jbh_waiting_left"}},
		{"and comes back", s.come("grace", &s.grace, nil), []string{jbhWaits}},
		{"Ada opens the room", s.come("ada", &s.ada, nil), []string{started, joined}},
		{"Grace is let in", s.back("grace", &s.grace, time.Second), []string{joined}},
		{"Charles, a guest, waits", s.come("charles", &s.charles, nil), []string{waits}},
		{"and asks again", s.back("charles", &s.charles, 5*time.Second), nil},
		{"he is admitted", s.rule(admit, "charles"), []string{"meeting.participant_admitted", joined}},
		{"he hears of it", s.back("charles", &s.charles, time.Second), nil},
		{"he stays", s.back("charles", &s.charles, 40*time.Second), nil},
		{"he is sent back", s.rule(putBack, "charles"), []string{"meeting.participant_put_in_waiting_room"}},
		{"and leaves", s.leave("charles", &s.charles), []string{leftWait}},
		{"Dan waits", s.come("dan", &s.dan, nil), []string{waits}},
		{"and is denied", s.rule(deny, "dan"), []string{leftWait, "room.participant_denied"}},
		{"Ada stays", s.back("ada", &s.ada, 0), nil},
		{"Grace becomes host", s.rule(makeHost, "grace"), []string{"meeting.participant_role_changed"}},
		{"and again", s.rule(makeHost, "grace"), nil},
		{"the door is locked", s.set(meeting.LiveEdit{Locked: new(true)}), []string{"room.locked"}},
		{"and again", s.set(meeting.LiveEdit{Locked: new(true)}), nil},
		{"and unlocked", s.set(meeting.LiveEdit{Locked: new(false)}), []string{"room.unlocked"}},
		{"the waiting room is closed", s.set(meeting.LiveEdit{WaitingRoom: &nobody}), []string{room}},
		{"Eve comes right in", s.come("eve", &s.eve, nil), []string{joined}},
		{"and is removed", s.rule(remove, "eve"), []string{left, "room.participant_removed"}},
		{"and again", s.rule(remove, "eve"), nil},
		{"the waiting room is for everyone", s.set(meeting.LiveEdit{WaitingRoom: &everyone}), []string{room}},
		{"Charles comes anew", s.come("charles", &s.charles, nil), []string{waits}},
		{"and is admitted", s.rule(admit, "charles"), []string{"meeting.participant_admitted", joined}},
		{"and hears of it", s.back("charles", &s.charles, time.Second), nil},
		{"his network fails for long", s.back("charles", &s.charles, longPause), []string{left, waits}},
		{"he is removed as he waits", s.rule(remove, "charles"), []string{leftWait, "room.participant_removed"}},
		{"Grace, a host, leaves an empty room", s.leave("grace", &s.grace), []string{left, meetingEnded}},
		{"it is ended again", s.end(&number), nil},
		{"people may come before the host", s.furnish(meeting.SettingsEdit{JoinBeforeHost: new(true), WaitingRoom: &nobody, AutoLock: new(longPause)}), []string{room}},
		{"Grace opens the room", s.come("grace", &s.grace, nil), []string{started, "meeting.participant_jbh_joined", joined}},
		{"it locked itself, and Ada unlocks it", func(ctx context.Context) error {
			s.clock.Advance(longPause)
			return s.set(meeting.LiveEdit{Locked: new(false)})(ctx)
		}, []string{"room.unlocked"}},
		{"Grace is back after a while", s.back("grace", &s.grace, 0), nil},
	}
}

func (s *story) plans() []step {
	at := func(day int) *meeting.ClientTime {
		return &meeting.ClientTime{Time: time.Date(2035, 3, day, 10, 0, 0, 0, time.UTC)}
	}
	people := func(emails ...string) *[]string { return &emails }
	fixed, never := meeting.FixedTime, meeting.NoFixedTime
	weekly := &meeting.Recurring{Recurrence: meeting.Recurrence{Cycle: meeting.Weekly, Interval: 1, Days: []time.Weekday{time.Monday}, Times: 3}}
	return []step{
		{"Ada plans tea in her room", s.plan(&s.tea, meeting.Plan{Topic: new("Tea & <cake>"), Start: at(12), UsePMI: new(true),
			Invitees: people("grace@example.com", "x@example.org"), Passthrough: extras("host_video", "true", "audio", `"hush-hush"`)}),
			[]string{created, invite, invite}},
		{"tea is started while the room is live", s.start(&s.tea), []string{started}},
		{"tea ends", s.end(&s.tea), []string{meetingEnded}},
		{"its topic changes", s.change(&s.tea, meeting.Plan{Topic: new("High tea")}), []string{updated, invite, invite}},
		{"nothing that is shown changes", s.change(&s.tea, meeting.Plan{Passthrough: extras("audio", `"both"`)}), nil},
		{"one is invited no more", s.change(&s.tea, meeting.Plan{Invitees: people("grace@example.com")}), []string{updated, invite, invite}},
		{"it has no fixed time any more", s.change(&s.tea, meeting.Plan{Type: &never}), []string{updated, invite}},
		{"it is cancelled", s.cancel(&s.tea), []string{deleted}},
		{"a series is planned", s.plan(&s.series, meeting.Plan{Type: &fixed, Start: at(12), Recurrence: weekly, UsePMI: new(false),
			Timezone: new("Europe/Berlin"), Invitees: people("grace@example.com")}), []string{created, invite}},
		{"one of it is cancelled", func(ctx context.Context) error {
			m, err := s.Meeting(ctx, s.ada.User, s.series)
			if err == nil {
				_, err = s.schedule().CancelOccurrence(ctx, s.ada, string(s.series), m.Occurrences(s.clock.Now(), 1)[0].ID)
			}
			return err
		}, []string{updated, invite}},
		{"its own room gets a waiting room", s.change(&s.series, meeting.Plan{Settings: meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)}}), []string{room}},
		{"it is cancelled", s.cancel(&s.series), []string{deleted, invite}},
	}
}

func (s *story) rest() []step {
	unset := s.edit(meeting.Edit{AlwaysPMI: new(false)})
	return []step{
		{"Ada does not always use her number", unset, []string{user, settings}},
		{"she meets now, in a room of its own", func(ctx context.Context) error {
			st, err := s.starts().Instant(ctx, s.ada, "me", meeting.InstantStart{UsePMI: new(false), Topic: "Now"})
			s.own = st.Meeting.ID
			return err
		}, []string{created, started, joined}},
		{"it ends, and its room is gone", s.end(&s.own), []string{meetingEnded}},
		{"Grace waits for a meeting that does not sit", func(ctx context.Context) error {
			if err := s.furnish(meeting.SettingsEdit{JoinBeforeHost: new(false)})(ctx); err != nil {
				return err
			}
			if err := s.plan(&s.tea, meeting.Plan{Topic: new("Tea"), UsePMI: new(true)})(ctx); err != nil {
				return err
			}
			return s.come("grace", &s.grace, &s.tea)(ctx)
		}, []string{room, created, jbhWaits}},
		{"an automation begins a command", s.command(account.Outcome{Account: testkit.Account, ID: "1", Command: "room.lock", User: "ada"}), nil},
		{"it succeeds", s.done(""), []string{"automation.succeeded"}},
		{"another begins", s.command(account.Outcome{Account: testkit.Account, ID: "2", Command: "room.lock", User: "ada"}), nil},
		{"it fails", s.done(meeting.RoomIdle), []string{"automation.failed"}},
		{"the webhooks of the account are not told of", func(ctx context.Context) error {
			_, err := s.PutEndpoint(ctx, account.Endpoint{Account: testkit.Account, ID: "1", URL: "https://example.com"})
			return err
		}, nil},
	}
}

func (s *story) cancel(id *meeting.Number) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := s.schedule().Cancel(ctx, s.ada, string(*id))
		return err
	}
}

func (s *story) command(o account.Outcome) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		s.outcome, err = s.PutOutcome(ctx, o)
		return err
	}
}

func (s *story) done(reason meeting.Reason) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		s.outcome.DoneAt, s.outcome.Reason, s.outcome.Number = s.clock.Now(), reason, pmi
		if reason != "" {
			s.outcome.Message = "Nobody is in this room: start it first."
		}
		s.outcome, err = s.PutOutcome(ctx, s.outcome)
		return err
	}
}
