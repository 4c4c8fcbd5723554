package meeting

import (
	"reflect"
	"slices"
	"strings"
)

// auditEdit returns the entries of the audit trail for an edit of a profile: none if users themselves change
// something else of their own than the number and the link.
func (t *core) auditEdit(c Caller, p, to Profile, e Edit) ([]Change, error) {
	changed := changedOf(p, to)
	if e.Room != nil {
		changed = append(changed, e.Room.names()...)
	}
	moved := p.PMI != to.PMI || p.Link != to.Link
	if len(changed) == 0 || c.User == p.User && c.App == "" && !moved {
		return nil, nil
	}
	category := AuditUserSettings
	if moved || p.withoutSettings() != to.withoutSettings() {
		category = AuditUser
	}
	entry, err := t.env.Audit(c, category, AuditUpdate, "user "+p.auditName()+": "+strings.Join(changed, ", "))
	return []Change{entry}, err
}

// auditName returns the id of the user and, if there is one, the e-mail address.
func (p Profile) auditName() string {
	if p.Email == "" {
		return p.User.ID
	}
	return p.User.ID + " (" + p.Email + ")"
}

// changedOf returns the names of the fields that differ; numbers and links with their values.
func changedOf(p, to Profile) (all []string) {
	add := func(name string, before, after any) {
		if !reflect.DeepEqual(before, after) {
			all = append(all, name)
		}
	}
	if p.PMI != to.PMI {
		all = append(all, "pmi from "+string(p.PMI)+" to "+string(to.PMI))
	}
	if p.Link != to.Link {
		all = append(all, "vanity_name from "+quotedLink(p.Link)+" to "+quotedLink(to.Link))
	}
	add("first_name", p.FirstName, to.FirstName)
	add("last_name", p.LastName, to.LastName)
	add("timezone", p.Timezone, to.Timezone)
	add("language", p.Language, to.Language)
	add("dept", p.Dept, to.Dept)
	add("host_key", p.HostKey, to.HostKey)
	add("forward_old_numbers", p.Forwarding, to.Forwarding)
	add("use_pmi_for_instant_meetings", p.AlwaysPMI, to.AlwaysPMI)
	add("use_pmi_for_scheduled_meetings", p.SchedulePMI, to.SchedulePMI)
	return append(all, p.Passthrough.changedNames(to.Passthrough)...)
}

func quotedLink(l Link) string { return `"` + string(l) + `"` }

// changedNames returns the names of the settings that only one of both has, or that differ.
func (p Passthrough) changedNames(to Passthrough) (all []string) {
	for _, names := range []Passthrough{p.diff(to), to.diff(p)} {
		for name := range names {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// names returns the names of the settings that the edit sets.
func (e SettingsEdit) names() (all []string) {
	for _, s := range AllSettings {
		if !reflect.ValueOf(s.InEdit(&e)).Elem().IsNil() {
			all = append(all, s.Name)
		}
	}
	if e.WaitingRoomOn != nil {
		all = append(all, "waiting_room")
	}
	return all
}

// withoutSettings returns the fields of the user alone, to compare them.
func (p Profile) withoutSettings() [6]string {
	return [6]string{p.FirstName, p.LastName, p.Timezone, p.Language, p.Dept, p.HostKey}
}
