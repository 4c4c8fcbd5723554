package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

func TestAMeetingIsCreatedInZoomsShape(t *testing.T) {
	edge := newEdge(t)
	got := edge.As("ada").Do("POST", mine, `{"topic":"Tea & <cake>","type":2,"start_time":"2026-03-03T10:00:00+01:00","duration":45,
		"timezone":"Europe/Berlin","agenda":"Two\nlines","password":"secret","tracking_fields":null,"recurrence":null,"pre_schedule":false,
		"template_id":"","schedule_for":"","default_password":false,"settings":{"host_video":true,"audio":"","registration_type":0,
		"approval_type":2,"global_dial_in_countries":[],"waiting_room":true,"join_before_host":true,"jbh_time":10,"use_pmi":false,
		"meeting_authentication":true,"authentication_domains":"Example.com,acme.example","alternative_hosts":"Grace@example.com;joan@example.com",
		"meeting_invitees":[{"email":"Bob@Example.com","internal_user":true}],"breakout_room":{"enable":false},"contact_email":null}}`).Want(t, 201)
	got.Is(t, fmt.Sprintf(`{
		"uuid":"%[2]s","id":%[1]s,"host_id":"ada","host_email":"ada@example.com","topic":"Tea & <cake>","type":2,"status":"waiting",
		"start_time":"2026-03-03T09:00:00Z","duration":45,"timezone":"Europe/Berlin","agenda":"Two\nlines","created_at":"2026-03-02T09:00:00Z",
		"start_url":"https://meet.example.com/s/%[1]s","join_url":"https://meet.example.com/j/%[1]s?pwd=secret","password":"secret",
		"settings":{"host_video":true,"audio":"","registration_type":0,"approval_type":2,"global_dial_in_countries":[],"waiting_room":true,
		"join_before_host":true,"jbh_time":10,"use_pmi":false,"meeting_authentication":true,"authentication_domains":"example.com,acme.example",
		"alternative_hosts":"grace@example.com;joan@example.com","meeting_invitees":[{"email":"bob@example.com"}],
		"breakout_room":{"enable":false}}}`, got.Text(t, "id"), got.Text(t, "uuid")))
	if !strings.Contains(got.Body, `"Tea & <cake>"`) {
		t.Errorf("& < > are escaped: %s", got.Body)
	}
	again := edge.As("ada").Do("GET", "/v2/meetings/"+got.Text(t, "id"), nil).Want(t, 200)
	if again.Body != got.Body {
		t.Errorf("created %s\nshown   %s", got.Body, again.Body)
	}
}

func TestAMeetingThatSaysNothingHasDefaults(t *testing.T) {
	edge := newEdge(t)
	for _, body := range []string{``, `{}`, `null`, `{"topic":"","type":"","duration":0,"start_time":"","timezone":"","password":"","agenda":"","settings":{}}`} {
		got := edge.As("ada").Do("POST", mine, body).Want(t, 201)
		got.Is(t, fmt.Sprintf(`{
			"uuid":"%[2]s","id":%[1]s,"host_id":"ada","host_email":"ada@example.com","topic":"Ada Acme's Meeting","type":2,"status":"waiting",
			"start_time":"2026-03-02T09:00:00Z","duration":60,"timezone":"UTC","created_at":"2026-03-02T09:00:00Z",
			"start_url":"https://meet.example.com/s/%[1]s","join_url":"https://meet.example.com/j/%[1]s?pwd=%[3]s","password":"%[3]s",
			"settings":{"waiting_room":false,"join_before_host":false,"jbh_time":0,"use_pmi":false,"meeting_authentication":false,
			"authentication_domains":"","alternative_hosts":"","meeting_invitees":[]}}`,
			got.Text(t, "id"), got.Text(t, "uuid"), got.Text(t, "password")))
		if len(got.Text(t, "password")) != 8 || len(got.Text(t, "id")) != 11 {
			t.Errorf("%s", got.Body)
		}
	}
}

