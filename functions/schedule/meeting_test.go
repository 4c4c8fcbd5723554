package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// complete is a meeting with all that clients send.
const complete = `{"topic":"Tea & <cake>","type":2,"start_time":"2026-03-03T10:00:00+01:00","duration":45,
	"timezone":"Europe/Berlin","agenda":"Two\nlines","password":"k7-Loom42","tracking_fields":null,"recurrence":null,"pre_schedule":false,
	"template_id":"","schedule_for":"","default_password":false,"settings":{"host_video":true,"audio":"","registration_type":0,
	"approval_type":2,"global_dial_in_countries":[],"waiting_room":true,"join_before_host":true,"jbh_time":10,"use_pmi":false,
	"meeting_authentication":true,"authentication_domains":"Example.com,acme.example","alternative_hosts":"Grace@example.com;joan@example.com",
	"meeting_invitees":[{"email":"Bob@Example.com","internal_user":true}],"breakout_room":{"enable":false},"contact_email":null}}`

// weekly is a series of three Mondays, around the day on which Berlin's clocks change.
const weekly = `{"topic":"Review","type":8,"start_time":"2026-03-23T10:00:00","timezone":"Europe/Berlin","duration":30,
	"recurrence":{"type":2,"repeat_interval":1,"weekly_days":"2","end_times":3}}`

// The occurrences of weekly.
const first, second, third = "1774224000000", "1774828800000", "1775433600000"

// shape returns the JSON of the file, with the values that differ from run to run.
func shape(t *testing.T, name string, values ...any) string {
	t.Helper()
	text, err := os.ReadFile("testdata/shapes/" + name + ".json")
	testkit.Must(t, err)
	return fmt.Sprintf(string(text), values...)
}

// meetingShape is the shape of a meeting. The file has the members that are not the documented defaults.
func meetingShape(t *testing.T, name string, values ...any) string {
	t.Helper()
	type object = map[string]any
	want := object{"agenda": "", "assistant_id": "", "creation_source": "open_api", "pre_schedule": false,
		"tracking_fields": []any{}, "h323_password": "", "pstn_password": ""}
	testkit.Must(t, json.Unmarshal([]byte(shape(t, name, values...)), &want))
	settings := object{"enforce_login": false, "enforce_login_domains": ""}
	for name, value := range api.Defaults().Meeting {
		settings[name] = value
	}
	if given, ok := want["settings"].(object); ok {
		maps.Copy(settings, given)
	}
	want["settings"] = settings
	text, err := json.Marshal(want)
	testkit.Must(t, err)
	return string(text)
}

func TestCreatedMeetingHasZoomsShape(t *testing.T) {
	s := newScene(t)
	for body, want := range map[string]string{
		complete: "complete",
		weekly:   "series",
		``:       "default",
		`null`:   "default",
		`{"topic":"","type":"","duration":0,"start_time":"","timezone":"","password":"","agenda":"","settings":{}}`: "default",
	} {
		made := s.ada.Do("POST", mine, body).Want(t, 201)
		made.Is(t, meetingShape(t, want, made.Text(t, "id"), made.Text(t, "uuid"), made.Text(t, "password"), s.LinkPasscode(made.Text(t, "id"))))
		if len(made.Text(t, "id")) != 11 || strings.Contains(made.Body, `\u0026`) {
			t.Errorf("%s", made.Body)
		}
		testkit.Equal(t, "shown", s.ada.Do("GET", at(made.Text(t, "id")), nil).Want(t, 200).Body, made.Body)
	}
}

func TestMeetingInThePersonalRoomHasItsNumberAndSettings(t *testing.T) {
	s := newScene(t)
	p, room := s.setUp(meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitGuests)}})
	made := s.ada.Do("POST", mine, `{"topic":"Tea","type":3,"settings":{"use_pmi":true,"join_before_host":true,
		"alternative_hosts":"grace@example.com","authentication_domains":"","jbh_time":0}}`).Want(t, 201)
	made.Is(t, meetingShape(t, "in_room", made.Text(t, "id"), made.Text(t, "uuid"), p.PMI, room.Settings.Passcode, room.LinkPasscode()))
}

func TestPMIIsShownAsMeetingOfType4(t *testing.T) {
	s := newScene(t)
	p, room := s.setUp(meeting.Edit{Room: &meeting.SettingsEdit{AlternativeHosts: &[]string{"grace@example.com"}}})
	pmi := string(p.PMI)
	s.ada.Do("GET", at(pmi[:3]+"%20"+pmi[3:6]+"-"+pmi[6:]), nil).Want(t, 200).
		Is(t, meetingShape(t, "personal_room", room.UUID(), pmi, room.Settings.Passcode, "waiting", room.LinkPasscode()))
	s.start(pmi)
	s.ada.Do("GET", at(pmi), nil).Want(t, 200).
		Is(t, meetingShape(t, "personal_room", room.UUID(), pmi, room.Settings.Passcode, "started", room.LinkPasscode()))
	s.ada.Do("PATCH", at(pmi), `{"topic":"Mine"}`).Refuses(t, "meetingId")
	s.ada.Do("DELETE", at(pmi), nil).Refused(t, 400, 3018, "delete_pmi")
	s.ada.Do("GET", at(pmi)+"/invitation", nil).Want(t, 200)
}

