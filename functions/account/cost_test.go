package main

import (
	"testing"

	"personal-rooms/shared/dev/testkit"
)

func TestCostsOfAccountOperations(t *testing.T) {
	s := newScene(t)
	do := func(method, path string, body any) func() testkit.Answer {
		return func() testkit.Answer { return s.root.Do(method, path, body) }
	}
	id := s.register(fields{"url": url(1)})
	one := webhooks + "/" + id
	c := testkit.NewCostTest(t, &s.meter)
	c.Measure("register a webhook", do("POST", webhooks, fields{"url": hook}))
	c.Measure("list webhooks", do("GET", webhooks, nil))
	c.Measure("view a webhook", do("GET", one, nil))
	c.Measure("activate a webhook", do("POST", one+"/activate", nil))
	c.Measure("test a webhook", do("POST", one+"/test", nil))
	c.Measure("delete a webhook", do("DELETE", one, nil))
	c.Measure("view the automation policy", do("GET", automation, nil))
	c.Measure("set the automation policy", do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["*"]}]}`))
	c.Measure("list the audit trail", do("GET", operationLogs, nil))
	c.Measure("lock a setting of the account", do("PATCH", lockSettings, `{"in_meeting":{"waiting_room":true}}`))
}
