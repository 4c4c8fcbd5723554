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

// in is a time so many hours from now.
func in(edge *testkit.Edge, hours float64) string {
	return edge.Clock.Now().Add(time.Duration(hours * float64(time.Hour))).Format(time.RFC3339)
}

// rows returns the meetings of a page.
func rows(t *testing.T, a testkit.Answer) []listedShape {
	t.Helper()
	var page listShape
	a.Want(t, 200).Into(t, &page)
	return page.Meetings
}

// walk reads all pages of a list, and returns the ids of its meetings and how many are on each page.
func walk(t *testing.T, c *testkit.Client, query string) (all []string, pages []int) {
	t.Helper()
	for token := ""; len(pages) == 0 || token != ""; {
		page := c.Do("GET", mine+"?"+query+"&next_page_token="+token, nil)
		found := rows(t, page)
		for _, m := range found {
			all = append(all, string(m.ID))
		}
		pages, token = append(pages, len(found)), page.Text(t, "next_page_token")
	}
	return all, pages
}

// lists fails the test unless the list of the query is these meetings.
func lists(t *testing.T, c *testkit.Client, query string, want ...string) {
	t.Helper()
	if got, _ := walk(t, c, query); !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", query, got, want)
	}
}

// join takes ada into the room of the number, which opens. Her seat needs no renewal for days.
func join(t *testing.T, edge *testkit.Edge, number string) {
	t.Helper()
	edge.SetLease(2 * meeting.MaxInstanceTime)
	if _, err := edge.Door().Join(t.Context(), testkit.Caller("ada"), meeting.JoinInput{Address: number}); err != nil {
		t.Fatal(err)
	}
}

func TestListsHaveZoomsShape(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	is := func(query, row string) {
		t.Helper()
		ada.Do("GET", mine+"?page_size=5&"+query, nil).Want(t, 200).Is(t, `{"page_size":5,"next_page_token":"","meetings":[`+row+`]}`)
	}
	ada.Do("GET", mine, nil).Want(t, 200).Is(t, `{"page_size":30,"next_page_token":"","meetings":[]}`)
	own := create(t, edge, `{"topic":"Tea","start_time":"2026-03-02T09:00:00Z","agenda":"Cake","timezone":"Europe/London"}`)
	planned := fmt.Sprintf(`{"id":%[1]s,"host_id":"ada","topic":"Tea","type":2,"start_time":"2026-03-02T09:00:00Z","duration":60,
		"timezone":"Europe/London","agenda":"Cake","created_at":"2026-03-02T09:00:00Z","join_url":"https://meet.example.com/j/%[1]s"}`, own)
	for _, query := range []string{"", "type=scheduled", "type=upcoming", "type=upcoming_meetings"} {
		is(query, planned)
	}
	start(t, edge, own)
	uuid := ada.Do("GET", at(own), nil).Text(t, "uuid")
	is("type=live", strings.Replace(planned, `{`, `{"uuid":"`+uuid+`",`, 1))
	edge.Clock.Advance(89 * time.Second)
	end(t, edge, own)
	is("type=previous_meetings", fmt.Sprintf(`{"uuid":"%[2]s","id":%[1]s,"host_id":"ada","topic":"Tea","type":2,
		"start_time":"2026-03-02T09:00:00Z","end_time":"2026-03-02T09:01:29Z","duration":2}`, own, uuid))
	ada.Do("DELETE", at(own), nil).Want(t, 204)
	lists(t, ada, "type=previous_meetings", own) // a cancelled meeting stays in the past
	is("", "")

	p, room := setUp(t, edge, meeting.Edit{})
	inRoom := create(t, edge, `{"topic":"Tea","type":3,"settings":{"use_pmi":true}}`)
	is("", fmt.Sprintf(`{"id":%[1]s,"host_id":"ada","topic":"Tea","type":3,"duration":60,"timezone":"UTC",
		"created_at":"2026-03-02T09:01:29Z","pmi":"%[2]s","join_url":"https://meet.example.com/j/%[2]s?omn=%[1]s"}`, inRoom, p.PMI))
	start(t, edge, string(p.PMI))
	is("type=live", fmt.Sprintf(`{"uuid":"%[2]s","id":%[1]s,"host_id":"ada","topic":"%[3]s","type":4,"start_time":"2026-03-02T09:01:29Z",
		"timezone":"UTC","created_at":"2026-03-02T09:00:00Z","join_url":"https://meet.example.com/j/%[1]s"}`, p.PMI, room.Live.Instance, room.Topic))
	start(t, edge, inRoom) // the live instance of the room becomes that of the meeting
	lists(t, ada, "type=live", inRoom)
	edge.Clock.Advance(meeting.MaxInstanceTime)
	lists(t, ada, "type=live") // the list ends it (I17)
	lists(t, ada, "type=previous_meetings", inRoom, own)
}

// mondays is a series on Mondays, from the clock's Monday on, at ten in London.
const mondays = `{"topic":"Weekly","type":8,"start_time":"2026-03-02T10:00:00","timezone":"Europe/London","duration":30,
	"recurrence":{"type":2,"weekly_days":"2","end_times":0}}`

func TestSeriesIsListedAsItsNextOccurrence(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	series := create(t, edge, mondays)
	change := `{"start_time":"2026-03-03T08:00:00Z","duration":90,"agenda":"At length"}`
	ada.Do("PATCH", at(series)+"?occurrence_id=1772409600000", change).Want(t, 204)
	shows(t, ada.Do("GET", mine+"?type=upcoming", nil).Want(t, 200), map[string]string{
		"meetings.0.id": series, "meetings.0.occurrence_id": "1772409600000", "meetings.0.start_time": "2026-03-03T08:00:00Z",
		"meetings.0.duration": "90", "meetings.0.agenda": "At length", "meetings.1": "",
	})
}

