//go:build unix

package issuer

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The paths of the provider. Those of Zoom are Path, of authorization and of revocation.
const (
	Path          = "/oauth/token"
	authorizePath = "/oauth/authorize"
	revokePath    = "/oauth/revoke"
	userPath      = "/oauth/userinfo"
	logoutPath    = "/oauth/logout"
	keysPath      = "/.well-known/jwks.json"
	discoveryPath = "/.well-known/openid-configuration"
)

// Paths are all paths of the provider.
var Paths = []string{Path, authorizePath, revokePath, userPath, logoutPath, keysPath, discoveryPath}

const maxBody = 64 << 10 // bytes

// A Provider is an OpenID provider that believes any name. Its codes and its sessions are lost when the process ends.
type Provider struct {
	*Issuer
	now func() time.Time

	mu       sync.Mutex // guards the maps and what is in them
	codes    map[string]*code
	sessions map[string]*session // by their ids
}

// Provide returns the provider at url, which has no slash at its end and is the issuer of its tokens. now is the clock of
// codes and sessions.
func (i *Issuer) Provide(url string, now func() time.Time) *Provider {
	own := &Issuer{key: i.key, id: i.id, url: url}
	return &Provider{Issuer: own, now: now, codes: map[string]*code{}, sessions: map[string]*session{}}
}

// ServeHTTP answers the requests to Paths.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	share(w, r.Header.Get("Origin"))
	handle, methods := p.route(r.URL.Path)
	switch {
	case handle == nil:
		http.NotFound(w, r)
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	case !slices.Contains(methods, r.Method):
		w.Header().Set("Allow", strings.Join(methods, ", "))
		fail(w, refusal{http.StatusMethodNotAllowed, "invalid_request", "the method is not " + strings.Join(methods, " or ")})
	default:
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		handle(w, r)
	}
}

func (p *Provider) route(path string) (handle http.HandlerFunc, methods []string) {
	read, send := []string{http.MethodGet}, []string{http.MethodPost}
	both := slices.Concat(read, send)
	switch path {
	case Path:
		return p.token, send
	case authorizePath:
		return p.authorize, both
	case revokePath:
		return p.revoke, send
	case userPath:
		return p.userInfo, both
	case logoutPath:
		return p.logout, both
	case keysPath:
		return p.keys, read
	case discoveryPath:
		return p.discover, read
	}
	return nil, nil
}

// share lets pages of this machine read the answer.
func share(w http.ResponseWriter, origin string) {
	w.Header().Add("Vary", "Origin")
	if !isLocal(origin) {
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "authorization, content-type")
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	_, _ = w.Write([]byte(p.KeySet())) // fails only if the client is gone
}

func (p *Provider) discover(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, map[string]any{
		"issuer": p.url, "jwks_uri": p.url + keysPath,
		"authorization_endpoint": p.url + authorizePath, "token_endpoint": p.url + Path,
		"userinfo_endpoint": p.url + userPath, "revocation_endpoint": p.url + revokePath, "end_session_endpoint": p.url + logoutPath,
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query"},
		"grant_types_supported":                          []string{grantCode, grantRefresh, grantUser, grantAccount},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "none"},
		"revocation_endpoint_auth_methods_supported":     []string{"client_secret_basic", "none"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{jwt.SigningMethodRS256.Name},
		"scopes_supported":                               append([]string{"openid", "profile", "email"}, strings.Fields(AdminScope)...),
		"claims_supported":                               userClaims,
		"authorization_response_iss_parameter_supported": true,
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false,
	})
}

// userClaims are the claims that the provider makes of a user.
var userClaims = []string{"sub", "name", "email", "email_verified", "account_id"}

// userInfo answers the claims of the user of an access token that is not revoked.
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	claims, err := p.read(token, jwt.WithAudience(Audience), jwt.WithExpirationRequired(), jwt.WithTimeFunc(p.now))
	if err != nil || !strings.EqualFold(scheme, "Bearer") || !p.lasts(claims) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token", "error_description": "no valid access token"})
		return
	}
	answer := map[string]any{}
	for _, name := range userClaims {
		answer[name] = claims[name]
	}
	reply(w, http.StatusOK, answer)
}

// read returns the claims of a token that this provider signed.
func (p *Provider) read(token string, conditions ...jwt.ParserOption) (claims jwt.MapClaims, err error) {
	conditions = append(conditions, jwt.WithIssuer(p.url), jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Name}))
	claims = jwt.MapClaims{}
	_, err = jwt.NewParser(conditions...).ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return &p.key.PublicKey, nil })
	return claims, err
}

// revoke ends the session of a refresh token, or of an access token: that token itself is good until it expires, because
// functions verify tokens without asking here. Any token of another client is ignored, as RFC 7009 demands of unknown
// ones. The answer is Zoom's.
func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	client, err := clientOf(r)
	token := r.FormValue("token")
	switch {
	case err != nil:
		fail(w, err)
		return
	case token == "":
		fail(w, badRequest("invalid_request", "token is missing"))
		return
	}
	id, _ := sessionOf(token)
	if claims, err := p.read(token, jwt.WithoutClaimsValidation()); err == nil {
		id, _ = claims[sessionClaim].(string)
	}
	p.end(id, client)
	reply(w, http.StatusOK, map[string]any{"status": "success"})
}

// logout ends the session of the ID token in id_token_hint, which may be expired, and goes on to
// post_logout_redirect_uri with state, or shows a page. That address must be one of [WebClient] or of the token's client.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) {
	hint, target := r.FormValue("id_token_hint"), r.FormValue("post_logout_redirect_uri")
	if hint != "" {
		claims, err := p.read(hint, jwt.WithoutClaimsValidation())
		if err != nil {
			showProblem(w, "The ID token is not of this server.")
			return
		}
		id, _ := claims[sessionClaim].(string)
		client, _ := claims["aud"].(string)
		p.end(id, client)
	}
	switch {
	case target == "":
		show(w, http.StatusOK, page{Title: "You are signed out"})
	case !isLocal(target):
		showProblem(w, "post_logout_redirect_uri is not an address of this machine.")
	default:
		redirect(w, r, target, url.Values{"state": r.Form["state"]})
	}
}
