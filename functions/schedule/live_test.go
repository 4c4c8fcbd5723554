package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// hold is ada in the room of the number, which opens; nobody has to renew their seat for days.
func hold(t *testing.T, edge *testkit.Edge, number string) {
	t.Helper()
	edge.SetLease(2 * meeting.MaxInstanceTime)
	door := edge.Door()
	if _, err := door.Join(t.Context(), caller("ada"), meeting.JoinInput{Address: number}); err != nil {
		t.Fatal(err)
	}
}

func TestAMeetingIsLiveAndThenPrevious(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	g := gather(t, edge)
	lists(t, ada, "type=previous_meetings")
	ada.Do("GET", mine+"?type=live", nil).Is(t, fmt.Sprintf(`{"page_size":30,"next_page_token":"","meetings":[{"uuid":"%[2]s","id":%[1]s,
		"host_id":"ada","topic":"Tea","type":2,"start_time":"2026-03-02T09:00:00Z","duration":60,"timezone":"UTC",
		"created_at":"2026-03-02T09:00:00Z","join_url":"https://meet.example.com/j/%[1]s"}]}`, g.id, g.uuid))
	ada.Do("GET", past+g.uuid, nil).Refused(t, 404, 3001, "meeting_not_found")
	ada.Do("GET", past+g.id, nil).Refused(t, 404, 3001, "meeting_not_found")

	edge.Clock.Advance(29*time.Minute + time.Second)
	end(t, edge, g.id)
	lists(t, ada, "type=live")
	ada.Do("GET", mine+"?type=previous_meetings", nil).Is(t, fmt.Sprintf(`{"page_size":30,"next_page_token":"","meetings":[{"uuid":"%[2]s",
		"id":%[1]s,"host_id":"ada","topic":"Tea","type":2,"start_time":"2026-03-02T09:00:00Z","end_time":"2026-03-02T09:29:01Z","duration":30}]}`,
		g.id, g.uuid))
	ada.Do("DELETE", at(g.id), nil).Want(t, 204)
	lists(t, ada, "type=previous_meetings", g.id) // what was, was
	lists(t, edge.As("grace"), "type=previous_meetings")
}

func TestThePersonalRoomIsLiveUnderItsNumber(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, room := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	start(t, edge, string(p.PMI))
	ada.Do("GET", mine+"?type=live", nil).Is(t, fmt.Sprintf(`{"page_size":30,"next_page_token":"","meetings":[{"uuid":"%[2]s","id":%[1]s,
		"host_id":"ada","topic":"%[3]s","type":4,"start_time":"2026-03-02T09:00:00Z","timezone":"UTC","created_at":"2026-03-02T09:00:00Z",
		"join_url":"https://meet.example.com/j/%[1]s"}]}`, p.PMI, room.Live.Instance, room.Topic))

	// It becomes the sitting of a meeting.
	inRoom := create(t, edge, `{"topic":"Review","type":3,"settings":{"use_pmi":true}}`)
	start(t, edge, inRoom)
	got := rows(t, ada.Do("GET", mine+"?type=live", nil))
	if len(got) != 1 || string(got[0].ID) != inRoom || got[0].UUID != room.Live.Instance || got[0].Type != 3 || got[0].PMI != p.PMI ||
		got[0].JoinURL != "https://meet.example.com/j/"+string(p.PMI)+"?omn="+inRoom {
		t.Errorf("live is %+v", got)
	}
	end(t, edge, string(p.PMI))
	lists(t, ada, "type=previous_meetings", inRoom)
	edge.Clock.Advance(time.Minute)
	start(t, edge, string(p.PMI))
	end(t, edge, string(p.PMI))
	lists(t, ada, "type=previous_meetings", string(p.PMI), inRoom)
	if got := ada.Do("GET", past+string(p.PMI), nil); got.Text(t, "type") != "4" || got.Text(t, "topic") != room.Topic {
		t.Errorf("the personal room was %s", got.Body)
	}
	if got := ada.Do("GET", past+inRoom, nil); got.Text(t, "type") != "3" || got.Text(t, "uuid") != room.Live.Instance {
		t.Errorf("the meeting was %s", got.Body)
	}
}

