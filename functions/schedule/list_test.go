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
	if _, err := edge.Door().Join(t.Context(), caller("ada"), meeting.JoinInput{Address: number}); err != nil {
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
	next := func(occurrence meeting.OccurrenceID, start string) listedShape {
		t.Helper()
		got := rows(t, ada.Do("GET", mine+"?type=upcoming", nil))
		if len(got) != 1 || string(got[0].ID) != series || got[0].OccurrenceID != occurrence || got[0].StartTime != start {
			t.Fatalf("listed is %+v, want the occurrence %s at %s", got, occurrence, start)
		}
		return got[0]
	}
	next("1772409600000", "2026-03-02T10:00:00Z")
	edge.Clock.Advance(90 * time.Minute)
	next("1773014400000", "2026-03-09T10:00:00Z")
	ada.Do("DELETE", at(series)+"?occurrence_id=1773014400000", nil).Want(t, 204)
	next("1773619200000", "2026-03-16T10:00:00Z")
	ada.Do("PATCH", at(series)+"?occurrence_id=1773619200000", `{"start_time":"2026-03-17T08:00:00Z","duration":90,"agenda":"At length"}`).Want(t, 204)
	if moved := next("1773619200000", "2026-03-17T08:00:00Z"); moved.Duration != 90 || moved.Agenda != "At length" {
		t.Errorf("the one that was moved is shown as %+v", moved)
	}
	edge.Clock.Advance(5*365*24*time.Hour - 90*time.Minute) // to Saturday, March 1, 2031
	tomorrow, later := create(t, edge, `{"start_time":"`+in(edge, 24)+`"}`), create(t, edge, `{"start_time":"`+in(edge, 24*7)+`"}`)
	past := create(t, edge, `{"duration":1}`)
	edge.Clock.Advance(time.Minute)
	lists(t, ada, "type=scheduled", past, tomorrow, later, series) // the soonest end first
	never := create(t, edge, `{"type":3}`)
	lists(t, ada, "type=upcoming", tomorrow, series, later, never)
	ada.Do("PATCH", at(series), `{"recurrence":{"type":2,"weekly_days":"2","end_times":60}}`).Want(t, 204)
	lists(t, ada, "type=upcoming", tomorrow, later, never)
}

func TestWindowsAreDaysInATimeZoneOrInstants(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	// In Auckland, June 10 begins at noon of June 9 in UTC. One meeting ends then, another begins.
	before := create(t, edge, `{"topic":"Before","start_time":"2026-06-09T23:00:00","timezone":"Pacific/Auckland"}`)
	after := create(t, edge, `{"topic":"After","start_time":"2026-06-10T00:00:00","timezone":"Pacific/Auckland"}`)
	for query, want := range map[string][]string{
		"from=2026-06-10&timezone=Pacific/Auckland":                   {after},
		"to=2026-06-09&timezone=Pacific/Auckland":                     {before},
		"from=2026-06-09&to=2026-06-09&timezone=Pacific/Auckland":     {before},
		"from=2026-06-09&to=2026-06-09":                               {before, after}, // in UTC, which is ada's
		"from=2026-06-09T11:59:59.999Z":                               {before, after},
		"to=2026-06-09T12:00:00Z":                                     {before, after}, // inclusive
		"from=2026-06-10T00:00:00%2B12:00&to=2026-06-10&timezone=":    {after},
		"from=2026-06-09T12:30:00Z&to=2026-06-09T12:30:00Z&timezone=": {after}, // it is held then
		"from=0001-01-01&to=9999-12-31&timezone=Pacific/Auckland":     {before, after},
		"from=9999-12-31T23:59:59.999999999Z&timezone=Etc/GMT-14":     {},
	} {
		lists(t, ada, query, want...)
		lists(t, ada, "type=upcoming&"+query, want...)
	}
	setUp(t, edge, meeting.Edit{Timezone: new("Pacific/Auckland")})
	lists(t, ada, "from=2026-06-10&to=2026-06-10", after)
	lists(t, ada, "from=2026-06-10&to=2026-06-10&timezone=UTC")

	// In Beirut the clocks went from the end of March 28, 2026, to one o'clock of March 29.
	last := create(t, edge, `{"start_time":"2026-03-28T21:30:00Z","duration":30}`)
	first := create(t, edge, `{"start_time":"2026-03-28T22:00:00Z","duration":30}`)
	lists(t, ada, "to=2026-03-28&timezone=Asia/Beirut", last)
	lists(t, ada, "from=2026-03-29&to=2026-03-30&timezone=Asia/Beirut", first)
}

