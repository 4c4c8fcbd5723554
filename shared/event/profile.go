package event

import (
	"strings"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// Events of users.
const (
	UserUpdated     Name = "user.updated"
	SettingsUpdated Name = "user.settings_updated"
	NumberChanged   Name = "room.number_changed"
)

// ofProfile returns no event for a new profile: nobody has changed anything.
func ofProfile(c Change) (all []Event) {
	before, after := images[meeting.Profile](c)
	if !before.Exists() || !after.Exists() {
		return nil
	}
	add := func(name Name, object Fields, old any) {
		all = append(all, c.newEvent(Event{Name: name, Account: after.User.Account, Object: object, Old: old}))
	}
	id := after.User.ID
	if old, now := diff(userOf(before), userOf(after)); len(old)+len(now) > 0 {
		add(UserUpdated, now.with("id", id), old.with("id", id))
	}
	if changed := names(diff(allSettings(before), allSettings(after))); len(changed) > 0 {
		old, now := diff(switches(before), switches(after))
		is := Fields{"id": id, "changed": changed, "settings": sections(now)}
		add(SettingsUpdated, is, Fields{"id": id, "settings": sections(old)})
	}
	if before.PMI != after.PMI {
		changed := Fields{"host_id": id, "old_number": before.PMI, "number": after.PMI, "forwarding": after.Forwarding}
		add(NumberChanged, changed, nil)
	}
	return all
}

// userOf returns the user's public fields: all but the host key.
func userOf(p meeting.Profile) Fields {
	return Fields{
		"email": p.Email, "first_name": p.FirstName, "last_name": p.LastName, "display_name": p.DisplayName(), "pmi": numeric(p.PMI),
		"use_pmi": p.AlwaysPMI, "vanity_name": p.Link, "timezone": p.Timezone, "language": p.Language, "dept": p.Dept,
		"forward_old_numbers": p.Forwarding,
	}
}

// allSettings returns all settings as texts, secrets too. Their values are in no event.
func allSettings(p meeting.Profile) Fields {
	all := switches(p)
	for name, value := range p.Passthrough {
		if _, isSwitch := all[name]; !isSwitch {
			all[name] = string(value)
		}
	}
	return all
}

func switches(p meeting.Profile) Fields {
	return flags(p.Passthrough).
		with("schedule_meeting.use_pmi_for_scheduled_meetings", p.SchedulePMI).
		with("schedule_meeting.use_pmi_for_instant_meetings", p.AlwaysPMI)
}

// sections groups the settings as Zoom does: {"in_meeting": {"chat": true}}.
func sections(all Fields) map[string]Fields {
	parts := map[string]Fields{}
	for name, value := range all {
		section, member, _ := strings.Cut(name, ".")
		if parts[section] == nil {
			parts[section] = Fields{}
		}
		parts[section][member] = value
	}
	return parts
}

// Events of commands.
const (
	CommandSucceeded Name = "automation.succeeded"
	CommandFailed    Name = "automation.failed"
)

// A Result is the outcome of a command of an automation.
type Result struct {
	Command string         `json:"command"`           // empty if it could not be read
	Source  string         `json:"source,omitempty"`  // of the event that it came by: each source has its own ids
	By      string         `json:"command_id"`        // of the event or message that it came by
	UserID  string         `json:"user_id"`           // as whom
	ID      meeting.Number `json:"id,omitempty"`      // of the room or meeting that it was about, or that it made
	Reason  meeting.Reason `json:"reason,omitempty"`  // why it failed
	Message string         `json:"message,omitempty"` // the same in words
}

func ofOutcome(c Change) []Event {
	before, after := images[account.Outcome](c)
	if after.DoneAt.IsZero() || !before.DoneAt.IsZero() {
		return nil
	}
	name := CommandSucceeded
	if after.Reason != "" {
		name = CommandFailed
	}
	return []Event{c.newEvent(Event{Name: name, Account: after.Account, Object: Result{
		Command: after.Command, Source: after.Source, By: after.ID, UserID: after.User, ID: after.Number,
		Reason: after.Reason, Message: after.Message,
	}})}
}
