package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// Each token is a JSON object. The same is taken from API Gateway's authorizer and from a token that is verified here.
func TestTokensThatNameNoUserOrAppAreRefused(t *testing.T) {
	ofApps, _ := acceptingApps(t)
	ada := func(account string) meeting.User { return meeting.User{Account: account, ID: "ada"} }
	for claims, want := range map[string]meeting.User{ // the zero User: refused
		`{"sub":"ada"}`: ada("default"),
		`{"sub":"ada","account_id":"acme","client_id":"rooms"}`:             ada("acme"),
		`{"sub":"ada","token_use":"id","custom:account_id":"acme"}`:         ada("acme"),
		`{"sub":"ada","token_use":"id","account_id":"acme"}`:                ada("acme"),
		`{"sub":"ada","token_use":"id","account_id":"acme","aud":"pages"}`:  ada("acme"),
		`{"sub":"ada","token_use":"access","client_id":"p","aud":"pages"}`:  {},
		`{"sub":"ada","token_use":"id"}`:                                    {},
		`{"sub":"ada","token_use":"id","custom:account_id":""}`:             {},
		`{"sub":"ada","token_use":"access","client_id":"rooms","aud":null}`: {},
		`{"sub":"ada","token_use":"access","custom:account_id":"acme"}`:     {},
		`{"sub":"ada","token_use":["id"],"custom:account_id":"acme"}`:       {},
		`{"sub":"ada","client_id":"rooms","aud":null}`:                      {},
		`{"sub":["ada"],"account_id":"acme"}`:                               {},
		`{"sub":["ada","eve"],"account_id":"acme"}`:                         {},
		`{"sub":{"id":"ada"},"account_id":"acme"}`:                          {},
		`{"sub":"ada","account_id":["acme","evil"]}`:                        {},
		`{"sub":"ada","account_id":{"id":"acme"}}`:                          {},
		`{"account_id":"acme","username":"ada","sub":null}`:                 {},
	} {
		changes := jwt.MapClaims{}
		if err := json.Unmarshal([]byte(claims), &changes); err != nil {
			t.Fatal(err)
		}
		who := meeting.User{}
		reads := route(func(_ context.Context, r *api.Request) (api.Response, error) {
			who = r.Caller.User
			return api.NoContent(), nil
		})
		status := map[bool]int{true: http.StatusUnauthorized, false: http.StatusNoContent}[want.None()]
		token := map[string]string{"Authorization": "Bearer " + signRS256(changes)}
		got := answer(t, accepting(firstJWK), reads, guestEvent(token))
		if got.StatusCode != status || who != want {
			t.Errorf("verified here, %s: answered %d to %v", claims, got.StatusCode, who)
		}
		if got := present(t, ofApps, token["Authorization"]); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("as a token of an app, %s: answered %d", claims, got.StatusCode)
		}
		who = meeting.User{}
		got = answer(t, api.Options{}, reads, eventWithClaims(asAuthorizer(changes)))
		if got.StatusCode != status || who != want {
			t.Errorf("verified by API Gateway, %s: answered %d to %v", claims, got.StatusCode, who)
		}
	}
}

// asAuthorizer returns the claims as API Gateway's authorizer hands them on, with the audience.
func asAuthorizer(claims jwt.MapClaims) map[string]string {
	texts := map[string]string{"aud": audience}
	for name, claim := range claims {
		if claim == nil {
			delete(texts, name)
		} else {
			texts[name] = fmt.Sprint(claim)
		}
	}
	return texts
}

