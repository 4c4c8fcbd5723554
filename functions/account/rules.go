package main

import (
	"context"
	"strings"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// Zoom's values of a passcode that is required in a personal room.
const (
	passcodeAlways = "all"
	passcodeEarly  = "jbh_only" // if people join before the host; here that is always, too
	passcodeNever  = "none"
)

func (h handler) getAccountSettings(ctx context.Context, r *api.Request) (api.Response, error) {
	rules, err := h.rules.Get(ctx, r.Caller, r.Param("accountId"))
	return api.JSON(200, bySection(func(s meeting.AccountSetting) any {
		if s == meeting.AccountPMIPasscode {
			return map[bool]string{true: passcodeAlways, false: passcodeNever}[rules.Value(s)]
		}
		return rules.Value(s)
	})), err
}

func (h handler) getLockSettings(ctx context.Context, r *api.Request) (api.Response, error) {
	rules, err := h.rules.Get(ctx, r.Caller, r.Param("accountId"))
	return api.JSON(200, bySection(func(s meeting.AccountSetting) any { return rules.IsLocked(s) })), err
}

// bySection returns what show returns for each setting, by section and name.
func bySection(show func(meeting.AccountSetting) any) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, s := range meeting.AccountSettings() {
		section, name, _ := strings.Cut(string(s), ".")
		if all[section] == nil {
			all[section] = map[string]any{}
		}
		all[section][name] = show(s)
	}
	return all
}

func (h handler) patchAccountSettings(ctx context.Context, r *api.Request) (api.Response, error) {
	values, err := switchesOf(r, func(section *api.Form, s meeting.AccountSetting, name string) *bool {
		if s != meeting.AccountPMIPasscode {
			return section.Bool(name)
		}
		if chosen := section.Choice(name, passcodeAlways, passcodeEarly, passcodeNever); chosen != nil {
			return new(*chosen != passcodeNever)
		}
		return nil
	}, false)
	if err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.rules.Edit(ctx, r.Caller, r.Param("accountId"), account.RulesEdit{Values: values})
}

func (h handler) patchLockSettings(ctx context.Context, r *api.Request) (api.Response, error) {
	locks, err := switchesOf(r, func(section *api.Form, _ meeting.AccountSetting, name string) *bool {
		return section.Bool(name)
	}, true)
	if err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.rules.Edit(ctx, r.Caller, r.Param("accountId"), account.RulesEdit{Locks: locks})
}

// switchesOf reads the settings that the body names. Of the others it refuses those that are true, if it is strict: an
// admin must not believe that they are locked.
func switchesOf(
	r *api.Request, read func(section *api.Form, s meeting.AccountSetting, name string) *bool, strict bool,
) (map[meeting.AccountSetting]bool, error) {
	form, err := r.Form()
	if err != nil {
		return nil, err
	}
	sections, named := map[string]*api.Form{}, map[meeting.AccountSetting]bool{}
	for _, s := range meeting.AccountSettings() {
		section, name, _ := strings.Cut(string(s), ".")
		if sections[section] == nil {
			sections[section] = form.Object(section)
		}
		if value := read(sections[section], s, name); value != nil {
			named[s] = *value
		}
	}
	for _, section := range sections {
		if strict {
			refuseOtherLocks(section)
		}
	}
	return named, form.EditErr()
}

func refuseOtherLocks(section *api.Form) {
	for name, value := range section.Rest() {
		if string(value) == "true" {
			section.Refuse(name, "is true; this setting cannot be locked here")
		}
	}
}

// quarantine is the public shape of whether the operator closed the account.
type quarantine struct {
	On    bool   `json:"quarantined"`
	Since string `json:"since,omitempty"`
	Note  string `json:"note,omitempty"`
}

func (h handler) getQuarantine(ctx context.Context, r *api.Request) (api.Response, error) {
	a, err := h.rules.RulesOf(ctx, r.Caller, r.Param("accountId"))
	return api.JSON(200, quarantine{!a.ClosedAt.IsZero(), api.Time(a.ClosedAt), a.Note}), err
}

func (h handler) putQuarantine(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	form.Require("quarantined")
	on, note := form.Bool("quarantined"), form.String("note", account.MaxAccountNote)
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	if note == nil {
		note = new("")
	}
	return api.NoContent(), h.rules.Close(ctx, r.Caller, r.Param("accountId"), *on, *note)
}
