package main

import (
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/table"
)

func TestCostsOfScheduleOperations(t *testing.T) {
	meter := &dynamoproxy.Meter{}
	edge := testkit.New(t, table.New(dynamotest.Table(t, dynamotest.Transport(meter.Wrap))), testRoutes)
	ada := edge.As("ada")
	party := teaParty(t, edge)
	edge.Clock.Advance(24 * time.Hour)
	own := "/v2/meetings/" + create(t, edge, `{"topic":"Own"}`)
	inRoom := "/v2/meetings/" + create(t, edge, `{"topic":"In the room","settings":{"use_pmi":true}}`)
	do := func(method, path string, body any) func() testkit.Answer {
		return func() testkit.Answer { return ada.Do(method, path, body) }
	}
	keyed := func() testkit.Answer {
		return ada.With("Idempotency-Key", "once").Do("POST", mine, `{"topic":"Once"}`)
	}
	c := testkit.NewCostTest(t, meter)
	c.Measure("plan a meeting", do("POST", mine, `{}`))
	c.Measure("plan a meeting in the personal room", do("POST", mine, `{"settings":{"use_pmi":true}}`))
	c.Measure("plan a meeting with an Idempotency-Key", keyed)
	c.Measure("retry with the same key", keyed)
	c.Measure("view a meeting", do("GET", own, nil))
	c.Measure("view a meeting in the personal room", do("GET", inRoom, nil))
	c.Measure("get an invitation", do("GET", own+"/invitation", nil))
	c.Measure("list planned meetings", do("GET", mine, nil))
	c.Measure("list upcoming meetings", do("GET", mine+"?type=upcoming", nil))
	c.Measure("list past meetings", do("GET", mine+"?type=previous_meetings&to=2026-03-02", nil))
	c.Measure("view a past meeting", do("GET", past+party.uuid, nil))
	c.Measure("list the participants of a past meeting", do("GET", past+party.uuid+"/participants", nil))
	c.Measure("list the instances of a meeting", do("GET", past+party.id+"/instances", nil))
	c.Measure("change the agenda", do("PATCH", own, `{"agenda":"Engines"}`))
	c.Measure("change the topic", do("PATCH", own, `{"topic":"Engines"}`))
	c.Measure("change a meeting in the personal room", do("PATCH", inRoom, `{"topic":"Engines"}`))
	c.Measure("move a meeting into the personal room", do("PATCH", own, `{"settings":{"use_pmi":true}}`))
	c.Measure("cancel a meeting", do("DELETE", inRoom, nil))
	start(t, edge, party.id)
	c.Measure("list live meetings", do("GET", mine+"?type=live", nil))
	c.Measure("list upcoming meetings while one is live", do("GET", mine+"?type=upcoming", nil))
}