// What looks like a scope of ours limits a token. It gives only what it says exactly; after the name of a resource
// server, it gives nothing of an admin's.
func TestScopesInOtherFormsNeverWiden(t *testing.T) {
	for scopes, allowed := range map[string]map[string]bool{
		"rooms/meeting:read":                         {"meeting:read": true, "meeting:write": false},
		"https://rooms.example.com/api/meeting:read": {"meeting:read": true, "meeting:write": false},
		"[rooms/meeting:read,openid]":                {"meeting:read": true, "meeting:write": false},
		"MEETING:READ":                               {"meeting:read": false, "meeting:write": false},
		"Meeting:Write":                              {"meeting:write": false},
		"rooms/Meeting:Read":                         {"meeting:read": false, "meeting:write": false},
		"rooms.meeting:read":                         {"meeting:read": false, "meeting:write": false},
		"openid;meeting:read":                        {"meeting:read": false, "meeting:write": false},
		"map[meeting:read:true]":                     {"meeting:read": false, "meeting:write": false},
		"crm/meeting:write:admin":                    {"meeting:write": false, "meeting:read": false},
		"crm/webhook:read:admin":                     {"webhook:read:admin": false, "meeting:read": false},
		"WEBHOOK:READ:ADMIN":                         {"webhook:read:admin": false, "meeting:read": false},
		"openid email crm/contacts:read":             {"meeting:read": true, "meeting:write": true, "webhook:read:admin": false},
	} {
		for scope, want := range allowed {
			r := answering(api.NoContent())
			r.Scope = scope
			got := answer(t, api.Options{}, r, eventWithClaims(map[string]string{"sub": "ada", "scope": scopes}))
			if (got.StatusCode == http.StatusNoContent) != want {
				t.Errorf("%s with %q: answered %d", scope, scopes, got.StatusCode)
			}
		}
	}
}

func TestScopesOfAnotherAPIGiveNoAdminsRights(t *testing.T) {
	claims := map[string]string{"sub": "ada", "scope": "crm/user:write:admin crm/user:read"}
	handle(t, eventWithClaims(claims), func(r *api.Request) error {
		if r.Caller.May(meeting.AdminWritesUsers) || !r.Caller.May("user:read") {
			t.Errorf("the scopes are %q", r.Caller.Scopes)
		}
		return nil
	})
}

// Whether API Gateway verified the token or we did, a list of groups is one text.
func TestAdminsOfAUserPoolAreThoseOfItsGroup(t *testing.T) {
	for claims, admin := range map[string]bool{
		`{"token_use":"id","custom:account_id":"acme","cognito:groups":["admins"]}`:                                true,
		`{"token_use":"id","custom:account_id":"acme","cognito:groups":["hosts","admins"]}`:                        true,
		`{"token_use":"id","custom:account_id":"acme"}`:                                                            false,
		`{"token_use":"id","custom:account_id":"acme","cognito:groups":["hosts,admins"]}`:                          false,
		`{"token_use":"id","custom:account_id":"acme","cognito:groups":["Admins","[admins]","admins]","[admins"]}`: false,
		`{"token_use":"id","custom:account_id":"acme","cognito:groups":"admins"}`:                                  false,
		`{"account_id":"acme","cognito:groups":["admins"]}`:                                                        false, // not of Cognito
	} {
		changes := jwt.MapClaims{"sub": "ada"}
		if err := json.Unmarshal([]byte(claims), &changes); err != nil {
			t.Fatal(err)
		}
		may := false
		reads := route(func(_ context.Context, r *api.Request) (api.Response, error) {
			may = r.Caller.May("user:write:admin") && r.Caller.May("app:write:admin")
			return api.NoContent(), nil
		})
		o := accepting(firstJWK)
		o.AdminGroup = "admins"
		answer(t, o, reads, guestEvent(map[string]string{"Authorization": "Bearer " + signRS256(changes)}))
		here := may
		may = false
		answer(t, api.Options{}, reads, eventWithClaims(asAuthorizer(changes)))
		if may {
			t.Errorf("%s: an admin, although the pool is not the stack's own", claims)
		}
		answer(t, api.Options{AdminGroup: "admins"}, reads, eventWithClaims(asAuthorizer(changes)))
		if here != admin || may != admin {
			t.Errorf("%s: verified here %v, verified by API Gateway %v", claims, here, may)
		}
	}
}
