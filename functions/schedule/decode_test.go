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

// badBodies returns bodies that neither create nor change a meeting, by the fields that the refusal names.
func badBodies() map[string][]string {
	recurrence := func(members string) string { return `{"type":8,"recurrence":{` + members + `}}` }
	setting := func(members string) string { return `{"settings":{` + members + `}}` }
	return map[string][]string{
		"body":             {`{`, `[]`, "{\"topic\":\"\xff\"}"},
		"type":             {`{"type":4}`, `{"type":10}`, `{"type":0}`, `{"type":"scheduled"}`, `{"type":2.5}`},
		"topic":            {`{"topic":5}`, `{"topic":"a\nb"}`, `{"topic":"a\u0000b"}`, `{"topic":` + long(201) + `}`},
		"agenda":           {`{"agenda":["Cake"]}`, `{"agenda":"a\u0000b"}`, `{"agenda":` + long(2001) + `}`},
		"start_time":       {`{"start_time":"tomorrow"}`, `{"start_time":1772445600}`, `{"start_time":"2026-02-30T10:00:00Z"}`},
		"duration":         {`{"duration":-5}`, `{"duration":1441}`, `{"duration":0.5}`, `{"duration":"long"}`},
		"timezone":         {`{"timezone":"Mars/Olympus"}`, `{"timezone":[]}`},
		"password":         {`{"password":"12345678901"}`, `{"password":"a b"}`, `{"password":123456}`},
		"default_password": {`{"default_password":"x"}`},

		"recurrence":               {`{"type":8}`, recurrence(``)},
		"recurrence.type":          {recurrence(`"repeat_interval":2`), recurrence(`"type":"daily"`)},
		"recurrence.end_times":     {recurrence(`"type":1,"end_times":61`)},
		"recurrence.weekly_days":   {recurrence(`"type":2,"weekly_days":"1,,2"`), recurrence(`"type":2,"weekly_days":[1]`)},
		"recurrence.monthly_week":  {recurrence(`"type":3,"monthly_week":5,"monthly_week_day":1`)},
		"recurrence.end_date_time": {recurrence(`"type":1,"end_date_time":"2026-02-30T00:00:00Z"`)},

		"settings":                           {`{"settings":[]}`, setting(`"x":` + long(33<<10))},
		"settings.use_pmi":                   {setting(`"use_pmi":"true"`)},
		"settings.waiting_room":              {setting(`"waiting_room":1`)},
		"settings.join_before_host":          {setting(`"join_before_host":"no"`)},
		"settings.jbh_time":                  {setting(`"jbh_time":3`)},
		"settings.meeting_authentication":    {setting(`"meeting_authentication":"yes"`)},
		"settings.authentication_domains":    {setting(`"authentication_domains":"a,b,c,d,e,f,g,h,i,j,k"`)},
		"settings.authentication_domains[0]": {setting(`"authentication_domains":"*.example.com"`)},
		"settings.alternative_hosts":         {setting(`"alternative_hosts":"` + many(11, "a@b.c") + `"`)},
		"settings.alternative_hosts[0]":      {setting(`"alternative_hosts":"grace"`)},
		"settings.meeting_invitees":          {setting(`"meeting_invitees":[` + many(501, "{}") + `]`)},
		"settings.meeting_invitees[0].email": {setting(`"meeting_invitees":[{"email":"bob"}]`), setting(`"meeting_invitees":[{"email":""}]`)},
		"settings.meeting_invitees[0] settings.meeting_invitees[0].email": {setting(`"meeting_invitees":["bob@example.com"]`)},
		"type topic settings.jbh_time":                                    {`{"type":9,"topic":5,"settings":{"jbh_time":1}}`},
	}
}

func TestBadMeetingsAreRefused(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	id := create(t, edge, `{"topic":"Tea"}`)
	everything := func() string { return ada.Do("GET", at(id), nil).Body + ada.Do("GET", mine, nil).Body }
	before := everything()
	for fields, bodies := range badBodies() {
		for _, body := range bodies {
			ada.Do("POST", mine, body).Refuses(t, strings.Fields(fields)...)
			ada.Do("PATCH", at(id), body).Refuses(t, strings.Fields(fields)...)
		}
	}
	for _, empty := range []string{``, `{}`, `null`, `{"tracking_fields":[],"recurrence":null}`, `{"topic":null,"settings":null}`} {
		ada.Do("PATCH", at(id), empty).Refuses(t, "body")
	}
	ada.Do("POST", mine, `{"agenda":"`+strings.Repeat("a", 64<<10)+`"}`).Refused(t, 413, 300, "too_large")
	ada.Do("POST", mine, `{"schedule_for":5}`).Refuses(t, "schedule_for")
	if after := everything(); after != before {
		t.Errorf("refused bodies changed something:\n%s\n%s", before, after)
	}
}

