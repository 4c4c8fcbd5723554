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
	s.ada.Do("PATCH", me, `{"vanity_name":"Lovelace"}`).Want(t, 204)
	root, number := s.AsAdmin("root"), s.ada.Do("GET", ownRoom, nil).Text(t, "number")
	for who, c := range map[string]*testkit.Client{"me": s.ada, "ada": root, "ada@example.com": root} {
		part := c.Do("GET", users+"/"+who+"/personal_data", nil).Want(t, 200)
		for _, want := range []string{`"dept":"Ships"`, `"kind":"personal_link"`, `"kind":"room"`, `"created_at":"2026-03-02T09:00:00Z"`, `"user_id":"ada"`,
			`"name":"Lovelace"`, `"name":"countess","rests_until":`, `"number":"` + number + `"`} {
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
	s.As("bob").Do("GET", users+"/ada/personal_data", nil).Refused(t, 404, 1001, "user_not_found")
}

// An export has meetings too. The refusal names the scope that is missing.
func TestAnExportNeedsTheScopesOfMeetings(t *testing.T) {
	s := newScene(t)
	s.ada.Do("GET", me, nil).Want(t, 200)
	for _, c := range []struct{ scopes, who, missing string }{
		{"", "me", ""}, {"openid", "me", ""}, {"user:read meeting:read", "me", ""}, {"user:read:admin meeting:read", "me", ""},
		{"user:read", "me", "meeting:read"}, {"meeting:read", "me", "user:read"}, {"user:read:admin", "me", "meeting:read"},
		{"user:read:admin meeting:read:admin", "ada", ""}, {"user:read:admin", "ada", "meeting:read"},
		{"user:read:admin meeting:read", "ada", "meeting:read:admin"},
	} {
		who := s.ada
		if c.who == "ada" {
			who = s.As("root")
		}
		answer := who.Claiming("scope", c.scopes).Do("GET", users+"/"+c.who+"/personal_data", nil)
		if c.missing == "" {
			answer.Want(t, 200)
			continue
		}
		answer.Refused(t, 403, 4700, "scope")
		if !strings.Contains(answer.Text(t, "message"), "["+c.missing) {
			t.Errorf("with %q: %s", c.scopes, answer.Body)
		}
	}
}

// The requests of each user are counted, those of all users, and those of all admins for others.
func TestExportsOfADayAreLimited(t *testing.T) {
	s := newScene(t)
	root, bob, cy := s.AsAdmin("root"), s.As("bob"), s.As("cy")
	spent := func(scope string, count int) {
		t.Helper()
		day := s.Clock.Now().Truncate(24 * time.Hour)
		place := meeting.Place{Scope: scope, Window: day, Limit: 2 * count, Count: count, At: day}
		_, err := s.Store.TakePlace(t.Context(), place)
		testkit.Must(t, err)
	}
	own := func(c *testkit.Client) testkit.Answer { return c.Do("GET", users+"/me/personal_data", nil) }
	of := func(id string) testkit.Answer { return root.Do("GET", users+"/"+id+"/personal_data", nil) }
	own(s.ada).Want(t, 200)
	own(bob).Want(t, 200)
	spent("export#acme#ada", 499)
	own(s.ada).Refused(t, 429, 4136, "too_many_exports")
	own(bob).Want(t, 200)
	own(root).Want(t, 200)
	spent("exports#acme", 10000-4)
	own(cy).Refused(t, 429, 4136, "too_many_exports")
	of("ada").Want(t, 200)
	spent("exports by admins#acme", 10000-2)
	of("bob").Want(t, 200)
	of("bob").Refused(t, 429, 4136, "too_many_exports")
	root.Do("DELETE", users+"/bob?action=erase", nil).Refused(t, 429, 4136, "too_many_exports")
	own(s.As("zoe").Claiming("account_id", "other")).Want(t, 200)
	s.Clock.Advance(24 * time.Hour)
	root.Do("DELETE", users+"/bob?action=erase", nil).Want(t, 200)
	own(s.ada).Want(t, 200)
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

func TestWhatIsLeftOfADeletedUserIsErased(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	s.ada.Do("PATCH", me, `{"vanity_name":"countess"}`).Want(t, 204)
	s.As("bob").Do("GET", me, nil).Want(t, 200)
	root.Do("DELETE", users+"/ada", nil).Want(t, 204)
	const erase = users + "/ada?action=erase"
	root.Do("DELETE", erase, nil).Refused(t, 404, 1001, "user_not_found")
	root.Do("DELETE", erase+"&email=ada@example.com", nil).Refuses(t, "email")
	root.Do("DELETE", erase+"&deleted=true&email=bob@example.com", nil).Refuses(t, "email")
	root.Do("DELETE", users+"/ada@example.com?action=erase&deleted=true", nil).Refuses(t, "userId")
	s.As("bob").Do("DELETE", erase+"&deleted=true", nil).Refused(t, 403, 4700, "scope")

	report := root.Do("DELETE", erase+"&deleted=true&email=Ada@example.com", nil).Want(t, 200)
	for _, want := range []string{`"complete":true`, `{"kind":"personal_link","how":"pseudonymised","count":1}`, `{"kind":"room","how":"released","count":1}`} {
		if !strings.Contains(report.Body, want) {
			t.Errorf("the report has no %s: %s", want, report.Body)
		}
	}
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
	ada := meeting.User{Account: testkit.Account, ID: "ada"}
	_, err := store.PutApp(t.Context(), account.App{Account: testkit.Account, ID: "bobs", User: "bob", CreatedBy: ada})
	testkit.Must(t, err)
	_, err = store.PutPolicy(t.Context(), account.Policy{Account: testkit.Account, Grants: []account.Grant{
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