func TestMeetingIsChangedAsItWasCreated(t *testing.T) {
	s := newScene(t)
	id := s.create(`{"settings":{"audio":"voip","host_video":true}}`)
	s.ada.Do("PATCH", at(id), `{"topic":"Tea","agenda":"Cake","start_time":"2026-03-04T10:00:00","duration":"90",
		"timezone":"Europe/Berlin","password":"tea-4-2","settings":{"audio":"both","waiting_room":true,"focus_mode":true,
		"alternative_hosts":"grace@example.com","meeting_invitees":[{"email":"bob@example.com"}]}}`).Want(t, 204)
	s.shows(at(id), map[string]string{
		"topic": "Tea", "agenda": "Cake", "start_time": "2026-03-04T09:00:00Z", "duration": "90", "timezone": "Europe/Berlin",
		"password": "tea-4-2", "join_url": "https://meet.example.com/j/" + id + "?pwd=" + s.LinkPasscode(id),
		"settings.audio": "both", "settings.host_video": "true", "settings.focus_mode": "true", "settings.waiting_room": "true",
		"settings.alternative_hosts": "grace@example.com", "settings.meeting_invitees.0.email": "bob@example.com",
	})
	s.ada.Do("PATCH", at(id), `{"agenda":"","settings":{"alternative_hosts":"","meeting_invitees":[]}}`).Want(t, 204)
	s.shows(at(id), map[string]string{"agenda": "", "settings.alternative_hosts": "", "settings.meeting_invitees": "[]"})
}

// occurrences returns the starts of the series that is shown, those that are cancelled after a "not".
func occurrences(t *testing.T, a testkit.Answer) string {
	t.Helper()
	var shown struct {
		Occurrences []struct {
			StartTime string `json:"start_time"`
			Status    string `json:"status"`
		}
	}
	a.Into(t, &shown)
	var starts []string
	for _, o := range shown.Occurrences {
		if o.Status == "deleted" {
			starts = append(starts, "not")
		}
		starts = append(starts, o.StartTime)
	}
	return strings.Join(starts, " ")
}

func TestOneOccurrenceIsChangedAndCancelled(t *testing.T) {
	s := newScene(t)
	path := at(s.create(weekly))
	s.ada.Do("PATCH", path+"?occurrence_id="+second, `{"start_time":"2026-03-31T14:00:00","duration":90,"agenda":"Only this",
		"settings":{"host_video":true}}`).Want(t, 204)
	for range 2 { // it stays cancelled
		s.ada.Do("DELETE", path+"?occurrence_id="+first, nil).Want(t, 204)
	}
	whole := s.ada.Do("GET", path, nil).Want(t, 200)
	testkit.Equal(t, "held", occurrences(t, whole), "not 2026-03-23T09:00:00Z 2026-03-31T12:00:00Z 2026-04-06T08:00:00Z")
	s.shows(path, map[string]string{"occurrences.1.occurrence_id": second, "agenda": "", "settings.host_video": "false"})
	s.shows(path+"?occurrence_id="+second, map[string]string{
		"occurrence_id": second, "start_time": "2026-03-31T12:00:00Z", "duration": "90", "agenda": "Only this",
		"settings.host_video": "true", "topic": "Review", "occurrences": ""})
	// A client may read the meeting, change some of it and send all of it back.
	var shown testkit.Fields
	whole.Into(t, &shown)
	delete(shown, "start_time")
	shown["duration"] = 45
	s.ada.Do("PATCH", path+"?occurrence_id="+third, shown).Want(t, 204)
	s.ada.Do("PATCH", path+"?occurrence_id="+first, `{"agenda":"Late"}`).Refuses(t, "occurrence_id") // cancelled
	s.ada.Do("PATCH", path+"?occurrence_id="+third, `{"topic":"Another","settings":{"use_pmi":true}}`).Refuses(t, "topic", "settings.use_pmi")
	s.ada.Do("PATCH", path+"?occurrence_id="+third, `{"nothing":"known"}`).Refuses(t, "body")
	single := at(s.create(`{}`))
	for _, bad := range []string{path + "?occurrence_id=%00", single + "?occurrence_id=" + first} {
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			s.ada.Do(method, bad, `{"agenda":"None"}`).Refuses(t, "occurrence_id")
		}
		s.ada.Do("GET", strings.Replace(bad, "?", "/invitation?", 1), nil).Refuses(t, "occurrence_id")
	}
}

