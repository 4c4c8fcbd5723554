package main

import (
	"context"
	"encoding/json"
	"strings"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// sections returns the names of Zoom's sections. Members that we do not interpret are stored and returned unchanged.
func sections() []string {
	return []string{
		"schedule_meeting", "in_meeting", "email_notification", "recording", "telephony", "feature", "integration", "tsp",
		"profile", "chat", "audio_conferencing", "meeting_security",
	}
}

func (h handler) getSettings(ctx context.Context, r *api.Request) (api.Response, error) {
	p, room, err := h.profiles.Room(ctx, r.Caller, r.Param("userId"))
	return api.JSON(200, settingsOf(p, room.Settings)), err
}

func (h handler) patchSettings(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	edit, err := editOfSettings(form)
	if err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.profiles.Edit(ctx, r.Caller, r.Param("userId"), edit)
}

// settingsOf returns Zoom's view of the profile and of the personal room's settings, with the uninterpreted members.
func settingsOf(p meeting.Profile, door meeting.Settings) map[string]map[string]any {
	all := make(map[string]map[string]any)
	for _, section := range sections() {
		all[section] = map[string]any{}
	}
	for name, value := range p.Passthrough {
		if section, member, _ := strings.Cut(name, "."); all[section] != nil {
			all[section][member] = value
		}
	}
	plan := all["schedule_meeting"]
	plan["personal_meeting"] = true
	plan["use_pmi_for_scheduled_meetings"] = p.SchedulePMI
	plan["use_pmi_for_instant_meetings"] = p.AlwaysPMI
	plan["pmi_password"] = door.Passcode
	plan["join_before_host"] = door.JoinBeforeHost
	all["in_meeting"]["waiting_room"] = door.WaitingRoom.On()
	return all
}

func editOfSettings(f *api.Form) (meeting.Edit, error) {
	plan, inMeeting := f.Object("schedule_meeting"), f.Object("in_meeting")
	if on := plan.Bool("personal_meeting"); on != nil && !*on {
		plan.Refuse("personal_meeting", "is false; a personal room cannot be switched off")
	}
	edit := meeting.Edit{
		SchedulePMI: plan.Bool("use_pmi_for_scheduled_meetings"),
		AlwaysPMI:   plan.Bool("use_pmi_for_instant_meetings"),
		Passthrough: meeting.Passthrough{},
	}
	door := meeting.SettingsEdit{
		Passcode:       api.Parse(plan, "pmi_password", api.ParsePasscode),
		JoinBeforeHost: plan.Bool("join_before_host"),
		WaitingRoomOn:  inMeeting.Bool("waiting_room"),
	}
	if door != (meeting.SettingsEdit{}) {
		edit.Room = &door
	}
	keep(edit.Passthrough, "schedule_meeting", plan)
	keep(edit.Passthrough, "in_meeting", inMeeting)
	for _, section := range sections()[2:] {
		keep(edit.Passthrough, section, f.Object(section))
	}
	return edit, f.EditErr()
}

// keep adds the members of a section that we do not interpret.
func keep(all map[string]json.RawMessage, section string, f *api.Form) {
	for name, value := range f.Rest() {
		all[section+"."+name] = value
	}
}
