//go:build unix

package issuer_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"personal-rooms/shared/dev/aws/issuer"
)

const (
	callback = "http://localhost:5173/callback"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
)

// A site is a provider that listens, and its clock.
type site struct {
	*httptest.Server
	now time.Time
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{now: time.Now()}
	var provider http.Handler
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	provider = open(t, "").Provide(s.URL, func() time.Time { return s.now })
	s.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

// send sends a form, or a GET without one, with the user's Basic authentication if there is one.
func (s *site) send(t *testing.T, user, path string, form url.Values) (response *http.Response, body map[string]any) {
	t.Helper()
	method := "POST"
	if form == nil {
		method = "GET"
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		request.SetBasicAuth(user, "any")
	}
	response, err = s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_ = json.NewDecoder(response.Body).Decode(&body) // a page is no JSON
	return response, body
}

// authorize says a name on the page of these parameters, instead of the usual ones, and returns the answer to the client.
func (s *site) authorize(t *testing.T, name string, changed url.Values) (status int, answer url.Values) {
	t.Helper()
	query := url.Values{
		"client_id": {issuer.WebClient}, "redirect_uri": {callback}, "response_type": {"code"}, "state": {"xyz"}, "scope": {"openid"},
		"code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"},
	}
	maps.Copy(query, changed)
	response, _ := s.send(t, "", "/oauth/authorize?"+query.Encode(), url.Values{"name": {name}})
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, to.Query()
}

// signIn returns the form that redeems a new code of the web client.
func (s *site) signIn(t *testing.T) url.Values {
	t.Helper()
	_, answer := s.authorize(t, "Ada", nil)
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {issuer.WebClient}, "code": answer["code"],
		"redirect_uri": {callback}, "code_verifier": {verifier},
	}
}

// redeem returns the tokens of a new sign-in.
func (s *site) redeem(t *testing.T) map[string]any {
	t.Helper()
	response, tokens := s.send(t, "", issuer.Path, s.signIn(t))
	if response.StatusCode != 200 {
		t.Fatalf("%d %v", response.StatusCode, tokens)
	}
	return tokens
}

func (s *site) refused(t *testing.T, what, user string, form url.Values, want string) {
	t.Helper()
	if response, body := s.send(t, user, issuer.Path, form); response.StatusCode != 400 || body["error"] != want {
		t.Errorf("%s: %d %v, want %s", what, response.StatusCode, body, want)
	}
}

// Other people's client discovers the provider, signs a person in, verifies the tokens, asks who it is, refreshes, and
// revokes.
func TestAThirdPartyClientSignsIn(t *testing.T) {
	s := newSite(t)
	ctx := oidc.ClientContext(context.Background(), s.Client())
	provider, err := oidc.NewProvider(ctx, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := oauth2.Config{
		ClientID: issuer.WebClient, RedirectURL: callback, Endpoint: provider.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "profile", "meeting:read"},
	}
	page := client.AuthCodeURL("xyz", oidc.Nonce("n1"), oauth2.S256ChallengeOption(verifier))
	path := strings.TrimPrefix(page, s.URL)
	if shown, _ := s.send(t, "", path, nil); shown.StatusCode != 200 {
		t.Fatalf("the page: %d", shown.StatusCode)
	}
	response, _ := s.send(t, "", path, url.Values{"name": {" Ada  Lovelace "}})
	back, err := response.Location()
	if err != nil || !strings.HasPrefix(back.String(), callback+"?") || back.Query().Get("state") != "xyz" || back.Query().Get("iss") != s.URL {
		t.Fatalf("%v, %v", back, err)
	}
	tokens, err := client.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	verifyID(ctx, t, provider, tokens, "n1")
	if access := claimsOf(t, tokens.AccessToken); access["aud"] != issuer.Audience || access["scope"] != "openid profile meeting:read" {
		t.Errorf("the access token: %v", access)
	}
	who, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil || who.Subject != "ada.lovelace" || who.Email != "ada.lovelace@example.com" || !who.EmailVerified {
		t.Errorf("the user: %+v, %v", who, err)
	}
	tokens.Expiry = time.Now().Add(-time.Minute)
	again, err := client.TokenSource(ctx, tokens).Token()
	if err != nil || again.RefreshToken == tokens.RefreshToken {
		t.Fatalf("refreshed: %v", err)
	}
	verifyID(ctx, t, provider, again, "")
	s.send(t, "", "/oauth/revoke", url.Values{"client_id": {issuer.WebClient}, "token": {again.RefreshToken}})
	if _, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(again)); err == nil {
		t.Error("a revoked session has a user")
	}
}

func verifyID(ctx context.Context, t *testing.T, p *oidc.Provider, tokens *oauth2.Token, nonce string) {
	t.Helper()
	text, _ := tokens.Extra("id_token").(string)
	id, err := p.Verifier(&oidc.Config{ClientID: issuer.WebClient}).Verify(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Name     string
		Account  string `json:"account_id"`
		AuthTime int64  `json:"auth_time"`
	}
	err = id.Claims(&claims)
	if err != nil || id.Subject != "ada.lovelace" || id.Nonce != nonce || claims.Name != "Ada Lovelace" || claims.Account != "local" || claims.AuthTime == 0 {
		t.Errorf("the ID token: %+v %+v, %v", id, claims, err)
	}
}

