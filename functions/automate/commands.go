package main

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A commandFunc executes a command with the rights of the user of the profile. It returns the number of the room or
// meeting.
type commandFunc func(context.Context, automation, command, meeting.Profile) (meeting.Number, error)

func commandFuncs() map[string]commandFunc {
	return map[string]commandFunc{
		account.MeetingSchedule:      scheduleMeeting,
		account.MeetingStart:         startMeeting,
		account.MeetingEnd:           endMeeting,
		account.RoomLock:             set(func(*api.Form) meeting.LiveEdit { return meeting.LiveEdit{Locked: new(true)} }),
		account.RoomUnlock:           set(func(*api.Form) meeting.LiveEdit { return meeting.LiveEdit{Locked: new(false)} }),
		account.RoomOpenWaitingRoom:  set(openWaitingRoom),
		account.RoomCloseWaitingRoom: set(func(*api.Form) meeting.LiveEdit { return meeting.LiveEdit{WaitingRoom: new(meeting.WaitNobody)} }),
		account.RoomRotatePasscode:   rotatePasscode,
		account.RoomChangeNumber:     changeNumber,
	}
}

// as returns the user of the profile as the caller, with no other rights than theirs.
func (a automation) as(p meeting.Profile) meeting.Caller {
	return meeting.Caller{User: p.User, Email: p.Email, Name: p.Name(), IssuedAt: a.now()}
}

// roomAddress returns the address that the command names, or the user's personal room.
func (c command) roomAddress(p meeting.Profile) string {
	if c.address == "" {
		return string(p.PMI)
	}
	return c.address
}

// number returns the address if it is a number; "" if it is a personal link.
func (c command) number(p meeting.Profile) meeting.Number {
	n, err := meeting.ParseNumber(c.roomAddress(p))
	if err != nil {
		return ""
	}
	return n
}

// requireNoInstance refuses an instance in a command that has no use for it.
func (c command) requireNoInstance() error {
	if c.Instance != "" {
		return meeting.RefuseField("instance", "is for meeting.end, room.lock, room.unlock, room.open_waiting_room and room.close_waiting_room")
	}
	return nil
}

// planLife is how long a planned meeting is found by the command's id: longer than the commands' dead-letter queue
// keeps a message.
const planLife = 15 * 24 * time.Hour

// planKey is the Idempotency-Key of the command. That of a command without a source is as older versions had it.
func (c command) planKey() string {
	if c.Source == "" {
		return "command " + c.ID
	}
	return "command of " + strconv.Quote(c.Source) + " " + c.ID
}

// scheduleMeeting plans a meeting. It has the fields of the HTTP request. The command's id is its Idempotency-Key
// (I15), for its source only.
func scheduleMeeting(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	plan := api.Plan(c.form)
	host := api.HostOf(c.form, "me")
	if err := cmp.Or(c.form.Err(), c.requireNoInstance()); err != nil {
		return "", err
	}
	plan.Key, plan.KeyLife, plan.Request = c.planKey(), planLife, c.request
	made, err := a.schedule.Create(ctx, a.as(p), host, plan)
	return made.Meeting.ID, err
}

func startMeeting(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	if err := c.requireNoInstance(); err != nil {
		return "", err
	}
	return c.number(p), a.starts.Start(ctx, a.as(p), c.roomAddress(p))
}

// endMeeting ends an instance. If the command was interrupted, it may have ended the instance before.
func endMeeting(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	err := a.starts.EndInstance(ctx, a.as(p), c.roomAddress(p), c.Instance)
	if c.resumed && meeting.ReasonOf(err) == meeting.Ended {
		err = nil
	}
	return c.number(p), err
}

// set changes the live state of a room.
func set(edit func(*api.Form) meeting.LiveEdit) commandFunc {
	return func(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
		e := edit(c.form)
		e.Instance = c.Instance
		if err := c.form.Err(); err != nil {
			return "", err
		}
		view, err := a.door.UpdateLive(ctx, a.as(p), c.roomAddress(p), e)
		return view.Room.Number, err
	}
}

// openWaitingRoom sends everyone to the waiting room, or guests only.
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
	_, err := a.profiles.EditRoom(ctx, a.as(p), "me", meeting.Edit{Room: &meeting.SettingsEdit{NewPasscode: true}})
	return p.PMI, err
}

func changeNumber(ctx context.Context, a automation, c command, p meeting.Profile) (meeting.Number, error) {
	c.form.Require("pmi")
	number := api.ParseNumber(c.form, "pmi", meeting.ParsePMI)
	if err := cmp.Or(c.form.Err(), c.ownRoom(), c.requireNoInstance()); err != nil {
		return "", err
	}
	return *number, a.profiles.Edit(ctx, a.as(p), "me", meeting.Edit{PMI: number})
}

// ownRoom refuses an id where the command is always about the user's personal room.
func (c command) ownRoom() error {
	if c.address != "" {
		return meeting.RefuseField("id", "is not for this command, which is about the personal room of user_id")
	}
	return nil
}
