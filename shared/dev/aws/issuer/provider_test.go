//go:build unix

package issuer_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"personal-rooms/shared/dev/aws/issuer"
)

// A web is a provider on this machine, and a client of a web page that knows only its address.
type web struct {
	t        *testing.T
	url      string
	ahead    atomic.Int64 // of the provider's clock, in seconds
	provider *oidc.Provider
	client   oauth2.Config
}

func newWeb(t *testing.T) *web {
	t.Helper()
	w := &web{t: t}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) { handler.ServeHTTP(a, r) }))
	t.Cleanup(server.Close)
	w.url = server.URL
	handler = issuer.NewProvider(open(t, ""), w.url, func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load()) * time.Second) })
	var err error
	if w.provider, err = oidc.NewProvider(t.Context(), w.url); err != nil {
		t.Fatal(err)
	}
	w.client = oauth2.Config{ClientID: issuer.WebClient, Endpoint: w.provider.Endpoint(), RedirectURL: w.url + "/me",
		Scopes: []string{"openid", "email", "profile"}}
	return w
}

var hidden = regexp.MustCompile(`name="(\w+)" value="(.*?)"`)

// signIn opens the page of the address, enters the name, and returns where the person is sent.
func (w *web) signIn(address, name string) *url.URL {
	w.t.Helper()
	page, _ := w.send("GET", address, nil)
	form := url.Values{"name": {name}}
	for _, field := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(field[1], strings.NewReplacer("&#43;", "+", "&amp;", "&").Replace(field[2]))
	}
	_, answer := w.send("POST", w.url+issuer.AuthorizePath, form)
	to, err := answer.Location()
	if err != nil {
		w.t.Fatalf("the person is not sent back: %s, %v", answer.Status, err)
	}
	return to
}

// send sends a request without following redirects.
func (w *web) send(method, address string, form url.Values) (body string, answer *http.Response) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err = client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text), answer
}

// code signs Ada in, and returns her code and its verifier.
func (w *web) code() (code, verifier string) {
	w.t.Helper()
	verifier = oauth2.GenerateVerifier()
	address := w.client.AuthCodeURL("some state", oidc.Nonce("once"), oauth2.S256ChallengeOption(verifier))
	to := w.signIn(address, " Ada  Lovelace ")
	if to.Query().Get("state") != "some state" || to.Query().Get("iss") != w.url || to.Path != "/me" {
		w.t.Fatalf("sent back to %s", to)
	}
	return to.Query().Get("code"), verifier
}

