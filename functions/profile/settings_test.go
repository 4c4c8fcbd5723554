package main

import (
	"context"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
)

func TestSettingsAreZoomsViewOfTheRoom(t *testing.T) {
	ada := newEdge(t).As("ada")
	passcode := ada.Do("GET", ownRoom, nil).Text(t, "passcode")
	ada.Do("GET", settings, nil).Want(t, 200).Is(t, `{
		"schedule_meeting": {"personal_meeting": true, "use_pmi_for_scheduled_meetings": false, "use_pmi_for_instant_meetings": false,
			"pmi_password": "`+passcode+`", "join_before_host": false},
		"in_meeting": {"waiting_room": false}, "email_notification": {}, "recording": {}, "telephony": {}, "feature": {},
		"integration": {}, "tsp": {}, "profile": {}, "chat": {}, "audio_conferencing": {}, "meeting_security": {}}`)
	ada.Do("PATCH", settings, `{
		"schedule_meeting": {"personal_meeting": true, "use_pmi_for_scheduled_meetings": true, "use_pmi_for_instant_meetings": true,
			"pmi_password": "secret", "join_before_host": true},
		"in_meeting": {"waiting_room": true}}`).Want(t, 204)
	ada.Do("GET", settings, nil).Want(t, 200).Is(t, `{
		"schedule_meeting": {"personal_meeting": true, "use_pmi_for_scheduled_meetings": true, "use_pmi_for_instant_meetings": true,
			"pmi_password": "secret", "join_before_host": true},
		"in_meeting": {"waiting_room": true}, "email_notification": {}, "recording": {}, "telephony": {}, "feature": {},
		"integration": {}, "tsp": {}, "profile": {}, "chat": {}, "audio_conferencing": {}, "meeting_security": {}}`)
	if got := ada.Do("GET", me, nil).Text(t, "use_pmi"); got != "true" {
		t.Errorf("the profile says use_pmi %s", got)
	}
	room := ada.Do("GET", ownRoom, nil)
	for path, want := range map[string]string{"passcode": "secret", "join_before_host": "true", "waiting_room": "everyone"} {
		if got := room.Text(t, path); got != want {
			t.Errorf("the room's %s is %s, want %s", path, got, want)
		}
	}
}

func TestWhatIsNotOursIsReturnedUnchanged(t *testing.T) {
	ada := newEdge(t).As("ada")
	ada.Do("PATCH", settings, `{"schedule_meeting":{"host_video":true,"audio_type":"","require_password_for_pmi_meetings":"jbh_only","x.y":{"a":[1,null]}},
		"in_meeting":{"entry_exit_chime":"a&b <c>","waiting_room":false,"attention_tracking":null},
		"feature":{"meeting_capacity":1e3,"large":12345678901234567890},"recording":null,"unheard_of":{"a":1}}`).Want(t, 204)
	ada.Do("PATCH", settings, `{"in_meeting":{"chat":-0.50},"schedule_meeting":{"host_video":false}}`).Want(t, 204)
	got := ada.Do("GET", settings, nil).Want(t, 200)
	for _, want := range []string{
		`"entry_exit_chime":"a&b <c>"`, `"meeting_capacity":1e3`, `"large":12345678901234567890`, `"chat":-0.50`, `"host_video":false`,
		`"x.y":{"a":[1,null]}`, `"audio_type":""`, `"require_password_for_pmi_meetings":"jbh_only"`,
	} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("%s is not in %s", want, got.Body)
		}
	}
	for _, not := range []string{"attention_tracking", "unheard_of"} {
		if strings.Contains(got.Body, not) {
			t.Errorf("%s is in %s", not, got.Body)
		}
	}
}

func TestAWaitingRoomThatIsOnStaysForWhomItIs(t *testing.T) {
	ada := newEdge(t).As("ada")
	ada.Do("PATCH", ownRoom, `{"waiting_room":"guests"}`).Want(t, 204)
	for _, c := range []struct{ patch, want string }{{"true", "guests"}, {"false", "off"}, {"true", "everyone"}} {
		ada.Do("PATCH", settings, `{"in_meeting":{"waiting_room":`+c.patch+`}}`).Want(t, 204)
		if got := ada.Do("GET", ownRoom, nil).Text(t, "waiting_room"); got != c.want {
			t.Errorf("waiting_room %s made it %s, want %s", c.patch, got, c.want)
		}
	}
}

func TestAnEmptyPMIPasswordIsAbsent(t *testing.T) {
	ada := newEdge(t).As("ada")
	before := everything(t, ada)
	ada.Do("PATCH", settings, `{"schedule_meeting":{"pmi_password":"","join_before_host":null},"in_meeting":{}}`).Want(t, 204)
	if after := everything(t, ada); after != before {
		t.Errorf("was %s\nis  %s", before, after)
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	big := `"` + strings.Repeat("a", 33<<10) + `"`
	refusals{
		`{`:                         "body",
		`{}`:                        "body",
		`{"in_meeting":null}`:       "body",
		`{"unheard_of":{"a":1}}`:    "body",
		`{"in_meeting":5}`:          "in_meeting",
		`{"schedule_meeting":[]}`:   "schedule_meeting",
		`{"recording":"cloud"}`:     "recording",
		`{"meeting_security":true}`: "meeting_security",
		`{"in_meeting":{"waiting_room":"guests"}}`:                                                           "in_meeting.waiting_room",
		`{"schedule_meeting":{"personal_meeting":false}}`:                                                    "schedule_meeting.personal_meeting",
		`{"schedule_meeting":{"personal_meeting":1}}`:                                                        "schedule_meeting.personal_meeting",
		`{"schedule_meeting":{"use_pmi_for_scheduled_meetings":"x","use_pmi_for_instant_meetings":2}}`:       "schedule_meeting.use_pmi_for_scheduled_meetings schedule_meeting.use_pmi_for_instant_meetings",
		`{"schedule_meeting":{"join_before_host":"on"},"in_meeting":{"chat":true}}`:                          "schedule_meeting.join_before_host",
		`{"schedule_meeting":{"pmi_password":"12345678901","use_pmi_for_instant_meetings":true}}`:            "schedule_meeting.pmi_password",
		`{"schedule_meeting":{"pmi_password":"a b"}}`:                                                        "schedule_meeting.pmi_password",
		`{"schedule_meeting":{"pmi_password":123456}}`:                                                       "schedule_meeting.pmi_password",
		`{"in_meeting":{"custom_service_instructions":` + big + `},"schedule_meeting":{"pmi_password":"x"}}`: "settings",
	}.hold(t, ada, settings)
}

func FuzzEditSettings(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (api.Response, error) {
		form, err := r.Form()
		if err != nil {
			return api.Response{}, err
		}
		_, err = editOfSettings(form)
		return api.NoContent(), err
	}, `{"schedule_meeting":{"personal_meeting":true,"use_pmi_for_scheduled_meetings":true,"use_pmi_for_instant_meetings":true,
		"pmi_password":"secret","join_before_host":true,"host_video":true,"audio_type":"both"},"in_meeting":{"waiting_room":true,"chat":1e3}}`,
		`{"in_meeting":null,"feature":{"x":[]},"unheard_of":{}}`, `{"schedule_meeting":[]}`)
}