func TestAMeetingInThePersonalRoomLeadsThereByItsNumber(t *testing.T) {
	edge := newEdge(t)
	p, room := setUp(t, edge, meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitGuests)}})
	got := edge.As("ada").Do("POST", mine, `{"topic":"Tea","type":3,"settings":{"use_pmi":true,"waiting_room":true,"join_before_host":false,
		"alternative_hosts":"grace@example.com","authentication_domains":"","jbh_time":0}}`).Want(t, 201)
	got.Is(t, fmt.Sprintf(`{
		"uuid":"%[2]s","id":%[1]s,"host_id":"ada","host_email":"ada@example.com","topic":"Tea","type":3,"status":"waiting","duration":60,
		"timezone":"UTC","created_at":"2026-03-02T09:00:00Z","pmi":"%[3]s","password":"%[4]s",
		"start_url":"https://meet.example.com/s/%[1]s","join_url":"https://meet.example.com/j/%[3]s?omn=%[1]s&pwd=%[4]s",
		"settings":{"use_pmi":true,"waiting_room":true,"join_before_host":false,"jbh_time":0,"meeting_authentication":false,
		"authentication_domains":"","alternative_hosts":"grace@example.com","meeting_invitees":[]}}`,
		got.Text(t, "id"), room.Live.Instance, p.PMI, room.Settings.Passcode))
}

func TestTimesAreInstantsOrOnTheMeetingsClocks(t *testing.T) {
	edge := newEdge(t)
	setUp(t, edge, meeting.Edit{Timezone: new("America/New_York")})
	for body, want := range map[string]string{
		`{"start_time":"2026-03-03T10:00:00Z","timezone":"Europe/Berlin"}`: "2026-03-03T10:00:00Z",
		`{"start_time":"2026-03-03T10:00:00-05:00"}`:                       "2026-03-03T15:00:00Z",
		`{"start_time":"2026-03-03T10:00:00.5Z"}`:                          "2026-03-03T10:00:00Z",
		`{"start_time":"2026-03-03T10:00:00","timezone":"Europe/Berlin"}`:  "2026-03-03T09:00:00Z",
		`{"start_time":"2026-07-03T10:00:00","timezone":"Europe/Berlin"}`:  "2026-07-03T08:00:00Z",
		`{"start_time":"2026-03-03T10:00:00"}`:                             "2026-03-03T15:00:00Z",
		`{"start_time":"2026-03-02T08:56:00Z","timezone":"Asia/Calcutta"}`: "2026-03-02T08:56:00Z",
		`{"start_time":"2026-03-03T10:00:00Z","type":3,"timezone":"UTC"}`:  "",
		`{"type":2}`: "2026-03-02T09:00:00Z",
	} {
		if got := edge.As("ada").Do("POST", mine, body).Want(t, 201).Text(t, "start_time"); got != want {
			t.Errorf("%s starts at %q, want %q", body, got, want)
		}
	}
}

func TestI5_AnInstantMeetingUsesThePMIWhereTheUserAlwaysDoes(t *testing.T) {
	edge := newEdge(t)
	p, room := setUp(t, edge, meeting.Edit{AlwaysPMI: new(true)})
	for body, advised := range map[string]bool{
		`{"type":1}`: true,
		`{"type":1,"settings":{"use_pmi":false}}`: true,
		`{"type":1,"settings":{"use_pmi":true}}`:  false,
	} {
		got := edge.As("ada").Do("POST", mine, body).Want(t, 201)
		if got.Text(t, "id") != string(p.PMI) || got.Text(t, "settings.use_pmi") != "true" || got.At(t, "pmi") != nil ||
			got.Text(t, "type") != "1" || got.Text(t, "password") != room.Settings.Passcode || got.Text(t, "status") != "waiting" {
			t.Errorf("%s: %s", body, got.Body)
		}
		if (got.Text(t, "advisories.0.code") == "pmi_used") != advised {
			t.Errorf("%s: advised %v, want %v: %s", body, !advised, advised, got.Body)
		}
	}
	if got := listed(t, edge.As("ada")); len(got) != 0 {
		t.Errorf("ada has the meetings %v", got)
	}
}

func TestI5_AnInstantMeetingChoosesWhereTheUserDoesNot(t *testing.T) {
	edge := newEdge(t)
	p, _ := setUp(t, edge, meeting.Edit{SchedulePMI: new(true)})
	for body, usesPMI := range map[string]bool{
		`{"type":1}`: false,
		`{"type":1,"settings":{"use_pmi":false}}`: false,
		`{"type":1,"settings":{"use_pmi":true}}`:  true,
	} {
		got := edge.As("ada").Do("POST", mine, body).Want(t, 201)
		if (got.Text(t, "id") == string(p.PMI)) != usesPMI || got.At(t, "advisories") != nil {
			t.Errorf("%s: %s", body, got.Body)
		}
	}
}

