package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// walk reads all pages of a list, and returns the ids of its meetings. No page has more rows than it may have.
func (s *scene) walk(query string, size int) (all []string) {
	s.t.Helper()
	for token, more := "", true; more; more = token != "" {
		answer := s.ada.Do("GET", fmt.Sprintf("%s?%s&page_size=%d&next_page_token=%s", mine, query, size, token), nil)
		var page listShape
		answer.Want(s.t, 200).Into(s.t, &page)
		for _, m := range page.Meetings {
			all = append(all, string(m.ID))
		}
		if token = page.NextPageToken; len(page.Meetings) > size {
			s.t.Errorf("%s: %d rows on a page of %d", query, len(page.Meetings), size)
		}
	}
	return all
}

// page is the only page of a list, with at most one row.
func page(size int, row string) string {
	return fmt.Sprintf(`{"page_count":1,"page_number":1,"page_size":%d,"total_records":%d,"next_page_token":"","meetings":[%s]}`,
		size, strings.Count(row, `"host_id"`), row)
}

func TestListsHaveZoomsShape(t *testing.T) {
	s := newScene(t)
	is := func(query, row string) {
		t.Helper()
		s.ada.Do("GET", mine+"?page_size=5&"+query, nil).Want(t, 200).Is(t, page(5, row))
	}
	s.ada.Do("GET", mine, nil).Want(t, 200).Is(t, page(30, ""))
	own := s.create(`{"topic":"Tea","start_time":"2026-03-02T09:00:00Z","agenda":"Cake","timezone":"Europe/London"}`)
	uuid := s.ada.Do("GET", at(own), nil).Text(t, "uuid")
	planned := fmt.Sprintf(`{"uuid":"%[2]s","id":%[1]s,"host_id":"ada","topic":"Tea","type":2,"start_time":"2026-03-02T09:00:00Z","duration":60,
		"timezone":"Europe/London","agenda":"Cake","created_at":"2026-03-02T09:00:00Z","join_url":"https://meet.example.com/j/%[1]s?pwd=%[3]s"}`,
		own, uuid, s.LinkPasscode(own))
	for _, query := range []string{"", "type=scheduled", "type=upcoming", "type=upcoming_meetings"} {
		is(query, planned)
	}
	s.start(own)
	is("type=live", planned)
	s.Clock.Advance(89 * time.Second)
	s.end(own)
	is("type=previous_meetings", fmt.Sprintf(`{"uuid":"%[2]s","id":%[1]s,"host_id":"ada","topic":"Tea","type":2,
		"start_time":"2026-03-02T09:00:00Z","end_time":"2026-03-02T09:01:29Z","duration":2,"agenda":""}`, own, uuid))
	s.ada.Do("DELETE", at(own), nil).Want(t, 204)
	is("", "")

	p, room := s.setUp(meeting.Edit{})
	inRoom := s.create(`{"topic":"Tea","type":3,"settings":{"use_pmi":true}}`)
	is("", fmt.Sprintf(`{"uuid":"%[3]s","id":%[1]s,"host_id":"ada","topic":"Tea","type":3,"duration":60,"timezone":"UTC","agenda":"",
		"created_at":"2026-03-02T09:01:29Z","pmi":"%[2]s","join_url":"https://meet.example.com/j/%[2]s?omn=%[1]s&pwd=%[4]s"}`,
		inRoom, p.PMI, s.ada.Do("GET", at(inRoom), nil).Text(t, "uuid"), room.LinkPasscode()))
	s.start(string(p.PMI))
	is("type=live", fmt.Sprintf(`{"uuid":"%[2]s","id":%[1]s,"host_id":"ada","topic":"%[3]s","type":1,"start_time":"2026-03-02T09:01:29Z",
		"timezone":"UTC","agenda":"","created_at":"2026-03-02T09:00:00Z","pmi":"%[1]s","join_url":"https://meet.example.com/j/%[1]s?pwd=%[4]s"}`, p.PMI, room.UUID(), room.Topic, room.LinkPasscode()))
	s.Clock.Advance(meeting.MaxInstanceTime)
	is("type=live", "") // the list ends it (I17)
}

// A row has the uuid and the link of its meeting, which are those of a live instance or of the next one.
func TestI18RowsHaveTheUUIDOfTheirMeeting(t *testing.T) {
	s := newScene(t)
	p, _ := s.setUp(meeting.Edit{})
	var ids []string
	for _, plan := range []string{`{"type":3}`, `{}`, mondays, `{"settings":{"use_pmi":true}}`, `{"settings":{"use_pmi":true}}`} {
		ids = append(ids, s.create(plan))
	}
	rows := func(when string) {
		t.Helper()
		for _, query := range []string{"", "?type=upcoming"} {
			var shown listShape
			s.ada.Do("GET", mine+query, nil).Want(t, 200).Into(t, &shown)
			testkit.Equal(t, when+": rows", len(shown.Meetings), len(ids))
			for _, row := range shown.Meetings {
				s.shows(at(string(row.ID)), map[string]string{"uuid": row.UUID, "join_url": row.JoinURL})
			}
		}
	}
	rows("idle")
	for _, live := range append(ids, string(p.PMI)) {
		s.start(live)
		rows("live")
		s.end(live)
		rows("ended")
	}
}

