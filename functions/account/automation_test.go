package main

import (
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/testkit"
)

func TestGrantsAreReplaced(t *testing.T) {
	s := newScene(t)
	expect := func(grants string) {
		t.Helper()
		s.root.Do("GET", automation, nil).Want(t, 200).Is(t, `{"grants":[`+grants+`]}`)
	}
	expect("")
	s.root.Do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["room.lock","room.lock","meeting.*"]},`+
		`{"user_id":"*","commands":["*"]}]}`).Want(t, 204)
	expect(`{"user_id":"ada","commands":["room.lock","meeting.*"]},{"user_id":"*","commands":["*"]}`)
	s.other.Do("GET", automation, nil).Want(t, 200).Is(t, `{"grants":[]}`)
	s.root.Do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["room.unlock"]}]}`).Want(t, 204)
	expect(`{"user_id":"ada","commands":["room.unlock"]}`)
	s.root.Do("PUT", automation, `{"grants":[]}`).Want(t, 204)
	expect("")
}

func TestConcurrentPoliciesDoNotMix(t *testing.T) {
	s := newScene(t)
	for _, a := range concurrently(8, func(i int) testkit.Answer {
		body := `{"grants":[{"user_id":"user%d","commands":["*"]},{"user_id":"both%[1]d","commands":["*"]}]}`
		return s.root.Do("PUT", automation, fmt.Sprintf(body, i))
	}) {
		if a.Status != 204 {
			a.Refused(t, 503, 4117, "busy")
		}
	}
	policy := s.root.Do("GET", automation, nil).Want(t, 200)
	first := strings.TrimPrefix(policy.Text(t, "grants.0.user_id"), "user")
	testkit.Equal(t, "the second grant", policy.Text(t, "grants.1.user_id"), "both"+first)
}

func TestBadPolicies(t *testing.T) {
	s := newScene(t)
	one := func(grant string) string { return `{"grants":[` + grant + `]}` }
	commands := func(list string) string { return one(`{"user_id":"ada","commands":` + list + `}`) }
	s.root.Do("PUT", automation, commands(`["*"]`)).Want(t, 204)
	for body, named := range map[string]string{
		`[]`: "body", `{"grants":null}`: "grants", one(strings.Repeat(`{},`, 100) + `{}`): "grants",
		one(`"ada"`): "grants[0] grants[0].user_id grants[0].commands", one(`{}`): "grants[0].user_id grants[0].commands",
		commands(`[]`): "grants[0].commands", commands(`["room.lock","room"]`): "grants[0].commands[1]",
		commands(`[` + strings.Repeat(`"*",`, account.MaxPatterns) + `"*"]`):              "grants[0].commands",
		one(`{"user_id":"a#b","commands":["*"]}`):                                         "grants[0].user_id",
		one(`{"user_id":"ada","commands":["*"]},{"user_id":"ada","commands":["room.*"]}`): "grants[1].user_id",
	} {
		s.root.Do("PUT", automation, body).Refuses(t, strings.Fields(named)...)
	}
	s.root.Do("GET", automation, nil).Want(t, 200).Is(t, commands(`["*"]`))
}
