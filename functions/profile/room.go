package main

import (
	"context"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// roomShape is the personal room with all its settings. Zoom has no such resource.
type roomShape struct {
	Number            meeting.Number      `json:"number"`
	VanityName        meeting.Link        `json:"vanity_name,omitempty"`
	Topic             string              `json:"topic"`
	UUID              string              `json:"uuid"`
	Status            string              `json:"status"` // idle or live
	JoinURL           string              `json:"join_url"`
	StartURL          string              `json:"start_url"`
	Passcode          string              `json:"passcode"`
	WaitingRoom       meeting.WaitingRoom `json:"waiting_room"`
	JoinBeforeHost    bool                `json:"join_before_host"`
	JBHTime           int64               `json:"jbh_time"`  // minutes
	AutoLock          int64               `json:"auto_lock"` // minutes after the start; 0: never
	AuthenticatedOnly bool                `json:"authenticated_only"`
	AllowedDomains    []string            `json:"allowed_domains"`
	Capacity          int                 `json:"capacity"`
	AlternativeHosts  []string            `json:"alternative_hosts"`
	ForwardOldNumbers bool                `json:"forward_old_numbers"`
}

func roomOf(p meeting.Profile, view meeting.Planned, base string) roomShape {
	settings := view.Room.Settings
	shape := roomShape{
		Number: view.Room.Number, VanityName: p.Link, Topic: view.Meeting.Topic, UUID: view.Room.Live.Instance, Status: "idle",
		JoinURL: view.JoinURL(base), StartURL: view.StartURL(base), Passcode: settings.Passcode, WaitingRoom: settings.WaitingRoom,
		JoinBeforeHost: settings.JoinBeforeHost, JBHTime: int64(settings.JoinBeforeHostWindow / time.Minute),
		AutoLock: int64(settings.AutoLock / time.Minute), AuthenticatedOnly: settings.SignedInOnly,
		AllowedDomains: append([]string{}, settings.Domains...), Capacity: settings.Capacity,
		AlternativeHosts: append([]string{}, settings.AlternativeHosts...), ForwardOldNumbers: p.Forwarding,
	}
	if view.Live {
		shape.Status = "live"
	}
	return shape
}

func (h handler) getRoom(ctx context.Context, r *api.Request) (api.Response, error) {
	p, room, err := h.profiles.Room(ctx, r.Caller, r.Param("userId"))
	return api.JSON(200, roomOf(p, meeting.PersonalView(p, room, h.now()), r.BaseURL())), err
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
	settings := meeting.SettingsEdit{
		Passcode:             f.Checked("passcode", meeting.CheckPasscode),
		WaitingRoom:          waitingRoomOf(f),
		JoinBeforeHost:       f.Bool("join_before_host"),
		JoinBeforeHostWindow: api.Minutes(f.ChoiceInt("jbh_time", 0, 5, 10, 15)),
		AutoLock:             api.Minutes(f.Int("auto_lock", 0, int64(meeting.MaxAutoLock/time.Minute))),
		SignedInOnly:         f.Bool("authenticated_only"),
		Domains:              api.ParseList(f, "allowed_domains", meeting.MaxDomains, api.ParseDomain),
		Capacity:             capacityOf(f),
		AlternativeHosts:     api.ParseList(f, "alternative_hosts", meeting.MaxAlternativeHosts, api.ParseEmail),
	}
	if settings.Passcode != nil && *settings.Passcode == generate {
		settings.Passcode, settings.NewPasscode = nil, true
	}
	if settings != (meeting.SettingsEdit{}) {
		edit.Room = &settings
	}
	return edit, f.EditErr()
}

func waitingRoomOf(f *api.Form) *meeting.WaitingRoom {
	word := f.Choice("waiting_room", string(meeting.WaitNobody), string(meeting.WaitEveryone), string(meeting.WaitGuests))
	return (*meeting.WaitingRoom)(word)
}

func capacityOf(f *api.Form) *int {
	n := f.Int("capacity", 1, meeting.MaxCapacity)
	if n == nil {
		return nil
	}
	capacity := int(*n)
	return &capacity
}
