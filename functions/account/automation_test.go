package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
)

func TestAdminsSayWhatAutomationsMayDo(t *testing.T) {
	s := newScene(t)
	s.root.Do("GET", automation, nil).Want(t, 200).Is(t, `{"grants":[]}`)
	s.root.Do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["room.lock","room.lock","meeting.*"]},{"user_id":"*","commands":["*"]}]}`).Want(t, 204)
	s.root.Do("GET", automation, nil).Want(t, 200).Is(t, `{"grants":[{"user_id":"ada","commands":["room.lock","meeting.*"]},{"user_id":"*","commands":["*"]}]}`)
	s.root.Do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["room.unlock"]}]}`).Want(t, 204)
	p, err := s.store.Policy(t.Context(), testkit.Account)
	if err != nil || !p.Allows("ada", account.RoomUnlock) || p.Allows("ada", account.RoomLock) || p.Allows("grace", account.RoomUnlock) {
		t.Errorf("%+v, %v: what is not named any more is not granted any more", p, err)
	}
	s.AsAdmin("root").Claiming("account_id", "other").Do("GET", automation, nil).Want(t, 200).Is(t, `{"grants":[]}`)
	s.root.Do("PUT", automation, `{"grants":[]}`).Want(t, 204)
	s.root.Do("GET", automation, nil).Want(t, 200).Is(t, `{"grants":[]}`)
}

func TestOfManyPoliciesThatAreSetAtOnceOneStands(t *testing.T) {
	s := newScene(t)
	answers := make([]testkit.Answer, 8)
	atOnce(len(answers), func(i int) {
		answers[i] = s.root.Do("PUT", automation, fmt.Sprintf(`{"grants":[{"user_id":"user%d","commands":["*"]},{"user_id":"both%[1]d","commands":["*"]}]}`, i))
	})
	stands := s.root.Do("GET", automation, nil).Want(t, 200)
	first := strings.TrimPrefix(stands.Text(t, "grants.0.user_id"), "user")
	same(t, "the other half", stands.Text(t, "grants.1.user_id"), "both"+first)
	for _, a := range answers {
		if a.Status != 204 {
			a.Refused(t, 503, 4117, "busy")
		}
	}
}

func TestBadPoliciesAreRefused(t *testing.T) {
	s := newScene(t)
	s.root.Do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["*"]}]}`).Want(t, 204)
	before := s.root.Do("GET", automation, nil).Want(t, 200).Body
	for body, named := range map[string]string{
		``:                                "grants",
		`{`:                               "body",
		`[]`:                              "body",
		`{}`:                              "grants",
		`{"grants":null}`:                 "grants",
		`{"grants":""}`:                   "grants grants",
		`{"grants":{}}`:                   "grants",
		`{"grants":"all"}`:                "grants",
		`{"grants":["ada"]}`:              "grants[0] grants[0].user_id grants[0].commands",
		`{"grants":[null]}`:               "grants[0] grants[0].user_id grants[0].commands",
		`{"grants":[{}]}`:                 "grants[0].user_id grants[0].commands",
		`{"grants":[{"user_id":"ada"}]}`:  "grants[0].commands",
		`{"grants":[{"commands":["*"]}]}`: "grants[0].user_id",
		`{"grants":[{"user_id":"ada","commands":[]}]}`:                                                       "grants[0].commands",
		`{"grants":[{"user_id":"ada","commands":"*"}]}`:                                                      "grants[0].commands",
		`{"grants":[{"user_id":"ada","commands":["room.explode"]}]}`:                                         "grants[0].commands[0]",
		`{"grants":[{"user_id":"ada","commands":["room.lock","room"]}]}`:                                     "grants[0].commands[1]",
		`{"grants":[{"user_id":"ada","commands":[""]}]}`:                                                     "grants[0].commands[0]",
		`{"grants":[{"user_id":"ada","commands":[7]}]}`:                                                      "grants[0].commands[0]",
		`{"grants":[{"user_id":"a#b","commands":["*"]}]}`:                                                    "grants[0].user_id",
		`{"grants":[{"user_id":7,"commands":["*"]}]}`:                                                        "grants[0].user_id",
		`{"grants":[{"user_id":"ada","commands":["*"]},{"user_id":"ada","commands":["room.*"]}]}`:            "grants[1].user_id",
		`{"grants":[` + strings.Repeat(`{},`, 100) + `{}]}`:                                                  "grants",
		`{"grants":[{"user_id":"` + strings.Repeat("u", 129) + `","commands":["*"]}]}`:                       "grants[0].user_id",
		`{"grants":[{"user_id":"ada","commands":[` + strings.Repeat(`"*",`, 64) + `"*"]}]}`:                  "grants[0].commands",
		`{"grants":[{"user_id":"ada","commands":["room.lock"]}],"grants":[{"user_id":"","commands":["*"]}]}`: "grants[0].user_id",
	} {
		s.root.Do("PUT", automation, body).Refuses(t, strings.Fields(named)...)
	}
	s.root.Do("PUT", automation, `{"x":"`+strings.Repeat("a", 64<<10)+`"}`).Refused(t, 413, 300, "too_large")
	same(t, "the policy", s.root.Do("GET", automation, nil).Want(t, 200).Body, before)
}

// The largest policy that can be set can be stored.
func TestTheLargestPolicyFits(t *testing.T) {
	s := newScene(t)
	var grants []fields
	for i := range account.MaxGrants {
		grants = append(grants, fields{"user_id": fmt.Sprintf("%0128d", i), "commands": account.Commands()})
	}
	s.root.Do("PUT", automation, fields{"grants": grants}).Want(t, 204)
}

func FuzzAutomation(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		grants, err := grantsOf(r)
		for _, g := range grants {
			if _, bad := account.ParseUser(g.User); err == nil && (bad != nil || len(g.Commands) == 0) {
				panic(fmt.Sprintf("%+v was let pass", g))
			}
		}
		return api.NoContent(), err
	}, `{"grants":[{"user_id":"ada","commands":["room.lock","meeting.*"]},{"user_id":"*","commands":["*"]}]}`, `{"grants":[null,{}]}`, `{}`, ``)
}
