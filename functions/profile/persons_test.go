package main

import (
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// Whom an export and an erasure find is tested in shared/dev/proof/rules.
func TestPersonalDataIsExported(t *testing.T) {
	s := newScene(t)
	s.ada.Do("PATCH", me, `{"vanity_name":"countess","dept":"Ships"}`).Want(t, 204)
	root := s.AsAdmin("root")
	for who, c := range map[string]*testkit.Client{"me": s.ada, "ada": root, "ada@example.com": root} {
		part := c.Do("GET", users+"/"+who+"/personal_data", nil).Want(t, 200)
		for _, want := range []string{`"dept":"Ships"`, `"kind":"personal_link"`, `"kind":"room"`, `"created_at":"2026-03-02T09:00:00Z"`, `"user_id":"ada"`} {
			if !strings.Contains(part.Body, want) {
				t.Errorf("the export of %s has no %s: %s", who, want, part.Body)
			}
		}
		for _, secret := range []string{"page_key", "link_key", `"write"`} {
			if strings.Contains(part.Body, secret) {
				t.Errorf("the export of %s has %s: %s", who, secret, part.Body)
			}
		}
	}
	s.ada.Do("GET", users+"/me/personal_data?next_page_token=x", nil).Refuses(t, "next_page_token")
	day := s.Clock.Now().Truncate(24 * time.Hour)
	_, err := s.Store.TakePlace(t.Context(), meeting.Place{Scope: "export#acme#ada", Window: day, Limit: 3000, Count: 2000, At: day})
	testkit.Must(t, err)
	s.ada.Do("GET", users+"/me/personal_data", nil).Refused(t, 429, 4136, "too_many_exports")
	root.Do("GET", users+"/ada/personal_data", nil).Want(t, 200)
	s.As("bob").Do("GET", users+"/ada/personal_data", nil).Refused(t, 404, 1001, "user_not_found")
}

func TestAUserIsErased(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	s.ada.Do("PATCH", me, `{"vanity_name":"countess"}`).Want(t, 204)
	root.Do("DELETE", users+"/ada?action=erase&transfer_meeting=true&transfer_email=root", nil).Refuses(t, "transfer_meeting")
	s.ada.Do("DELETE", users+"/root?action=erase", nil).Refused(t, 403, 4700, "scope")
	root.Do("DELETE", users+"/root?action=erase", nil).Refuses(t, "userId")

	report := root.Do("DELETE", users+"/ada@example.com?action=erase", nil).Want(t, 200)
	report.Is(t, `{"complete":true,"begun_at":"2026-03-02T09:00:00Z","done_at":"2026-03-02T09:00:00Z","erased":[
		{"kind":"audit_entry","how":"kept","count":1},
		{"kind":"personal_link","how":"pseudonymised","count":1},{"kind":"room","how":"released","count":1}]}`)
	root.Do("DELETE", users+"/ada?action=erase", nil).Want(t, 200).Is(t, report.Body)
	root.Do("GET", users+"/ada", nil).Refused(t, 404, 1001, "user_not_found")
	root.Do("DELETE", users+"/ada", nil).Refused(t, 404, 1001, "user_not_found")
}

// What the user did as a host and as an admin is found too; the test shows which permissions that takes.
func TestAHostAndAdminIsErased(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	store, isTable := s.Store.(*table.Table)
	testkit.Equal(t, "is a table", isTable, true)
	number := s.ada.Do("GET", ownRoom, nil).Text(t, "number")
	testkit.Must(t, s.Starts().Start(t.Context(), testkit.Caller("ada"), number))
	s.Clock.Advance(time.Minute)
	testkit.Must(t, s.Starts().End(t.Context(), testkit.Caller("ada"), number))
	s.AsApp("ada", "user:read")
	_, err := store.PutPolicy(t.Context(), account.Policy{Account: testkit.Account, Grants: []account.Grant{
		{User: "ada", Commands: []string{"*"}}, {User: "bob", Commands: []string{"*"}}}})
	testkit.Must(t, err)

	root.Do("DELETE", users+"/ada?action=erase", nil).Want(t, 200)
	policy, err := store.Policy(t.Context(), testkit.Account)
	testkit.Must(t, err)
	testkit.Equal(t, "grants", len(policy.Grants), 1)
	testkit.Equal(t, "version", policy.Version, 2)
	past, _, err := store.PastInstances(t.Context(), testkit.Caller("ada").User, time.Time{}, s.Clock.Now(), "", 10)
	testkit.Must(t, err)
	testkit.Equal(t, "records", len(past), 0)
}
