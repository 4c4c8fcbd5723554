package api

import (
	"context"
	"errors"

	"personal-rooms/shared/account"
	"personal-rooms/shared/meeting"
)

// AppTokens checks tokens of apps. [*account.Apps] implements it.
type AppTokens interface {
	// Check returns the app as a caller: the user that it acts as, with its scopes. Its error wraps
	// [account.ErrAppToken] if the token is refused; it is meeting.UserInactive if the user is inactive.
	Check(ctx context.Context, token string) (meeting.Caller, error)
}

// appToken returns the bearer token of a request to an API without any authorizer, if it is meant as that of an app.
// What an authorizer says of a request is never overruled.
func (a *API) appToken(r *Request) (string, bool) {
	token, found := r.bearer()
	isApp := found && r.event.RequestContext.Authorizer == nil && a.Apps != nil && account.IsAppToken(token)
	return token, isApp
}

// app returns the app of the token as a caller: the user that it acts as, with its scopes. It returns [BadToken] if the
// token is refused.
func (a *API) app(ctx context.Context, r *Request, token string) (meeting.Caller, error) {
	c, err := a.Apps.Check(ctx, token)
	if errors.Is(err, account.ErrAppToken) {
		return meeting.Caller{}, badToken(err.Error())
	}
	c.Address = network(r.clientIP)
	return c, err
}
