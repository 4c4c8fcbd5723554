package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// in is a time so many hours from now.
func in(edge *testkit.Edge, hours float64) string {
	return edge.Clock.Now().Add(time.Duration(hours * float64(time.Hour))).Format(time.RFC3339)
}

// rows are what is listed.
func rows(t *testing.T, a testkit.Answer) []listedShape {
	t.Helper()
	var page listShape
	a.Want(t, 200).Into(t, &page)
	return page.Meetings
}

// lists fails the test unless the list of the query is these meetings.
func lists(t *testing.T, c *testkit.Client, query string, want ...string) {
	t.Helper()
	if got := idsOf(t, c.Do("GET", mine+"?"+query, nil)); !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", query, got, want)
	}
}

func TestMeetingsAreListedInZoomsShape(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	ada.Do("GET", mine, nil).Want(t, 200).Is(t, `{"page_size":30,"next_page_token":"","meetings":[]}`)
	own := create(t, edge, `{"topic":"Tea","start_time":"2026-03-03T10:00:00Z","agenda":"Cake","timezone":"Europe/London"}`)
	ada.Do("GET", mine, nil).Want(t, 200).Is(t, fmt.Sprintf(`{"page_size":30,"next_page_token":"","meetings":[{"id":%[1]s,"host_id":"ada",
		"topic":"Tea","type":2,"start_time":"2026-03-03T10:00:00Z","duration":60,"timezone":"Europe/London","agenda":"Cake",
		"created_at":"2026-03-02T09:00:00Z","join_url":"https://meet.example.com/j/%[1]s"}]}`, own))
	ada.Do("DELETE", "/v2/meetings/"+own, nil).Want(t, 204)
	p, _ := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	inRoom := create(t, edge, `{"topic":"Tea","type":3,"settings":{"use_pmi":true}}`)
	create(t, edge, `{"type":1}`) // not planned, and not listed
	ada.Do("GET", mine+"?type=scheduled&page_size=5", nil).Want(t, 200).Is(t, fmt.Sprintf(`{"page_size":5,"next_page_token":"","meetings":[{
		"id":%[1]s,"host_id":"ada","topic":"Tea","type":3,"duration":60,"timezone":"UTC","created_at":"2026-03-02T09:00:00Z",
		"pmi":"%[2]s","join_url":"https://meet.example.com/j/%[2]s?omn=%[1]s"}]}`, inRoom, p.PMI))
	lists(t, ada, "type=upcoming", inRoom)
}

func TestUpcomingMeetingsComeSoonestFirst(t *testing.T) {
	edge := newEdge(t)
	at := func(hours float64) string { return create(t, edge, `{"start_time":"`+in(edge, hours)+`"}`) }
	third, first, second := at(30), at(1), at(10)
	never := create(t, edge, `{"type":3}`)
	past := at(0)
	edge.Clock.Advance(time.Hour)
	lists(t, edge.As("ada"), "type=upcoming", first, second, third, never)
	lists(t, edge.As("ada"), "type=upcoming_meetings", first, second, third, never)
	lists(t, edge.As("ada"), "type=scheduled", past, first, second, third, never)
	edge.As("ada").Do("DELETE", "/v2/meetings/"+second, nil).Want(t, 204)
	lists(t, edge.As("ada"), "type=upcoming", first, third, never)
	lists(t, edge.As("ada"), "", past, first, third, never)
}

// mondays is a series on Mondays, from the clock's Monday on, at ten in London.
const mondays = `{"topic":"Weekly","type":8,"start_time":"2026-03-02T10:00:00","timezone":"Europe/London","duration":30,
	"recurrence":{"type":2,"weekly_days":"2","end_times":0}}`

func TestASeriesIsUpcomingOnceAsItsNextOccurrence(t *testing.T) {
	edge := newEdge(t)
	series := create(t, edge, mondays)
	next := func() listedShape {
		t.Helper()
		got := rows(t, edge.As("ada").Do("GET", mine+"?type=upcoming", nil))
		if len(got) != 1 || string(got[0].ID) != series {
			t.Fatalf("listed is %+v", got)
		}
		return got[0]
	}
	if got := next(); got.StartTime != "2026-03-02T10:00:00Z" || got.OccurrenceID != "1772409600000" || got.Type != meeting.FixedTime {
		t.Errorf("the first is shown as %+v", got)
	}
	edge.Clock.Advance(90 * time.Minute)
	following := next()
	if following.StartTime != "2026-03-09T10:00:00Z" {
		t.Errorf("the second is shown as %+v", following)
	}
	edge.As("ada").Do("DELETE", "/v2/meetings/"+series+"?occurrence_id="+string(following.OccurrenceID), nil).Want(t, 204)
	third := next()
	if third.StartTime != "2026-03-16T10:00:00Z" {
		t.Errorf("the one after a cancelled one is shown as %+v", third)
	}
	edge.As("ada").Do("PATCH", "/v2/meetings/"+series+"?occurrence_id="+string(third.OccurrenceID),
		`{"start_time":"2026-03-17T08:00:00Z","duration":90,"agenda":"At length"}`).Want(t, 204)
	moved := next()
	if moved.OccurrenceID != third.OccurrenceID || moved.StartTime != "2026-03-17T08:00:00Z" || moved.Duration != 90 || moved.Agenda != "At length" {
		t.Errorf("the one that was moved is shown as %+v", moved)
	}
	lists(t, edge.As("ada"), "type=scheduled", series)
}

