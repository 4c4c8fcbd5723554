package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// bad is bodies that a route refuses, with the fields that are named.
type bad map[string]string

func badJoins() bad {
	long := strings.Repeat("ä", 129)
	return bad{
		`{`:                                     "body",
		`[]`:                                    "body",
		`"Sam"`:                                 "body",
		"{\"display_name\":\"\xff\"}":           "body",
		`{"display_name":5}`:                    "display_name",
		`{"display_name":"` + long[:130] + `"}`: "display_name",
		`{"display_name":"a\nb"}`:               "display_name",
		`{"display_name":"a\u0000b"}`:           "display_name",
		`{"display_name":"a\u0085b"}`:           "display_name",
		`{"passcode":["x"]}`:                    "passcode",
		`{"passcode":true}`:                     "passcode",
		`{"passcode":1.5}`:                      "passcode",
		`{"seat":"x"}`:                          "seat seat.id seat.secret",
		`{"seat":{}}`:                           "seat.id seat.secret",
		`{"seat":{"id":"x.y"}}`:                 "seat.secret",
		`{"seat":{"id":"","secret":"z"}}`:       "seat.id",
		`{"seat":{"id":5,"secret":"z"}}`:        "seat.id",
		`{"seat":{"id":"` + long + `","secret":"` + long + `"}}`: "seat.id seat.secret",
		`{"display_name":5,"passcode":{},"seat":{"id":[]}}`:      "display_name passcode seat.secret seat.id",
	}
}

func TestBadJoins(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	for body, named := range badJoins() {
		for _, path := range []string{"participants", "guests"} {
			client := s.Guest()
			if path == "participants" {
				client = s.As("bob")
			}
			for _, room := range []string{s.room, "5559998888"} { // be it there or not
				client.Do("POST", "/v2/live_meetings/"+room+"/"+path, body).Refuses(t, strings.Fields(named)...)
			}
		}
	}
	for _, omn := range []any{"555", "abc", "5551112222x", 5, []string{}} {
		s.guest("Sam").join(fields{"omn": omn}).Refused(t, 400, 300, map[bool]string{true: "invalid", false: "number_rule"}[fmt.Sprint(omn) == "[]"])
	}
	s.Guest().Do("POST", "/v2/live_meetings/"+s.room+"/guests", `{"display_name":"`+strings.Repeat(" ", api.MaxBody)+`"}`).
		Refused(t, 413, 300, "too_large")
	s.Guest().With("Idempotency-Key", "a b").Do("POST", "/v2/live_meetings/"+s.room+"/guests", ``).Refuses(t, "Idempotency-Key")
	s.Guest().Do("POST", "/v2/live_meetings/"+s.room+"/participants", ``).Refused(t, 401, 124, "token")
	same(t, "admitted", s.names("admitted"), "Ada")
	same(t, "waiting", s.names("waiting"), "")
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	s := newScene(t)
	for i, room := range []string{"abc", "555", "555111222x", "%20", "me", "..%2f..", "ada.nobody", "-5552123434", strings.Repeat("9", 400), "%00", "%ff", "ROOM%23" + s.room} {
		guest := s.Guest().From(fmt.Sprintf("203.0.113.%d", i))
		guest.Do("POST", "/v2/live_meetings/"+room+"/guests", `{"display_name":"Sam"}`).Refused(t, 404, 3001, "meeting_not_found")
		s.ada.client.Do("GET", "/v2/live_meetings/"+room, nil).Refused(t, 404, 3001, "meeting_not_found")
		s.ada.client.Do("PATCH", "/v2/live_meetings/"+room, `{"locked":true}`).Refused(t, 404, 3001, "meeting_not_found")
		guest.With("X-Seat-Secret", "x").Do("DELETE", "/v2/live_meetings/"+room+"/guests/x.y", nil).Refused(t, 404, 3001, "meeting_not_found")
	}
	s.ada.client.Do("GET", "/v2/live_meetings/"+strings.Repeat("9", 600), nil).Refused(t, 404, 404, "no_route")
}

func badEdits() bad {
	return bad{
		``: "body", `{`: "body", `[]`: "body", `{}`: "body", `null`: "body", `{"lock":true}`: "body", `{"locked":null}`: "body",
		`{"locked":"true"}`: "locked", `{"locked":1}`: "locked", `{"waiting_room":"on"}`: "waiting_room",
		`{"waiting_room":1}`: "waiting_room", `{"locked":0,"waiting_room":[]}`: "locked waiting_room",
	}
}

func TestBadEdits(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	before := s.do("GET", "", nil).Body
	for body, named := range badEdits() {
		s.do("PATCH", "", body).Refuses(t, strings.Fields(named)...)
	}
	same(t, "the room", s.do("GET", "", nil).Body, before)
}

func badDecisions() bad {
	return bad{
		``: "action", `{`: "body", `[]`: "body", `{"action":""}`: "action", `{"action":"promote"}`: "action", `{"action":"ADMIT"}`: "action", `{"action":5}`: "action",
	}
}

