package account

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
)

// The scopes of the settings of an account.
const (
	AdminReadsAccount  = "account:read:admin"
	AdminWritesAccount = "account:write:admin"
)

// Rules are the use cases of what holds for a whole account: settings that admins lock, and whether the operator closed
// it.
type Rules struct {
	store    Store
	env      meeting.Env
	operator string // the account whose admins may close accounts; empty: nobody may
}

// NewRules returns the use cases of the rules of accounts.
func NewRules(store Store, env meeting.Env, operator string) *Rules {
	return &Rules{store, env, operator}
}

// OwnAccount is the name of the caller's account in addresses.
const OwnAccount = "me"

// Get returns the rules of the caller's account, which must be named, or [NoAccount].
func (s *Rules) Get(ctx context.Context, c meeting.Caller, name string) (meeting.AccountRules, error) {
	if err := own(c, name); err != nil {
		return meeting.AccountRules{}, err
	}
	return s.store.AccountRules(ctx, c.Account)
}

// own returns [NoAccount] unless the name is that of the caller's account.
func own(c meeting.Caller, name string) error {
	if name != OwnAccount && name != c.Account {
		return noAccount()
	}
	return nil
}

func noAccount() error { return meeting.Refuse(NoAccount, "Account does not exist.") }

// A RulesEdit holds an admin's changes. What it does not name stays.
type RulesEdit struct {
	Values map[meeting.AccountSetting]bool
	Locks  map[meeting.AccountSetting]bool
}

// Edit changes the settings and the locks of the caller's account, which must be named. They count for every join,
// start and plan that is made after Edit returned. It returns [NoAccount] for another account.
func (s *Rules) Edit(ctx context.Context, c meeting.Caller, name string, e RulesEdit) error {
	if err := own(c, name); err != nil {
		return err
	}
	return s.change(ctx, c, c.Account, e.describe(), e.applyTo)
}

func (e RulesEdit) applyTo(a meeting.AccountRules) meeting.AccountRules {
	values := map[meeting.AccountSetting]bool{}
	maps.Copy(values, a.Values)
	maps.Copy(values, e.Values)
	a.Values, a.Locked = values, slices.DeleteFunc(slices.Clone(a.Locked), func(s meeting.AccountSetting) bool {
		_, named := e.Locks[s]
		return named
	})
	for setting, locked := range e.Locks {
		if locked {
			a.Locked = append(a.Locked, setting)
		}
	}
	slices.Sort(a.Locked)
	return a
}

// describe returns the edit in the words of the audit trail.
func (e RulesEdit) describe() string {
	var all []string
	for _, s := range meeting.AccountSettings() {
		if on, named := e.Values[s]; named {
			all = append(all, string(s)+map[bool]string{true: " on", false: " off"}[on])
		}
		if locked, named := e.Locks[s]; named {
			all = append(all, string(s)+map[bool]string{true: " locked", false: " unlocked"}[locked])
		}
	}
	return strings.Join(all, ", ")
}

// change stores the changed rules of the account, with an entry in its audit trail.
func (s *Rules) change(
	ctx context.Context, c meeting.Caller, of, detail string, change func(meeting.AccountRules) meeting.AccountRules,
) error {
	entry, err := s.env.Audit(c, meeting.AuditAccount, meeting.AuditUpdate, detail)
	entry.Entry.Account = of
	for range maxTries {
		if err != nil {
			return err
		}
		var a meeting.AccountRules
		if a, err = s.store.AccountRules(ctx, of); err != nil {
			return err
		}
		if err = s.store.PutAccountRules(ctx, change(a), entry); !errors.Is(err, ErrStale) {
			return err
		}
		err = nil
	}
	return busy()
}

// MaxAccountNote is the maximal length of an operator's note, in characters.
const MaxAccountNote = 200

// Close closes every room of the account for now, or opens them again. From then on nobody plans, starts or joins its
// meetings. A running one ends at the next request that concerns it, such as the renewal of a seat. It returns
// [NoAccount] unless the caller is of the operator's account.
func (s *Rules) Close(ctx context.Context, c meeting.Caller, of string, on bool, note string) error {
	if s.operator == "" || c.Account != s.operator || !KeyPart(of, MaxAccount) {
		return noAccount()
	}
	detail := map[bool]string{true: "account closed by the operator", false: "account opened again by the operator"}[on]
	return s.change(ctx, c, of, detail, func(a meeting.AccountRules) meeting.AccountRules {
		switch {
		case !on:
			a.ClosedAt = time.Time{}
		case a.ClosedAt.IsZero():
			a.ClosedAt = s.env.Now()
		}
		a.Note = note
		return a
	})
}

// RulesOf returns the rules of any account, for the operator; for others as [Rules.Get].
func (s *Rules) RulesOf(ctx context.Context, c meeting.Caller, of string) (meeting.AccountRules, error) {
	if s.operator != "" && c.Account == s.operator && of != OwnAccount && KeyPart(of, MaxAccount) {
		return s.store.AccountRules(ctx, of)
	}
	return s.Get(ctx, c, of)
}