func TestSeriesIsInTheWindowsOfItsOccurrences(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	series := create(t, edge, mondays)
	create(t, edge, `{"type":3}`) // it has no time, and is in no window
	ada.Do("DELETE", at(series)+"?occurrence_id=1773014400000", nil).Want(t, 204)
	for query, want := range map[string][]string{
		"from=2026-03-02&to=2026-03-02": {series},
		"from=2026-03-09&to=2026-03-15": {}, // cancelled
		"from=2026-03-09&to=2026-03-16": {series},
		"from=2096-03-05&to=2096-03-05": {series},
	} {
		lists(t, ada, query, want...)
		lists(t, ada, "type=upcoming&"+query, want...)
	}
	got := rows(t, ada.Do("GET", mine+"?type=upcoming&from=2026-04-01", nil))
	if len(got) != 1 || got[0].StartTime != "2026-04-06T09:00:00Z" { // London has summer time by then
		t.Errorf("the first in the window is shown as %+v", got)
	}
}

func TestInstancesAreInTheWindowInWhichTheyBegan(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	var ids []string
	for _, hours := range []int{0, 19, 23} { // at 9:00 on March 2, and at 5:00 on March 3 and 4
		edge.Clock.Advance(time.Duration(hours) * time.Hour)
		ids = append(ids, create(t, edge, `{}`))
		start(t, edge, ids[len(ids)-1])
		edge.Clock.Advance(time.Hour)
		end(t, edge, ids[len(ids)-1])
	}
	first, second, third := ids[0], ids[1], ids[2]
	for query, want := range map[string][]string{
		"":                               {third, second, first},
		"&from=2026-03-03&to=2026-03-03": {second},
		"&from=2026-03-02&to=2026-03-02&timezone=America/Lima": {first}, // where the day begins at 5 o'clock
		"&from=2026-03-03T05:00:00Z&to=2026-03-03T05:00:00Z":   {second},
		"&from=2026-03-03T05:00:01Z":                           {third},
		"&to=2026-03-03T04:59:59Z":                             {first},
	} {
		lists(t, ada, "type=previous_meetings"+query, want...)
	}
	start(t, edge, third)
	lists(t, ada, "type=live&from=2026-03-04", third)
	lists(t, ada, "type=live&to=2026-03-03")
	lists(t, ada, "type=live&from=2026-03-05")
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

func TestMeetingsThatRunOverTimeAreUpcoming(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	plan := func(body string) string { return create(t, edge, body) }
	over, another := plan(`{"topic":"Over","duration":30}`), plan(`{"topic":"Over too","duration":40}`)
	ended, running := plan(`{"topic":"Ended","duration":30}`), plan(`{"topic":"Running","duration":120}`)
	plan(`{"topic":"Idle","duration":30}`)
	series, once := plan(mondays), plan(strings.Replace(mondays, `"end_times":0`, `"end_times":1`, 1))
	never, soon := plan(`{"type":3}`), plan(`{"start_time":"`+in(edge, 5)+`"}`)
	for _, id := range []string{over, another, ended, running, series, once, never} {
		join(t, edge, id)
	}
	end(t, edge, ended)
	edge.Clock.Advance(100 * time.Minute)
	want := []string{over, another, running, once, soon, series, never}
	got, _ := walk(t, ada, "type=upcoming")
	slices.Sort(got[:3]) // they began together
	slices.Sort(want[:3])
	if !slices.Equal(got, want) {
		t.Errorf("upcoming is %v, want %v", got, want)
	}
	lists(t, ada, "type=upcoming&from=2026-03-03&to=2026-03-10", series)
	slices.Sort(want)
	for size := 1; size <= 4; size++ {
		got, pages := walk(t, ada, fmt.Sprintf("type=upcoming&page_size=%d", size))
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
