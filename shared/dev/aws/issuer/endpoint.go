//go:build unix

package issuer

import (
	"encoding/json"
	"net/http"
	"time"
)

// Path is where tokens are given out.
const Path = "/oauth/token"

// The two ways to ask: as a user, and as an application of the account.
const (
	grantUser    = "client_credentials"
	grantAccount = "account_credentials"
)

// ServeHTTP gives a token to whoever authenticates as a user, with any password:
//
//	curl -u ada: -d grant_type=client_credentials …/oauth/token
//
// With grant_type=account_credentials it is the token of an application: AdminScope. The form's account_id names another
// account than the usual one. Errors are those of RFC 6749, section 5.2.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "invalid_request", "POST a form with grant_type")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", "the body is not a form")
		return
	}
	user, _, ok := r.BasicAuth()
	if !ok || user == "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="development", charset="UTF-8"`)
		refuse(w, http.StatusUnauthorized, "invalid_client", "authenticate with Basic: a user's name and any password")
		return
	}
	options := Options{Account: r.Form.Get("account_id")}
	switch r.Form.Get("grant_type") {
	case grantUser:
	case grantAccount:
		options.Scope = AdminScope
	case "":
		refuse(w, http.StatusBadRequest, "invalid_request", "grant_type is missing")
		return
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "grant_type is "+grantUser+" or "+grantAccount)
		return
	}
	i.grant(w, user, options)
}

func (i *Issuer) grant(w http.ResponseWriter, user string, o Options) {
	token, err := i.Token(user, o)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "server_error", "the token could not be signed")
		return
	}
	reply(w, http.StatusOK, struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Seconds int    `json:"expires_in"`
		Scope   string `json:"scope"`
	}{token, "bearer", int(lifetime/time.Second) - 1, o.Scope})
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	reply(w, status, map[string]string{"error": code, "error_description": description})
}

func reply(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // texts and numbers only
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(text)
}
