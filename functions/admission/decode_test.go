package main

import (
	"context"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

var long = strings.Repeat("ä", 129)

var badJoins = map[string]string{
	`[]`: "body", "{\"display_name\":\"\xff\"}": "body", `{"passcode":["x"]}`: "passcode",
	`{"display_name":"` + long + `"}`: "display_name", `{"seat":"x"}`: "seat seat.id seat.secret",
	`{"seat":{"id":"","secret":"z"}}`:                        "seat.id",
	`{"seat":{"id":"` + long + `","secret":"` + long + `"}}`: "seat.id seat.secret",
	`{"display_name":5,"passcode":{},"seat":{"id":[]}}`:      "display_name passcode seat.secret seat.id",
	`{"omn":[]}`: "omn", `{"host_key":"1"}`: "host_key",
	`{"seat":{"id":"a.b","secret":"c"},"host_key":"12345678901"}`: "host_key",
}

// badDecisions are bodies for both routes of decisions, and badSelections for that of many participants.
var (
	badDecisions  = map[string]string{``: "action", `[]`: "body", `{"action":"promote"}`: "action"}
	badSelections = map[string]string{
		`{"action":"wait"}`: "participant_ids", `{"action":"make_host","participant_ids":null}`: "participant_ids",
		`{"action":"admit","participant_ids":null}`:                                     "participant_ids",
		`{"action":"deny","participant_ids":null}`:                                      "participant_ids",
		`{"action":"admit","participant_ids":["a\u0000"]}`:                              "participant_ids[0]",
		`{"action":"x","participant_ids":{}}`:                                           "action participant_ids",
		`{"action":"admit","participant_ids":["` + strings.Repeat(`x","`, 300) + `x"]}`: "participant_ids",
	}
	badEdits = map[string]string{
		``: "body", `{"lock":true}`: "body", `{"locked":null}`: "body", `{"locked":0,"waiting_room":"on"}`: "locked waiting_room",
		`{"waiting_message":5}`: "waiting_message", `{"waiting_message":"two\nlines"}`: "waiting_message",
	}
	badPages = map[string]string{
		"page_size=301": "page_size", "next_page_token=x": "next_page_token", "next_page_token=x-y": "next_page_token",
		"page_size=-1&next_page_token=-": "page_size next_page_token", "state=left": "state", "verified=maybe": "verified",
	}
)

func TestBadRequestsAreRefusedByField(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	before := s.do("GET", "", nil).Body
	guests := "/v2/live_meetings/" + s.room + "/guests"
	join := func(room string) func(string) testkit.Answer {
		return func(body string) testkit.Answer {
			return s.Guest().Do("POST", "/v2/live_meetings/"+room+"/guests", body)
		}
	}
	put := func(path string) func(string) testkit.Answer {
		return func(body string) testkit.Answer { return s.do("PUT", "/participants/"+path, body) }
	}
	for _, c := range []struct {
		send func(given string) testkit.Answer
		bad  map[string]string
	}{
		{join(s.room), badJoins}, {join("5559998888"), badJoins}, // whether it exists or not
		{put("status"), badDecisions}, {put(sam.seat.ID + "/status"), badDecisions}, {put("status"), badSelections},
		{func(body string) testkit.Answer { return s.do("PATCH", "", body) }, badEdits},
		{func(query string) testkit.Answer { return s.do("GET", "/participants?"+query, nil) }, badPages},
	} {
		for given, named := range c.bad {
			c.send(given).Refuses(t, strings.Fields(named)...)
		}
	}
	s.guest("Sue").join(fields{"omn": "555"}).Refused(t, 400, 300, "number_rule")
	s.Guest().Do("POST", "/v2/live_meetings/"+s.room+"/participants", ``).Refused(t, 401, 124, "token")
	s.Guest().Do("DELETE", guests+"/"+sam.seat.ID, nil).Refuses(t, "X-Seat-Secret")
	s.Guest().With("X-Seat-Secret", "x").Do("DELETE", guests+"/"+sam.seat.ID+"?closing=maybe", nil).Refuses(t, "closing")
	s.Guest().With("Idempotency-Key", "0123456789abcde").Do("POST", guests, ``).Refuses(t, "Idempotency-Key") // too easy to guess
	put("status")(`{"action":"remove","participant_ids":["x"]}`).Refused(t, 404, 4109, "seat_not_found")
	put("x/status")(`{"action":"remove"}`).Refused(t, 404, 4109, "seat_not_found")
	testkit.Equal(t, "the room", s.do("GET", "", nil).Body, before)
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	s := newScene(t)
	for _, room := range []string{"abc", "%20", "me", "..%2f..", "-5552123434", "%00", "%ff", "ROOM%23" + s.room} {
		path := "/v2/live_meetings/" + room
		s.Guest().Do("POST", path+"/guests", `{"display_name":"Sam"}`).Refused(t, 404, 3001, "meeting_not_found")
		s.ada.client.Do("PATCH", path, `{"locked":true}`).Refused(t, 404, 3001, "meeting_not_found")
		s.Guest().With("X-Seat-Secret", "x").Do("DELETE", path+"/guests/x.y", nil).Refused(t, 404, 3001, "meeting_not_found")
	}
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