// An empty occurrence_id would otherwise change or cancel the whole series.
func TestNoEmptyParameterWidensARequest(t *testing.T) {
	s := newScene(t)
	id := s.create(weekly)
	s.start(id)
	s.end(id)
	testkit.EmptyParameters(t, s.ada, "{userId}", "me", "{meetingId}", id)
	s.shows(at(id), map[string]string{"agenda": "", "occurrences.0.status": "available"})
}

func TestChangeAnswersWithTheMeetingWhereThatIsPreferred(t *testing.T) {
	s := newScene(t)
	path := at(s.create(weekly))
	prefers := s.ada.With("Prefer", "return=representation")
	one := prefers.Do("PATCH", path+"?occurrence_id="+third, `{"duration":45,"settings":{"waiting_room":true}}`).Want(t, 200)
	testkit.Equal(t, "duration", one.Text(t, "duration"), "45")
	testkit.Equal(t, "advisory", one.Text(t, "advisories.0.code"), "door_settings_ignored")
	testkit.Equal(t, "Preference-Applied", one.Header["Preference-Applied"], "return=representation")
	fewer := prefers.Do("PATCH", path, `{"recurrence":{"type":2,"weekly_days":"2","end_times":2}}`).Want(t, 200)
	testkit.Equal(t, "advisory", fewer.Text(t, "advisories.0.code"), "occurrences_dropped")
	moved := prefers.Do("PATCH", path, `{"recurrence":{"type":2,"weekly_days":"4"}}`).Want(t, 200)
	testkit.Equal(t, "end_times", moved.Text(t, "recurrence.end_times"), "2")
}

func TestSeriesShowsTheNextOccurrencesOrPreviousOnesToo(t *testing.T) {
	s := newScene(t)
	id := s.create(`{"type":8,"recurrence":{"type":2,"weekly_days":"2","end_times":0}}`)
	s.Clock.Advance(6 * 26 * 7 * 24 * time.Hour) // most of three years
	s.shows(at(id), map[string]string{"occurrences.0.start_time": "2029-02-26T09:00:00Z"})
	s.shows(at(id)+"?show_previous_occurrences=true", map[string]string{"occurrences.0.start_time": "2028-09-04T09:00:00Z"})
}

func TestWhatGuardsAMeetingWithoutAPasscode(t *testing.T) {
	s := newScene(t)
	for body, want := range map[string]struct{ waiting, advisory string }{
		`{"default_password":false}`:                                            {"true", "waiting_room_turned_on"},
		`{"default_password":false,"password":""}`:                              {"true", "waiting_room_turned_on"},
		`{"default_password":false,"settings":{"waiting_room":false}}`:          {"true", "waiting_room_turned_on"},
		`{"default_password":false,"settings":{"waiting_room":true}}`:           {"true", ""},
		`{"default_password":false,"settings":{"meeting_authentication":true}}`: {"false", "open_door"},
		`{"default_password":false,"settings":{"enforce_login":true}}`:          {"false", "open_door"},
		`{"default_password":false,"password":"tea-4-2"}`:                       {"false", ""},
		`{"settings":{"approval_type":0}}`:                                      {"false", "no_registration"},
		`{"settings":{"approval_type":2}}`:                                      {"false", ""},
	} {
		made := s.ada.Do("POST", mine, body).Want(t, 201)
		testkit.Equal(t, body, made.Text(t, "settings.waiting_room")+" "+made.Text(t, "advisories.0.code"), want.waiting+" "+want.advisory)
		testkit.Equal(t, body, made.Text(t, "settings.approval_type"), "2")
		testkit.Equal(t, body+": a passcode", made.Text(t, "password") != "", !strings.Contains(body, "false") || strings.Contains(body, "tea"))
	}
}

func TestTrackingFieldsAreReturned(t *testing.T) {
	s := newScene(t)
	const fields = `[{"field":"cost centre","value":"42","visible":true}]`
	id := s.create(`{"tracking_fields":` + fields + `}`)
	s.ada.Do("PATCH", at(id), `{"topic":"Tea"}`).Want(t, 204)
	if body := s.ada.Do("GET", at(id), nil).Want(t, 200).Body; !strings.Contains(body, `"tracking_fields":`+fields) {
		t.Error(body)
	}
	s.ada.Do("PATCH", at(id), `{"tracking_fields":[{"value":"42"}]}`).Refuses(t, "tracking_fields[0].field")
	s.ada.Do("PATCH", at(id), `{"tracking_fields":[]}`).Want(t, 204)
	testkit.Equal(t, "fields", fmt.Sprint(s.ada.Do("GET", at(id), nil).At(t, "tracking_fields")), "[]")
}
