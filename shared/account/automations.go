package account

import (
	"context"
	"errors"

	"personal-rooms/shared/meeting"
)

// Scopes without which a token does not reach these use cases. They are of admins: none of them is about a user's own things.
const (
	AdminReadsWebhooks     = "webhook:read:admin"
	AdminWritesWebhooks    = "webhook:write:admin"
	AdminReadsAutomations  = "automation:read:admin"
	AdminWritesAutomations = "automation:write:admin"
)

const tries = 5 // of a write that others get ahead of

// Automations are what admins decide of the automations of their account.
type Automations struct{ store Store }

// NewAutomations makes the use cases of automations.
func NewAutomations(store Store) *Automations { return &Automations{store} }

// Policy is what they may do.
func (a *Automations) Policy(ctx context.Context, c meeting.Caller) (Policy, error) {
	return a.store.Policy(ctx, c.Account)
}

// Grant lets them do what is granted, and nothing else. The grants are such as ParseUser and ParseCommand let pass.
func (a *Automations) Grant(ctx context.Context, c meeting.Caller, grants []Grant) error {
	for range tries {
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
