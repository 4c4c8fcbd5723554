package main

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestCostsOfScheduleOperations(t *testing.T) {
	s := newScene(t)
	ada, held := s.ada, s.holdMeeting()
	s.Clock.Advance(24 * time.Hour)
	own := at(s.create(`{"topic":"Own"}`))
	inRoom := at(s.create(`{"topic":"In the room","settings":{"use_pmi":true}}`))
	do := func(method, path string, body any) func() testkit.Answer {
		return func() testkit.Answer { return ada.Do(method, path, body) }
	}
	bob := s.As("bob")
	bob.Do("POST", mine, `{}`).Want(t, 201) // makes the profile and the room
	inNewRoom := func() testkit.Answer { return bob.Do("POST", mine, `{"settings":{"use_pmi":true}}`) }
	keyed := func() testkit.Answer {
		return ada.With("Idempotency-Key", "once").Do("POST", mine, `{"topic":"Once"}`)
	}
	c := testkit.NewCostTest(t, &s.meter)
	c.Measure("plan a meeting", do("POST", mine, `{}`))
	c.Measure("plan a meeting in the personal room", do("POST", mine, `{"settings":{"use_pmi":true}}`))
	c.Measure("plan the first meeting in a new personal room", inNewRoom)
	c.Measure("plan a meeting with an Idempotency-Key", keyed)
	c.Measure("retry with the same key", keyed)
	c.Measure("view a meeting", do("GET", own, nil))
	c.Measure("view a meeting in the personal room", do("GET", inRoom, nil))
	c.Measure("get an invitation", do("GET", own+"/invitation", nil))
	c.Measure("list planned meetings", do("GET", mine, nil))
	c.Measure("list upcoming meetings", do("GET", mine+"?type=upcoming", nil))
	c.Measure("list past meetings", do("GET", mine+"?type=previous_meetings&to=2026-03-02", nil))
	c.Measure("view a past meeting", do("GET", past+held.uuid, nil))
	c.Measure("list the participants of a past meeting", do("GET", past+held.uuid+"/participants", nil))
	c.Measure("list the instances of a meeting", do("GET", past+held.id+"/instances", nil))
	c.Measure("list the meetings of the next day", do("GET", "/v2/users/me/upcoming_meetings", nil))
	c.Measure("report the past meetings of a user", do("GET", reports+"?from=2026-03-02&to=2026-03-02", nil))
	c.Measure("report a past meeting", do("GET", report+held.uuid, nil))
	c.Measure("report the participants of a past meeting", do("GET", report+held.uuid+"/participants", nil))
	c.Measure("change the agenda", do("PATCH", own, `{"agenda":"Engines"}`))
	c.Measure("change the topic", do("PATCH", own, `{"topic":"Engines"}`))
	c.Measure("change a meeting in the personal room", do("PATCH", inRoom, `{"topic":"Engines"}`))
	c.Measure("move a meeting into the personal room", do("PATCH", own, `{"settings":{"use_pmi":true}}`))
	c.Measure("cancel a meeting", do("DELETE", inRoom, nil))
	s.start(held.id)
	c.Measure("list live meetings", do("GET", mine+"?type=live", nil))
	c.Measure("list upcoming meetings while one is live", do("GET", mine+"?type=upcoming", nil))
}

