package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func long(n int) string { return `"` + strings.Repeat("a", n) + `"` }

func many(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

// badBodies returns bodies that neither create nor change a meeting, with the fields that the refusal names. The
// readers of fields are tested in shared/api, the limits of a recurrence in shared/meeting.
func badBodies() map[string]string {
	recurrence := func(members string) string { return `{"type":8,"recurrence":{` + members + `}}` }
	setting := func(members string) string { return `{"settings":{` + members + `}}` }
	return map[string]string{
		`[]`:                                    "body",
		`{"type":4}`:                            "type",
		`{"topic":` + long(201) + `}`:           "topic",
		`{"topic":"a\nb"}`:                      "topic",
		`{"agenda":` + long(2001) + `}`:         "agenda",
		`{"start_time":"2026-02-30T10:00:00Z"}`: "start_time",
		`{"duration":9001}`:                     "duration",
		`{"duration":-5}`:                       "duration",
		`{"timezone":"Mars/Olympus"}`:           "timezone",
		`{"password":"12345678901"}`:            "password",
		`{"default_password":"x"}`:              "default_password",

		`{"type":8}`:                                                  "recurrence",
		recurrence(`"repeat_interval":2`):                             "recurrence.type",
		recurrence(`"type":1,"end_times":61`):                         "recurrence.end_times",
		recurrence(`"type":2,"weekly_days":"1,,2"`):                   "recurrence.weekly_days",
		recurrence(`"type":3,"monthly_week":5,"monthly_week_day":1`):  "recurrence.monthly_week",
		recurrence(`"type":1,"end_date_time":"2026-02-30T00:00:00Z"`): "recurrence.end_date_time",

		`{"settings":[]}`:                                           "settings",
		setting(`"x":` + long(33<<10)):                              "settings",
		setting(`"use_pmi":"true"`):                                 "settings.use_pmi",
		setting(`"waiting_room":1`):                                 "settings.waiting_room",
		setting(`"join_before_host":"no"`):                          "settings.join_before_host",
		setting(`"jbh_time":3`):                                     "settings.jbh_time",
		setting(`"meeting_authentication":"yes"`):                   "settings.meeting_authentication",
		setting(`"authentication_domains":"a,b,c,d,e,f,g,h,i,j,k"`): "settings.authentication_domains",
		setting(`"authentication_domains":"*.example.com"`):         "settings.authentication_domains[0]",
		setting(`"alternative_hosts":"` + many(11, "a@b.c") + `"`):  "settings.alternative_hosts",
		setting(`"alternative_hosts":"grace"`):                      "settings.alternative_hosts[0]",
		setting(`"meeting_invitees":[` + many(501, "{}") + `]`):     "settings.meeting_invitees",
		setting(`"meeting_invitees":[{"email":""}]`):                "settings.meeting_invitees[0].email",
		setting(`"meeting_invitees":["bob@example.com"]`):           "settings.meeting_invitees[0] settings.meeting_invitees[0].email",
		`{"type":9,"topic":5,"settings":{"jbh_time":1}}`:            "type topic settings.jbh_time",
	}
}

func TestBadMeetingsAreRefused(t *testing.T) {
	s := newScene(t)
	id := s.create(`{"topic":"Tea"}`)
	everything := func() string { return s.ada.Do("GET", at(id), nil).Body + s.ada.Do("GET", mine, nil).Body }
	before := everything()
	for body, fields := range badBodies() {
		s.ada.Do("POST", mine, body).Refuses(t, strings.Fields(fields)...)
		s.ada.Do("PATCH", at(id), body).Refuses(t, strings.Fields(fields)...)
	}
	for _, empty := range []string{``, `{}`, `{"template_id":"x","recurrence":null}`, `{"topic":null,"settings":null}`} {
		s.ada.Do("PATCH", at(id), empty).Refuses(t, "body")
	}
	s.ada.Do("POST", mine, `{"schedule_for":5}`).Refuses(t, "schedule_for")
	testkit.Equal(t, "after refused bodies", everything(), before)
}

func TestRecurrencesAreShownAsTheyWereSent(t *testing.T) {
	s := newScene(t)
	for sent, want := range map[string]string{
		`{"type":1}`:               `{"type":1,"repeat_interval":1,"end_times":1}`,
		`{"type":1,"end_times":0}`: `{"type":1,"repeat_interval":1,"end_times":0}`,
		`{"type":2,"weekly_days":"7, 2,2","end_times":"9"}`: `{"type":2,"repeat_interval":1,"weekly_days":"2,7","end_times":9}`,
		`{"type":2,"weekly_days":3,"end_date_time":"2026-04-02T15:59:00Z"}`: `{"type":2,"repeat_interval":1,"weekly_days":"3",
			"end_date_time":"2026-04-02T15:59:00Z"}`,
		`{"type":3,"end_times":2}`: `{"type":3,"repeat_interval":1,"monthly_day":1,"end_times":2}`,
		`{"type":3,"monthly_week":-1,"monthly_week_day":6,"end_times":2}`: `{"type":3,"repeat_interval":1,"monthly_week":-1,
			"monthly_week_day":6,"end_times":2}`,
		`{"type":1,"weekly_days":"nonsense","monthly_day":99,"end_times":2}`: `{"type":1,"repeat_interval":1,"end_times":2}`,
		`{"type":1,"end_times":1,"end_date_time":"2026-04-02T15:59:00.9999999Z"}`: `{"type":1,"repeat_interval":1,
			"end_date_time":"2026-04-02T15:59:00Z"}`,
	} {
		made := s.ada.Do("POST", mine, `{"type":8,"recurrence":`+sent+`}`).Want(t, 201)
		var shown struct{ Recurrence json.RawMessage }
		made.Into(t, &shown)
		testkit.Answer{Body: string(shown.Recurrence)}.Is(t, want)
	}
	for _, kind := range []string{"1", "2", "3"} {
		made := s.ada.Do("POST", mine, `{"type":`+kind+`,"recurrence":{"type":2}}`).Want(t, 201)
		testkit.Equal(t, "type "+kind, made.Text(t, "recurrence")+made.Text(t, "occurrences"), "")
	}
}

func TestTimesAreOnTheClocksOfTheProfile(t *testing.T) {
	s := newScene(t)
	s.setUp(meeting.Edit{Timezone: new("America/New_York")})
	made := s.ada.Do("POST", mine, `{"start_time":"2026-03-03T10:00:00"}`).Want(t, 201)
	testkit.Equal(t, "start", made.Text(t, "start_time"), "2026-03-03T15:00:00Z")
}

func TestBadQueriesAreRefused(t *testing.T) {
	s := newScene(t)
	id := s.create(`{}`)
	s.start(id)
	s.end(id)
	for query, fields := range map[string]string{
		mine + "?type=past": "type", mine + "?page_size=0": "page_size", mine + "?page_size=301": "page_size",
		mine + "?from=2026-02-30": "from", mine + "?type=live&from=2026-03-02T09": "from", mine + "?to=09:00Z": "to",
		mine + "?from=2026-03-02&to=2026-03-01":                                     "to",
		mine + "?from=2026-03-02T22:00:00Z&to=2026-03-02&timezone=Pacific/Auckland": "to",
		mine + "?timezone=Mars/Olympus":                                             "timezone",
		mine + "?type=x&page_size=x":                                                "type page_size",
		at(id) + "?show_previous_occurrences=maybe":                                 "show_previous_occurrences",
		past + id + "/instances?page_size=0":                                        "page_size",
		past + id + "/instances?next_page_token=x":                                  "next_page_token",
		reports: "from to", reports + days + "&type=pastJoined": "type", reports + days + "&page_size=0": "page_size",
		"/v2/users/me/upcoming_meetings?page_size=301": "page_size",
		report + id + "/participants?page_size=x":      "page_size",
		past + id + "/participants?page_size=x":        "page_size",
		past + id + "/participants?next_page_token=x":  "next_page_token",
	} {
		s.ada.Do("GET", query, nil).Refuses(t, strings.Fields(fields)...)
	}
	s.ada.Do("GET", mine+"?type=&page_size=&next_page_token=&page_number=7&timezone=", nil).Want(t, 200)
}

func FuzzPlan(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		form, err := r.Form()
		if err != nil {
			return api.Response{}, err
		}
		plan := api.Plan(form)
		api.HostOf(form, "me")
		if err := form.EditErr(); err != nil {
			return api.Response{}, err
		}
		if plan.Duration != nil && (*plan.Duration < time.Minute || *plan.Duration > meeting.MaxDuration) ||
			plan.Topic != nil && *plan.Topic == "" || plan.Invitees != nil && len(*plan.Invitees) > meeting.MaxInvitees {
			return api.Response{}, fmt.Errorf("the decoder accepted %+v", plan) // a 500
		}
		return api.NoContent(), nil
	}, complete, `{"topic":"","type":"","duration":0,"start_time":"","password":"","settings":{}}`,
		`{"type":3,"start_time":"2026-03-03T10:00:00","settings":{"use_pmi":null,"alternative_hosts":""}}`, `{"duration":1e3}`, `[]`, ``,
		`{"type":8,"recurrence":{"type":2,"repeat_interval":1,"weekly_days":"1,7","end_times":3}}`,
		`{"type":8,"recurrence":{"type":3,"monthly_week":-1,"monthly_week_day":6,"end_date_time":"2026-12-31T15:00:00"}}`,
		`{"type":"8","recurrence":{"type":3,"monthly_day":"31","end_times":0,"end_date_time":""}}`)
}

func FuzzList(f *testing.F) {
	known := []meeting.ListType{meeting.ListScheduled, meeting.ListLive, meeting.ListUpcoming, meeting.ListUpcomingMeetings, meeting.ListPrevious}
	testkit.FuzzQuery(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		l, err := listingOf(r.QueryForm())
		if err == nil && (l.Page.Size < 1 || l.Page.Size > meeting.MaxPage || !slices.Contains(known, l.Type)) {
			err = fmt.Errorf("the decoder accepted %+v", l) // a 500
		}
		return api.NoContent(), err
	}, "type=upcoming&page_size=30&next_page_token=abc", "page_size=%00", "type=", "from=2026-03-02T09:00:00.5%2B01:00", "to=9999-12-31",
		"type=previous_meetings&from=2026-03-02&to=2026-03-08&timezone=Asia/Tokyo")
}
