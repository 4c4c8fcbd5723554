package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// bad is bodies that neither create nor change a meeting, with the fields that are named.
func bad() map[string]string {
	long := func(n int) string { return `"` + strings.Repeat("a", n) + `"` }
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	return map[string]string{
		`{`:                                             "body",
		`[]`:                                            "body",
		`"topic"`:                                       "body",
		"{\"topic\":\"\xff\"}":                          "body",
		`{"type":8}`:                                    "recurrence",
		`{"type":4}`:                                    "type",
		`{"type":10}`:                                   "type",
		`{"type":0}`:                                    "type",
		`{"type":-1}`:                                   "type",
		`{"type":"scheduled"}`:                          "type",
		`{"type":2.5}`:                                  "type",
		`{"topic":5}`:                                   "topic",
		`{"topic":"a\nb"}`:                              "topic",
		`{"topic":"a\u0000b"}`:                          "topic",
		`{"topic":` + long(201) + `}`:                   "topic",
		`{"agenda":["Cake"]}`:                           "agenda",
		`{"agenda":"a\u0000b"}`:                         "agenda",
		`{"agenda":` + long(2001) + `}`:                 "agenda",
		`{"start_time":"tomorrow"}`:                     "start_time",
		`{"start_time":1772445600}`:                     "start_time",
		`{"start_time":"2026-03-03"}`:                   "start_time",
		`{"start_time":"2026-02-30T10:00:00Z"}`:         "start_time",
		`{"start_time":"2026-03-02T08:54:00Z"}`:         "start_time",
		`{"start_time":"0000-01-01T00:00:00Z"}`:         "start_time",
		`{"start_time":"2036-03-02T09:00:01Z"}`:         "start_time",
		`{"start_time":"9999-12-31T23:59:59"}`:          "start_time",
		`{"duration":-5}`:                               "duration",
		`{"duration":1441}`:                             "duration",
		`{"duration":9223372036854775807}`:              "duration",
		`{"duration":0.5}`:                              "duration",
		`{"duration":"long"}`:                           "duration",
		`{"timezone":"Mars/Olympus"}`:                   "timezone",
		`{"timezone":"Local"}`:                          "timezone",
		`{"timezone":"` + "/etc/localtime" + `"}`:       "timezone",
		`{"timezone":[]}`:                               "timezone",
		`{"password":"12345678901"}`:                    "password",
		`{"password":"a b"}`:                            "password",
		`{"password":123456}`:                           "password",
		`{"default_password":"x"}`:                      "default_password",
		`{"settings":[]}`:                               "settings",
		`{"settings":"x"}`:                              "settings",
		`{"settings":{"use_pmi":"true"}}`:               "settings.use_pmi",
		`{"settings":{"waiting_room":1}}`:               "settings.waiting_room",
		`{"settings":{"join_before_host":"no"}}`:        "settings.join_before_host",
		`{"settings":{"jbh_time":3}}`:                   "settings.jbh_time",
		`{"settings":{"meeting_authentication":"yes"}}`: "settings.meeting_authentication",
		`{"settings":{"authentication_domains":"*.example.com"}}`:                     "settings.authentication_domains[0]",
		`{"settings":{"authentication_domains":["example.com"]}}`:                     "settings.authentication_domains",
		`{"settings":{"authentication_domains":"a,b,c,d,e,f,g,h,i,j,k"}}`:             "settings.authentication_domains",
		`{"settings":{"alternative_hosts":"grace"}}`:                                  "settings.alternative_hosts[0]",
		`{"settings":{"alternative_hosts":["grace@example.com"]}}`:                    "settings.alternative_hosts",
		`{"settings":{"alternative_hosts":"` + many(11, "a@b.c") + `"}}`:              "settings.alternative_hosts",
		`{"settings":{"meeting_invitees":{}}}`:                                        "settings.meeting_invitees",
		`{"settings":{"meeting_invitees":["bob@example.com"]}}`:                       "settings.meeting_invitees[0] settings.meeting_invitees[0].email",
		`{"settings":{"meeting_invitees":[{"email":"bob"}]}}`:                         "settings.meeting_invitees[0].email",
		`{"settings":{"meeting_invitees":[{"email":""}]}}`:                            "settings.meeting_invitees[0].email",
		`{"settings":{"meeting_invitees":[null]}}`:                                    "settings.meeting_invitees[0] settings.meeting_invitees[0].email",
		`{"settings":{"meeting_invitees":[` + many(501, "{}") + `]}}`:                 "settings.meeting_invitees",
		`{"settings":{"x":` + long(33<<10) + `}}`:                                     "settings",
		`{"type":9,"topic":5,"settings":{"jbh_time":1}}`:                              "type topic settings.jbh_time",
		`{"start_time":"2020-01-01T00:00:00Z","settings":{"x":` + long(33<<10) + `}}`: "start_time settings",
	}
}

func TestBadMeetingsAreRefused(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	own, inRoom := create(t, edge, `{"topic":"Tea"}`), create(t, edge, `{"topic":"Tea","settings":{"use_pmi":true}}`)
	everything := func() string {
		return ada.Do("GET", at(own), nil).Body + ada.Do("GET", at(inRoom), nil).Body + ada.Do("GET", mine, nil).Body
	}
	before := everything()
	for body, names := range bad() {
		fields := strings.Fields(names)
		ada.Do("POST", mine, body).Refuses(t, fields...)
		ada.Do("PATCH", at(own), body).Refuses(t, fields...)
		ada.Do("PATCH", at(inRoom), body).Refuses(t, fields...)
	}
	for _, empty := range []string{``, `{}`, `null`, `{"tracking_fields":[],"recurrence":null}`, `{"topic":null,"settings":null}`} {
		ada.Do("PATCH", at(own), empty).Refuses(t, "body")
	}
	ada.Do("POST", mine, `{"agenda":"`+strings.Repeat("a", 64<<10)+`"}`).Refused(t, 413, 300, "too_large")
	ada.Do("POST", mine, `{"schedule_for":5}`).Refuses(t, "schedule_for")
	if after := everything(); after != before {
		t.Errorf("refused bodies changed something:\n%s\n%s", before, after)
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
			return api.Response{}, fmt.Errorf("the decoder let %+v pass", plan) // a 500
		}
		return api.NoContent(), nil
	}, `{"topic":"Tea","type":2,"start_time":"2026-03-03T10:00:00+01:00","duration":45,"timezone":"Europe/Berlin","agenda":"Two\nlines",
		"password":"secret","tracking_fields":null,"pre_schedule":false,"schedule_for":"","default_password":false,"settings":{"host_video":true,
		"audio":"","registration_type":0,"waiting_room":true,"join_before_host":true,"jbh_time":10,"use_pmi":false,"meeting_authentication":true,
		"authentication_domains":"example.com,acme.example","alternative_hosts":"grace@example.com;joan@example.com",
		"meeting_invitees":[{"email":"bob@example.com","internal_user":true}]}}`,
		`{"topic":"","type":"","duration":0,"start_time":"","password":"","settings":{}}`,
		`{"type":3,"start_time":"2026-03-03T10:00:00","settings":{"use_pmi":null,"alternative_hosts":""}}`, `{"duration":1e3}`, `[]`, ``,
		`{"type":8,"recurrence":{"type":2,"repeat_interval":1,"weekly_days":"1,7","end_times":3}}`,
		`{"type":8,"recurrence":{"type":3,"monthly_week":-1,"monthly_week_day":6,"end_date_time":"2026-12-31T15:00:00"}}`,
		`{"type":"8","recurrence":{"type":3,"monthly_day":"31","end_times":0,"end_date_time":""}}`)
}
