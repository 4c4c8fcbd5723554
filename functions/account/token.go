package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
)

// The grants by which an app gets a token for itself: Zoom's, and that of RFC 6749 (4.4).
const (
	grantAccount = "account_credentials"
	grantClient  = "client_credentials"
)

// A tokenAnswer has Zoom's shape, which is that of RFC 6749 (5.1) and api_url.
type tokenAnswer struct {
	Token   string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"` // seconds
	Scope   string `json:"scope"`
	URL     string `json:"api_url"` // where the token is accepted
}

// A tokenRefusal has the shape of RFC 6749 (5.2), and Zoom's reason.
type tokenRefusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Reason      string `json:"reason"`
}

func refuseToken(status int, code, why string) api.Response {
	return api.JSON(status, tokenRefusal{code, why, why})
}

// token issues a token to an app. Its parameters are in the form or, as Zoom's clients send them, in the query; the
// client id and the secret only in the header Authorization (Basic).
func (h appHandler) token(ctx context.Context, r *api.Request) (api.Response, error) {
	parameters, ok := r.Parameters("grant_type", "account_id")
	if !ok {
		return refuseToken(400, "invalid_request", "The parameters cannot be read, or one has two values."), nil
	}
	id, shared := r.Basic()
	a, serial, err := h.apps.Authenticate(ctx, account.Credentials{ClientID: id, Secret: shared})
	if errors.Is(err, account.ErrAppSecret) {
		refused := refuseToken(401, "invalid_client", "Invalid client_id or client_secret")
		return refused.With("WWW-Authenticate", `Basic realm="apps", charset="UTF-8"`), nil
	}
	if err != nil {
		return api.Response{}, err
	}
	switch grant, of := parameters["grant_type"], parameters["account_id"]; {
	case grant == "":
		return refuseToken(400, "invalid_request", "The grant_type is missing."), nil
	case grant != grantAccount && grant != grantClient:
		return refuseToken(400, "unsupported_grant_type", "The grant_type must be "+grantAccount+" or "+grantClient+"."), nil
	case of != a.Account && (of != "" || grant == grantAccount):
		return refuseToken(400, "invalid_request", "The account_id must be that of the app."), nil
	}
	token, err := h.apps.Issue(ctx, a, serial)
	return api.JSON(200, tokenAnswer{
		Token: string(token), Type: "bearer", Expires: int(account.AppTokenLife / time.Second),
		Scope: strings.Join(a.Scopes, " "), URL: cmp.Or(h.url, "https://"+r.DomainName()),
	}), err
}