func (w *web) token() *oauth2.Token {
	w.t.Helper()
	code, verifier := w.code()
	token, err := w.client.Exchange(w.t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (w *web) refresh(token string) (*oauth2.Token, error) {
	return w.client.TokenSource(context.Background(), &oauth2.Token{RefreshToken: token}).Token()
}

func TestAPersonSignsInAtAWebPage(t *testing.T) {
	w := newWeb(t)
	token := w.token()
	signed, _ := token.Extra("id_token").(string)
	id, err := w.provider.Verifier(&oidc.Config{ClientID: issuer.WebClient}).Verify(t.Context(), signed)
	if err != nil || id.Subject != "ada.lovelace" || id.Nonce != "once" {
		t.Errorf("the ID token: %+v, %v", id, err)
	}
	// The API takes the access token, and not the ID token.
	access, err := w.provider.Verifier(&oidc.Config{ClientID: issuer.Audience}).Verify(t.Context(), token.AccessToken)
	var claims struct {
		Name, Email, Scope string
		Account            string `json:"account_id"`
	}
	if err == nil {
		err = access.Claims(&claims)
	}
	if err != nil || claims.Name != "Ada Lovelace" || claims.Email != "ada.lovelace@example.com" || claims.Account != "local" || claims.Scope != "" {
		t.Errorf("the access token: %+v, %v", claims, err)
	}
	info, err := w.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != "ada.lovelace" || !info.EmailVerified {
		t.Errorf("userinfo: %+v, %v", info, err)
	}
	next, err := w.refresh(token.RefreshToken)
	if err != nil || next.RefreshToken == token.RefreshToken || next.AccessToken == "" {
		t.Errorf("the refresh: %+v, %v", next, err)
	}
}

func TestCodesWorkOnceForTheirClient(t *testing.T) {
	w := newWeb(t)
	for what, change := range map[string]func(c *oauth2.Config, verifier *string){
		"another verifier": func(_ *oauth2.Config, v *string) { *v = oauth2.GenerateVerifier() },
		"no verifier":      func(_ *oauth2.Config, v *string) { *v = "" },
		"another client":   func(c *oauth2.Config, _ *string) { c.ClientID = "other" },
		"another address":  func(c *oauth2.Config, _ *string) { c.RedirectURL = w.url + "/me/" },
		"after its life":   func(*oauth2.Config, *string) { w.ahead.Add(61) },
	} {
		code, verifier := w.code()
		client := w.client
		change(&client, &verifier)
		if _, err := client.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)); !isRefused(err, "invalid_grant") {
			t.Errorf("%s: %v", what, err)
		}
	}
	code, verifier := w.code()
	token, err := w.client.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)); !isRefused(err, "invalid_grant") {
		t.Errorf("a code that was used: %v", err)
	}
	if _, err := w.refresh(token.RefreshToken); !isRefused(err, "invalid_grant") {
		t.Errorf("a token of a code that was used twice: %v", err)
	}
}

