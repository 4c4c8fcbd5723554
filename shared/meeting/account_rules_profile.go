package meeting

import (
	"cmp"
	"context"
	"strings"
)

// AlwaysUsesPMI reports whether instant meetings use the PMI: by a lock of the account, else by the user's choice (I5).
func (p Profile) AlwaysUsesPMI() bool { return p.locked(AccountInstantPMI, p.AlwaysPMI) }

// SchedulesWithPMI is AlwaysUsesPMI for a meeting that is planned without a choice (I6).
func (p Profile) SchedulesWithPMI() bool { return p.locked(AccountScheduledPMI, p.SchedulePMI) }

func (p Profile) locked(s AccountSetting, own bool) bool {
	if on := p.Rules.lock(s); on != nil {
		return *on
	}
	return own
}

// pmiLock returns what a lock says on a new meeting of the type: with the PMI or without; nil: there is no lock.
func (p Profile) pmiLock(t Type) *bool {
	if t == Instant {
		return p.Rules.lock(AccountInstantPMI)
	}
	return p.Rules.lock(AccountScheduledPMI)
}

// kind returns the kind of the room in which the meeting is held.
func (m Meeting) kind() Kind {
	if m.UsePMI {
		return Personal
	}
	return MeetingRoom
}

// checkEdit refuses an edit that contradicts a lock, with [SettingLocked].
func (p Profile) checkEdit(e Edit) error {
	var wrong fields
	for setting, chosen := range map[AccountSetting]*bool{AccountInstantPMI: e.AlwaysPMI, AccountScheduledPMI: e.SchedulePMI} {
		on := p.Rules.lock(setting)
		wrong.refuse(on != nil && chosen != nil && *chosen != *on, string(setting), "is locked by the admins of the account")
	}
	return wrong.locked()
}

// bind makes the plan of a new meeting, or of a change of one, follow the rules: a locked value wins over the plan's,
// and an advisory names what is not used (I16). The rest of a lock counts when somebody joins.
func (a AccountRules) bind(plan *Plan, kind Kind, t Type, pmi *bool) []Advisory {
	var unused []string
	if kind != Personal { // there, no setting of a meeting counts (I19)
		unused = a.unusedIn(plan, kind, t)
	}
	if pmi != nil && plan.UsePMI != nil && *plan.UsePMI != *pmi {
		unused = append(unused, "use_pmi")
	}
	if len(unused) == 0 {
		return nil
	}
	return []Advisory{{
		Code: "setting_locked",
		Message: "The admins of the account decided these settings for all meetings: " + strings.Join(unused, ", ") +
			". What was given is not used.",
		Action: "Ask an admin of the account to take the lock off.",
	}}
}

func (a AccountRules) unusedIn(plan *Plan, kind Kind, t Type) (unused []string) {
	if a.requiresPasscode(kind, t) && (plan.NoPasscode || plan.Settings.Passcode != nil && *plan.Settings.Passcode == "") {
		plan.NoPasscode, plan.Settings.Passcode = false, nil
		unused = append(unused, "passcode")
	}
	err := a.checkEdit(&plan.Settings, Room{Kind: kind, Type: t})
	if no, ok := err.(*Refusal); ok { //nolint:errorlint // checkEdit wraps nothing
		for _, f := range no.Fields {
			unused = append(unused, f.Name)
		}
	}
	return unused
}

// readRules returns the read of the rules of the account. Without an account it reads nothing.
func (t *core) readRules(account string, into *AccountRules) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		if account != "" {
			*into, err = t.store.AccountRules(ctx, account)
		}
		return err
	}
}

// likelyAccount returns the account of the room that the caller probably asks for, so that its rules can be read with
// the room: their own; for guests, that of the last room. It depends on nothing that a guest sends, so the reads of a
// refusal tell nothing about the room (I13).
func (t *core) likelyAccount(c Caller) string {
	if last := t.lastAccount.Load(); c.None() && last != nil {
		return *last
	}
	return c.Account
}

// govern returns the room with the rules of its account: those that were read, or else it reads them.
func (t *core) govern(ctx context.Context, r Room, read AccountRules) (Room, error) {
	account := r.Owner.Account
	if account == "" {
		return r, nil
	}
	var err error
	if read.Account != account {
		read, err = t.store.AccountRules(ctx, account)
	}
	t.lastAccount.Store(&account)
	r.Rules = read
	return r, err
}

// roomOf returns the personal room, with the rules of the profile.
func (t *core) roomOf(ctx context.Context, p Profile) (Room, error) {
	r, err := t.store.Room(ctx, p.PMI)
	r.Rules = p.Rules
	return r, err
}

// reread returns the room as it is by now, with the rules that were read before.
func (t *core) reread(ctx context.Context, r Room) (Room, error) {
	now, err := t.store.Room(ctx, r.Number)
	if now.Owner.Account == r.Rules.Account {
		now.Rules = r.Rules
	}
	return now, err
}

// findUser returns the profile of who, with the rules of the account. See lookUpUser. It returns [AccountClosed] if a
// meeting is to be made in an account that the operator closed.
func (t *core) findUser(ctx context.Context, c Caller, who string, a Action) (p Profile, err error) {
	if a == ListMeetings { // for which they do not count
		return t.lookUpUser(ctx, c, who, a)
	}
	var rules AccountRules
	err = together(ctx,
		func(ctx context.Context) (err error) { p, err = t.lookUpUser(ctx, c, who, a); return err },
		t.readRules(c.Account, &rules))
	p.Rules = rules
	if a == CreateMeeting && rules.closed() {
		err = cmp.Or(err, error(refuse(AccountClosed)))
	}
	return p, err
}