func TestASeriesBegunYearsAgoIsUpcoming(t *testing.T) {
	edge := newEdge(t)
	series := create(t, edge, mondays)
	edge.Clock.Advance(5 * 365 * 24 * time.Hour) // to the 1st of March 2031, a Saturday
	tomorrow := create(t, edge, `{"start_time":"`+in(edge, 24)+`"}`)
	later := create(t, edge, `{"start_time":"`+in(edge, 24*7)+`"}`)
	lists(t, edge.As("ada"), "type=upcoming", tomorrow, series, later)
	lists(t, edge.As("ada"), "type=upcoming&page_size=2", tomorrow, later) // a page is soonest end first, and sorted then
	if got := rows(t, edge.As("ada").Do("GET", mine+"?type=upcoming", nil)); got[1].StartTime != "2031-03-03T10:00:00Z" {
		t.Errorf("the series is shown as %+v", got[1])
	}
}

func TestASeriesThatIsOverIsNotUpcoming(t *testing.T) {
	edge := newEdge(t)
	twice := create(t, edge, strings.Replace(mondays, `"end_times":0`, `"end_times":2`, 1))
	edge.Clock.Advance(7 * 24 * time.Hour)
	lists(t, edge.As("ada"), "type=upcoming", twice)
	edge.As("ada").Do("DELETE", "/v2/meetings/"+twice+"?occurrence_id=1773014400000", nil).Want(t, 204) // the second
	lists(t, edge.As("ada"), "type=upcoming")
	lists(t, edge.As("ada"), "type=scheduled", twice)
}

// days are a meeting that ends at midnight in Auckland, where the 10th of June begins at noon of the 9th in UTC, and one that begins then.
func days(t *testing.T, edge *testkit.Edge) (before, after string) {
	t.Helper()
	before = create(t, edge, `{"topic":"Before","start_time":"2026-06-09T23:00:00","timezone":"Pacific/Auckland"}`)
	after = create(t, edge, `{"topic":"After","start_time":"2026-06-10T00:00:00","timezone":"Pacific/Auckland"}`)
	return before, after
}

func TestFromAndToAreDaysInATimeZone(t *testing.T) {
	edge := newEdge(t)
	before, after := days(t, edge)
	ada := edge.As("ada")
	for _, list := range []string{"type=scheduled", "type=upcoming"} {
		for query, want := range map[string][]string{
			"from=2026-06-10&timezone=Pacific/Auckland":                    {after},
			"to=2026-06-09&timezone=Pacific/Auckland":                      {before},
			"from=2026-06-09&to=2026-06-09&timezone=Pacific/Auckland":      {before},
			"from=2026-06-10&to=2026-06-10&timezone=Pacific/Auckland":      {after},
			"from=2026-06-09&to=2026-06-10&timezone=Pacific/Auckland":      {before, after},
			"from=2026-06-11&timezone=Pacific/Auckland":                    {},
			"from=2026-06-09&to=2026-06-09":                                {before, after}, // in UTC, which is ada's
			"from=2026-06-10":                                              {},
			"from=2026-06-09T12:00:00Z":                                    {after},
			"from=2026-06-09T11:59:59.999Z":                                {before, after},
			"to=2026-06-09T12:00:00Z":                                      {before, after}, // inclusive
			"to=2026-06-09T11:59:59Z":                                      {before},
			"from=2026-06-10T00:00:00%2B12:00&to=2026-06-10&timezone=":     {after},
			"from=2026-06-09T12:30:00Z&to=2026-06-09T12:30:00Z&timezone=":  {after}, // it is on then
			"from=&to=&timezone=Pacific/Auckland":                          {before, after},
			"from=0001-01-01&to=9999-12-31&timezone=Pacific/Auckland":      {before, after},
			"from=0000-01-01&to=0000-01-01&timezone=America/Los_Angeles":   {},
			"from=9999-12-31T23:59:59.999999999Z&timezone=Etc/GMT-14":      {},
			"from=2026-06-09&to=2026-06-09&timezone=America%2FLos_Angeles": {before, after},
		} {
			lists(t, ada, list+"&"+query, want...)
		}
	}
	setUp(t, edge, meeting.Edit{Timezone: new("Pacific/Auckland")})
	lists(t, ada, "from=2026-06-10&to=2026-06-10", after)
	lists(t, ada, "from=2026-06-10&to=2026-06-10&timezone=UTC")
}