func TestAuthorizationsAreRefused(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		parameter, value, want string // want "": the client is told nothing
	}{
		{"client_id", "", ""},
		{"redirect_uri", "", ""},
		{"redirect_uri", "http://localhost.example.com/callback", ""},
		{"redirect_uri", "http://localhost@example.com/callback", ""},
		{"redirect_uri", "http://localhost:5173/callback#there", ""},
		{"redirect_uri", `http://localhost\.example.com/`, ""},
		{"redirect_uri", "//localhost/callback", ""},
		{"redirect_uri", "javascript://localhost/callback", ""},
		{"response_type", "token", "unsupported_response_type"},
		{"response_mode", "fragment", "invalid_request"},
		{"request", "eyJ", "request_not_supported"},
		{"request_uri", "https://example.com/", "request_uri_not_supported"},
		{"scope", "openid\tmeeting:read", "invalid_scope"},
		{"code_challenge", "", "invalid_request"},
		{"code_challenge", "short", "invalid_request"},
		{"code_challenge_method", "plain", "invalid_request"},
		{"code_challenge_method", "", "invalid_request"},
		{"prompt", "none", "login_required"},
	} {
		status, answer := s.authorize(t, "Ada", url.Values{c.parameter: {c.value}})
		told := c.want != "" && status == 303 && answer.Get("state") == "xyz"
		if answer.Has("code") || answer.Get("error") != c.want || !told && status != 400 {
			t.Errorf("%s=%s: %d %v", c.parameter, c.value, status, answer)
		}
	}
	if _, answer := s.authorize(t, "Ada", url.Values{"state": {"one", "two"}}); answer.Get("error") != "invalid_request" {
		t.Errorf("two states: %v", answer)
	}
	for _, name := range []string{"", "  ", `Ada"`, "a#b", strings.Repeat("a", 65)} {
		if status, answer := s.authorize(t, name, nil); status != 400 || len(answer) > 0 {
			t.Errorf("the name %q: %d %v", name, status, answer)
		}
	}
}

func TestACodeIsRedeemedOnceByWhoAskedForIt(t *testing.T) {
	s := newSite(t)
	for parameter, value := range map[string]string{
		"code": "other", "redirect_uri": callback + "/", "code_verifier": strings.Repeat("a", 43),
	} {
		form := s.signIn(t)
		right := form.Get(parameter)
		form.Set(parameter, value)
		s.refused(t, parameter, "", form, "invalid_grant")
		if form.Set(parameter, right); parameter != "code" {
			s.refused(t, "the right code, tried before with another "+parameter, "", form, "invalid_grant")
		}
	}
	form := s.signIn(t)
	form.Del("client_id")
	s.refused(t, "another client", "grace", form, "invalid_grant")

	form = s.signIn(t)
	s.now = s.now.Add(61 * time.Second)
	s.refused(t, "an expired code", "", form, "invalid_grant")

	form = s.signIn(t)
	_, tokens := s.send(t, "", issuer.Path, form)
	s.refused(t, "a code that is used again", "", form, "invalid_grant")
	s.refused(t, "the session of a code that was used again", "", refreshForm(tokens), "invalid_grant")
}

// A client with a password needs no PKCE, as Zoom's OAuth apps; if it began with PKCE, it must go on with it.
func TestAClientWithAPassword(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		challenge, method, verifier string
		want                        any
	}{
		{"", "", "", nil},
		{"", "", verifier, "invalid_grant"},
		{oauth2.S256ChallengeFromVerifier(verifier), "S256", "", "invalid_grant"},
	} {
		_, answer := s.authorize(t, "Ada", url.Values{
			"client_id": {"moodle"}, "code_challenge": {c.challenge}, "code_challenge_method": {c.method}, "scope": {""},
		})
		form := url.Values{"grant_type": {"authorization_code"}, "code": answer["code"], "redirect_uri": {callback}, "code_verifier": {c.verifier}}
		_, body := s.send(t, "moodle", issuer.Path, form)
		token, _ := body["access_token"].(string)
		if body["error"] != c.want || c.want == nil && claimsOf(t, token)["sub"] != "ada" {
			t.Errorf("%+v: %v", c, body)
		}
		if body["id_token"] != nil {
			t.Error("an ID token, without the scope openid")
		}
	}
}

// Only pages of this machine may read the answers.
func TestPagesOfOtherSitesAreNotServed(t *testing.T) {
	for origin, want := range map[string]string{"http://localhost:5173": "http://localhost:5173", "https://example.com": "", "null": ""} {
		request := httptest.NewRequest("OPTIONS", issuer.Path, nil)
		request.Header.Set("Origin", origin)
		answer := httptest.NewRecorder()
		open(t, "").Provide(address, time.Now).ServeHTTP(answer, request)
		if got := answer.Header().Get("Access-Control-Allow-Origin"); got != want || answer.Code != 204 {
			t.Errorf("%s: %d %q", origin, answer.Code, got)
		}
	}
}

func TestThePageWorksWithoutJavaScript(t *testing.T) {
	s := newSite(t)
	query := url.Values{
		"client_id": {"moodle"}, "redirect_uri": {callback}, "response_type": {"code"}, "login_hint": {`"><script>`},
	}
	response, err := s.Client().Get(s.URL + "/oauth/authorize?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text strings.Builder
	if err := response.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<form method="post">`, `<label for="name">Your name</label>`, `<button>Sign in</button>`,
		`value="&#34;&gt;&lt;script&gt;"`, "default-src 'none'", "frame-ancestors 'none'", "Cache-Control: no-store",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the page has no %s:\n%s", want, text.String())
		}
	}
}
