package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// sections returns the names of Zoom's sections. Members that we do not interpret are stored and returned unchanged.
func sections() []string {
	return []string{
		"schedule_meeting", "in_meeting", "feature", "email_notification", "recording", "telephony", "integration", "tsp",
		"profile", "chat", "audio_conferencing", security,
	}
}

// security is the section that only a query with "option" of this name shows, and then alone: strict clients of Zoom's
// refuse it elsewhere.
const security = "meeting_security"

func (h handler) getSettings(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	query.Narrow("option", "custom_query_fields")
	option := query.Choice("option", security)
	names := query.String("custom_query_fields", maxFields)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	p, room, err := h.profiles.Room(ctx, r.Caller, r.Param("userId"))
	if err != nil {
		return api.Response{}, err
	}
	shown := settingsOf(p, room.Governed().Settings)
	if option != nil {
		shown = map[string]map[string]any{security: shown[security]}
	} else {
		delete(shown, security)
	}
	if names != nil && *names != "" {
		keepOnly(shown, strings.Split(*names, ","))
	}
	return api.JSON(200, shown), nil
}

const maxFields = 1000 // characters

// keepOnly leaves the named members of each section, and the sections that have some.
func keepOnly(sections map[string]map[string]any, names []string) {
	for section, members := range sections {
		maps.DeleteFunc(members, func(name string, _ any) bool { return !slices.Contains(names, name) })
		if len(members) == 0 {
			delete(sections, section)
		}
	}
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
	for name, value := range api.Defaults().User.Merge(p.Passthrough) {
		if section, member, _ := strings.Cut(name, "."); all[section] != nil {
			all[section][member] = value
		}
	}
	plan := all["schedule_meeting"]
	plan["personal_meeting"] = true
	plan["use_pmi_for_scheduled_meetings"] = p.SchedulesWithPMI()
	plan["use_pmi_for_instant_meetings"] = p.AlwaysUsesPMI()
	plan["pmi_password"] = door.Passcode
	plan["join_before_host"] = door.JoinBeforeHost
	plan["force_pmi_jbh_password"] = door.Passcode != ""
	all["in_meeting"]["waiting_room"] = door.WaitingRoom.On()
	all["feature"]["meeting_capacity"] = door.Capacity
	all[security]["pmi_password"] = door.Passcode != ""
	all[security]["waiting_room"] = door.WaitingRoom.On()
	return all
}

func editOfSettings(f *api.Form) (meeting.Edit, error) {
	plan, inMeeting, feature := f.Object("schedule_meeting"), f.Object("in_meeting"), f.Object("feature")
	if on := plan.Bool("personal_meeting"); on != nil && !*on {
		plan.Refuse("personal_meeting", "is false; a personal room cannot be switched off")
	}
	edit := meeting.Edit{
		SchedulePMI: plan.Bool("use_pmi_for_scheduled_meetings"),
		AlwaysPMI:   plan.Bool("use_pmi_for_instant_meetings"),
		Passthrough: meeting.Passthrough{},
		Unstored:    api.Defaults().User,
	}
	plan.Bool("force_pmi_jbh_password") // follows from the passcode
	door := meeting.SettingsEdit{
		Passcode:       api.Parse(plan, "pmi_password", api.ParsePasscode),
		JoinBeforeHost: plan.Bool("join_before_host"),
		WaitingRoomOn:  inMeeting.Bool("waiting_room"),
	}
	if n := feature.Int("meeting_capacity", 1, meeting.MaxCapacity); n != nil {
		door.Capacity = new(int(*n))
	}
	if door != (meeting.SettingsEdit{}) {
		edit.Room = &door
	}
	keep(edit.Passthrough, "schedule_meeting", plan)
	keep(edit.Passthrough, "in_meeting", inMeeting)
	keep(edit.Passthrough, "feature", feature)
	for _, section := range sections()[3:] {
		keep(edit.Passthrough, section, f.Object(section))
	}
	edit.Passthrough = api.DropAbsent(edit.Passthrough, edit.Unstored)
	return edit, f.EditErr()
}

// keep adds the members of a section that we do not interpret.
func keep(all meeting.Passthrough, section string, f *api.Form) {
	for name, value := range f.Rest() {
		all[section+"."+name] = value
	}
}