// storeHistory stores n past meetings of ada's and n past instances of the meeting, an hour apart and with one seat
// each.
func (s *scene) storeHistory(id string, n int) {
	s.t.Helper()
	like := meeting.Meeting{Host: testkit.Caller("ada").User, Type: meeting.Scheduled, Topic: "Tea", Timezone: "UTC", Duration: time.Hour}
	write := func(i int) error {
		m, at := like, s.Clock.Now().Add(-time.Duration(i+48)*time.Hour)
		m.ID, m.Start = meeting.Number(fmt.Sprint(84000000000+i)), at
		room := meeting.ClaimRoom{Room: meeting.Room{Number: m.ID, Kind: meeting.MeetingRoom, Owner: m.Host}, Now: at}
		record := meeting.InstanceRecord{
			Instance: fmt.Sprintf("%022d", i), Owner: m.Host, Room: meeting.Number(id), OpenedAt: at, EndedAt: at.Add(time.Hour),
			Meeting: meeting.MeetingRef{ID: meeting.Number(id), Topic: "Tea", Type: meeting.Scheduled}, Expires: at.Add(meeting.DefaultRetention), Rank: 1,
		}
		_, err := s.Store.TakeSeat(s.t.Context(), meeting.Seat{ID: meeting.SeatID(record.Instance + ".A"), State: meeting.Left, JoinedAt: at})
		return errors.Join(err, s.Store.Save(s.t.Context(), room, meeting.PutMeeting{Meeting: m}), s.Store.SaveInstance(s.t.Context(), record))
	}
	const writers = 8
	var all sync.WaitGroup
	for first := range writers {
		all.Go(func() {
			for i := first; i < n; i += writers {
				if err := write(i); err != nil {
					s.t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// A page without a token counts up to meeting.MaxCounted rows, with one more read; a page with a token reads what it
// shows. The rooms of planned meetings are read for the rows that are shown, in one trip.
func TestAListReadsWhatItCountsAndShows(t *testing.T) {
	for i, n := range []int{10, 300} {
		s := newScene(t)
		id := s.create(`{"topic":"Tea"}`)
		s.start(id)
		s.end(id)
		s.storeHistory(id, n)
		for day := range 6 {
			s.create(fmt.Sprintf(`{"topic":"Tea","start_time":"2026-04-%02dT10:00:00Z"}`, day+1))
		}
		s.Clock.Advance(2 * time.Hour)
		s.start(id)
		s.meter.TripWindow = testkit.TripWindow
		token := s.ada.Do("GET", mine+"?type=previous_meetings&page_size=5", nil).Text(t, "next_page_token")
		for _, c := range []struct {
			path string
			want [2]string
		}{
			{mine + "?page_size=300", [2]string{"3 trips, 0 WCU, 19 RCU", "4 trips, 0 WCU, 316 RCU"}},
			{mine + "?page_size=5", [2]string{"4 trips, 0 WCU, 8 RCU", "4 trips, 0 WCU, 21 RCU"}},
			{mine + "?page_size=5&type=live", [2]string{"4 trips, 0 WCU, 4 RCU", "4 trips, 0 WCU, 4 RCU"}},
			{mine + "?page_size=5&type=upcoming", [2]string{"7 trips, 0 WCU, 11 RCU", "7 trips, 0 WCU, 11 RCU"}}, // with what runs over its time
			{mine + "?page_size=5&type=previous_meetings", [2]string{"4 trips, 0 WCU, 6 RCU", "4 trips, 0 WCU, 28 RCU"}},
			{mine + "?page_size=5&type=previous_meetings&next_page_token=" + token, [2]string{"3 trips, 0 WCU, 4 RCU", "3 trips, 0 WCU, 4 RCU"}},
			{mine + "?page_size=5&type=previous_meetings&from=2026-02-27&to=2026-02-28", [2]string{"3 trips, 0 WCU, 5 RCU", "3 trips, 0 WCU, 7 RCU"}},
			{reports + "?from=2026-02-01&to=2026-03-02&page_size=300", [2]string{"4 trips, 0 WCU, 14 RCU", "6 trips, 0 WCU, 59 RCU"}},
			{past + id, [2]string{"3 trips, 0 WCU, 4 RCU", "3 trips, 0 WCU, 4 RCU"}},
			{past + id + "/instances?page_size=5", [2]string{"3 trips, 0 WCU, 5 RCU", "3 trips, 0 WCU, 27 RCU"}},
		} {
			got := ""
			for tries := 0; tries < 3 && got != c.want[i]; tries++ { // a busy machine may split a trip in two, but joins none
				s.meter.Reset()
				s.ada.Do("GET", c.path, nil).Want(t, 200)
				got = s.meter.Cost()
			}
			if got != c.want[i] {
				t.Errorf("with a history of %d, %s takes %s, want %s", n, c.path, got, c.want[i])
			}
		}
	}
}