// Zoom's clients have a secret, and know nothing of PKCE.
func TestAProgramWithASecretNeedsNoPKCE(t *testing.T) {
	w := newWeb(t)
	w.client.ClientID, w.client.ClientSecret, w.client.Endpoint.AuthStyle = "indico", "any", oauth2.AuthStyleInHeader
	code := func() string { return w.signIn(w.client.AuthCodeURL("s"), "Ada").Query().Get("code") }
	token, err := w.client.Exchange(t.Context(), code())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.refresh(token.RefreshToken); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(c *oauth2.Config){
		"another program":  func(c *oauth2.Config) { c.ClientID = "moodle" },
		"without a secret": func(c *oauth2.Config) { c.ClientSecret = "" },
		"in the form":      func(c *oauth2.Config) { c.ClientSecret, c.Endpoint.AuthStyle = "", oauth2.AuthStyleInParams },
	} {
		client := w.client
		change(&client)
		if _, err := client.Exchange(t.Context(), code()); !isRefused(err, "invalid_grant") {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.client.ClientID = issuer.WebClient
	if got := w.signInError(w.client.AuthCodeURL("s")); got != "invalid_request" {
		t.Errorf("a web page without PKCE: %s", got)
	}
}

func (w *web) signInError(address string) string {
	w.t.Helper()
	_, answer := w.send("GET", address, nil)
	to, err := answer.Location()
	if err != nil {
		return answer.Status
	}
	return to.Query().Get("error")
}

func TestRefreshTokensWorkOnce(t *testing.T) {
	w := newWeb(t)
	first := w.token()
	second, err := w.refresh(first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	w.ahead.Add(61)
	if _, err := w.refresh(first.RefreshToken); !isRefused(err, "invalid_grant") {
		t.Errorf("a refresh token that was used: %v", err)
	}
	if _, err := w.refresh(second.RefreshToken); !isRefused(err, "invalid_grant") {
		t.Errorf("the next one, after a theft: %v", err)
	}
	revoked := w.token().RefreshToken
	w.send("POST", w.url+"/oauth/revoke", url.Values{"token": {revoked}})
	if _, err := w.refresh(revoked); !isRefused(err, "invalid_grant") {
		t.Errorf("a revoked one: %v", err)
	}
	again := w.token().RefreshToken
	lost, err := w.refresh(again)
	if err != nil {
		t.Fatal(err)
	}
	w.ahead.Add(59)
	if next, err := w.refresh(again); err != nil || next.RefreshToken == lost.RefreshToken {
		t.Errorf("a retry within a minute: %v", err)
	}
	w.send("POST", w.url+"/oauth/revoke", url.Values{"token": {again}})
	if _, err := w.refresh(again); !isRefused(err, "invalid_grant") {
		t.Errorf("a retry after signing out: %v", err)
	}
	late := w.token().RefreshToken
	w.ahead.Add(12 * 3600)
	if _, err := w.refresh(late); !isRefused(err, "invalid_grant") {
		t.Errorf("an old one: %v", err)
	}
}

func isRefused(err error, code string) bool {
	var refused *oauth2.RetrieveError
	return errors.As(err, &refused) && refused.ErrorCode == code
}

// An error goes back to the client only if the client and its address are known.
func TestAuthorizationRequestsAreChecked(t *testing.T) {
	w := newWeb(t)
	verifier := oauth2.GenerateVerifier()
	for change, want := range map[string]string{
		"client_id=":                                  "400",
		"redirect_uri=https://evil.example/me":        "400",
		"redirect_uri=http://evil.example/me":         "400",
		"redirect_uri=javascript:alert(1)":            "400",
		"redirect_uri=http://127.0.0.1.evil.example/": "400",
		"redirect_uri=http://x@127.0.0.1/":            "400",
		"redirect_uri=http://127.0.0.1/#x":            "400",
		"redirect_uri=":                               "400",
		"response_type=token":                         "unsupported_response_type",
		"code_challenge=":                             "invalid_request",
		"code_challenge_method=plain":                 "invalid_request",
		"redirect_uri=http://localhost:8080/x?y=z":    "200",
		"redirect_uri=http://[::1]:8080/":             "200",
		"scope=openid meeting:read":                   "200",
	} {
		address, err := url.Parse(w.client.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
		if err != nil {
			t.Fatal(err)
		}
		query := address.Query()
		name, value, _ := strings.Cut(change, "=")
		query.Set(name, value)
		address.RawQuery = query.Encode()
		_, answer := w.send("GET", address.String(), nil)
		got := answer.Status[:3]
		if to, err := answer.Location(); err == nil {
			got = to.Query().Get("error")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", change, got, want)
		}
	}
	page, answer := w.send("POST", w.client.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)), url.Values{"name": {" . "}})
	if answer.StatusCode != 400 || !strings.Contains(page, "Enter a name") || !strings.Contains(page, `<label for="name">Your name</label>`) {
		t.Errorf("no name: %s\n%s", answer.Status, page)
	}
}

func TestPagesOfOtherOriginsMayAskForTokens(t *testing.T) {
	w := newWeb(t)
	_, answer := w.send("OPTIONS", w.url+issuer.TokenPath, nil)
	if answer.StatusCode != 204 || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s %v", answer.Status, answer.Header)
	}
	body, _ := w.send("GET", w.url+issuer.DiscoveryPath, nil)
	var found map[string]any
	if err := json.Unmarshal([]byte(body), &found); err != nil || found["issuer"] != w.url {
		t.Errorf("%s: %v", body, err)
	}
	_, answer = w.send("GET", w.url+"/oauth/logout?post_logout_redirect_uri="+url.QueryEscape(w.url+"/?a=b")+"&state=x+y", nil)
	if answer.StatusCode != 303 || answer.Header.Get("Location") != w.url+"/?a=b&state=x+y" {
		t.Errorf("signing out: %s %v", answer.Status, answer.Header)
	}
	if _, answer = w.send("GET", w.url+"/oauth/logout?post_logout_redirect_uri=https://evil.example", nil); answer.StatusCode != 400 {
		t.Errorf("signing out to elsewhere: %s", answer.Status)
	}
}
