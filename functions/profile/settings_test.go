package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestSettingsAreZoomsViewOfProfileAndRoom(t *testing.T) {
	s := newScene(t)
	ada := s.ada
	passcode := ada.Do("GET", ownRoom, nil).Text(t, "passcode")
	s.shows(ada, settings, map[string]string{
		"schedule_meeting.personal_meeting": "true", "schedule_meeting.use_pmi_for_scheduled_meetings": "false",
		"schedule_meeting.use_pmi_for_instant_meetings": "false", "schedule_meeting.pmi_password": passcode,
		"schedule_meeting.join_before_host": "false", "schedule_meeting.force_pmi_jbh_password": "true", "in_meeting.waiting_room": "false",
		"feature.meeting_capacity": "100", "chat": "map[]",
	})
	ada.Do("PATCH", settings, `{"schedule_meeting":{"pmi_password":"","join_before_host":null},"in_meeting":{}}`).Want(t, 204)
	s.shows(ada, ownRoom, map[string]string{"passcode": passcode}) // an empty passcode is absent
	ada.Do("PATCH", settings, `{"schedule_meeting": {"personal_meeting": true, "use_pmi_for_scheduled_meetings": true,
		"use_pmi_for_instant_meetings": true, "pmi_password": "secret", "join_before_host": true}, "in_meeting": {"waiting_room": true},
		"feature": {"meeting_capacity": 50}}`).Want(t, 204)
	s.shows(ada, settings, map[string]string{
		"schedule_meeting.use_pmi_for_scheduled_meetings": "true", "schedule_meeting.use_pmi_for_instant_meetings": "true",
		"schedule_meeting.pmi_password": "secret", "schedule_meeting.join_before_host": "true", "in_meeting.waiting_room": "true",
		"feature.meeting_capacity": "50",
	})
	s.shows(ada, me, map[string]string{"use_pmi": "true"})
	s.shows(ada, ownRoom, map[string]string{"passcode": "secret", "join_before_host": "true", "waiting_room": "everyone", "capacity": "50"})
}

func TestAQueryOfSettingsSelectsMembers(t *testing.T) {
	ada := newScene(t).ada
	testkit.Equal(t, "of all", ada.Do("GET", settings, nil).Want(t, 200).At(t, "meeting_security"), nil)
	security := ada.Do("GET", settings+"?option=meeting_security", nil).Want(t, 200)
	testkit.Equal(t, "the passcode", security.Text(t, "meeting_security.pmi_password"), "true")
	testkit.Equal(t, "another section", security.At(t, "in_meeting"), nil)
	ada.Do("GET", settings+"?custom_query_fields=waiting_room,host_video", nil).Want(t, 200).
		Is(t, `{"schedule_meeting":{"host_video":false},"in_meeting":{"waiting_room":false}}`)
	ada.Do("GET", settings+"?option=login", nil).Refuses(t, "option")
}

func TestDefaultsAreNotStored(t *testing.T) {
	s := newScene(t)
	s.ada.Do("PATCH", settings, `{"in_meeting":{"chat":true}}`).Want(t, 204)
	s.ada.Do("PATCH", settings, s.ada.Do("GET", settings, nil).Want(t, 200).Body).Want(t, 204) // as strict clients do
	p, err := s.Store.Profile(t.Context(), testkit.Caller("ada").User)
	testkit.Must(t, err)
	testkit.Equal(t, "stored", len(p.Passthrough), 1)
	s.ada.Do("PATCH", settings, `{"in_meeting":{"chat":false}}`).Want(t, 204)
	s.shows(s.ada, settings, map[string]string{"in_meeting.chat": "false"})
}

// savingOnly makes no transition of a room: it changes rooms and profiles together only.
type savingOnly struct{ meeting.Store }

func (savingOnly) ApplyTransition(context.Context, meeting.Number, meeting.Transition) (meeting.Room, error) {
	return meeting.Room{}, errors.New("a write of the room alone")
}

func TestOptionsAndSettingsOfAnIdleRoomChangeTogether(t *testing.T) {
	s := (&scene{t: t}).on(savingOnly{table.New(dynamotest.Table(t))})
	s.ada.Do("PATCH", settings, `{"schedule_meeting":{"use_pmi_for_instant_meetings":true},"in_meeting":{"waiting_room":true}}`).Want(t, 204)
	s.shows(s.ada, me, map[string]string{"use_pmi": "true"})
	s.shows(s.ada, ownRoom, map[string]string{"waiting_room": "everyone"})
}

func TestOtherSettingsAreReturnedUnchanged(t *testing.T) {
	ada := newScene(t).ada
	ada.Do("PATCH", settings, `{"schedule_meeting":{"host_video":true,"audio_type":"","require_password_for_pmi_meetings":"jbh_only","x.y":{"a":[1,null]}},
		"in_meeting":{"entry_exit_chime":"a&b <c>","waiting_room":false,"attention_tracking":null},
		"feature":{"meeting_capacity":1e3,"large":12345678901234567890},"recording":null,"unheard_of":{"a":1}}`).Want(t, 204)
	ada.Do("PATCH", settings, `{"in_meeting":{"chat":-0.50},"schedule_meeting":{"host_video":false}}`).Want(t, 204)
	got := ada.Do("GET", settings, nil).Want(t, 200)
	for text, want := range map[string]bool{
		`"entry_exit_chime":"a&b <c>"`: true, `"meeting_capacity":1000`: true, `"large":12345678901234567890`: true, `"chat":-0.50`: true,
		`"host_video":false`: true, `"x.y":{"a":[1,null]}`: true, `"audio_type":"voip"`: true, `"require_password_for_pmi_meetings":"jbh_only"`: true,
		`"attention_tracking":null`: false, "unheard_of": false,
	} {
		if strings.Contains(got.Body, text) != want {
			t.Errorf("%s is in the answer: %v, want %v: %s", text, !want, want, got.Body)
		}
	}
}