func TestI6_AlwaysPMINeverLeaksIntoScheduling(t *testing.T) {
	edge := newEdge(t)
	setUp(t, edge, meeting.Edit{AlwaysPMI: new(true)})
	for _, kind := range []int{2, 3} {
		got := edge.As("ada").Do("POST", mine, fmt.Sprintf(`{"type":%d}`, kind)).Want(t, 201)
		if got.At(t, "pmi") != nil || got.Text(t, "settings.use_pmi") != "false" {
			t.Errorf("%s", got.Body)
		}
	}
}

func TestI6_TheSchedulingOptionFillsInSilenceOnly(t *testing.T) {
	edge := newEdge(t)
	p, _ := setUp(t, edge, meeting.Edit{SchedulePMI: new(true)})
	for body, want := range map[string]string{
		`{"topic":"Tea"}`:                string(p.PMI),
		`{"settings":{"use_pmi":null}}`:  string(p.PMI),
		`{"settings":{"use_pmi":true}}`:  string(p.PMI),
		`{"settings":{"use_pmi":false}}`: "",
	} {
		if got := edge.As("ada").Do("POST", mine, body).Want(t, 201).Text(t, "pmi"); got != want {
			t.Errorf("%s: pmi is %q, want %q", body, got, want)
		}
	}
	setUp(t, edge, meeting.Edit{SchedulePMI: new(false)})
	if got := edge.As("ada").Do("POST", mine, `{}`).Want(t, 201).Text(t, "pmi"); got != "" {
		t.Errorf("the option is off, and pmi is %q", got)
	}
}

