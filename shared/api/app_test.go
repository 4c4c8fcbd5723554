package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// appStore holds apps and tokens in memory.
type appStore struct {
	account.AppStore
	apps   map[string]account.App
	tokens map[account.Digest]account.AppToken
	users  states
	err    error
}

func (s *appStore) UserState(ctx context.Context, u meeting.User) (meeting.UserState, error) {
	return s.users.UserState(ctx, u)
}

func (s *appStore) Apps(context.Context, string) ([]account.App, error) { return nil, nil }

func (s *appStore) App(_ context.Context, of, id string) (account.App, error) {
	return s.apps[of+"/"+id], s.err
}

func (s *appStore) PutApp(_ context.Context, a account.App, _ ...meeting.PutAudit) (account.App, error) {
	a.Version++
	s.apps[a.Account+"/"+a.ID] = a
	return a, nil
}

func (s *appStore) AppToken(_ context.Context, of, app string, hash account.Digest) (account.AppToken, error) {
	if t := s.tokens[hash]; t.Account == of && t.App == app {
		return t, s.err
	}
	return account.AppToken{}, s.err
}

func (s *appStore) PutAppToken(_ context.Context, t account.AppToken) error {
	s.tokens[t.Hash] = t
	return nil
}

// apps are the apps of a test.
type apps struct {
	*account.Apps
	store *appStore
	clock *testkit.Clock
	app   account.App
	token string // a valid one
}

// acceptingApps returns options that accept tokens of apps and no others, and an app of ada's.
func acceptingApps(t *testing.T) (api.Options, *apps) {
	t.Helper()
	store := &appStore{users: states{}, apps: map[string]account.App{}, tokens: map[account.Digest]account.AppToken{}}
	a := &apps{store: store, clock: testkit.NewClock()}
	a.Apps = account.NewApps(a.store, meeting.Env{Now: a.clock.Now, Random: testkit.Random(t.Name())}, true)
	admin := testkit.Caller("ada")
	admin.Scopes = []string{"meeting:read", "user:write:admin", account.AdminWritesApps}
	draft := account.AppDraft{Name: "Indico", Scopes: []string{"meeting:read", "user:write:admin"}}
	var err error
	a.app, _, err = a.Register(t.Context(), admin, draft)
	testkit.Must(t, err)
	a.token = a.issue(t)
	return api.Options{Apps: a, Now: a.clock.Now}, a
}

func (a *apps) issue(t *testing.T) string {
	t.Helper()
	token, err := a.Issue(t.Context(), a.app, a.app.Secrets[0].Serial)
	testkit.Must(t, err)
	return string(token)
}

// read returns the answer of a route with a scope that the app has.
func read(t *testing.T, o api.Options, token string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	r := answering(api.NoContent())
	r.Scope = "meeting:read"
	return answer(t, o, r, guestEvent(map[string]string{"Authorization": "Bearer " + token}))
}

func TestTokensOfAppsMakeTheCaller(t *testing.T) {
	o, a := acceptingApps(t)
	reads := route(func(_ context.Context, r *api.Request) (api.Response, error) {
		want := meeting.Caller{User: meeting.User{Account: testkit.Account, ID: "ada"}, Address: "192.0.2.7",
			Scopes: []string{"meeting:read", "user:write:admin"}, App: a.app.ID, IssuedAt: a.clock.Now()}
		if d := cmp.Diff(want, r.Caller); d != "" {
			t.Error(d)
		}
		return api.NoContent(), nil
	})
	reads.Scope = "meeting:read"
	event := guestEvent(map[string]string{"authorization": "bearer " + a.token})
	event.RouteKey, event.RequestContext.HTTP.Method = "ANY /thing", "GET"
	if got := answer(t, o, reads, event); got.StatusCode != http.StatusNoContent {
		t.Errorf("answered %d %s", got.StatusCode, got.Body)
	}
	event.RequestContext.HTTP.Method = "POST"
	if got := answer(t, o, reads, event); got.StatusCode != http.StatusNotFound {
		t.Errorf("another method: answered %d", got.StatusCode)
	}
	event.RequestContext.HTTP.Method = "GET"
	for _, scope := range []string{"meeting:write", ""} { // joins have none: they are for people
		reads.Scope = scope
		if got := answer(t, o, reads, event); got.StatusCode != http.StatusForbidden {
			t.Errorf("with the scope %q: answered %d", scope, got.StatusCode)
		}
	}
}

