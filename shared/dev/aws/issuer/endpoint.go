//go:build unix

package issuer

import (
	"encoding/json"
	"net/http"
	"time"
)

// Path is where the runner issues tokens.
const Path = "/oauth/token"

// The grant types of a user and of an application of the account.
const (
	grantUser    = "client_credentials"
	grantAccount = "account_credentials"
)

// ServeHTTP issues a token to a user who authenticates with any password:
//
//	curl -u ada: -d grant_type=client_credentials …/oauth/token
//
// With grant_type=account_credentials it is the token of an application, with AdminScope. The form's account_id names
// another account than DefaultAccount. Errors follow RFC 6749, section 5.2.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	user, _, authenticated := r.BasicAuth()
	switch grant := r.PostFormValue("grant_type"); {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "invalid_request", "POST a form with grant_type")
	case !authenticated || user == "":
		w.Header().Set("WWW-Authenticate", `Basic realm="development", charset="UTF-8"`)
		refuse(w, http.StatusUnauthorized, "invalid_client", "authenticate with Basic: a user's name and any password")
	case grant == "":
		refuse(w, http.StatusBadRequest, "invalid_request", "grant_type is missing")
	case grant == grantUser:
		i.issue(w, user, Options{Account: r.PostFormValue("account_id")})
	case grant == grantAccount:
		i.issue(w, user, Options{Account: r.PostFormValue("account_id"), Scope: AdminScope})
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "grant_type is "+grantUser+" or "+grantAccount)
	}
}

func (i *Issuer) issue(w http.ResponseWriter, user string, o Options) {
	token, err := i.Token(user, o)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "server_error", "the token could not be signed")
		return
	}
	reply(w, http.StatusOK, map[string]any{
		"access_token": token, "token_type": "bearer", "expires_in": int(lifetime/time.Second) - 1, "scope": o.Scope,
	})
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	reply(w, status, map[string]any{"error": code, "error_description": description})
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client is gone
}