// mondays is a series on Mondays, from the clock's Monday on, at ten in London.
const mondays = `{"topic":"Weekly","type":8,"start_time":"2026-03-02T10:00:00","timezone":"Europe/London","duration":30,
	"recurrence":{"type":2,"weekly_days":"2","end_times":0}}`

func TestSeriesIsListedAsItsNextOccurrence(t *testing.T) {
	s := newScene(t)
	series := s.create(mondays)
	change := `{"start_time":"2026-03-03T08:00:00Z","duration":90,"agenda":"At length"}`
	s.ada.Do("PATCH", at(series)+"?occurrence_id=1772409600000", change).Want(t, 204)
	s.shows(mine+"?type=upcoming", map[string]string{
		"meetings.0.id": series, "meetings.0.occurrence_id": "1772409600000", "meetings.0.start_time": "2026-03-03T08:00:00Z",
		"meetings.0.duration": "90", "meetings.0.agenda": "At length", "meetings.1": "",
	})
}

// Both ends are inclusive, in the query.
func TestWindowsAreDaysInATimeZoneOrInstants(t *testing.T) {
	s := newScene(t)
	// In Auckland, June 10 begins at noon of June 9 in UTC. One meeting ends then, another begins.
	before := s.create(`{"topic":"Before","start_time":"2026-06-09T23:00:00","timezone":"Pacific/Auckland"}`)
	after := s.create(`{"topic":"After","start_time":"2026-06-10T00:00:00","timezone":"Pacific/Auckland"}`)
	for query, want := range map[string][]string{
		"from=2026-06-10&to=2026-06-10&timezone=Pacific/Auckland": {after},
		"type=upcoming&to=2026-06-09&timezone=Pacific/Auckland":   {before},
		"from=2026-06-09T11:59:59.999Z":                           {before, after},
		"to=2026-06-09T12:00:00Z":                                 {before, after},
		"to=2026-06-09T11:59:59Z":                                 {before},
		"from=2026-06-10T00:00:00%2B12:00&to=2026-06-10":          {after},
		"from=2026-06-10T00:00%2B1200&to=2026-06-10":              {after},
		"from=2026-06-10T00:00:00+12:00&to=2026-06-10":            {after}, // the plus sign is not escaped
		"from=2026-06-10T00:00&timezone=Pacific/Auckland":         {after},
		"to=2026-06-09T23:59&timezone=Pacific/Auckland":           {before},
		"from=0000-01-01&to=0000-01-01":                           nil,
		"from=9999-12-31T23:59:59.999999999Z":                     nil,
	} {
		if got := s.walk(query, 9); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

// The pages of upcoming meetings begin with those that run over their time. Storage also reads meetings that are not in
// a window, so a page of one may be short.
func TestPagesLeaveNothingOut(t *testing.T) {
	s := newScene(t)
	s.SetLease(2 * meeting.MaxInstanceTime)
	var all []string
	for _, plan := range []string{`{"duration":30}`, `{"duration":40}`, `{"duration":120}`} {
		id := s.create(plan)
		_, err := s.Door().Join(t.Context(), testkit.Caller("ada"), meeting.JoinInput{Address: id})
		testkit.Must(t, err)
		all = append(all, id)
	}
	all = append(all, s.create(`{"start_time":"2026-03-02T14:00:00Z"}`), s.create(mondays), s.create(`{"type":3}`))
	slices.Sort(all)
	s.Clock.Advance(100 * time.Minute)
	for size := 1; size <= 4; size++ {
		if got := slices.Sorted(slices.Values(s.walk("type=upcoming", size))); !slices.Equal(got, all) {
			t.Errorf("by %d: %v, want %v", size, got, all)
		}
		s.meter.Reset()
		s.ada.Do("GET", fmt.Sprint(mine, "?type=upcoming&page_size=", size), nil).Want(t, 200)
		const profile, live, each = 1, 3, 2 // a live meeting, and its room: all of them are counted
		if reads := s.meter.Count()["GetItem"]; reads > profile+each*live {
			t.Errorf("a page of %d takes %d reads", size, reads)
		}
	}
	var window []string
	for i := range 40 {
		id := s.create(fmt.Sprintf(`{"start_time":"2026-04-%02dT%02d:00:00Z"}`, 1+i/20, i%20))
		if i >= 36 {
			window = append(window, id)
		}
	}
	for _, size := range []int{1, 3, 50} {
		if got := s.walk("from=2026-04-02T16:00:00Z&to=2026-04-02", size); !slices.Equal(got, window) {
			t.Errorf("by %d: %v, want %v", size, got, window)
		}
	}
}

func TestPageTokenIsForItsListAndUserOnly(t *testing.T) {
	s := newScene(t)
	s.create(`{}`)
	s.create(`{}`)
	const page = "?page_size=1&from=2026-03-01"
	next := "&next_page_token=" + s.ada.Do("GET", mine+page, nil).Want(t, 200).Text(t, "next_page_token")
	for _, other := range []string{"&to=2026-03-05", "&timezone=Asia/Tokyo", "&type=upcoming", "&type=live", "&type=previous_meetings"} {
		s.ada.Do("GET", mine+page+next+other, nil).Refuses(t, "next_page_token")
	}
	s.As("grace").Do("GET", mine+page+next, nil).Refuses(t, "next_page_token")
	s.AsAdmin("root").Do("GET", "/v2/users/ada/meetings"+page+next, nil).Want(t, 200)
}
