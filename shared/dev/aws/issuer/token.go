//go:build unix

package issuer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// token issues tokens. Parameters are in the form, or in the query as Zoom's clients send them. Errors follow RFC 6749,
// section 5.2.
//
// A program authenticates with Basic: a user's name and any password.
//
//	curl -u ada:any -d grant_type=client_credentials …/oauth/token
//
// With account_credentials, the token is that of an application of the account, with [AdminScope]; account_id names
// another account than [DefaultAccount].
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	switch kind := r.FormValue("grant_type"); kind {
	case grantCode:
		p.redeem(w, r)
	case grantRefresh:
		p.refresh(w, r)
	case grantUser, grantAccount:
		p.issue(w, r, kind)
	case "":
		refuse(w, http.StatusBadRequest, "invalid_request", "grant_type is missing")
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type",
			"grant_type must be "+strings.Join([]string{grantCode, grantRefresh, grantUser, grantAccount}, ", "))
	}
}

func (p *Provider) issue(w http.ResponseWriter, r *http.Request, kind string) {
	user, _, authenticated := r.BasicAuth()
	if !authenticated || user == "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="development", charset="UTF-8"`)
		refuse(w, http.StatusUnauthorized, "invalid_client", "authenticate with Basic: a user's name and any password")
		return
	}
	o := Options{Account: r.FormValue("account_id"), Scope: ourScopes(r.FormValue("scope"))}
	if kind == grantAccount && o.Scope == "" {
		o.Scope = AdminScope
	}
	token, err := p.Token(user, o)
	p.answer(w, token, o.Scope, map[string]any{}, err)
}

// redeem exchanges a code for tokens: once, by its client, with the verifier, and for the same address.
func (p *Provider) redeem(w http.ResponseWriter, r *http.Request) {
	g, known := p.take(p.codes, r.FormValue("code"), 0)
	if !known || g.client != clientOf(r) || g.redirect != r.FormValue("redirect_uri") || !g.provenBy(r) {
		refuse(w, http.StatusBadRequest, "invalid_grant",
			"the code is unknown, used or expired, or belongs to another client, redirect_uri or code_verifier")
		return
	}
	p.signedIn(w, g)
}

// provenBy reports whether the request is of the client that asked for the code: it has the verifier, or without PKCE
// authenticates by Basic, with any secret.
func (g grant) provenBy(r *http.Request) bool {
	if g.challenge == "" {
		_, secret, basic := r.BasicAuth()
		return basic && secret != ""
	}
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	proof := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(proof), []byte(g.challenge)) == 1
}

// clientOf returns the id of the client that redeems a grant: in the form, or by Basic with an empty password.
func clientOf(r *http.Request) string {
	if id, _, basic := r.BasicAuth(); basic {
		return id
	}
	return r.FormValue("client_id")
}

// refresh exchanges a refresh token for tokens. It works once, and again for retryLife: a page may be left before the
// answer.
func (p *Provider) refresh(w http.ResponseWriter, r *http.Request) {
	g, known := p.take(p.refreshs, r.FormValue("refresh_token"), retryLife)
	if !known || g.client != clientOf(r) {
		refuse(w, http.StatusBadRequest, "invalid_grant", "the refresh token is unknown, used or expired, or belongs to another client")
		return
	}
	g.nonce = "" // of the first ID token only
	p.signedIn(w, g)
}

// signedIn answers with the tokens of a person.
func (p *Provider) signedIn(w http.ResponseWriter, g grant) {
	claims := map[string]any{"name": g.person.name}
	scope := ourScopes(g.scope)
	access, err := p.Token(g.person.id, Options{Scope: scope, Claims: claims})
	if err != nil {
		p.answer(w, "", "", nil, err)
		return
	}
	id, err := p.idToken(g)
	p.answer(w, access, scope, map[string]any{"id_token": id, "refresh_token": p.keep(p.refreshs, g, refreshLife)}, err)
}

// idToken tells the client who signed in. The API does not take it: its audience is the client.
func (p *Provider) idToken(g grant) (string, error) {
	now := p.now()
	claims := jwt.MapClaims{
		"iss": p.base, "aud": g.client, "iat": now.Unix(), "exp": now.Add(lifetime).Unix(), "auth_time": g.signedIn.Unix(),
		"sub": g.person.id, "account_id": DefaultAccount, "email": emailOf(g.person.id), "email_verified": true, "name": g.person.name,
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	return p.sign(claims)
}

// answer has Zoom's shape: api_url is the address of the API.
func (p *Provider) answer(w http.ResponseWriter, token, scope string, more map[string]any, err error) {
	if err != nil {
		refuse(w, http.StatusInternalServerError, "server_error", "the token could not be signed")
		return
	}
	more["access_token"], more["token_type"], more["expires_in"] = token, "bearer", int(lifetime/time.Second)-1
	more["scope"], more["api_url"] = scope, p.base
	reply(w, http.StatusOK, more)
}

// revoke ends a refresh token, with all that follow from the same sign-in (RFC 7009). It answers 200 whatever the
// token.
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	if g, known := p.take(p.refreshs, r.FormValue("token"), 0); known {
		p.mu.Lock()
		p.endFamily(g.family)
		p.mu.Unlock()
	}
	reply(w, http.StatusOK, map[string]any{"status": "success"})
}

// userInfo answers the claims of the bearer's token.
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return &p.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(p.base), jwt.WithAudience(Audience), jwt.WithExpirationRequired())
	if err != nil || !strings.EqualFold(scheme, "Bearer") {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		refuse(w, http.StatusUnauthorized, "invalid_token", "send an access token of this issuer as Bearer")
		return
	}
	for _, name := range []string{"iss", "aud", "iat", "exp", "scope"} {
		delete(claims, name)
	}
	reply(w, http.StatusOK, claims)
}
