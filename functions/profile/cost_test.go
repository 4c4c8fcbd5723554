package main

import (
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
	c.Measure("ask whether a number is free", do("GET", "/v2/users/pmi?pmi=5551234322", nil))
	c.Measure("ask whether a link is free", do("GET", "/v2/users/vanity_name?vanity_name=grace.hopper", nil))
	c.Measure("ask whether an e-mail address is a user's", do("GET", "/v2/users/email?email=grace@example.com", nil))
}
