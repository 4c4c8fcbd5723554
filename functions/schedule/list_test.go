package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/local/edgetest"
	"personal-rooms/shared/meeting"
)

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
}

func TestUpcomingMeetingsComeSoonestFirst(t *testing.T) {
	edge := newEdge(t)
	at := func(hours int) string {
		when := edge.Clock.Now().Add(time.Duration(hours) * time.Hour)
		return create(t, edge, `{"start_time":"`+when.Format(time.RFC3339)+`"}`)
	}
	third, first, second := at(30), at(1), at(10)
	never := create(t, edge, `{"type":3}`)
	past := at(0)
	edge.Clock.Advance(61 * time.Minute)
	if got := idsOf(t, edge.As("ada").Do("GET", mine+"?type=upcoming", nil)); !slices.Equal(got, []string{first, second, third, never}) {
		t.Errorf("got %v, want %v", got, []string{first, second, third, never})
	}
	if got := listed(t, edge.As("ada")); len(got) != 5 || !slices.Contains(got, past) {
		t.Errorf("all are %v", got)
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	edge := newEdge(t)
	var want []string
	for i := range 7 {
		want = append(want, create(t, edge, fmt.Sprintf(`{"topic":"%d","start_time":"2026-03-%02dT10:00:00Z"}`, i, i+3)))
	}
	byNumber := slices.Sorted(slices.Values(want))
	for list, want := range map[string][]string{"scheduled": byNumber, "upcoming": want} {
		var got []string
		var pages []int
		for token := ""; len(pages) == 0 || token != ""; {
			page := edge.As("ada").Do("GET", mine+"?page_size=3&type="+list+"&next_page_token="+token, nil)
			ids := idsOf(t, page)
			pages, got, token = append(pages, len(ids)), append(got, ids...), page.Text(t, "next_page_token")
		}
		if !slices.Equal(pages, []int{3, 3, 1}) {
			t.Errorf("%s has pages of %v", list, pages)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v", list, got, want)
		}
	}
}

func TestATokenIsForItsListOnly(t *testing.T) {
	edge := newEdge(t)
	for range 3 {
		create(t, edge, `{"type":3}`)
	}
	token := edge.As("ada").Do("GET", mine+"?page_size=1", nil).Text(t, "next_page_token")
	edge.As("ada").Do("GET", mine+"?page_size=2&next_page_token="+token, nil).Want(t, 200)
	edge.As("ada").Do("GET", mine+"?type=upcoming&next_page_token="+token, nil).Refuses(t, "next_page_token")
	edge.As("grace").Do("GET", mine+"?next_page_token="+token, nil).Refuses(t, "next_page_token")
	for _, forged := range []string{"x", "AAAA", token + "A", token[:len(token)-2], "%00", "81234567890"} {
		edge.As("ada").Do("GET", mine+"?next_page_token="+forged, nil).Refuses(t, "next_page_token")
	}
}

func TestBadListsAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	for query, fields := range map[string][]string{
		"type=live": {"type"}, "type=previous_meetings": {"type"}, "type=Scheduled": {"type"}, "type=scheduled&type=upcoming": {"type"},
		"page_size=0": {"page_size"}, "page_size=301": {"page_size"}, "page_size=-1": {"page_size"}, "page_size=ten": {"page_size"},
		"page_size=1.5": {"page_size"}, "type=x&page_size=x": {"type", "page_size"},
	} {
		ada.Do("GET", mine+"?"+query, nil).Refuses(t, fields...)
	}
	ada.Do("GET", mine+"?type=&page_size=&next_page_token=&page_number=7&from=x", nil).Want(t, 200)
}

func FuzzList(f *testing.F) {
	edgetest.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		asked, err := askedOf(r.QueryForm())
		if err == nil && (asked.size < 1 || asked.size > meeting.MaxPage) {
			err = fmt.Errorf("the decoder let a page of %d pass", asked.size) // a 500
		}
		return api.NoContent(), err
	}, "type=upcoming&page_size=30&next_page_token=abc", "page_size=%00", "type=")
}
