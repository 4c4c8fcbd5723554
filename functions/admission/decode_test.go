package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// bad is bodies or queries that a route refuses, with the fields that the refusal names.
type bad map[string]string

var long = strings.Repeat("ä", 129)

var badJoins = bad{
	`[]`: "body", "{\"display_name\":\"\xff\"}": "body", `{"display_name":"a\u0085b"}`: "display_name",
	`{"display_name":"` + long[:130] + `"}`: "display_name", `{"passcode":["x"]}`: "passcode",
	`{"seat":"x"}`: "seat seat.id seat.secret", `{"seat":{"id":"x.y"}}`: "seat.secret",
	`{"seat":{"id":"","secret":"z"}}`:                        "seat.id",
	`{"seat":{"id":"` + long + `","secret":"` + long + `"}}`: "seat.id seat.secret",
	`{"display_name":5,"passcode":{},"seat":{"id":[]}}`:      "display_name passcode seat.secret seat.id",
	`{"omn":[]}`: "omn", `{"host_key":"1"}`: "host_key",
	`{"seat":{"id":"a.b","secret":"c"},"host_key":"12345678901"}`: "host_key",
}

var badEdits = bad{
	``: "body", `[]`: "body", `{"lock":true}`: "body", `{"locked":null}`: "body", `{"locked":"true"}`: "locked",
	`{"waiting_room":"on"}`: "waiting_room", `{"locked":0,"waiting_room":[]}`: "locked waiting_room",
}

var badActions = bad{``: "action", `[]`: "body", `{"action":"promote"}`: "action", `{"action":5}`: "action"}

var badSelections = bad{
	`{"action":"wait"}`: "participant_ids", `{"action":"make_host","participant_ids":null}`: "participant_ids",
	`{"action":"admit","participant_ids":["a\u0000"]}`:                              "participant_ids[0]",
	`{"action":"x","participant_ids":{}}`:                                           "action participant_ids",
	`{"action":"admit","participant_ids":["` + strings.Repeat(`x","`, 300) + `x"]}`: "participant_ids",
}

var badPages = bad{
	"page_size=0": "page_size", "page_size=301": "page_size", "next_page_token=x": "next_page_token",
	"next_page_token=x-y": "next_page_token", "page_size=-1&next_page_token=-": "page_size next_page_token",
	"state=left": "state", "verified=maybe": "verified",
}

// refuse sends each body and expects that the refusal names its fields.
func (b bad) refuse(t *testing.T, send func(body string) testkit.Answer) {
	t.Helper()
	for body, named := range b {
		send(body).Refuses(t, strings.Fields(named)...)
	}
}

func TestBadRequestsAreRefusedByField(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	before := s.do("GET", "", nil).Body
	for _, room := range []string{s.room, "5559998888"} { // whether it exists or not
		badJoins.refuse(t, func(body string) testkit.Answer {
			return s.Guest().Do("POST", "/v2/live_meetings/"+room+"/guests", body)
		})
	}
	put := func(path string) func(body string) testkit.Answer {
		return func(body string) testkit.Answer { return s.do("PUT", "/participants/"+path, body) }
	}
	badEdits.refuse(t, func(body string) testkit.Answer { return s.do("PATCH", "", body) })
	badActions.refuse(t, put("status"))
	badActions.refuse(t, put(sam.seat.ID+"/status"))
	badSelections.refuse(t, put("status"))
	badPages.refuse(t, func(query string) testkit.Answer { return s.do("GET", "/participants?"+query, nil) })
	for _, omn := range []any{"555", "5551112222x", 5} {
		s.guest("Sue").join(fields{"omn": omn}).Refused(t, 400, 300, "number_rule")
	}
	s.guest("Sue").join(fields{"display_name": strings.Repeat(" ", api.MaxBody)}).Refused(t, 413, 300, "too_large")
	guests := "/v2/live_meetings/" + s.room + "/guests"
	s.Guest().Do("POST", "/v2/live_meetings/"+s.room+"/participants", ``).Refused(t, 401, 124, "token")
	s.Guest().Do("DELETE", guests+"/"+sam.seat.ID, nil).Refuses(t, "X-Seat-Secret")
	for _, key := range []string{"a b", "0123456789abcde"} { // a guest's key is hard to guess: 16 characters
		s.Guest().With("Idempotency-Key", key).Do("POST", guests, ``).Refuses(t, "Idempotency-Key")
	}
	put("status")(`{"action":"remove","participant_ids":["x"]}`).Refused(t, 404, 4109, "seat_not_found")
	put("x/status")(`{"action":"remove"}`).Refused(t, 404, 4109, "seat_not_found")
	testkit.Equal(t, "the room", s.do("GET", "", nil).Body, before)
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	s := newScene(t)
	rooms := []string{"abc", "555111222x", "%20", "me", "..%2f..", "-5552123434", "%00", "%ff", "ROOM%23" + s.room}
	for i, room := range rooms {
		guest := s.Guest().From(fmt.Sprintf("203.0.113.%d", i))
		path := "/v2/live_meetings/" + room
		guest.Do("POST", path+"/guests", `{"display_name":"Sam"}`).Refused(t, 404, 3001, "meeting_not_found")
		s.ada.client.Do("GET", path, nil).Refused(t, 404, 3001, "meeting_not_found")
		s.ada.client.Do("PATCH", path, `{"locked":true}`).Refused(t, 404, 3001, "meeting_not_found")
		guest.With("X-Seat-Secret", "x").Do("DELETE", path+"/guests/x.y", nil).Refused(t, 404, 3001, "meeting_not_found")
	}
	s.ada.client.Do("GET", "/v2/live_meetings/"+strings.Repeat("9", 600), nil).Refused(t, 404, 404, "no_route")
	grouped := meeting.Number(s.room).Grouped()
	in(t, s.ada.at(grouped[:3]+"%20"+grouped[4:7]+"-"+grouped[8:]).join())
}

func FuzzJoin(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		_, _, err := joinOf(r)
		return api.NoContent(), err
	}, ``, `{"display_name":"Sam","passcode":"aB3dE7gh","omn":"83123456789","seat":{"id":"a.b","secret":"c"}}`,
		`{"passcode":12345678,"omn":83123456789}`, `{"seat":{"id":"a.b","secret":"c"},"host_key":"123456"}`)
}

func FuzzPage(f *testing.F) {
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		form := r.QueryForm()
		page := pageOf(form)
		return api.JSON(200, page.of(meeting.RoomView{Present: meeting.Roster{{ID: "a.b"}, {ID: "c.d"}}})), form.Err()
	}, "page_size=30", "next_page_token=1772442000000-a.b", "next_page_token=9223372036854775807-", "next_page_token=-1--")
}

func FuzzLanding(f *testing.F) {
	elements := func(i invite) int { return strings.Count(i.page(), "<") - 4*min(1, len(i.passcode)) }
	plain := elements(guestInvite(&api.Request{}, "5551112222", "meeting ID"))
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		i := guestInvite(r, "5551112222", "meeting ID")
		if elements(i) != plain {
			panic("the query adds elements")
		}
		return api.HTML(200, i.page()), nil
	}, "pwd=aB3dE7gh&omn=83123456789", "pwd=<script>alert(1)</script>", "pwd=%22%3E&omn={{facts}}")
}
