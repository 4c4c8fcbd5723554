package main

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// newMeteredEdge counts what the edge's storage costs.
func newMeteredEdge(t *testing.T) (*testkit.Edge, *dynamoproxy.Meter) {
	t.Helper()
	meter := &dynamoproxy.Meter{}
	return testkit.New(t, table.New(dynamotest.Table(t, dynamotest.Transport(meter.Wrap))), testRoutes), meter
}

func TestWhatAScheduleCosts(t *testing.T) {
	edge, meter := newMeteredEdge(t)
	ada := edge.As("ada")
	held := holdMeeting(t, edge)
	edge.Clock.Advance(24 * time.Hour)
	own := at(create(t, edge, `{"topic":"Own"}`))
	inRoom := at(create(t, edge, `{"topic":"In the room","settings":{"use_pmi":true}}`))
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
		testkit.Cost{What: "a past meeting", Do: do("GET", past+held.uuid, nil), Want: "2 trips, 0 WCU, 3 RCU"},
		testkit.Cost{What: "who came to it", Do: do("GET", past+held.uuid+"/participants", nil), Want: "2 trips, 0 WCU, 3 RCU"},
		testkit.Cost{What: "its instances", Do: do("GET", past+held.id+"/instances", nil), Want: "2 trips, 0 WCU, 2 RCU"},
		testkit.Cost{What: "to change the agenda", Do: do("PATCH", own, `{"agenda":"Engines"}`), Want: "2 trips, 2 WCU, 2 RCU"},
		testkit.Cost{What: "to change the topic", Do: do("PATCH", own, `{"topic":"Engines"}`), Want: "2 trips, 6 WCU, 2 RCU"},
		testkit.Cost{What: "to change one in the personal room", Do: do("PATCH", inRoom, `{"topic":"Engines"}`), Want: "4 trips, 6 WCU, 4 RCU"},
		testkit.Cost{What: "to move one into the personal room", Do: do("PATCH", own, `{"settings":{"use_pmi":true}}`), Want: "4 trips, 6 WCU, 4 RCU"},
		testkit.Cost{What: "to cancel one", Do: do("DELETE", inRoom, nil), Want: "4 trips, 6 WCU, 4 RCU"},
	)
	start(t, edge, held.id)
	testkit.Costs(t, meter,
		testkit.Cost{What: "to list what sits", Do: do("GET", mine+"?type=live", nil), Want: "4 trips, 0 WCU, 4 RCU"},
		testkit.Cost{What: "to list what comes, while one sits", Do: do("GET", mine+"?type=upcoming", nil), Want: "5 trips, 0 WCU, 5 RCU"},
	)
}

// storeHistory stores n past meetings of ada's and n past instances of the meeting, an hour apart.
func storeHistory(t *testing.T, edge *testkit.Edge, id string, n int) {
	t.Helper()
	like := meeting.Meeting{Host: caller("ada").User, Type: meeting.Scheduled, Topic: "Tea", Timezone: "UTC", Duration: time.Hour}
	write := func(i int) error {
		m, at := like, edge.Clock.Now().Add(-time.Duration(i+48)*time.Hour)
		m.ID, m.Start = meeting.Number(fmt.Sprint(84000000000+i)), at
		return errors.Join(edge.Store.Save(t.Context(), meeting.PutMeeting{Meeting: m}), edge.Store.SaveInstance(t.Context(), meeting.InstanceRecord{
			Instance: fmt.Sprintf("%022d", i), Owner: m.Host, Room: meeting.Number(id), OpenedAt: at, EndedAt: at.Add(time.Hour),
			Meeting: meeting.MeetingRef{ID: meeting.Number(id), Topic: "Tea", Type: meeting.Scheduled}, Expires: at.Add(meeting.DefaultRetention), Rank: 1,
		}))
	}
	const writers = 8
	var all sync.WaitGroup
	for first := range writers {
		all.Go(func() {
			for i := first; i < n; i += writers {
				if err := write(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestCostOfAListDoesNotGrowWithTheHistory(t *testing.T) {
	for _, n := range []int{10, 300} {
		edge, meter := newMeteredEdge(t)
		id := create(t, edge, `{"topic":"Tea"}`)
		start(t, edge, id)
		end(t, edge, id)
		storeHistory(t, edge, id, n)
		for i := range 6 {
			create(t, edge, fmt.Sprintf(`{"topic":"Tea","start_time":"2026-04-%02dT10:00:00Z"}`, i+1))
		}
		edge.Clock.Advance(2 * time.Hour)
		start(t, edge, id)
		meter.Linger = testkit.Linger
		ada := edge.As("ada")
		token := ada.Do("GET", mine+"?type=previous_meetings&page_size=5", nil).Text(t, "next_page_token")
		for _, c := range []struct{ path, want string }{
			{mine + "?page_size=5", "2 trips, 0 WCU, 2 RCU"},
			{mine + "?page_size=5&from=2026-04-02&to=2026-04-05", "2 trips, 0 WCU, 2 RCU"},
			{mine + "?page_size=5&type=live", "4 trips, 0 WCU, 4 RCU"},
			{mine + "?page_size=5&type=upcoming", "5 trips, 0 WCU, 5 RCU"}, // with what runs over its time
			{mine + "?page_size=5&type=upcoming&to=2026-04-04", "5 trips, 0 WCU, 5 RCU"},
			{mine + "?page_size=5&type=previous_meetings", "3 trips, 0 WCU, 5 RCU"}, // one query finds only what is live
			{mine + "?page_size=5&type=previous_meetings&next_page_token=" + token, "3 trips, 0 WCU, 4 RCU"},
			{mine + "?page_size=5&type=previous_meetings&from=2026-02-27&to=2026-02-28", "3 trips, 0 WCU, 4 RCU"},
			{past + id, "3 trips, 0 WCU, 4 RCU"},
			{past + id + "/participants", "3 trips, 0 WCU, 4 RCU"},
			{past + id + "/instances?page_size=5", "3 trips, 0 WCU, 4 RCU"},
		} {
			meter.Reset()
			ada.Do("GET", c.path, nil).Want(t, 200)
			if got := meter.Cost(); got != c.want {
				t.Errorf("with a history of %d, %s takes %s, want %s", n, c.path, got, c.want)
			}
		}
	}
}
