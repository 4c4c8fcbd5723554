package main

import (
	"encoding/json"
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestCostsOfProfileOperations(t *testing.T) {
	s := newScene(t)
	do := func(method, path string, body any) func() testkit.Answer {
		return func() testkit.Answer { return s.ada.Do(method, path, body) }
	}
	c := testkit.NewCostTest(t, &s.meter)
	c.Measure("create a profile (a user's first request)", do("GET", me, nil))
	root := s.AsAdmin("root")
	root.Do("GET", me, nil).Want(t, 200)
	invite := invitation(`,"pmi":"6661234321","vanity_name":"grace.hopper2"`)
	c.Measure("create a user with a number and a link", func() testkit.Answer { return root.Do("POST", users, invite) })
	c.Measure("take over an invited profile (a user's first request)", func() testkit.Answer { return s.As("grace").Do("GET", me, nil) })
	c.Measure("list users", func() testkit.Answer { return root.Do("GET", users, nil) })
	c.Measure("view a profile", do("GET", me, nil))
	c.Measure("edit a profile", do("PATCH", me, `{"use_pmi":true}`))
	c.Measure("change the number", do("PATCH", me, `{"pmi":"5551234321"}`))
	c.Measure("take a personal link", do("PATCH", me, `{"vanity_name":"ada.lovelace"}`))
	c.Measure("view the settings", do("GET", settings, nil))
	c.Measure("view the room", do("GET", ownRoom, nil))
	c.Measure("edit the room's settings", do("PATCH", ownRoom, `{"waiting_room":"guests"}`))
	c.Measure("generate a passcode", do("PATCH", ownRoom, `{"passcode":"generate"}`))
	c.Measure("make a guest pass", do("POST", ownRoom+"/passes", `{"name":"Charles"}`))
	var list struct{ Passes []struct{ ID string } }
	c.Measure("list the guest passes", func() testkit.Answer {
		all := s.ada.Do("GET", ownRoom+"/passes", nil)
		testkit.Must(t, json.Unmarshal([]byte(all.Body), &list))
		return all
	})
	c.Measure("revoke a guest pass", do("DELETE", ownRoom+"/passes/"+list.Passes[0].ID, nil))
	c.Measure("ask whether a number is free", do("GET", "/v2/users/pmi?pmi=5551234322", nil))
	c.Measure("ask whether a link is free", do("GET", "/v2/users/vanity_name?vanity_name=grace.hopper", nil))
	c.Measure("ask whether an e-mail address is a user's", do("GET", "/v2/users/email?email=grace@example.com", nil))
	usersCosts(c, root)
}

// usersCosts measures what admins do with users who have no meetings.
func usersCosts(c *testkit.CostTest, root *testkit.Client) {
	do := func(method, path, body string) func() testkit.Answer {
		return func() testkit.Answer { return root.Do(method, path, body) }
	}
	c.Measure("import: try to create a user (a dry run)", do("POST", users+"?dry_run=true",
		`{"action":"create","user_info":{"email":"kay@example.com","pmi":"6661234322","vanity_name":"kay.mcnulty"}}`))
	c.Measure("deactivate a user without meetings", do("PUT", users+"/grace/status", `{"action":"deactivate"}`))
	c.Measure("activate a user without meetings", do("PUT", users+"/grace/status", `{"action":"activate"}`))
	c.Measure("delete a user without meetings", do("DELETE", users+"/grace", ""))
	c.Measure("export a user's data, of a small table", do("GET", users+"/ada/personal_data", ""))
	c.Measure("erase a user without meetings, of a small table", do("DELETE", users+"/ada?action=erase", ""))
}
