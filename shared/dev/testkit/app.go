package testkit

import (
	"context"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// apps returns the use cases of apps, which check the tokens of [Edge.AsApp]; nil if the store has no apps.
func (e *Edge) apps() api.AppTokens {
	if store, has := e.Store.(account.AppStore); has {
		return account.NewApps(store, e.Env, true)
	}
	return nil
}

// users returns the check of admins; nil without a store.
func (e *Edge) users() api.Users {
	if e.Store == nil {
		return nil
	}
	return meeting.NewUsers(e.Store)
}

// AsApp returns an app of the account acme that acts as the user, with the scopes: a client without an authorizer,
// whose token the function checks.
func (e *Edge) AsApp(user string, scopes ...string) *Client {
	e.t.Helper()
	ctx := context.Background() // not one of a request, whose permissions are watched
	store, _ := e.Store.(account.AppStore)
	apps := account.NewApps(store, e.Env, true)
	admin := Caller(user)
	admin.Scopes = scopes
	app, _, err := apps.Register(ctx, admin, account.AppDraft{Name: user + "'s", Scopes: scopes})
	Must(e.t, err)
	token, err := apps.Issue(ctx, app, app.Secrets[0].Serial)
	Must(e.t, err)
	return e.Guest().With("Authorization", "Bearer "+string(token))
}
