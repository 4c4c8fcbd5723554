//go:build unix

package issuer

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// The grant types: of a user who authenticates, of an application of the account, and of a page's sign-in.
const (
	grantUser    = "client_credentials"
	grantAccount = "account_credentials"
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
)

// A refusal is an error of RFC 6749, section 5.2.
type refusal struct {
	status            int
	code, description string
}

func (r refusal) Error() string { return r.code + ": " + r.description }

func badRequest(code, description string) error {
	return refusal{http.StatusBadRequest, code, description}
}

// token issues tokens. Its parameters are in the form or in the query. A client authenticates with Basic and any
// password; [WebClient] only says who it is. With client_credentials it is the token of the user whom the client names:
//
//	curl -u ada: -d grant_type=client_credentials …/oauth/token
//
// With account_credentials it is the token of an application, with AdminScope. account_id names another account than
// DefaultAccount.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	client, err := clientOf(r)
	if err != nil {
		fail(w, err)
		return
	}
	answer, err := p.grant(client, r)
	if err != nil {
		fail(w, err)
		return
	}
	reply(w, http.StatusOK, answer)
}

func (p *Provider) grant(client string, r *http.Request) (any, error) {
	options := Options{Account: r.FormValue("account_id")}
	switch grant := r.FormValue("grant_type"); {
	case grant == "":
		return nil, badRequest("invalid_request", "grant_type is missing")
	case grant == grantCode:
		return p.redeem(client, r)
	case grant == grantRefresh:
		return p.refresh(client, r.FormValue("refresh_token"))
	case grant != grantUser && grant != grantAccount:
		return nil, badRequest("unsupported_grant_type", "grant_type is none of those in the discovery document")
	case client == WebClient:
		return nil, badRequest("unauthorized_client", "this client has no password: it signs people in")
	case grant == grantAccount:
		options.Scope = AdminScope
	}
	return p.answer(client, options)
}

// clientOf returns the client of a request: who authenticates with Basic, or [WebClient].
func clientOf(r *http.Request) (string, error) {
	client, _, authenticated := r.BasicAuth()
	named := r.FormValue("client_id")
	switch {
	case authenticated && client != "" && (named == "" || named == client):
		return client, nil
	case !authenticated && named == WebClient:
		return named, nil
	}
	return "", refusal{http.StatusUnauthorized, "invalid_client", "authenticate with Basic: a user's name and any password"}
}

// answer returns what Zoom answers with a new token.
func (p *Provider) answer(user string, o Options) (map[string]any, error) {
	token, err := p.Token(user, o)
	return map[string]any{
		"access_token": token, "token_type": "bearer", "expires_in": int(lifetime/time.Second) - 1, "scope": o.Scope,
		"api_url": p.url,
	}, err
}

func fail(w http.ResponseWriter, err error) {
	refused := refusal{http.StatusInternalServerError, "server_error", "the token could not be signed"}
	errors.As(err, &refused)
	if refused.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="development", charset="UTF-8"`)
	}
	reply(w, refused.status, map[string]any{"error": refused.code, "error_description": refused.description})
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client is gone
}
