package main

import (
	"cmp"
	"context"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A commandFunc does what a command says, for the user of the profile; it is the number of the room or meeting that it was about.
type commandFunc func(context.Context, automation, command, meeting.Profile) (meeting.Number, error)

func commandFuncs() map[string]commandFunc {
	return map[string]commandFunc{
		account.MeetingSchedule:      schedule,
		account.MeetingStart:         start,
		account.MeetingEnd:           end,
		account.RoomLock:             set(func(*api.Form) meeting.LiveEdit { return meeting.LiveEdit{Locked: new(true)} }),
		account.RoomUnlock:           set(func(*api.Form) meeting.LiveEdit { return meeting.LiveEdit{Locked: new(false)} }),
		account.RoomOpenWaitingRoom:  set(openWaitingRoom),
		account.RoomCloseWaitingRoom: set(func(*api.Form) meeting.LiveEdit { return meeting.LiveEdit{WaitingRoom: new(meeting.WaitNobody)} }),
		account.RoomRotatePasscode:   rotatePasscode,
		account.RoomChangeNumber:     changeNumber,
	}
}

// as is the user of the profile, with no right but their own.
func as(p meeting.Profile) meeting.Caller {
	return meeting.Caller{User: p.User, Email: p.Email, Name: p.Name()}
}

// roomAddress is the address that the command names, or the user's personal room.
func (c command) roomAddress(p meeting.Profile) string {
	if c.address == "" {
		return string(p.PMI)
	}
	return c.address
}

// number is the number at the address, if that is one.
func (c command) number(p meeting.Profile) meeting.Number {
	n, err := meeting.ParseNumber(c.roomAddress(p))
	if err != nil {
		return ""
	}
	return n
}

// requireNoInstance refuses a command that names a sitting where that has no meaning.
func (c command) requireNoInstance() error {
	if c.Instance != "" {
		return meeting.RefuseField("instance", "is for meeting.end, room.lock, room.unlock, room.open_waiting_room and room.close_waiting_room")
	}
	return nil
}

// planLife is how long a plan is remembered by the command's id: longer than a command that was interrupted can lie in Undone.
const planLife = 15 * 24 * time.Hour

// schedule plans a meeting, by the fields that HTTP has for it. The command's id is its Idempotency-Key (I15).
func schedule(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	plan := api.Plan(c.form)
	host := api.HostOf(c.form, "me")
	if err := cmp.Or(c.form.Err(), c.requireNoInstance()); err != nil {
		return "", err
	}
	plan.Key, plan.KeyLife, plan.Request = "command "+c.ID, planLife, c.request
	made, err := (&meeting.Schedule{Turnstile: a.turnstile}).Create(ctx, as(p), host, plan)
	return made.Meeting.ID, err
}

func start(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	if err := c.requireNoInstance(); err != nil {
		return "", err
	}
	return c.number(p), a.starts().Start(ctx, as(p), c.roomAddress(p))
}

// end ends a sitting. Where it was interrupted, the sitting may be over by what it did before.
func end(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	err := a.starts().EndInstance(ctx, as(p), c.roomAddress(p), c.Instance)
	if c.again && meeting.ReasonOf(err) == meeting.Ended {
		err = nil
	}
	return c.number(p), err
}

func (a automation) starts() *meeting.Starts { return &meeting.Starts{Door: a.door()} }
func (a automation) door() *meeting.Door     { return &meeting.Door{Turnstile: a.turnstile} }

// set changes the door of a room.
func set(edit func(*api.Form) meeting.LiveEdit) commandFunc {
	return func(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
		e := edit(c.form)
		e.Instance = c.Instance
		if err := c.form.Err(); err != nil {
			return "", err
		}
		view, err := a.door().UpdateLive(ctx, as(p), c.roomAddress(p), e)
		return view.Room.Number, err
	}
}

// openWaitingRoom is for everyone, unless the command says that it is for guests.
func openWaitingRoom(f *api.Form) meeting.LiveEdit {
	edit := meeting.LiveEdit{WaitingRoom: new(meeting.WaitEveryone)}
	if whom := f.Choice("for", string(meeting.WaitEveryone), string(meeting.WaitGuests)); whom != nil {
		*edit.WaitingRoom = meeting.WaitingRoom(*whom)
	}
	return edit
}

func rotatePasscode(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	if err := cmp.Or(c.ownRoom(), c.requireNoInstance()); err != nil {
		return "", err
	}
	profiles := &meeting.Profiles{Turnstile: a.turnstile}
	_, err := profiles.EditRoom(ctx, as(p), "me", meeting.Edit{Room: &meeting.SettingsEdit{NewPasscode: true}})
	return p.PMI, err
}

func changeNumber(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	c.form.Require("pmi")
	number := api.ParseNumber(c.form, "pmi", meeting.ParsePMI)
	if err := cmp.Or(c.form.Err(), c.ownRoom(), c.requireNoInstance()); err != nil {
		return "", err
	}
	return *number, (&meeting.Profiles{Turnstile: a.turnstile}).Edit(ctx, as(p), "me", meeting.Edit{PMI: number})
}

// ownRoom refuses an id where the command is always about the user's personal room.
func (c command) ownRoom() error {
	if c.address != "" {
		return meeting.RefuseField("id", "is not for this command, which is about the personal room of user_id")
	}
	return nil
}
