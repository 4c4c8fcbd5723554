package account

import (
	"context"
	"errors"
	"strings"

	"personal-rooms/shared/meeting"
)

// The scopes that a token must name for these use cases, all for admins.
const (
	AdminReadsWebhooks     = "webhook:read:admin"
	AdminWritesWebhooks    = "webhook:write:admin"
	AdminReadsAutomations  = "automation:read:admin"
	AdminWritesAutomations = "automation:write:admin"
)

const maxTries = 5 // of a conditional write

// Automations are the use cases of admins for the automations of their account.
type Automations struct {
	store Store
	env   meeting.Env
}

// NewAutomations returns the use cases of automations.
func NewAutomations(store Store, env meeting.Env) *Automations { return &Automations{store, env} }

// Policy returns the grants of the account.
func (a *Automations) Policy(ctx context.Context, c meeting.Caller) (Policy, error) {
	return a.store.Policy(ctx, c.Account)
}

// Grant replaces all grants of the account. The grants must be valid by [ParseUser] and [ParseCommand].
func (a *Automations) Grant(ctx context.Context, c meeting.Caller, grants []Grant) error {
	entry, err := a.env.Audit(c, meeting.AuditAutomation, meeting.AuditUpdate, describe(grants))
	if err != nil {
		return err
	}
	for range maxTries {
		p, err := a.store.Policy(ctx, c.Account)
		if err != nil {
			return err
		}
		p.Grants = grants
		if _, err = a.store.PutPolicy(ctx, p, entry); !errors.Is(err, ErrStale) {
			return err
		}
	}
	return busy()
}

// describe returns the grants in the words of the audit trail.
func describe(grants []Grant) string {
	if len(grants) == 0 {
		return "no grants"
	}
	all := make([]string, len(grants))
	for i, g := range grants {
		all[i] = g.User + ": " + strings.Join(g.Commands, " ")
	}
	return "grants: " + strings.Join(all, "; ")
}