func TestRecurrencesAreShownAsTheyWereSent(t *testing.T) {
	edge := newEdge(t)
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
		made := edge.As("ada").Do("POST", mine, `{"type":8,"recurrence":`+sent+`}`).Want(t, 201)
		var shown struct{ Recurrence json.RawMessage }
		made.Into(t, &shown)
		testkit.Answer{Body: string(shown.Recurrence)}.Is(t, want)
	}
	for _, kind := range []string{"1", "2", "3"} {
		made := edge.As("ada").Do("POST", mine, `{"type":`+kind+`,"recurrence":{"type":2}}`).Want(t, 201)
		if made.At(t, "recurrence") != nil || made.At(t, "occurrences") != nil {
			t.Errorf("type %s recurs: %s", kind, made.Body)
		}
	}
}

func TestTimesAreInstantsOrOnTheClocksOfATimeZone(t *testing.T) {
	edge := newEdge(t)
	setUp(t, edge, meeting.Edit{Timezone: new("America/New_York")})
	for body, want := range map[string]string{
		`{"start_time":"2026-03-03T10:00:00Z","timezone":"Europe/Berlin"}`: "2026-03-03T10:00:00Z",
		`{"start_time":"2026-03-03T10:00:00.5Z"}`:                          "2026-03-03T10:00:00Z",
		`{"start_time":"2026-07-03T10:00:00","timezone":"Europe/Berlin"}`:  "2026-07-03T08:00:00Z",
		`{"start_time":"2026-03-03T10:00:00"}`:                             "2026-03-03T15:00:00Z",
	} {
		if got := edge.As("ada").Do("POST", mine, body).Want(t, 201).Text(t, "start_time"); got != want {
			t.Errorf("%s starts at %q, want %q", body, got, want)
		}
	}
}

func TestBadQueriesAreRefused(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	for field, queries := range map[string][]string{
		"type":      {"type=past", "type=scheduled&type=upcoming"},
		"page_size": {"page_size=0", "page_size=301", "page_size=ten"},
		"from":      {"from=x", "from=2026-02-30", "from=2026-03-02T09:00:00", "from=2026-03-02%00", "type=live&from=x"},
		"to": {"to=2026-03-02T09:00Z", "from=2026-03-02&to=2026-03-01", "from=2026-03-02T09:00:00Z&to=2026-03-02T08:59:59Z",
			"from=2026-03-02T22:00:00Z&to=2026-03-02&timezone=Pacific/Auckland", "type=previous_meetings&to=x"},
		"timezone":       {"timezone=Mars/Olympus"},
		"type page_size": {"type=x&page_size=x"},
	} {
		for _, query := range queries {
			ada.Do("GET", mine+"?"+query, nil).Refuses(t, strings.Fields(field)...)
		}
	}
	ada.Do("GET", mine+"?type=&page_size=&next_page_token=&page_number=7&from=&to=&timezone=", nil).Want(t, 200)
	id := create(t, edge, `{}`)
	ada.Do("GET", at(id)+"?show_previous_occurrences=maybe", nil).Refuses(t, "show_previous_occurrences")
	start(t, edge, id)
	end(t, edge, id)
	for query, field := range map[string]string{"page_size=0": "page_size", "page_size=x": "page_size", "next_page_token=x": "next_page_token"} {
		ada.Do("GET", past+id+"/instances?"+query, nil).Refuses(t, field)
		ada.Do("GET", past+id+"/participants?"+query, nil).Refuses(t, field)
	}
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
		if err == nil && (l.Size < 1 || l.Size > meeting.MaxPage || !slices.Contains(known, l.Type)) {
			err = fmt.Errorf("the decoder accepted %+v", l) // a 500
		}
		return api.NoContent(), err
	}, "type=upcoming&page_size=30&next_page_token=abc", "page_size=%00", "type=", "from=2026-03-02T09:00:00.5%2B01:00", "to=9999-12-31",
		"type=previous_meetings&from=2026-03-02&to=2026-03-08&timezone=Asia/Tokyo")
}
