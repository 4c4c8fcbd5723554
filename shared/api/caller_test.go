package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

func TestTheAuthorizersClaimsMakeTheCaller(t *testing.T) {
	ada := meeting.User{Account: "acme", ID: "ada"}
	const address = "192.0.2.7"
	for name, c := range map[string]struct {
		claims map[string]string
		want   meeting.Caller
	}{
		"all there is": {
			map[string]string{"sub": "ada", "account_id": "acme", "email": "Ada@Example.COM", "email_verified": "true", "name": "Ada Lovelace", "scope": "openid meeting:read"},
			meeting.Caller{User: ada, Email: "ada@example.com", Name: "Ada Lovelace", Scopes: []string{"openid", "meeting:read"}, Address: address},
		},
		"no account":             {map[string]string{"sub": "ada"}, meeting.Caller{User: meeting.User{Account: "default", ID: "ada"}, Address: address}},
		"Cognito's account":      {map[string]string{"sub": "ada", "custom:account_id": "acme"}, meeting.Caller{User: ada, Address: address}},
		"an unverified address":  {map[string]string{"sub": "ada", "account_id": "acme", "email": "ada@example.com"}, meeting.Caller{User: ada, Address: address}},
		"one that is false":      {map[string]string{"sub": "ada", "account_id": "acme", "email": "ada@example.com", "email_verified": "false"}, meeting.Caller{User: ada, Address: address}},
		"no address":             {map[string]string{"sub": "ada", "account_id": "acme", "email": "ada", "email_verified": "true"}, meeting.Caller{User: ada, Address: address}},
		"two domains":            {map[string]string{"sub": "ada", "account_id": "acme", "email": "ada@evil@acme.com", "email_verified": "true"}, meeting.Caller{User: ada, Address: address}},
		"a name in two parts":    {map[string]string{"sub": "ada", "account_id": "acme", "given_name": "Ada", "family_name": "Lovelace"}, meeting.Caller{User: ada, Name: "Ada Lovelace", Address: address}},
		"a name with controls":   {map[string]string{"sub": "ada", "account_id": "acme", "name": " A\x00d\na "}, meeting.Caller{User: ada, Name: "Ada", Address: address}},
		"a name without end":     {map[string]string{"sub": "ada", "account_id": "acme", "name": strings.Repeat("ä", 200)}, meeting.Caller{User: ada, Name: strings.Repeat("ä", 128), Address: address}},
		"scopes as a list claim": {map[string]string{"sub": "ada", "account_id": "acme", "scp": "[user:read meeting:read]"}, meeting.Caller{User: ada, Scopes: []string{"user:read", "meeting:read"}, Address: address}},
	} {
		t.Run(name, func(t *testing.T) {
			event := askAsGuest("GET /thing")
			event.RequestContext.Authorizer = authorizer(c.claims)
			within(t, event, func(r *api.Request) error {
				if len(r.Caller.Scopes) == 0 {
					r.Caller.Scopes = nil
				}
				if d := cmp.Diff(c.want, r.Caller); d != "" {
					t.Error(d)
				}
				return nil
			})
		})
	}
}

func TestAnOpenRouteLooksAtNoToken(t *testing.T) {
	event := ask("GET /thing")
	event.Headers["authorization"] = "Bearer nonsense"
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

func TestATokenIsLimitedToTheScopesOfOursThatItNames(t *testing.T) {
	for scopes, ok := range map[string]bool{
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
		event := askAsGuest("GET /thing")
		event.RequestContext.Authorizer = authorizer(map[string]string{"sub": "ada", "scope": scopes})
		limited := says(api.NoContent())
		limited.Scope = "meeting:write"
		got := answer(t, api.Options{}, limited, event)
		refused := `{"code":4700,"message":"Invalid access token, does not contain scopes:[meeting:write, meeting:write:admin].","reason":"scope"}`
		if ok != (got.StatusCode == http.StatusNoContent) || !ok && (got.StatusCode != http.StatusForbidden || got.Body != refused) {
			t.Errorf("%q: answered %d %s", scopes, got.StatusCode, got.Body)
		}
		if got := answer(t, api.Options{}, says(api.NoContent()), event); got.StatusCode != http.StatusNoContent {
			t.Errorf("%q, a route without a scope: answered %d", scopes, got.StatusCode)
		}
	}
}
