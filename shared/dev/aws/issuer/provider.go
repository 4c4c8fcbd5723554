//go:build unix

package issuer

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The paths of a provider. TokenPath and AuthorizePath are Zoom's own.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	keysPath      = "/oauth/keys"
	AuthorizePath = "/oauth/authorize"
	TokenPath     = "/oauth/token" //nolint:gosec // a path
	revokePath    = "/oauth/revoke"
	userInfoPath  = "/oauth/userinfo"
	logoutPath    = "/oauth/logout"
)

// WebClient is the id of the client of web pages. It is public: it has no secret. Any other id is of a program with a
// secret, which is not checked.
const WebClient = "personal-rooms-web"

// The grant types.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantUser    = "client_credentials"
	grantAccount = "account_credentials"
)

// How long a code, a refresh token and a token are valid.
const (
	codeLife    = time.Minute
	refreshLife = 12 * time.Hour
	lifetime    = time.Hour
)

// retryLife is how long a refresh token works again after its first use: the answer may have been lost. Cognito allows
// the same at most.
const retryLife = time.Minute

// A Provider serves the flows. What it remembers is lost when it ends: people then sign in again.
type Provider struct {
	*Issuer
	base string // its address
	now  func() time.Time
	mux  *http.ServeMux

	mu       sync.Mutex
	codes    map[string]grant
	refreshs map[string]grant
	used     map[string]grant // refresh tokens and codes that were used, with their families, for refreshLife
}

// A grant is what a person allowed a client.
type grant struct {
	person    person
	client    string
	scope     string
	nonce     string
	redirect  string // of a code
	challenge string // of a code: S256 of the verifier
	family    string // of all tokens that follow from one sign-in
	signedIn  time.Time
	expires   time.Time
	retry     time.Time // of a refresh token that was used: until then it works again
}

// NewProvider makes a provider at the address, which is the name of its tokens' issuer.
func NewProvider(i *Issuer, address string, now func() time.Time) *Provider {
	p := &Provider{
		Issuer: i.At(address), base: address, now: now, mux: http.NewServeMux(),
		codes: map[string]grant{}, refreshs: map[string]grant{}, used: map[string]grant{},
	}
	p.mux.HandleFunc("GET "+DiscoveryPath, p.discovery)
	p.mux.HandleFunc("GET "+keysPath, p.keys)
	p.mux.HandleFunc("GET "+AuthorizePath, p.askName)
	p.mux.HandleFunc("POST "+AuthorizePath, p.authorize)
	p.mux.HandleFunc("POST "+TokenPath, p.token)
	p.mux.HandleFunc("POST "+revokePath, p.revoke)
	p.mux.HandleFunc("GET "+userInfoPath, p.userInfo)
	p.mux.HandleFunc("GET "+logoutPath, p.logout)
	return p
}

// Serves reports whether the path is one of the provider's.
func (p *Provider) Serves(path string) bool {
	return path == DiscoveryPath || strings.HasPrefix(path, "/oauth/")
}

// ServeHTTP answers a request. Pages of other origins may call all but the pages that people see: no answer depends on
// a cookie.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	if r.URL.Path != AuthorizePath {
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Allow-Headers", "authorization, content-type")
	}
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if _, pattern := p.mux.Handler(r); pattern == "" {
		w.Header().Set("Allow", "GET, POST")
		refuse(w, http.StatusMethodNotAllowed, "invalid_request",
			"POST a form to "+TokenPath+"; "+DiscoveryPath+" names the other addresses")
		return
	}
	p.mux.ServeHTTP(w, r)
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{
		"issuer": p.base, "authorization_endpoint": p.base + AuthorizePath, "token_endpoint": p.base + TokenPath,
		"jwks_uri": p.base + keysPath, "userinfo_endpoint": p.base + userInfoPath, "revocation_endpoint": p.base + revokePath,
		"end_session_endpoint":     p.base + logoutPath,
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query"},
		"grant_types_supported":                          []string{grantCode, grantRefresh, grantUser, grantAccount},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"none", "client_secret_basic"},
		"id_token_signing_alg_values_supported":          []string{"RS256"},
		"subject_types_supported":                        []string{"public"},
		"scopes_supported":                               append([]string{"openid", "email", "profile"}, strings.Fields(AdminScope)...),
		"claims_supported":                               []string{"sub", "email", "email_verified", "name", "account_id"},
		"authorization_response_iss_parameter_supported": true,
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(p.KeySet())) // fails only if the client is gone
}

// keep stores a grant under a new secret, which it returns, and forgets what has expired.
func (p *Provider) keep(in map[string]grant, g grant, life time.Duration) string {
	secret, now := rand.Text(), p.now()
	g.expires = now.Add(life)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, all := range []map[string]grant{p.codes, p.refreshs, p.used} {
		maps.DeleteFunc(all, func(_ string, g grant) bool { return !now.Before(g.expires) })
	}
	in[secret] = g
	return secret
}

// take returns the grant of a secret: once, and again for the time of a retry, which may be 0. A secret that is shown
// later was stolen: all tokens of its sign-in end.
func (p *Provider) take(from map[string]grant, secret string, retry time.Duration) (grant, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if before, again := p.used[secret]; again {
		if p.now().Before(before.retry) {
			return before, true
		}
		p.endFamily(before.family)
		return grant{}, false
	}
	g, known := from[secret]
	if !known || !p.now().Before(g.expires) {
		return grant{}, false
	}
	delete(from, secret)
	used := g
	used.expires, used.retry = p.now().Add(refreshLife), p.now().Add(retry)
	p.used[secret] = used
	return g, true
}

// endFamily ends the tokens of a sign-in, and the time in which used ones work again.
func (p *Provider) endFamily(family string) {
	maps.DeleteFunc(p.refreshs, func(_ string, g grant) bool { return g.family == family })
	for secret, g := range p.used {
		if g.family == family {
			g.retry = time.Time{}
			p.used[secret] = g
		}
	}
}

// ourScopes returns the scopes of the API. A token without any has all rights of its user, so openid and its like name
// nothing.
func ourScopes(scope string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(scope), func(s string) bool { return !strings.Contains(s, ":") }), " ")
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	reply(w, status, map[string]any{"error": code, "error_description": description, "reason": description})
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client is gone
}
