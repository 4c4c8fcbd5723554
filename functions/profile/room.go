package main

import (
	"context"
	"slices"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// roomOf returns the personal room with all its settings: our own resource.
func roomOf(p meeting.Profile, view meeting.Planned, now time.Time, base string) map[string]any {
	shape := api.RoomSettings(view.Room.Governed().Settings)
	shape["number"] = view.Room.Number
	if p.Link != "" {
		shape["vanity_name"] = p.Link
	}
	shape["topic"] = view.Meeting.Topic
	shape["uuid"] = view.Room.UUID()
	shape["status"] = "idle"
	if view.Live {
		shape["status"] = "live"
	}
	shape["under_attack"] = view.Room.UnderAttack(now)
	if notes := view.Room.Advisories(now); len(notes) > 0 {
		shape["advisories"] = api.Advisories(notes)
	}
	shape["join_url"] = view.JoinURL(base)
	shape["start_url"] = view.StartURL(base)
	shape["forward_old_numbers"] = p.Forwarding
	isFree := func(s meeting.AccountSetting) bool { return !p.Rules.IsLocked(s) }
	shape["locked_settings"] = slices.DeleteFunc(meeting.AccountSettings(), isFree)
	return shape
}

func (h handler) getRoom(ctx context.Context, r *api.Request) (api.Response, error) {
	p, room, err := h.profiles.Room(ctx, r.Caller, r.Param("userId"))
	now := h.now()
	return api.JSON(200, roomOf(p, meeting.PersonalView(p, room, now), now, r.BaseURL())), err
}

// passcodeShape is the answer to a change of the passcode.
type passcodeShape struct {
	Passcode   string         `json:"passcode"`
	JoinURL    string         `json:"join_url"`
	Advisories []api.Advisory `json:"advisories,omitempty"`
}

// patchRoom answers 204; after a change of the passcode 200, with the passcode and an advisory on sent invitations.
func (h handler) patchRoom(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	edit, err := editOfRoom(form)
	if err != nil {
		return api.Response{}, err
	}
	view, err := h.profiles.EditRoom(ctx, r.Caller, r.Param("userId"), edit)
	if err != nil || view == nil {
		return api.NoContent(), err
	}
	return api.JSON(200, passcodeShape{
		Passcode: view.Room.Settings.Passcode, JoinURL: view.JoinURL(r.BaseURL()), Advisories: api.Advisories(view.Advisories),
	}), nil
}

// generate is the passcode that asks for a random one.
const generate = "generate"

func editOfRoom(f *api.Form) (meeting.Edit, error) {
	edit := meeting.Edit{
		PMI:        api.ParseNumber(f, "number", meeting.ParsePMI),
		Link:       linkOf(f, "vanity_name"),
		Forwarding: f.Bool("forward_old_numbers"),
	}
	settings := api.ReadRoomSettings(f)
	if settings.Passcode != nil && *settings.Passcode == generate {
		settings.Passcode, settings.NewPasscode = nil, true
	}
	if settings != (meeting.SettingsEdit{}) {
		edit.Room = &settings
	}
	return edit, f.EditErr()
}
