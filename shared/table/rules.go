package table

import (
	"context"
	"math/rand/v2"

	"personal-rooms/shared/meeting"
)

// rulesFields are the rules of an account.
func rulesFields(a *meeting.AccountRules) fields {
	return fields{
		value("values", &a.Values),
		value("locked", &a.Locked),
		value("quarantined_at", &a.ClosedAt),
		value("note", &a.Note),
		value("v", &a.Version),
	}
}

func rulesItem(a meeting.AccountRules) fields { return append(rulesFields(&a), itemType("rules")) }

// ruleCopies is how many equal copies of an account's rules are stored. Each decision of the account reads one of them,
// at random: one item can be read consistently 3,000 times a second. They are written in one transaction.
const ruleCopies = 8

// AccountRules returns the rules of the account; without values and locks if none are stored.
func (t *Table) AccountRules(ctx context.Context, of string) (meeting.AccountRules, error) {
	a, err := read(ctx, t, rulesKey(of, rand.N(ruleCopies)), rulesFields) //nolint:gosec // the copies are equal
	a.Account = of
	return a, err
}

// PutAccountRules stores the next version over the version that it names; 0: if there is none. Otherwise it returns
// [account.ErrStale].
func (t *Table) PutAccountRules(ctx context.Context, a meeting.AccountRules, audit ...meeting.PutAudit) error {
	a.Version++
	var copies []write
	for i := range ruleCopies {
		copies = append(copies, nextVersion(a.Version, rulesKey(a.Account, i), rulesItem(a)))
	}
	return t.putVersions(ctx, copies, audit)
}