func TestBadTokensOfApps(t *testing.T) {
	o, a := acceptingApps(t)
	other := a.app
	other.ID = strings.Repeat("0", 26)
	ofOther, err := a.Issue(t.Context(), other, 1)
	testkit.Must(t, err)
	refuse := func(what, token string) {
		t.Helper()
		var logged bytes.Buffer
		o.Logger = jsonLog(&logged)
		got := read(t, o, token)
		const body = `{"code":124,"message":"Invalid access token.","reason":"token"}`
		if got.StatusCode != http.StatusUnauthorized || got.Body != body || got.Headers["WWW-Authenticate"] != "Bearer" {
			t.Errorf("%s: answered %d %s", what, got.StatusCode, got.Body)
		}
		if token != "" && strings.Contains(logged.String(), token) {
			t.Errorf("%s: the token is in the log: %s", what, &logged)
		}
	}
	accept := func(what, token string) {
		t.Helper()
		if got := read(t, o, token); got.StatusCode != http.StatusNoContent {
			t.Errorf("%s: answered %d %s", what, got.StatusCode, got.Body)
		}
	}
	rest, random := a.token[:len(a.token)-43], a.token[len(a.token)-43:]
	for what, token := range map[string]string{
		"empty": "", "only a prefix": "app_", "only a client id": "app_" + a.app.ClientID(), "no random bits": rest,
		"of another app": string(ofOther), "too short": a.token[:len(a.token)-1], "too long": a.token + "A",
		"in upper case": strings.ToUpper(a.token), "another prefix": "APP_" + a.token[4:], "no prefix": a.token[4:],
		"other random bits": rest + strings.Repeat("A", 43), "padded": a.token + "=", "with a space": rest + " " + random,
		"trailing bits":     a.token[:len(a.token)-1] + string(a.token[len(a.token)-1]+1),
		"another account":   strings.Replace(a.token, ".YWNtZQ.", ".b3RoZXI.", 1),
		"no account":        strings.Replace(a.token, ".YWNtZQ.", "..", 1),
		"account with a #":  strings.Replace(a.token, ".YWNtZQ.", ".YSNi.", 1),
		"twice":             a.token + "," + a.token,
		"the hash":          rest + strings.Repeat("0", 64),
		"very long":         "app_" + strings.Repeat("a", 16<<10),
		"not UTF-8":         "app_\xff" + a.token[4:],
		"a secret's length": random,
	} {
		refuse(what, token)
	}
	accept("the token", a.token)
	a.clock.Advance(account.AppTokenLife - 1)
	accept("before its end", a.token)
	a.clock.Advance(1)
	refuse("expired", a.token)

	at := testkit.Account + "/" + a.app.ID
	for what, change := range map[string]func(*account.App){
		"deleted":            func(app *account.App) { *app = account.App{} },
		"the secret ended":   func(app *account.App) { app.Secrets[0].Expires = a.clock.Now() },
		"the secret is gone": func(app *account.App) { app.Secrets = nil },
		"another secret":     func(app *account.App) { app.Secrets[0].Serial++ },
		"without scopes":     func(app *account.App) { app.Scopes = nil }, // it would not be limited
		"without a user":     func(app *account.App) { app.User = "" },
		"a user with a #":    func(app *account.App) { app.User = "a#b" },
	} {
		token, before := a.issue(t), a.store.apps[at]
		changed := before
		changed.Secrets = append([]account.AppSecret{}, before.Secrets...)
		change(&changed)
		a.store.apps[at] = changed
		refuse(what, token)
		a.store.apps[at] = before
		accept("not "+what, token)
	}
}