func TestAnInstantMeetingIsInTheListsOfSittingsOnly(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	id := create(t, edge, `{"type":1,"topic":"Now"}`)
	lists(t, ada, "type=live")
	start(t, edge, id)
	lists(t, ada, "type=live", id)
	lists(t, ada, "type=upcoming")
	lists(t, ada, "type=scheduled")
	edge.Clock.Advance(time.Minute)
	end(t, edge, id)
	lists(t, ada, "type=live")
	if got := rows(t, ada.Do("GET", mine+"?type=previous_meetings", nil)); len(got) != 1 || got[0].Type != meeting.Instant || got[0].Topic != "Now" {
		t.Errorf("previous is %+v", got)
	}
}

func TestWhatLastedItsLongestIsNotLive(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{}`)
	hold(t, edge, id)
	edge.Clock.Advance(meeting.MaxInstanceTime - time.Second)
	lists(t, edge.As("ada"), "type=live", id)
	edge.Clock.Advance(time.Second)
	lists(t, edge.As("ada"), "type=live")
	lists(t, edge.As("ada"), "type=upcoming")
}

func TestWhatRunsOverItsTimeComesFirst(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	plan := func(body string) string { return create(t, edge, body) }
	over, another := plan(`{"topic":"Over","duration":30}`), plan(`{"topic":"Over too","duration":40}`)
	ended, running := plan(`{"topic":"Ended","duration":30}`), plan(`{"topic":"Running","duration":120}`)
	idle := plan(`{"topic":"Idle","duration":30}`)
	series, once := plan(mondays), plan(strings.Replace(mondays, `"end_times":0`, `"end_times":1`, 1))
	never := plan(`{"type":3}`)
	soon := plan(`{"start_time":"` + in(edge, 5) + `"}`)
	for _, id := range []string{over, another, ended, running, series, once, never} {
		hold(t, edge, id)
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
		slices.Sort(got)
		if !slices.Equal(got, want) || slices.Max(pages) > size {
			t.Errorf("by %d: %v on pages of %v, want %v; %s is not there", size, got, pages, want, idle)
		}
	}
	end(t, edge, over)
	if got, _ := walk(t, ada, "type=upcoming"); slices.Contains(got, over) {
		t.Errorf("%s ended, and is upcoming: %v", over, got)
	}
}

// A page of what comes asks after no more sittings than it has rows.
func TestAPageLooksAfterAsManySittingsAsItHasRows(t *testing.T) {
	meter := &dynamoproxy.Meter{}
	edge := testkit.New(t, table.New(dynamotest.Table(t, dynamotest.Transport(meter.Wrap))), testRoutes)
	for range 5 {
		hold(t, edge, create(t, edge, `{"duration":1}`))
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

func TestPreviousMeetingsBeganInTheWindow(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	var ids []string
	for _, hours := range []int{0, 20, 24} { // 9 o'clock in UTC, 5 on the next day, 5 on the day after
		edge.Clock.Advance(time.Duration(hours) * time.Hour)
		id := create(t, edge, `{}`)
		start(t, edge, id)
		edge.Clock.Advance(time.Hour)
		end(t, edge, id)
		ids = append(ids, id)
		edge.Clock.Advance(-time.Hour)
	}
	first, second, third := ids[0], ids[1], ids[2]
	for query, want := range map[string][]string{
		"":                               {third, second, first},
		"&from=2026-03-03":               {third, second},
		"&to=2026-03-03":                 {second, first},
		"&from=2026-03-03&to=2026-03-03": {second},
		"&from=2026-03-02&to=2026-03-02&timezone=America/Lima": {first}, // where the day begins at 5 o'clock
		"&from=2026-03-03&to=2026-03-03&timezone=America/Lima": {second},
		"&from=2026-03-03T05:00:00Z&to=2026-03-03T05:00:00Z":   {second},
		"&from=2026-03-03T05:00:01Z":                           {third},
		"&to=2026-03-03T04:59:59Z":                             {first},
		"&from=2026-03-05":                                     {},
		"&to=2026-03-01":                                       {},
	} {
		lists(t, ada, "type=previous_meetings"+query, want...)
	}
	start(t, edge, third)
	lists(t, ada, "type=live&from=2026-03-04", third)
	lists(t, ada, "type=live&to=2026-03-03")
	lists(t, ada, "type=live&from=2026-03-05")
}
