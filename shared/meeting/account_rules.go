package meeting

import (
	"slices"
	"time"
)

// An AccountSetting is a setting that the admins of an account decide for all of its users, by Zoom's section and name.
type AccountSetting string

const (
	AccountWaitingRoom       AccountSetting = "in_meeting.waiting_room"
	AccountSignIn            AccountSetting = "schedule_meeting.meeting_authentication"
	AccountPMIPasscode       AccountSetting = "schedule_meeting.require_password_for_pmi_meetings"
	AccountScheduledPasscode AccountSetting = "schedule_meeting.require_password_for_scheduling_new_meetings"
	AccountInstantPasscode   AccountSetting = "schedule_meeting.require_password_for_instant_meetings"
	AccountInstantPMI        AccountSetting = "schedule_meeting.use_pmi_for_instant_meetings"
	AccountScheduledPMI      AccountSetting = "schedule_meeting.use_pmi_for_scheduled_meetings"
)

// AccountSettings returns all settings that admins decide.
func AccountSettings() []AccountSetting {
	return []AccountSetting{
		AccountWaitingRoom, AccountSignIn, AccountPMIPasscode, AccountScheduledPasscode, AccountInstantPasscode,
		AccountInstantPMI, AccountScheduledPMI,
	}
}

// AccountRules are what the admins of an account decided for all of its users, and whether the operator closed it. A
// value counts only while it is locked: then it wins over what users, rooms and meetings have, at each decision. What
// these have stays stored, and counts again when the lock is taken off.
type AccountRules struct {
	Account  string
	Values   map[AccountSetting]bool // as admins set them
	Locked   []AccountSetting
	ClosedAt time.Time // when the operator closed every room of the account; zero: it is open
	Note     string    // of the operator
	Version  int64     // of the item, for conditional writes; 0: not stored
}

// Value returns the value of the setting. Passcodes are required unless admins decided otherwise; everything else is
// off.
func (a AccountRules) Value(s AccountSetting) bool {
	if value, decided := a.Values[s]; decided {
		return value
	}
	return s == AccountPMIPasscode || s == AccountScheduledPasscode || s == AccountInstantPasscode
}

// IsLocked reports whether users cannot change the setting.
func (a AccountRules) IsLocked(s AccountSetting) bool { return slices.Contains(a.Locked, s) }

// lock returns the value that the setting is locked to; nil if it is not locked.
func (a AccountRules) lock(s AccountSetting) *bool {
	if !a.IsLocked(s) {
		return nil
	}
	return new(a.Value(s))
}

func (a AccountRules) closed() bool { return !a.ClosedAt.IsZero() }

// requiresPasscode reports whether a lock requires a passcode of the room. A lock that requires none forbids none.
func (a AccountRules) requiresPasscode(kind Kind, t Type) bool {
	setting := AccountScheduledPasscode
	switch {
	case kind == Personal:
		setting = AccountPMIPasscode
	case t == Instant:
		setting = AccountInstantPasscode
	}
	return a.IsLocked(setting) && a.Value(setting)
}

// Governed returns the room with the settings that count: its own, or those that the rules of its account lock. A room
// that must have a passcode and has none lets everybody wait until it has one; so does one that nothing else guards.
func (r Room) Governed() Room {
	a := r.Rules
	if on := a.lock(AccountSignIn); on != nil {
		r.Settings.SignedInOnly = *on
		if !*on {
			r.Settings.Domains = nil
		}
	}
	if on := a.lock(AccountWaitingRoom); on != nil {
		r.Settings.WaitingRoom = r.Settings.WaitingRoom.switched(*on)
		if r.Live.WaitingRoom != "" {
			r.Live.WaitingRoom = r.Live.WaitingRoom.switched(*on)
		}
	}
	unguarded := len(a.Locked) > 0 && r.Settings.Check() != nil
	if unguarded || r.Settings.Passcode == "" && a.requiresPasscode(r.Kind, r.Type) {
		r.Settings.WaitingRoom, r.Live.WaitingRoom = WaitEveryone, ""
	}
	return r
}

// hiddenFrom reports whether the operator closed the room's account, and the caller is not of it: for them the room
// does not exist (I13).
func (r Room) hiddenFrom(c Caller) bool {
	return r.Rules.closed() && (c.None() || c.Account != r.Owner.Account)
}

// checkEdit refuses an edit of a room that contradicts a lock, with [SettingLocked].
func (a AccountRules) checkEdit(e *SettingsEdit, room Room) error {
	if e == nil {
		return nil
	}
	var wrong fields
	after := room.Settings.with(*e)
	named := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(e.names(), n) })
	}
	const why = "is locked by the admins of the account"
	if on := a.lock(AccountWaitingRoom); on != nil {
		wrong.refuse(named("waiting_room") && after.WaitingRoom.On() != *on, "waiting_room", why)
	}
	if on := a.lock(AccountSignIn); on != nil {
		wrong.refuse(named("authenticated_only") && after.SignedInOnly != *on, "authenticated_only", why)
		wrong.refuse(named("allowed_domains") && len(after.Domains) > 0 && !*on, "allowed_domains", why)
	}
	wrong.refuse(e.Passcode != nil && *e.Passcode == "" && a.requiresPasscode(room.Kind, room.Type), "passcode", why)
	return wrong.locked()
}

// locked returns the refusal of the fields with [SettingLocked]; nil if there are none.
func (f fields) locked() error {
	if len(f) == 0 {
		return nil
	}
	return refuse(SettingLocked, f...)
}