func TestBadDecisions(t *testing.T) {
	s := newScene(t)
	in(t, s.ada.join())
	sam := s.guest("Sam")
	in(t, sam.join())
	for body, named := range badDecisions() {
		s.do("PUT", "/participants/status", body).Refuses(t, strings.Fields(named)...)
		s.do("PUT", "/participants/"+sam.seat.ID+"/status", body).Refuses(t, strings.Fields(named)...)
	}
	for body, named := range (bad{
		`{"action":"wait"}`:                                                             "participant_ids",
		`{"action":"make_host","participant_ids":null}`:                                 "participant_ids",
		`{"action":"admit","participant_ids":"x"}`:                                      "participant_ids",
		`{"action":"admit","participant_ids":[5]}`:                                      "participant_ids[0]",
		`{"action":"admit","participant_ids":["a\u0000"]}`:                              "participant_ids[0]",
		`{"action":"x","participant_ids":{}}`:                                           "action participant_ids",
		`{"action":"admit","participant_ids":["` + strings.Repeat(`x","`, 300) + `x"]}`: "participant_ids",
	}) {
		s.do("PUT", "/participants/status", body).Refuses(t, strings.Fields(named)...)
	}
	s.do("PUT", "/participants/status", `{"action":"remove","participant_ids":["x"]}`).Refused(t, 404, 4109, "seat_not_found")
	s.do("PUT", "/participants/x/status", `{"action":"remove"}`).Refused(t, 404, 4109, "seat_not_found")
	in(t, sam.poll())
}

func TestBadPages(t *testing.T) {
	s := newScene(t)
	for query, named := range map[string]string{
		"page_size=0": "page_size", "page_size=301": "page_size", "page_size=x": "page_size", "next_page_token=x": "next_page_token",
		"next_page_token=x-y": "next_page_token", "page_size=-1&next_page_token=-": "page_size next_page_token",
	} {
		s.do("GET", "/participants?"+query, nil).Refuses(t, strings.Fields(named)...)
	}
	s.do("GET", "/participants?page_size=&next_page_token=", nil).Want(t, 200).
		Is(t, `{"participants":[],"arriving":0,"next_page_token":""}`)
}

func FuzzJoin(f *testing.F) {
	seeds := []string{``, `{"display_name":"Sam","passcode":"aB3dE7gh","omn":"83123456789","seat":{"id":"a.b","secret":"c"}}`, `{"passcode":12345678,"omn":83123456789}`, `{"seat":{"id":"a.b","secret":"c"},"host_key":"123456"}`, `{"host_key":"1"}`}
	for body := range badJoins() {
		seeds = append(seeds, body)
	}
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		_, _, err := joinOf(r)
		return api.NoContent(), err
	}, seeds...)
}

func FuzzEdit(f *testing.F) {
	seeds := []string{`{"locked":true,"waiting_room":"guests"}`}
	for body := range badEdits() {
		seeds = append(seeds, body)
	}
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		_, err := editOf(r)
		return api.NoContent(), err
	}, seeds...)
}

func FuzzDecision(f *testing.F) {
	seeds := []string{`{"action":"admit"}`, `{"action":"wait","participant_ids":["a.b","c.d"]}`}
	for body := range badDecisions() {
		seeds = append(seeds, body)
	}
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		v, _, err := handler{door: meeting.NewDoor(nil, meeting.Env{})}.decisionOf(r)
		if err == nil && v.run == nil {
			panic("nothing to do")
		}
		return api.NoContent(), err
	}, seeds...)
}

func FuzzPage(f *testing.F) {
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		form := r.QueryForm()
		page := pageOf(form)
		return api.JSON(200, page.of(meeting.RoomView{Present: meeting.Roster{{ID: "a.b"}, {ID: "c.d"}}})), form.Err()
	}, "page_size=30", "next_page_token=1772442000000-a.b", "next_page_token=9223372036854775807-", "page_size=&next_page_token=-1--")
}

func FuzzLanding(f *testing.F) {
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		i := guestInvite(r, "5551112222", "meeting ID")
		if strings.Count(i.page(), "<") != strings.Count(guestInvite(&api.Request{}, "5551112222", "meeting ID").page(), "<")+4*min(1, len(i.passcode)) {
			panic("the query makes elements")
		}
		return api.HTML(200, i.page()), nil
	}, "pwd=aB3dE7gh&omn=83123456789", "pwd=<script>alert(1)</script>", "pwd=%22%3E&omn={{facts}}")
}

func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	s := newScene(t)
	s.edit("ada", meeting.Edit{PMI: new(meeting.Number("5552123434")), Room: &meeting.SettingsEdit{Passcode: new("sesame")}})
	inOrder := []struct {
		name   string
		status int
	}{
		{"join", 201}, {"join-as-guest", 201}, {"get-room", 200}, {"get-roster", 200}, {"put-participants-status", 200}, {"patch-room", 200},
		{"put-participant-status-unknown", 404}, {"leave-unknown", 404}, {"leave-as-guest-unknown", 404}, {"media-tells-unknown", 404},
		{"join-link", 200}, {"personal-link", 200}, {"start-link", 200},
	}
	if files, _ := filepath.Glob("events/*.json"); len(files) != len(inOrder) || len(files) != len(s.API.Routes()) {
		t.Errorf("%d events, want %d; %d routes", len(files), len(inOrder), len(s.API.Routes()))
	}
	for _, c := range inOrder {
		text, err := os.ReadFile(filepath.Join("events", c.name+".json"))
		s.must(err)
		var event events.APIGatewayV2HTTPRequest
		s.must(json.Unmarshal(text, &event))
		s.Handle(event).Want(t, c.status)
	}
}