// In Beirut the clocks went from the end of the 28th of March 2026 to one o'clock of the 29th.
func TestADayBeginsWhenItsClocksBegin(t *testing.T) {
	edge := newEdge(t)
	last := create(t, edge, `{"start_time":"2026-03-28T21:30:00Z","duration":30}`)
	first := create(t, edge, `{"start_time":"2026-03-28T22:00:00Z","duration":30}`)
	lists(t, edge.As("ada"), "to=2026-03-28&timezone=Asia/Beirut", last)
	lists(t, edge.As("ada"), "from=2026-03-29&timezone=Asia/Beirut", first)
}

func TestASeriesIsInTheWindowsOfItsOccurrences(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	series := create(t, edge, mondays)
	create(t, edge, `{"type":3}`) // it has no time, and is in no window
	ada.Do("DELETE", "/v2/meetings/"+series+"?occurrence_id=1773014400000", nil).Want(t, 204)
	for query, want := range map[string][]string{
		"from=2026-03-02&to=2026-03-02":           {series},
		"from=2026-03-03&to=2026-03-08":           {},
		"from=2026-03-09&to=2026-03-09":           {}, // cancelled
		"from=2026-03-09&to=2026-03-16":           {series},
		"from=9999-12-28":                         {},
		"from=2096-03-05&to=2096-03-05":           {series},
		"from=2026-03-16T10:30:00Z&to=2026-03-17": {},
		"to=2026-03-01":                           {},
	} {
		lists(t, ada, query, want...)
		lists(t, ada, "type=upcoming&"+query, want...)
	}
	got := rows(t, ada.Do("GET", mine+"?type=upcoming&from=2026-04-01", nil))
	if len(got) != 1 || got[0].StartTime != "2026-04-06T09:00:00Z" { // London has summer time by then
		t.Errorf("the first in the window is shown as %+v", got)
	}
}

// What is not in the window is read in vain, and so a page may be short; no meeting is lost over that.
func TestPagesOfAWindowLeaveNothingOut(t *testing.T) {
	edge := newEdge(t)
	var want []string
	for i := range 40 {
		id := create(t, edge, fmt.Sprintf(`{"start_time":%q,"duration":30}`, in(edge, float64(i))))
		if i >= 36 {
			want = append(want, id)
		}
	}
	slices.Sort(want)
	last := edge.Clock.Now().Add(36 * time.Hour).Format("2006-01-02T15:04:05Z")
	series := create(t, edge, mondays)
	for _, size := range []int{1, 2, 3, 50} {
		got, _ := walk(t, edge.As("ada"), fmt.Sprintf("to=2026-03-08&from=%s&page_size=%d", last, size))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("by %d: %v, want %v", size, got, want)
		}
		if got, pages := walk(t, edge.As("ada"), fmt.Sprintf("from=2026-03-09&page_size=%d", size)); !slices.Equal(got, []string{series}) {
			t.Errorf("by %d: %v on %v, want %v", size, got, pages, series)
		}
		if got, _ := walk(t, edge.As("ada"), fmt.Sprintf("to=2026-03-01&page_size=%d", size)); len(got) > 0 {
			t.Errorf("by %d: %v is before all", size, got)
		}
	}
}

// walk reads all pages of a list, and is its meetings, and how many there were on each page.
func walk(t *testing.T, c *testkit.Client, query string) (all []string, pages []int) {
	t.Helper()
	for token := ""; len(pages) == 0 || token != ""; {
		page := c.Do("GET", mine+"?"+query+"&next_page_token="+token, nil)
		ids := idsOf(t, page)
		pages, all, token = append(pages, len(ids)), append(all, ids...), page.Text(t, "next_page_token")
	}
	return all, pages
}

func TestPagesFollowEachOther(t *testing.T) {
	edge := newEdge(t)
	var want []string
	for i := range 7 {
		want = append(want, create(t, edge, fmt.Sprintf(`{"topic":"%d","start_time":"2026-03-%02dT10:00:00Z"}`, i, i+3)))
	}
	for _, list := range []string{"scheduled", "upcoming", "upcoming_meetings"} {
		got, pages := walk(t, edge.As("ada"), "page_size=3&type="+list)
		if !slices.Equal(pages, []int{3, 3, 1}) || !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v; on pages of %v", list, got, want, pages)
		}
	}
	for _, id := range want {
		hold(t, edge, id)
		edge.Clock.Advance(time.Minute)
	}
	if got, pages := walk(t, edge.As("ada"), "page_size=3&type=live"); !slices.Equal(pages, []int{3, 3, 1}) || !slices.Equal(got, want) {
		t.Errorf("live is %v, want %v; on pages of %v", got, want, pages)
	}
	for _, id := range want {
		end(t, edge, id)
	}
	slices.Reverse(want)
	if got, pages := walk(t, edge.As("ada"), "page_size=3&type=previous_meetings"); !slices.Equal(pages, []int{3, 3, 1}) || !slices.Equal(got, want) {
		t.Errorf("previous is %v, want %v; on pages of %v", got, want, pages)
	}
}

