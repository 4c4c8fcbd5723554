package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

func TestClaimsMakeTheCaller(t *testing.T) {
	const address = "192.0.2.7"
	user := func(account string) meeting.User { return meeting.User{Account: account, ID: "ada"} }
	ada := meeting.Caller{User: user("acme"), Address: address}
	with := func(email, name string, scopes ...string) meeting.Caller {
		c := ada
		c.Email, c.Name, c.Scopes = email, name, scopes
		return c
	}
	for claims, want := range map[string]meeting.Caller{
		"email=Ada@Example.COM email_verified=true name=Ada scope=openid,meeting:read": with(
			"ada@example.com", "Ada", "openid", "meeting:read"),
		"account_id=":                                           {User: user("default"), Address: address},
		"account_id= custom:account_id=acme":                    ada,
		"email=ada@example.com":                                 ada,
		"email=ada@example.com email_verified=false":            ada,
		"email=ada email_verified=true":                         ada,
		"email=ada@evil@acme.com email_verified=true":           ada,
		"email=[ada@acme.com] email_verified=true":              ada,
		"email=\u212aAY@ac\u212a.com email_verified=true":       with("\u212aay@ac\u212a.com", ""), // not kay@ack.com
		"name=Ada@Example.COM":                                  ada,
		"given_name=Ada family_name=Lovelace":                   with("", "Ada Lovelace"),
		"name=\u2007A\x00d\x1ba\u2007":                          with("", "Ada"),
		"name=" + strings.Repeat("ä", 200):                      with("", strings.Repeat("ä", 128)),
		"scp=[user:read,meeting:read] email_verified=tru name=": with("", "", "user:read", "meeting:read"),
	} {
		all := map[string]string{"sub": "ada", "account_id": "acme"}
		for claim := range strings.SplitSeq(claims, " ") {
			name, value, _ := strings.Cut(claim, "=")
			all[name] = value
		}
		handle(t, eventWithClaims(all), func(r *api.Request) error {
			if d := cmp.Diff(want, r.Caller, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%q: %s", claims, d)
			}
			return nil
		})
	}
}

func TestOpenRoutesIgnoreTokens(t *testing.T) {
	event := userEvent()
	event.Headers = map[string]string{"authorization": "Bearer nonsense"}
	open := route(func(_ context.Context, r *api.Request) (api.Response, error) {
		if d := cmp.Diff(meeting.Caller{Address: "192.0.2.7"}, r.Caller); d != "" {
			t.Error(d)
		}
		return api.NoContent(), nil
	})
	open.Open = true
	if got := answer(t, api.Options{}, open, event); got.StatusCode != http.StatusNoContent {
		t.Errorf("answered %d %s", got.StatusCode, got.Body)
	}
}

func TestScopesLimitATokenThatNamesOurs(t *testing.T) {
	for scopes, allowed := range map[string]bool{
		"":                               true,
		"openid profile email":           true,
		"meeting:write":                  true,
		"meeting:write:admin":            true,
		"openid user:read meeting:write": true,
		"meeting:read":                   false,
		"user:write openid":              false,
		"meeting:write:meeting":          false,
		"meeting:writes":                 false,
	} {
		limited := answering(api.NoContent())
		limited.Scope = "meeting:write"
		got := answer(t, api.Options{}, limited, eventWithClaims(map[string]string{"sub": "ada", "scope": scopes}))
		refused := `{"code":4700,"message":"Invalid access token, does not contain scopes:` +
			`[meeting:write, meeting:write:admin].","reason":"scope"}`
		if want := map[bool]string{false: refused}[allowed]; got.Body != want {
			t.Errorf("%q: answered %d %s", scopes, got.StatusCode, got.Body)
		}
	}
}
