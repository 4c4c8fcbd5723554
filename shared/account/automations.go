package account

import (
	"context"
	"errors"

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
type Automations struct{ store Store }

// NewAutomations returns the use cases of automations.
func NewAutomations(store Store) *Automations { return &Automations{store} }

// Policy returns the grants of the account.
func (a *Automations) Policy(ctx context.Context, c meeting.Caller) (Policy, error) {
	return a.store.Policy(ctx, c.Account)
}

// Grant replaces all grants of the account. The grants must be valid by [ParseUser] and [ParseCommand].
func (a *Automations) Grant(ctx context.Context, c meeting.Caller, grants []Grant) error {
	for range maxTries {
		p, err := a.store.Policy(ctx, c.Account)
		if err != nil {
			return err
		}
		p.Grants = grants
		if _, err = a.store.PutPolicy(ctx, p); !errors.Is(err, ErrStale) {
			return err
		}
	}
	return busy()
}