func TestI15_ARetryMeetsTheMeetingThatItMade(t *testing.T) {
	for name, body := range map[string]string{
		"own room":      `{"topic":"Tea","settings":{"use_pmi":false,"alternative_hosts":"grace@example.com"}}`,
		"personal room": `{"topic":"Tea","settings":{"use_pmi":true,"waiting_room":true,"alternative_hosts":"grace@example.com"}}`,
		"instant":       `{"topic":"Tea","type":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			edge := newEdge(t)
			ada := edge.As("ada").With("Idempotency-Key", "tap-1")
			first := ada.Do("POST", mine, body).Want(t, 201)
			edge.Clock.Advance(time.Minute)
			if again := ada.Do("POST", mine, body).Want(t, 201); again.Body != first.Body {
				t.Errorf("first %s\nagain %s", first.Body, again.Body)
			}
			ada.Do("POST", mine, `{"topic":"Coffee"}`).Refused(t, 422, 4108, "idempotency_key")
			other := ada.With("Idempotency-Key", "tap-2").Do("POST", mine, body).Want(t, 201)
			grace := edge.As("grace").With("Idempotency-Key", "tap-1").Do("POST", mine, body).Want(t, 201)
			if other.Text(t, "id") == first.Text(t, "id") || grace.Text(t, "id") == first.Text(t, "id") {
				t.Errorf("another key, or another user, met the same meeting")
			}
		})
	}
}

func TestI15_ARetryMeetsItsMeetingAfterTheOptionWasChanged(t *testing.T) {
	for _, usePMI := range []bool{true, false} {
		edge := newEdge(t)
		setUp(t, edge, meeting.Edit{SchedulePMI: &usePMI})
		ada := edge.As("ada").With("Idempotency-Key", "tap-1")
		first := ada.Do("POST", mine, `{"topic":"Tea"}`).Want(t, 201)
		setUp(t, edge, meeting.Edit{SchedulePMI: new(!usePMI)})
		if again := ada.Do("POST", mine, `{"topic":"Tea"}`).Want(t, 201); again.Body != first.Body {
			t.Errorf("first %s\nagain %s", first.Body, again.Body)
		}
	}
}

func TestI15_DuplicatesAtOnceMakeOneMeeting(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada").With("Idempotency-Key", "tap-1")
	ada.Do("GET", mine, nil).Want(t, 200)
	answers := make([]testkit.Answer, 10)
	var calls []func()
	for i := range answers {
		calls = append(calls, func() { answers[i] = ada.Do("POST", mine, `{"topic":"Tea","settings":{"use_pmi":true}}`) })
	}
	atOnce(calls...)
	for _, a := range answers {
		if a.Want(t, 201); a.Body != answers[0].Body {
			t.Errorf("two answers:\n%s\n%s", answers[0].Body, a.Body)
		}
	}
	if got := listed(t, edge.As("ada")); len(got) != 1 {
		t.Errorf("ada has the meetings %v", got)
	}
}

func TestI15_ARetryBringsNoCancelledMeetingBack(t *testing.T) {
	edge := newEdge(t)
	for _, body := range []string{`{"settings":{"use_pmi":false}}`, `{"settings":{"use_pmi":true}}`, `{"type":1}`} {
		ada := edge.As("ada").With("Idempotency-Key", "tap"+fmt.Sprint(len(body)))
		id := ada.Do("POST", mine, body).Want(t, 201).Text(t, "id")
		ada.Do("DELETE", "/v2/meetings/"+id, nil).Want(t, 204)
		ada.Do("POST", mine, body).Refused(t, 404, 3001, "meeting_not_found")
	}
	if got := listed(t, edge.As("ada")); len(got) != 0 {
		t.Errorf("ada has the meetings %v", got)
	}
}

func TestI15_AKeyIsForgottenAfterADay(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada").With("Idempotency-Key", "tap-1")
	first := ada.Do("POST", mine, `{"topic":"Tea"}`).Want(t, 201)
	edge.Clock.Advance(meeting.IdempotencyLife)
	if got := ada.Do("POST", mine, `{"topic":"Coffee"}`).Want(t, 201).Text(t, "id"); got == first.Text(t, "id") {
		t.Error("it met the old meeting")
	}
}

func TestI15_BadKeysAreRefused(t *testing.T) {
	edge := newEdge(t)
	for _, key := range []string{" ", "ä", strings.Repeat("k", 256)} {
		edge.As("ada").With("Idempotency-Key", key).Do("POST", mine, `{}`).Refuses(t, "Idempotency-Key")
	}
	if got := listed(t, edge.As("ada")); len(got) != 0 {
		t.Errorf("ada has the meetings %v", got)
	}
}

func TestI19_AMeetingInThePersonalRoomNamesNoOtherPasscode(t *testing.T) {
	edge := newEdge(t)
	_, before := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	ada := edge.As("ada")
	ada.Do("POST", mine, `{"password":"other","settings":{"use_pmi":true}}`).Refuses(t, "password")
	ada.Do("POST", mine, `{"type":1,"password":"other","settings":{"use_pmi":true}}`).Refuses(t, "password")
	if got := listed(t, ada); len(got) != 0 {
		t.Errorf("ada has the meetings %v", got)
	}
	same := ada.Do("POST", mine, map[string]any{"password": before.Settings.Passcode, "settings": map[string]any{"use_pmi": true}}).Want(t, 201)
	if same.At(t, "advisories") != nil {
		t.Errorf("%s", same.Body)
	}
	id := create(t, edge, `{"password":"other","settings":{"use_pmi":false}}`)
	ada.Do("PATCH", "/v2/meetings/"+id, `{"settings":{"use_pmi":true},"password":"other"}`).Refuses(t, "password")
	_, after := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	if after.Settings.Passcode != before.Settings.Passcode {
		t.Errorf("the room's passcode is %s, was %s", after.Settings.Passcode, before.Settings.Passcode)
	}
}

func TestI16_WhatIsIgnoredIsTold(t *testing.T) {
	edge := newEdge(t)
	_, before := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	for _, door := range []string{`"waiting_room":true`, `"join_before_host":true`, `"jbh_time":5`, `"meeting_authentication":true`, `"authentication_domains":"example.com"`} {
		got := edge.As("ada").Do("POST", mine, `{"settings":{"use_pmi":true,`+door+`}}`).Want(t, 201)
		if got.Text(t, "advisories.0.code") != "door_settings_ignored" || got.Text(t, "advisories.0.message") == "" || got.Text(t, "advisories.0.action") == "" {
			t.Errorf("%s: %s", door, got.Body)
		}
		if got.Text(t, "settings.waiting_room") != "false" || got.Text(t, "settings.join_before_host") != "false" {
			t.Errorf("the answer does not show the room's door: %s", got.Body)
		}
	}
	if _, after := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)}); after.Live.Epoch != before.Live.Epoch {
		t.Error("I19: the room was changed")
	}
}

func TestI15AnInstantMeetingInThePersonalRoomRemembersItsKey(t *testing.T) {
	edge := newEdge(t)
	setUp(t, edge, meeting.Edit{AlwaysPMI: new(true)})
	ada := edge.As("ada").With("Idempotency-Key", "tap-1")
	first := ada.Do("POST", mine, `{"type":1}`).Want(t, 201)
	ada.Do("POST", mine, `{"type":1,"topic":"Another"}`).Refused(t, 422, 4108, "idempotency_key")
	setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	again := ada.Do("POST", mine, `{"type":1}`).Want(t, 201)
	if first.Text(t, "id") != again.Text(t, "id") {
		t.Errorf("the same key made %s, then %s", first.Body, again.Body)
	}
}