// Both ends are inclusive, in the query.
func TestWindowsAreDaysInATimeZoneOrInstants(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	// In Auckland, June 10 begins at noon of June 9 in UTC. One meeting ends then, another begins.
	before := create(t, edge, `{"topic":"Before","start_time":"2026-06-09T23:00:00","timezone":"Pacific/Auckland"}`)
	after := create(t, edge, `{"topic":"After","start_time":"2026-06-10T00:00:00","timezone":"Pacific/Auckland"}`)
	for query, want := range map[string][]string{
		"from=2026-06-10&to=2026-06-10&timezone=Pacific/Auckland":      {after},
		"type=upcoming&to=2026-06-09&timezone=Pacific/Auckland":        {before},
		"from=2026-06-09T11:59:59.999Z":                                {before, after},
		"to=2026-06-09T12:00:00Z":                                      {before, after},
		"to=2026-06-09T11:59:59Z":                                      {before},
		"from=2026-06-10T00:00:00%2B12:00&to=2026-06-10&timezone=":     {after},
		"from=0000-01-01&to=0000-01-01&timezone=America/Los_Angeles":   {},
		"from=9999-12-31T23:59:59.999999999Z&timezone=Etc/GMT-14":      {},
		"from=2026-06-09&to=2026-06-09&timezone=America%2FLos_Angeles": {before, after},
	} {
		lists(t, ada, query, want...)
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	var want []string
	pages := func(list string) {
		t.Helper()
		got, sizes := walk(t, ada, "page_size=3&type="+list)
		if !slices.Equal(sizes, []int{3, 3, 1}) || !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v; on pages of %v", list, got, want, sizes)
		}
	}
	for i := range 7 {
		want = append(want, create(t, edge, fmt.Sprintf(`{"topic":"%d","start_time":"2026-03-%02dT10:00:00Z"}`, i, i+3)))
	}
	pages("scheduled")
	pages("upcoming")
	for _, id := range want {
		join(t, edge, id)
		edge.Clock.Advance(time.Minute)
	}
	pages("live")
	for _, id := range want {
		end(t, edge, id)
	}
	slices.Reverse(want)
	pages("previous_meetings")
}

// Storage also reads meetings that are not in the window, so a page may be short. No meeting is lost by that.
func TestPagesOfAWindowSkipNothing(t *testing.T) {
	edge := newEdge(t)
	var want []string
	for i := range 40 {
		id := create(t, edge, fmt.Sprintf(`{"start_time":%q,"duration":30}`, in(edge, float64(i))))
		if i >= 36 {
			want = append(want, id)
		}
	}
	series := create(t, edge, mondays)
	for _, size := range []int{1, 3, 50} {
		lists(t, edge.As("ada"), fmt.Sprintf("from=%s&to=2026-03-08&page_size=%d", in(edge, 36), size), want...)
		lists(t, edge.As("ada"), fmt.Sprintf("from=2026-03-09&page_size=%d", size), series)
	}
}

func TestPageTokenIsForItsListAndUserOnly(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	create(t, edge, `{}`)
	create(t, edge, `{}`)
	token := ada.Do("GET", mine+"?page_size=1&from=2026-03-01", nil).Want(t, 200).Text(t, "next_page_token")
	for _, query := range []string{"from=2026-03-01&to=2026-03-05", "from=2026-03-01&timezone=Asia/Tokyo", "from=2026-03-01&type=upcoming",
		"from=2026-03-01&type=live", "from=2026-03-01&type=previous_meetings"} {
		ada.Do("GET", mine+"?next_page_token="+token+"&"+query, nil).Refuses(t, "next_page_token")
	}
	edge.As("grace").Do("GET", mine+"?from=2026-03-01&next_page_token="+token, nil).Refuses(t, "next_page_token")
	edge.AsAdmin("root").Do("GET", "/v2/users/ada/meetings?from=2026-03-01&next_page_token="+token, nil).Want(t, 200)
}

// The pages begin with the meetings that run over their time.
func TestPagesOfUpcomingMeetings(t *testing.T) {
	edge := newEdge(t)
	want := []string{create(t, edge, `{"duration":30}`), create(t, edge, `{"duration":40}`), create(t, edge, `{"duration":120}`)}
	want = append(want, create(t, edge, `{"start_time":"`+in(edge, 5)+`"}`), create(t, edge, mondays), create(t, edge, `{"type":3}`))
	for _, id := range want[:3] {
		join(t, edge, id)
	}
	edge.Clock.Advance(100 * time.Minute)
	slices.Sort(want)
	for size := 1; size <= 4; size++ {
		got, pages := walk(t, edge.As("ada"), fmt.Sprintf("type=upcoming&page_size=%d", size))
		if slices.Sort(got); !slices.Equal(got, want) || slices.Max(pages) > size {
			t.Errorf("by %d: %v on pages of %v, want %v", size, got, pages, want)
		}
	}
}

func TestPageReadsNoMoreLiveRoomsThanItHasRows(t *testing.T) {
	edge, meter := newMeteredEdge(t)
	for range 5 {
		join(t, edge, create(t, edge, `{"duration":1}`))
	}
	edge.Clock.Advance(5 * time.Minute)
	for size := 1; size <= 4; size++ {
		meter.Reset()
		page := edge.As("ada").Do("GET", fmt.Sprintf("%s?type=upcoming&page_size=%d", mine, size), nil)
		const profile, each = 1, 2 // its room and its meeting
		if got, reads := len(rows(t, page)), meter.Count()["GetItem"]; got != size || reads != profile+each*size {
			t.Errorf("a page of %d by %d, with %d reads", got, size, reads)
		}
	}
}
