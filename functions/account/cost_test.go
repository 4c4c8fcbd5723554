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
	appCosts(s, c, do)
	deviceCosts(s, c)
	c.Measure("view the automation policy", do("GET", automation, nil))
	c.Measure("set the automation policy", do("PUT", automation, `{"grants":[{"user_id":"ada","commands":["*"]}]}`))
	c.Measure("list the audit trail", do("GET", operationLogs, nil))
	c.Measure("lock a setting of the account", do("PATCH", lockSettings, `{"in_meeting":{"waiting_room":true}}`))
}

func appCosts(s *scene, c *testkit.CostTest, do func(method, path string, body any) func() testkit.Answer) {
	const grant = "grant_type=client_credentials"
	p := s.newApp(`{"name":"Moodle","scopes":["automation:read:admin"]}`)
	one := apps + "/" + p.id
	c.Measure("register an app", do("POST", apps, indic))
	c.Measure("list apps", do("GET", apps, nil))
	c.Measure("change an app", do("PATCH", one, `{"name":"Events"}`))
	c.Measure("issue a token to an app", func() testkit.Answer { return s.ask(p, grant, "") })
	c.Measure("refuse a wrong secret of an app", func() testkit.Answer {
		answer := s.ask(program{client: p.client, secret: "wrong"}, grant, "").Want(s.t, 401)
		answer.Status = 200
		return answer
	})
	token := s.tokenOf(p)
	c.Measure("view the automation policy with an app's token", func() testkit.Answer {
		return s.as(token).Do("GET", automation, nil)
	})
	c.Measure("give an app another secret", do("POST", one+"/secret", nil))
	c.Measure("delete an app", do("DELETE", one, nil))
}

func deviceCosts(s *scene, c *testkit.CostTest) {
	ada := s.As("ada")
	ada.Do("POST", devices, subscription(1)).Want(s.t, 201)
	c.Measure("switch the doorbell on for a device", func() testkit.Answer { return ada.Do("POST", devices, subscription(2)) })
	c.Measure("list the devices of the doorbell", func() testkit.Answer { return ada.Do("GET", devices, nil) })
	one := devices + "/" + deviceID(2)
	c.Measure("set the quiet hours of a device", func() testkit.Answer {
		return ada.Do("PATCH", one, fields{"quiet_from": "22:00", "quiet_to": "07:00"})
	})
	c.Measure("remove a device", func() testkit.Answer { return ada.Do("DELETE", one, nil) })
}
