package main

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestWhatAnAccountsAffairsCost(t *testing.T) {
	s := newScene(t)
	do := func(method, path string, body any) func() testkit.Answer {
		return func() testkit.Answer { return s.root.Do(method, path, body) }
	}
	id := s.register(fields{"url": url(1)})
	one := webhooks + "/" + id
	testkit.Costs(t, &s.meter,
		testkit.Cost{What: "to register a webhook", Do: do("POST", webhooks, fields{"url": hook}), Want: "3 trips, 1 WCU, 2 RCU"},
		testkit.Cost{What: "to list the webhooks", Do: do("GET", webhooks, nil), Want: "1 trips, 0 WCU, 1 RCU"},
		testkit.Cost{What: "to view a webhook", Do: do("GET", one, nil), Want: "1 trips, 0 WCU, 1 RCU"},
		testkit.Cost{What: "to activate a webhook", Do: do("POST", one+"/activate", nil), Want: "2 trips, 1 WCU, 1 RCU"},
		testkit.Cost{What: "to test a webhook", Do: do("POST", one+"/test", nil), Want: "1 trips, 0 WCU, 1 RCU"},
		testkit.Cost{What: "to delete a webhook", Do: do("DELETE", one, nil), Want: "2 trips, 1 WCU, 1 RCU"},
		testkit.Cost{What: "what automations may do", Do: do("GET", automation, nil), Want: "1 trips, 0 WCU, 1 RCU"},
		testkit.Cost{What: "to say what they may do", Do: do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["*"]}]}`), Want: "2 trips, 1 WCU, 1 RCU"},
	)
}