func TestATokenIsForItsListOnly(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	for range 3 {
		id := create(t, edge, `{}`)
		start(t, edge, id)
		end(t, edge, id)
		start(t, edge, id)
	}
	queries := []string{
		"type=scheduled", "type=upcoming", "type=live", "type=previous_meetings", "from=2026-03-01", "from=2026-02-28", "to=2026-03-05",
		"from=2026-03-01&timezone=Asia/Tokyo", "type=upcoming&from=2026-03-01", "type=previous_meetings&to=2026-03-05",
	}
	for _, query := range queries {
		token := ada.Do("GET", mine+"?page_size=1&"+query, nil).Want(t, 200).Text(t, "next_page_token")
		if token == "" {
			t.Fatalf("%s has one page", query)
		}
		for _, other := range queries {
			answer := ada.Do("GET", mine+"?page_size=2&next_page_token="+token+"&"+other, nil)
			if other == query {
				answer.Want(t, 200)
			} else {
				answer.Refuses(t, "next_page_token")
			}
		}
		edge.As("grace").Do("GET", mine+"?next_page_token="+token+"&"+query, nil).Refuses(t, "next_page_token")
		edge.AsAdmin("root").Do("GET", "/v2/users/ada/meetings?next_page_token="+token+"&"+query, nil).Want(t, 200)
		for _, forged := range []string{"x", "AAAA", token + "A", token[:len(token)-2], token[:22], "%00", "81234567890"} {
			ada.Do("GET", mine+"?next_page_token="+forged+"&"+query, nil).Refuses(t, "next_page_token")
		}
	}
}

func TestBadListsAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	for query, fields := range map[string][]string{
		"type=past": {"type"}, "type=Scheduled": {"type"}, "type=scheduled&type=upcoming": {"type"},
		"page_size=0": {"page_size"}, "page_size=301": {"page_size"}, "page_size=-1": {"page_size"}, "page_size=ten": {"page_size"},
		"page_size=1.5": {"page_size"}, "type=x&page_size=x": {"type", "page_size"},
		"from=x": {"from"}, "from=2026-02-30": {"from"}, "from=2026-3-2": {"from"}, "from=20260302": {"from"},
		"from=2026-03-02T09:00:00": {"from"}, "from=2026-03-02T25:00:00Z": {"from"}, "from=2026-03-02%00": {"from"},
		"to=tomorrow": {"to"}, "to=2026-03-02T09:00Z": {"to"}, "from=x&to=x": {"from", "to"},
		"from=2026-03-02&to=2026-03-01": {"to"}, "from=2026-03-02T09:00:00Z&to=2026-03-02T08:59:59Z": {"to"},
		"from=2026-03-02T22:00:00Z&to=2026-03-02&timezone=Pacific/Auckland": {"to"},
		"timezone=Mars/Olympus": {"timezone"}, "timezone=Local": {"timezone"}, "timezone=/etc/localtime": {"timezone"},
		"type=live&from=x": {"from"}, "type=previous_meetings&to=x": {"to"},
	} {
		ada.Do("GET", mine+"?"+query, nil).Refuses(t, fields...)
	}
	ada.Do("GET", mine+"?type=&page_size=&next_page_token=&page_number=7&from=&to=&timezone=", nil).Want(t, 200)
}

func FuzzList(f *testing.F) {
	known := []meeting.ListType{meeting.ListScheduled, meeting.ListLive, meeting.ListUpcoming, meeting.ListUpcomingMeetings, meeting.ListPrevious}
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		l, err := listingOf(r.QueryForm())
		if err == nil && (l.Size < 1 || l.Size > meeting.MaxPage || !slices.Contains(known, l.Type)) {
			err = fmt.Errorf("the decoder let %+v pass", l) // a 500
		}
		return api.NoContent(), err
	}, "type=upcoming&page_size=30&next_page_token=abc", "page_size=%00", "type=", "type=previous_meetings&from=2026-03-02&to=2026-03-08&timezone=Asia/Tokyo",
		"from=2026-03-02T09:00:00.5%2B01:00", "to=9999-12-31")
}