func TestTokensOfAppsAreOnlyAcceptedWhereNoAuthorizerIs(t *testing.T) {
	o, a := acceptingApps(t)
	header := map[string]string{"Authorization": "Bearer " + a.token}
	jwt := events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{}
	context := map[string]any{"sub": "root", "account_id": testkit.Account, "scope": "user:write:admin"}
	for what, authorizer := range map[string]events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		"claims without a user": {JWT: &jwt},
		"context of a Lambda":   {Lambda: context},
		"a signed request":      {IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserID: "root"}},
	} {
		event := guestEvent(header)
		event.RequestContext.Authorizer = &authorizer
		if got := answer(t, o, answering(api.NoContent()), event); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: answered %d", what, got.StatusCode)
		}
	}
	off := account.NewApps(a.store, meeting.Env{Now: a.clock.Now}, false)
	for what, o := range map[string]api.Options{
		"no check": {}, "a key set": accepting(firstJWK), "apps are off": {Apps: off},
	} {
		if got := present(t, o, "Bearer "+a.token); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: answered %d", what, got.StatusCode)
		}
	}
	if got := present(t, o, "Basic "+a.token); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("another scheme: answered %d", got.StatusCode)
	}
}

// A failing table is not a bad token: a client would throw its token away.
func TestATableThatFailsIsNotABadToken(t *testing.T) {
	o, a := acceptingApps(t)
	a.store.err = errors.New("the table is down")
	if got := present(t, o, "Bearer "+a.token); got.StatusCode != http.StatusInternalServerError {
		t.Errorf("answered %d %s", got.StatusCode, got.Body)
	}
}

// An app is limited to its scopes, also if it has only one.
func TestEveryScopeOfAppsLimits(t *testing.T) {
	o, a := acceptingApps(t)
	for _, scope := range account.AppScopes() {
		app := a.app
		app.Scopes = []string{scope}
		a.store.apps[testkit.Account+"/"+app.ID] = app
		for _, other := range []string{"user:read", "user:write", "meeting:read", "meeting:write", "webhook:write:admin"} {
			r := answering(api.NoContent())
			r.Scope = other
			got := answer(t, o, r, guestEvent(map[string]string{"Authorization": "Bearer " + a.token}))
			if want := strings.HasPrefix(scope+":", other+":"); (got.StatusCode == http.StatusNoContent) != want {
				t.Errorf("%s with %s: answered %d", other, scope, got.StatusCode)
			}
		}
	}
}

func TestOAuthRequestsAreRead(t *testing.T) {
	for _, c := range []struct{ query, kind, body, want string }{
		{"a=1&b=2", "", "", "1 2 true"},
		{"a=1", "application/x-www-form-urlencoded;charset=UTF-8", "b=%2F+", "1 /  true"},
		{"a=1", "application/x-www-form-urlencoded", "a=1&b=2", "1 2 true"},
		{"a=1", "application/x-www-form-urlencoded", "a=2", "  false"},
		{"a=1&a=2", "", "", "  false"},
		{"a=%", "", "", "  false"},
		{"", "application/x-www-form-urlencoded", "a=1;b", "  false"},
		{"", "application/x-www-form-urlencoded", strings.Repeat("a", api.MaxBody+1), "  false"},
		{"", "application/json", `{"a":"1"}`, "  true"},
		{"b=2", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", "1 2 true"},
		{"b=2", "multipart/form-data", "--x--", "  false"},
		{"b=2", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "  false"},
	} {
		event := guestEvent(map[string]string{"content-type": c.kind})
		event.RawQueryString, event.Body = c.query, c.body
		open := route(func(_ context.Context, r *api.Request) (api.Response, error) {
			values, ok := r.Parameters("a", "b")
			return api.Body(200, "text/plain", fmt.Sprint(values["a"]+" "+values["b"]+" ", ok)), nil
		})
		open.Open, open.Form, open.Method, event.RouteKey = true, true, "POST", "POST /thing"
		if got := answer(t, api.Options{}, open, event); got.Body != c.want {
			t.Errorf("%+v: %d %q", c, got.StatusCode, got.Body)
		}
	}
}
