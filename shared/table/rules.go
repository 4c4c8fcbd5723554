package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

// rulesFields are the rules of an account.
func rulesFields(a *meeting.AccountRules) fields {
	return fields{
		value("values", &a.Values),
		value("locked", &a.Locked),
		value("quarantined_at", &a.QuarantinedAt),
		value("note", &a.Note),
		value("v", &a.Version),
	}
}

func rulesItem(a meeting.AccountRules) fields { return append(rulesFields(&a), itemType("rules")) }

// AccountRules returns the rules of the account; without values and locks if none are stored.
func (t *Table) AccountRules(ctx context.Context, of string) (meeting.AccountRules, error) {
	a, err := read(ctx, t, rulesKey(of), rulesFields)
	a.Account = of
	return a, err
}

// PutAccountRules stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [account.ErrStale].
func (t *Table) PutAccountRules(ctx context.Context, a meeting.AccountRules, audit ...meeting.PutAudit) error {
	a.Version++
	return t.putVersion(ctx, rulesKey(a.Account), rulesItem(a), a.Version, audit...)
}
