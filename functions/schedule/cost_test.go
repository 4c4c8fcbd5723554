package main

import (
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/table"
)

func TestWhatAScheduleCosts(t *testing.T) {
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
	testkit.Costs(t, meter,
		testkit.Cost{What: "to plan a meeting", Do: do("POST", mine, `{}`), Want: "3 trips, 6 WCU, 2 RCU"},
		testkit.Cost{What: "to plan one in the personal room", Do: do("POST", mine, `{"settings":{"use_pmi":true}}`), Want: "4 trips, 6 WCU, 3 RCU"},
		testkit.Cost{What: "to plan one with a key", Do: keyed, Want: "3 trips, 8 WCU, 2 RCU"},
		testkit.Cost{What: "its retry", Do: keyed, Want: "4 trips, 0 WCU, 4 RCU"},
		testkit.Cost{What: "to view a meeting", Do: do("GET", own, nil), Want: "1 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "to view one in the personal room", Do: do("GET", inRoom, nil), Want: "4 trips, 0 WCU, 5 RCU"},
		testkit.Cost{What: "an invitation", Do: do("GET", own+"/invitation", nil), Want: "2 trips, 0 WCU, 3 RCU"},
		testkit.Cost{What: "to list what is planned", Do: do("GET", mine, nil), Want: "2 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "to list what comes", Do: do("GET", mine+"?type=upcoming", nil), Want: "3 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "to list what sat", Do: do("GET", mine+"?type=previous_meetings&to=2026-03-02", nil), Want: "2 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "a past meeting", Do: do("GET", past+party.uuid, nil), Want: "2 trips, 0 WCU, 3 RCU"},
		testkit.Cost{What: "who came to it", Do: do("GET", past+party.uuid+"/participants", nil), Want: "2 trips, 0 WCU, 3 RCU"},
		testkit.Cost{What: "its instances", Do: do("GET", past+party.id+"/instances", nil), Want: "2 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "to change the agenda", Do: do("PATCH", own, `{"agenda":"Engines"}`), Want: "2 trips, 2 WCU, 2 RCU"},
		testkit.Cost{What: "to change the topic", Do: do("PATCH", own, `{"topic":"Engines"}`), Want: "2 trips, 6 WCU, 2 RCU"},
		testkit.Cost{What: "to change one in the personal room", Do: do("PATCH", inRoom, `{"topic":"Engines"}`), Want: "4 trips, 6 WCU, 4 RCU"},
		testkit.Cost{What: "to move one into the personal room", Do: do("PATCH", own, `{"settings":{"use_pmi":true}}`), Want: "4 trips, 6 WCU, 4 RCU"},
		testkit.Cost{What: "to cancel one", Do: do("DELETE", inRoom, nil), Want: "4 trips, 6 WCU, 4 RCU"},
	)
	start(t, edge, party.id)
	testkit.Costs(t, meter,
		testkit.Cost{What: "to list what sits", Do: do("GET", mine+"?type=live", nil), Want: "4 trips, 0 WCU, 4 RCU"},
		testkit.Cost{What: "to list what comes, while one sits", Do: do("GET", mine+"?type=upcoming", nil), Want: "5 trips, 0 WCU, 5 RCU"},
	)
}
