package meeting

import (
	"context"
	"time"
)

// An inactive user has no right, whatever their token says: an admin deactivated them, or deleted them after the token
// was issued. The use cases of people who act for themselves find that in the profile. [CheckActive] is for all others:
// admins, apps, and hosts of somebody else's room.

// DeletionKept is how long the time of a user's deletion is kept. Tokens do not live longer.
const DeletionKept = 90 * 24 * time.Hour

// deletionMargin is how long after the deletion a token must have been issued at least: clocks differ.
const deletionMargin = time.Minute

// A UserState says whether a user is active.
type UserState struct {
	Status    Status
	DeletedAt time.Time // when the user, or an earlier one of the same id, was deleted last; zero: not within DeletionKept
}

// An ActiveStore knows the states of users. [Store] is one.
type ActiveStore interface {
	// UserState returns the state of the user; the zero UserState if they never signed in. The state of an invited user
	// who signed in is that of the user whom they became.
	UserState(context.Context, User) (UserState, error)
}

// Users checks that callers are active.
type Users struct{ store ActiveStore }

// NewUsers returns the check of callers.
func NewUsers(store ActiveStore) *Users { return &Users{store} }

// CheckActive returns [UserInactive] if the caller is inactive. It reads the state consistently, each time.
func (u *Users) CheckActive(ctx context.Context, c Caller) error { return CheckActive(ctx, u.store, c) }

// CheckActive returns [UserInactive] if the caller is inactive.
func CheckActive(ctx context.Context, store ActiveStore, c Caller) error {
	s, err := store.UserState(ctx, c.User)
	if err != nil {
		return err
	}
	return s.refusal(c)
}

// refusal returns why the caller, whose state it is, may do nothing; nil if they may.
func (s UserState) refusal(c Caller) error {
	switch {
	case s.Status == Inactive:
		return refuse(UserInactive)
	case !s.DeletedAt.IsZero() && !c.IssuedAt.After(s.DeletedAt.Add(deletionMargin)):
		return Refuse(UserInactive, "An admin of the account deleted this user.")
	}
	return nil
}

// checkOwn returns [UserInactive] to an inactive caller whose own profile it is.
func (p Profile) checkOwn(c Caller) error {
	if p.User != c.User {
		return nil
	}
	return UserState{Status: p.Status}.refusal(c)
}

// checkReturn returns [UserInactive] if the caller, who has no profile, was deleted after their token was issued: they
// have to sign in again.
func (t *core) checkReturn(ctx context.Context, c Caller) error {
	at, err := t.store.DeletedAt(ctx, c.User)
	if err != nil {
		return err
	}
	return UserState{DeletedAt: at}.refusal(c)
}

// checkHost returns [UserInactive] to an inactive caller who acts for somebody else, as a host. What an owner may do,
// the room says; the edge has checked admins.
func (t *core) checkHost(ctx context.Context, c Caller, owner User, a Action) error {
	if a.allowed(c.relationsTo(owner)) {
		return nil
	}
	return CheckActive(ctx, t.store, c)
}

// readInactive returns the read of whether the caller is inactive. Of a guest it reads nothing.
func (t *core) readInactive(c Caller, inactive *bool) func(context.Context) error {
	return func(ctx context.Context) error {
		if c.None() {
			return nil
		}
		err := CheckActive(ctx, t.store, c)
		if *inactive = ReasonOf(err) == UserInactive; *inactive {
			err = nil
		}
		return err
	}
}
