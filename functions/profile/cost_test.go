package main

import (
	"testing"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/table"
)

func TestWhatAProfileCosts(t *testing.T) {
	meter := &dynamoproxy.Meter{}
	edge := testkit.New(t, table.New(dynamotest.Table(t, dynamotest.Transport(meter.Wrap))), testRoutes)
	ada := edge.As("ada")
	do := func(method, path string, body any) func() testkit.Answer {
		return func() testkit.Answer { return ada.Do(method, path, body) }
	}
	testkit.Costs(t, meter,
		testkit.Cost{What: "the first sight of a user", Do: do("GET", me, nil), Want: "2 trips, 6 WCU, 1 RCU"},
		testkit.Cost{What: "to view a profile", Do: do("GET", me, nil), Want: "1 trips, 0 WCU, 1 RCU"},
		testkit.Cost{What: "to edit it", Do: do("PATCH", me, `{"use_pmi":true}`), Want: "2 trips, 1 WCU, 1 RCU"},
		testkit.Cost{What: "to change the number", Do: do("PATCH", me, `{"pmi":"5551234321"}`), Want: "4 trips, 6 WCU, 2.5 RCU"},
		testkit.Cost{What: "to take a link", Do: do("PATCH", me, `{"vanity_name":"ada.lovelace"}`), Want: "3 trips, 4 WCU, 1.5 RCU"},
		testkit.Cost{What: "to view the settings", Do: do("GET", settings, nil), Want: "2 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "to view the room", Do: do("GET", ownRoom, nil), Want: "2 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "to edit the room", Do: do("PATCH", ownRoom, `{"waiting_room":"guests"}`), Want: "3 trips, 1 WCU, 2 RCU"},
		testkit.Cost{What: "a new passcode", Do: do("PATCH", ownRoom, `{"passcode":"generate"}`), Want: "4 trips, 1 WCU, 2 RCU"},
		testkit.Cost{What: "to ask for a free number", Do: do("GET", "/v2/users/pmi?pmi=5551234322", nil), Want: "2 trips, 1 WCU, 1 RCU"},
		testkit.Cost{What: "to ask for a free link", Do: do("GET", "/v2/users/vanity_name?vanity_name=grace.hopper", nil), Want: "2 trips, 1 WCU, 1 RCU"},
	)
}
