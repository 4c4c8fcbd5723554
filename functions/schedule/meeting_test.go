package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// complete is a meeting with all that clients send.
const complete = `{"topic":"Tea & <cake>","type":2,"start_time":"2026-03-03T10:00:00+01:00","duration":45,
	"timezone":"Europe/Berlin","agenda":"Two\nlines","password":"secret","tracking_fields":null,"recurrence":null,"pre_schedule":false,
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
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(string(text), values...)
}

func TestCreatedMeetingHasZoomsShape(t *testing.T) {
	edge := newEdge(t)
	for body, want := range map[string]string{
		complete: "complete",
		weekly:   "series",
		``:       "default",
		`{}`:     "default",
		`null`:   "default",
		`{"topic":"","type":"","duration":0,"start_time":"","timezone":"","password":"","agenda":"","settings":{}}`: "default",
	} {
		made := edge.As("ada").Do("POST", mine, body).Want(t, 201)
		made.Is(t, shape(t, want, made.Text(t, "id"), made.Text(t, "uuid"), made.Text(t, "password")))
		if len(made.Text(t, "id")) != 11 || strings.Contains(made.Body, `\u0026`) {
			t.Errorf("%s", made.Body)
		}
		if shown := edge.As("ada").Do("GET", at(made.Text(t, "id")), nil).Want(t, 200); shown.Body != made.Body {
			t.Errorf("made  %s\nshown %s", made.Body, shown.Body)
		}
	}
}

func TestMeetingInThePersonalRoomHasItsNumberAndSettings(t *testing.T) {
	edge := newEdge(t)
	p, room := setUp(t, edge, meeting.Edit{Room: &meeting.SettingsEdit{WaitingRoom: new(meeting.WaitGuests)}})
	made := edge.As("ada").Do("POST", mine, `{"topic":"Tea","type":3,"settings":{"use_pmi":true,"join_before_host":true,
		"alternative_hosts":"grace@example.com","authentication_domains":"","jbh_time":0}}`).Want(t, 201)
	made.Is(t, shape(t, "in_room",
		made.Text(t, "id"), room.Live.Instance, p.PMI, room.Settings.Passcode))
}

func TestPMIIsShownAsMeetingOfType4(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	p, room := setUp(t, edge, meeting.Edit{Room: &meeting.SettingsEdit{AlternativeHosts: &[]string{"grace@example.com"}}})
	pmi := string(p.PMI)
	waiting := shape(t, "personal_room", room.Live.Instance, pmi, room.Settings.Passcode, "waiting")
	for _, path := range []string{at(pmi), at(pmi[:3] + "%20" + pmi[3:6] + "-" + pmi[6:])} {
		ada.Do("GET", path, nil).Want(t, 200).Is(t, waiting)
		edge.As("grace").Do("GET", path, nil).Want(t, 200).Is(t, waiting)
	}
	start(t, edge, pmi)
	ada.Do("GET", at(pmi), nil).Want(t, 200).Is(t, strings.Replace(waiting, `"waiting"`, `"started"`, 1))
	message := ada.Do("PATCH", at(pmi), `{"topic":"Mine"}`).Refuses(t, "meetingId")
	if !strings.Contains(message, "/v2/users/me/personal_meeting_room") {
		t.Error(message)
	}
	ada.Do("DELETE", at(pmi), nil).Refused(t, 400, 3018, "delete_pmi")
	if got := ada.Do("GET", at(pmi)+"/invitation", nil).Want(t, 200).Text(t, "invitation"); !strings.Contains(got, "Meeting ID: "+p.PMI.Grouped()+"\n") {
		t.Errorf("the invitation to the room is:\n%s", got)
	}
}

// shows fails the test unless the answer has these values, by path.
func shows(t *testing.T, a testkit.Answer, want map[string]string) {
	t.Helper()
	for path, value := range want {
		if got := a.Text(t, path); got != value {
			t.Errorf("%s is %q, want %q", path, got, value)
		}
	}
}

func TestMeetingIsChangedAsItWasCreated(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	for _, usePMI := range []bool{false, true} {
		id := create(t, edge, fmt.Sprintf(`{"settings":{"use_pmi":%v,"audio":"voip","host_video":true}}`, usePMI))
		before := ada.Do("GET", at(id), nil)
		ada.Do("PATCH", at(id), `{"topic":"Tea","agenda":"Cake","start_time":"2026-03-04T10:00:00","duration":"90","timezone":"Europe/Berlin",
			"settings":{"audio":"both","alternative_hosts":"grace@example.com","meeting_invitees":[{"email":"bob@example.com"}],"focus_mode":true}}`).Want(t, 204)
		shows(t, ada.Do("GET", at(id), nil).Want(t, 200), map[string]string{
			"topic": "Tea", "agenda": "Cake", "start_time": "2026-03-04T09:00:00Z", "duration": "90", "timezone": "Europe/Berlin",
			"settings.audio": "both", "settings.host_video": "true", "settings.focus_mode": "true", "settings.alternative_hosts": "grace@example.com",
			"settings.meeting_invitees.0.email": "bob@example.com", "join_url": before.Text(t, "join_url"),
			"password": before.Text(t, "password"), "settings.use_pmi": fmt.Sprint(usePMI), "created_at": "2026-03-02T09:00:00Z",
		})
		ada.Do("PATCH", at(id), `{"agenda":"","settings":{"alternative_hosts":"","meeting_invitees":[]}}`).Want(t, 204)
		shows(t, ada.Do("GET", at(id), nil), map[string]string{"agenda": "", "settings.alternative_hosts": "", "settings.meeting_invitees": "[]"})
	}
}

func TestSettingsOfALiveMeetingAreChanged(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	id := create(t, edge, `{}`)
	start(t, edge, id)
	ada.Do("PATCH", at(id), `{"password":"tea-4-2","settings":{"waiting_room":true,"join_before_host":true,"jbh_time":5,
		"meeting_authentication":true,"authentication_domains":"example.com"}}`).Want(t, 204)
	shows(t, ada.Do("GET", at(id), nil), map[string]string{
		"password": "tea-4-2", "status": "started", "join_url": "https://meet.example.com/j/" + id + "?pwd=tea-4-2",
		"settings.waiting_room": "true", "settings.join_before_host": "true", "settings.jbh_time": "5",
		"settings.meeting_authentication": "true", "settings.authentication_domains": "example.com",
	})
	ada.Do("PATCH", at(id), `{"settings":{"use_pmi":true}}`).Refused(t, 409, 4102, "room_live")
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
	edge := newEdge(t)
	ada := edge.As("ada")
	path := at(create(t, edge, weekly))
	ada.Do("PATCH", path+"?occurrence_id="+second, `{"start_time":"2026-03-31T14:00:00","duration":90,"agenda":"Only this",
		"settings":{"host_video":true}}`).Want(t, 204)
	ada.Do("DELETE", path+"?occurrence_id="+first, nil).Want(t, 204)
	ada.Do("DELETE", path+"?occurrence_id="+first, nil).Want(t, 204) // it stays cancelled
	whole := ada.Do("GET", path, nil).Want(t, 200)
	if got := occurrences(t, whole); got != "not 2026-03-23T09:00:00Z 2026-03-31T12:00:00Z 2026-04-06T08:00:00Z" {
		t.Errorf("it is held at %s", got)
	}
	shows(t, whole, map[string]string{"occurrences.1.occurrence_id": second, "agenda": "", "settings.host_video": ""})
	shows(t, ada.Do("GET", path+"?occurrence_id="+second, nil).Want(t, 200), map[string]string{
		"occurrence_id": second, "start_time": "2026-03-31T12:00:00Z", "duration": "90", "agenda": "Only this",
		"settings.host_video": "true", "topic": "Review", "occurrences": ""})
	ada.Do("PATCH", path+"?occurrence_id="+first, `{"agenda":"Late"}`).Refuses(t, "occurrence_id") // cancelled
	ada.Do("PATCH", path+"?occurrence_id="+third, `{"topic":"Another","settings":{"use_pmi":true}}`).Refuses(t, "topic", "settings.use_pmi")
	ada.Do("PATCH", path+"?occurrence_id="+third, `{"nothing":"known"}`).Refuses(t, "body")
	single := at(create(t, edge, `{}`))
	ada.Do("GET", single+"?occurrence_id=", nil).Want(t, 200)
	for _, bad := range []string{path + "?occurrence_id=1774310400000", path + "?occurrence_id=%00", single + "?occurrence_id=" + first} {
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			ada.Do(method, bad, `{"agenda":"None"}`).Refuses(t, "occurrence_id")
		}
		ada.Do("GET", strings.Replace(bad, "?", "/invitation?", 1), nil).Refuses(t, "occurrence_id")
	}
	edge.As("eve").Do("DELETE", path+"?occurrence_id="+third, nil).Refused(t, 404, 3001, "meeting_not_found")
}

func TestChangeAnswersWithTheMeetingWhereThatIsPreferred(t *testing.T) {
	edge := newEdge(t)
	path := at(create(t, edge, weekly))
	ada := edge.As("ada").With("Prefer", "return=representation")
	one := ada.Do("PATCH", path+"?occurrence_id="+third, `{"duration":45,"settings":{"waiting_room":true}}`).Want(t, 200)
	shows(t, one, map[string]string{"settings.waiting_room": "false", "duration": "45", "advisories.0.code": "door_settings_ignored"})
	if one.Header["Preference-Applied"] != "return=representation" {
		t.Errorf("%v", one.Header)
	}
	fewer := ada.Do("PATCH", path, `{"recurrence":{"type":2,"weekly_days":"2","end_times":2}}`).Want(t, 200)
	shows(t, fewer, map[string]string{"advisories.0.code": "occurrences_dropped"})
	if !strings.Contains(fewer.Text(t, "advisories.0.message"), ": 2026-04-06.") {
		t.Errorf("with two occurrences: %s", fewer.Body)
	}
}

func TestSeriesShowsTheNextOccurrencesOrPreviousOnesToo(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	id := create(t, edge, `{"type":8,"recurrence":{"type":2,"weekly_days":"2","end_times":0}}`)
	edge.Clock.Advance(6 * 26 * 7 * 24 * time.Hour) // most of three years
	for query, from := range map[string]string{"": "2029-02-26T09:00:00Z ", "?show_previous_occurrences=true": "2028-09-04T09:00:00Z "} {
		shown := ada.Do("GET", at(id)+query, nil).Want(t, 200)
		if n := strings.Count(shown.Body, "occurrence_id"); n != meeting.ShownOccurrences || !strings.HasPrefix(occurrences(t, shown), from) {
			t.Errorf("%d occurrences: %s", n, occurrences(t, shown))
		}
	}
}

// A client may read the meeting, change some of it and send all of it back, for each occurrence: settings that are the
// same count once.
func TestEveryOccurrenceAcceptsTheWholeMeeting(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	settings := `{"audio":"both","breakout_room":{"name":"` + strings.Repeat("x", meeting.MaxPassthrough/3) + `"}}`
	path := at(create(t, edge, strings.Replace(weekly, `"duration"`, `"settings":`+settings+`,"duration"`, 1)))
	var shown map[string]any
	ada.Do("GET", path, nil).Want(t, 200).Into(t, &shown)
	for _, occurrence := range []string{first, second, third} {
		delete(shown, "start_time")
		shown["duration"] = 45
		ada.Do("PATCH", path+"?occurrence_id="+occurrence, shown).Want(t, 204)
	}
	ada.Do("PATCH", path, `{"settings":{"audio":"voip"}}`).Want(t, 204)
	shows(t, ada.Do("GET", path+"?occurrence_id="+second, nil), map[string]string{"settings.audio": "voip", "duration": "45"})
}
