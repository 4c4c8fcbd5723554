package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/meeting"
)

// occurrences is when the series that is shown is held: those that are cancelled after a "not".
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

const weekly = `{"topic":"Review","type":8,"start_time":"2026-03-23T10:00:00","timezone":"Europe/Berlin","duration":30,
	"recurrence":{"type":2,"repeat_interval":1,"weekly_days":"2","end_times":3}}`

func TestASeriesIsShownInZoomsShape(t *testing.T) {
	edge := newEdge(t)
	made := edge.As("ada").Do("POST", mine, weekly).Want(t, 201)
	made.Is(t, fmt.Sprintf(`{"uuid":"%[2]s","id":%[1]s,"host_id":"ada","host_email":"ada@example.com","topic":"Review","type":8,"status":"waiting",
		"start_time":"2026-03-23T09:00:00Z","duration":30,"timezone":"Europe/Berlin","created_at":"2026-03-02T09:00:00Z",
		"start_url":"https://meet.example.com/s/%[1]s","join_url":"https://meet.example.com/j/%[1]s?pwd=%[3]s","password":"%[3]s",
		"recurrence":{"type":2,"repeat_interval":1,"weekly_days":"2","end_times":3},
		"occurrences":[
			{"occurrence_id":"1774224000000","start_time":"2026-03-23T09:00:00Z","duration":30,"status":"available"},
			{"occurrence_id":"1774828800000","start_time":"2026-03-30T08:00:00Z","duration":30,"status":"available"},
			{"occurrence_id":"1775433600000","start_time":"2026-04-06T08:00:00Z","duration":30,"status":"available"}],
		"settings":{"waiting_room":false,"join_before_host":false,"jbh_time":0,"use_pmi":false,"meeting_authentication":false,
		"authentication_domains":"","alternative_hosts":"","meeting_invitees":[]}}`,
		made.Text(t, "id"), made.Text(t, "uuid"), made.Text(t, "password")))
	if again := edge.As("ada").Do("GET", "/v2/meetings/"+made.Text(t, "id"), nil); again.Body != made.Body {
		t.Errorf("made  %s\nshown %s", made.Body, again.Body)
	}
}

func TestRecurrencesAreShownAsTheyWereSent(t *testing.T) {
	edge := newEdge(t)
	for sent, want := range map[string]string{
		`{"type":1}`: `{"type":1,"repeat_interval":1,"end_times":1}`,
		`{"type":1,"repeat_interval":99,"end_times":60}`:    `{"type":1,"repeat_interval":99,"end_times":60}`,
		`{"type":1,"end_times":0}`:                          `{"type":1,"repeat_interval":1,"end_times":0}`,
		`{"type":2,"weekly_days":"7, 2,2","end_times":"9"}`: `{"type":2,"repeat_interval":1,"weekly_days":"2,7","end_times":9}`,
		`{"type":2,"weekly_days":3,"end_date_time":"2026-04-02T15:59:00Z"}`: `{"type":2,"repeat_interval":1,"weekly_days":"3",
			"end_date_time":"2026-04-02T15:59:00Z"}`,
		`{"type":3,"end_times":2}`:                                                          `{"type":3,"repeat_interval":1,"monthly_day":1,"end_times":2}`,
		`{"type":3,"monthly_day":31,"repeat_interval":10,"end_times":2}`:                    `{"type":3,"repeat_interval":10,"monthly_day":31,"end_times":2}`,
		`{"type":3,"monthly_week":-1,"monthly_week_day":6,"end_times":2}`:                   `{"type":3,"repeat_interval":1,"monthly_week":-1,"monthly_week_day":6,"end_times":2}`,
		`{"type":1,"weekly_days":"nonsense","monthly_day":99,"end_times":2}`:                `{"type":1,"repeat_interval":1,"end_times":2}`,
		`{"type":1,"end_times":1,"end_date_time":"2026-04-02T15:59:00.9999999Z"}`:           `{"type":1,"repeat_interval":1,"end_date_time":"2026-04-02T15:59:00Z"}`,
		`{"type":1,"end_times":0,"end_date_time":"2026-04-02T15:59:00Z","weekly_days":"1"}`: `{"type":1,"repeat_interval":1,"end_date_time":"2026-04-02T15:59:00Z"}`,
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

func TestBadRecurrencesAreRefused(t *testing.T) {
	ada := newEdge(t).As("ada")
	for body, field := range map[string]string{
		`null`:                             "recurrence",
		`{}`:                               "recurrence",
		`{"type":0}`:                       "recurrence",
		`[]`:                               "recurrence",
		`{"repeat_interval":2}`:            "recurrence.type",
		`{"end_times":"ten"}`:              "recurrence.type",
		`{"type":4}`:                       "recurrence.type",
		`{"type":"daily"}`:                 "recurrence.type",
		`{"type":1,"repeat_interval":100}`: "recurrence.repeat_interval",
		`{"type":1,"repeat_interval":-1}`:  "recurrence.repeat_interval",
		`{"type":2,"weekly_days":"2","repeat_interval":51}`: "recurrence.repeat_interval",
		`{"type":3,"repeat_interval":11}`:                   "recurrence.repeat_interval",
		`{"type":1,"end_times":61}`:                         "recurrence.end_times",
		`{"type":1,"end_times":-1}`:                         "recurrence.end_times",
		`{"type":2}`:                                        "recurrence.weekly_days",
		`{"type":2,"weekly_days":""}`:                       "recurrence.weekly_days",
		`{"type":2,"weekly_days":"8"}`:                      "recurrence.weekly_days",
		`{"type":2,"weekly_days":"1,,2"}`:                   "recurrence.weekly_days",
		`{"type":2,"weekly_days":[1]}`:                      "recurrence.weekly_days",
		`{"type":3,"monthly_day":32}`:                       "recurrence.monthly_day",
		`{"type":3,"monthly_week":5,"monthly_week_day":1}`:  "recurrence.monthly_week",
		`{"type":3,"monthly_week":1}`:                       "recurrence.monthly_week_day",
		`{"type":3,"monthly_week":1,"monthly_week_day":8}`:  "recurrence.monthly_week_day",
		`{"type":1,"end_date_time":"2026-02-30T00:00:00Z"}`: "recurrence.end_date_time",
		`{"type":1,"end_date_time":"2026-03-01T00:00:00Z"}`: "recurrence.end_date_time",
	} {
		message := ada.Do("POST", mine, `{"type":8,"recurrence":`+body+`}`).Refused(t, 400, 300, "invalid")
		if !strings.Contains(message, " "+field+": ") {
			t.Errorf("%s: %s, want %s named", body, message, field)
		}
	}
	ada.Do("POST", mine, `{"type":8,"start_time":"2026-02-32T10:00:00","recurrence":{"type":1}}`).Refuses(t, "start_time")
	ada.Do("POST", mine, `{"type":8,"timezone":"Mars/Olympus","recurrence":{"type":1}}`).Refuses(t, "timezone")
	ada.Do("POST", mine, `{"type":8,"duration":1441,"recurrence":{"type":1}}`).Refuses(t, "duration")
	ada.Do("POST", mine, `{"type":8,"end_times":3,"recurrence":{"type":1,"end_times":3,"end_date_time":"2026-04-02T15:59:00Z"}}`).
		Refused(t, 400, 300, "invalid")
	if got := listed(t, ada); len(got) != 0 {
		t.Errorf("refused, and planned: %v", got)
	}
}

func TestASeriesHasANumberOfItsOwn(t *testing.T) {
	edge := newEdge(t)
	setUp(t, edge, meeting.Edit{SchedulePMI: new(true), AlwaysPMI: new(true)})
	daily := `"type":8,"recurrence":{"type":1,"end_times":2}`
	message := edge.As("ada").Do("POST", mine, `{`+daily+`,"settings":{"use_pmi":true}}`).Refuses(t, "settings.use_pmi")
	if !strings.Contains(message, "type 3") {
		t.Errorf("it does not say what to do instead: %s", message)
	}
	silent := edge.As("ada").Do("POST", mine, `{`+daily+`}`).Want(t, 201)
	if silent.At(t, "pmi") != nil || silent.Text(t, "advisories.0.code") != "pmi_not_used" {
		t.Errorf("%s", silent.Body)
	}
	for kind, want := range map[int]bool{1: true, 2: true, 3: true} {
		got := edge.As("ada").Do("POST", mine, fmt.Sprintf(`{"type":%d,"settings":{"use_pmi":true}}`, kind)).Want(t, 201)
		if got.Text(t, "settings.use_pmi") != fmt.Sprint(want) {
			t.Errorf("type %d: %s", kind, got.Body)
		}
	}
	inRoom := create(t, edge, `{"settings":{"use_pmi":true}}`)
	edge.As("ada").Do("PATCH", "/v2/meetings/"+inRoom, `{`+daily+`}`).Refuses(t, "settings.use_pmi")
	edge.As("ada").Do("PATCH", "/v2/meetings/"+inRoom, `{`+daily+`,"settings":{"use_pmi":false}}`).Want(t, 204)
	edge.As("ada").Do("PATCH", "/v2/meetings/"+inRoom, `{"settings":{"use_pmi":true}}`).Refuses(t, "settings.use_pmi")
	edge.As("ada").Do("PATCH", "/v2/meetings/"+inRoom, `{"type":3,"settings":{"use_pmi":true}}`).Want(t, 204)
}

// The occurrences of weekly.
const first, second, third = "1774224000000", "1774828800000", "1775433600000"

func TestOneOccurrenceIsMovedChangedAndCancelled(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	path := "/v2/meetings/" + create(t, edge, weekly)
	ada.Do("PATCH", path+"?occurrence_id="+second, `{"start_time":"2026-03-31T14:00:00","duration":90,"agenda":"Only this",
		"settings":{"host_video":true}}`).Want(t, 204)
	ada.Do("DELETE", path+"?occurrence_id="+first, nil).Want(t, 204)
	ada.Do("DELETE", path+"?occurrence_id="+first, nil).Want(t, 204) // cancelled already
	whole := ada.Do("GET", path, nil).Want(t, 200)
	if got := occurrences(t, whole); got != "not 2026-03-23T09:00:00Z 2026-03-31T12:00:00Z 2026-04-06T08:00:00Z" {
		t.Errorf("it is held at %s", got)
	}
	if whole.Text(t, "occurrences.1.occurrence_id") != second || whole.At(t, "agenda") != nil || whole.At(t, "settings.host_video") != nil {
		t.Errorf("%s", whole.Body)
	}
	one := ada.Do("GET", path+"?occurrence_id="+second, nil).Want(t, 200)
	for field, want := range map[string]string{"occurrence_id": second, "start_time": "2026-03-31T12:00:00Z", "duration": "90", "agenda": "Only this",
		"settings.host_video": "true", "topic": "Review", "occurrences": ""} {
		if got := one.Text(t, field); got != want {
			t.Errorf("%s of the occurrence is %q, want %q", field, got, want)
		}
	}
	ada.Do("PATCH", path+"?occurrence_id="+first, `{"agenda":"Late"}`).Refuses(t, "occurrence_id") // cancelled
	ada.Do("PATCH", path+"?occurrence_id="+third, `{"topic":"Another","settings":{"use_pmi":true}}`).Refuses(t, "topic", "settings.use_pmi")
	ada.Do("PATCH", path+"?occurrence_id="+third, `{"nothing":"known"}`).Refuses(t, "body")
	for _, bad := range []string{"1", "1774310400000", "x", "%00"} {
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			ada.Do(method, path+"?occurrence_id="+bad, `{"agenda":"None"}`).Refuses(t, "occurrence_id")
		}
		ada.Do("GET", path+"/invitation?occurrence_id="+bad, nil).Refuses(t, "occurrence_id")
	}
	single := "/v2/meetings/" + create(t, edge, `{}`)
	ada.Do("GET", single+"?occurrence_id="+first, nil).Refuses(t, "occurrence_id")
	edge.As("eve").Do("DELETE", path+"?occurrence_id="+third, nil).Refused(t, 404, 3001, "meeting_not_found")
}

func TestAnOccurrenceHasTheDoorOfItsSeries(t *testing.T) {
	edge := newEdge(t)
	path := "/v2/meetings/" + create(t, edge, weekly) + "?occurrence_id=" + first
	ada := edge.As("ada").With("Prefer", "return=representation")
	got := ada.Do("PATCH", path, `{"agenda":"Doors","settings":{"waiting_room":true}}`).Want(t, 200)
	if got.Text(t, "settings.waiting_room") != "false" || got.Text(t, "advisories.0.code") != "door_settings_ignored" || got.Text(t, "agenda") != "Doors" {
		t.Errorf("%s", got.Body)
	}
	same := ada.Do("PATCH", path, `{"agenda":"Doors","settings":{"waiting_room":false}}`).Want(t, 200)
	if same.At(t, "advisories") != nil {
		t.Errorf("%s", same.Body)
	}
}

func TestAnEditOfTheSeriesSaysWhatItDropped(t *testing.T) {
	edge := newEdge(t)
	path := "/v2/meetings/" + create(t, edge, weekly)
	ada := edge.As("ada")
	ada.Do("DELETE", path+"?occurrence_id="+second, nil).Want(t, 204)
	ada.Do("PATCH", path+"?occurrence_id="+third, `{"duration":45}`).Want(t, 204)
	prefers := ada.With("Prefer", "return=representation")
	kept := prefers.Do("PATCH", path, `{"start_time":"2026-03-23T16:00:00"}`).Want(t, 200)
	if got := occurrences(t, kept); got != "2026-03-23T15:00:00Z not 2026-03-30T14:00:00Z 2026-04-06T14:00:00Z" || kept.At(t, "advisories") != nil {
		t.Errorf("at another time of day: %s", kept.Body)
	}
	if kept.Header["Preference-Applied"] != "return=representation" {
		t.Errorf("%v", kept.Header)
	}
	fewer := prefers.Do("PATCH", path, `{"recurrence":{"type":2,"repeat_interval":2,"weekly_days":"2","end_times":2}}`).Want(t, 200)
	if got := occurrences(t, fewer); got != "2026-03-23T15:00:00Z 2026-04-06T14:00:00Z" || fewer.Text(t, "advisories.0.code") != "occurrences_dropped" ||
		!strings.Contains(fewer.Text(t, "advisories.0.message"), ": 2026-03-30.") || fewer.Text(t, "occurrences.1.duration") != "45" {
		t.Errorf("every other week: %s", fewer.Body)
	}
}

func TestASeriesGoesOnWhileItsOccurrencesPass(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	id := create(t, edge, `{"type":8,"recurrence":{"type":2,"weekly_days":"2","end_times":0}}`)
	for range 6 { // most of three years
		edge.Clock.Advance(26 * 7 * 24 * time.Hour)
	}
	if got := idsOf(t, ada.Do("GET", mine+"?type=upcoming", nil)); fmt.Sprint(got) != fmt.Sprintf("[%s]", id) {
		t.Errorf("upcoming are %v", got)
	}
	shown := ada.Do("GET", "/v2/meetings/"+id, nil).Want(t, 200)
	if n := strings.Count(shown.Body, "occurrence_id"); n != meeting.ShownOccurrences || !strings.HasPrefix(occurrences(t, shown), "2029-02-26T09:00:00Z ") {
		t.Errorf("%d occurrences: %s", n, occurrences(t, shown))
	}
	previous := ada.Do("GET", "/v2/meetings/"+id+"?show_previous_occurrences=true", nil).Want(t, 200)
	if n := strings.Count(previous.Body, "occurrence_id"); n != meeting.ShownOccurrences || !strings.HasPrefix(occurrences(t, previous), "2028-09-04T09:00:00Z ") {
		t.Errorf("%d occurrences: %s", n, occurrences(t, previous))
	}
	ada.Do("GET", "/v2/meetings/"+id+"?show_previous_occurrences=maybe", nil).Refuses(t, "show_previous_occurrences")
}

func TestTheOccurrenceThatSitsIsNotCancelled(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{"type":8,"recurrence":{"type":1,"end_times":3}}`)
	start(t, edge, id)
	running := edge.As("ada").Do("GET", "/v2/meetings/"+id, nil).Text(t, "occurrences.0.occurrence_id")
	later := edge.As("ada").Do("GET", "/v2/meetings/"+id, nil).Text(t, "occurrences.1.occurrence_id")
	edge.As("ada").Do("DELETE", "/v2/meetings/"+id+"?occurrence_id="+running, nil).Refused(t, 409, 4102, "room_live")
	edge.As("ada").Do("DELETE", "/v2/meetings/"+id+"?occurrence_id="+later, nil).Want(t, 204)
	end(t, edge, id)
	edge.As("ada").Do("DELETE", "/v2/meetings/"+id+"?occurrence_id="+running, nil).Want(t, 204)
}

func TestTheOccurrenceThatSitsOverItsTimeIsNotCancelled(t *testing.T) {
	edge := newEdge(t)
	id := create(t, edge, `{"type":8,"duration":1,"recurrence":{"type":1,"end_times":3}}`)
	running := edge.As("ada").Do("GET", "/v2/meetings/"+id, nil).Text(t, "occurrences.0.occurrence_id")
	start(t, edge, id)
	edge.Clock.Advance(5 * time.Minute)
	if status := edge.As("ada").Do("GET", "/v2/meetings/"+id, nil).Text(t, "status"); status != "started" {
		t.Fatalf("it is %s", status)
	}
	edge.As("ada").Do("DELETE", "/v2/meetings/"+id+"?occurrence_id="+running, nil).Refused(t, 409, 4102, "room_live")
}

// A client that reads the meeting, changes what it likes and sends all of it back.
func TestEveryOccurrenceMaySendTheWholeMeetingBack(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada")
	settings := `"audio":"both","breakout_room":{"enable":true,"rooms":[{"name":"` + strings.Repeat("x", 1200) + `","participants":[]}]}`
	path := "/v2/meetings/" + create(t, edge, `{"type":8,"start_time":"2026-03-03T10:00:00Z","recurrence":{"type":1,"end_times":60},"settings":{`+settings+`}}`)
	var shown map[string]any
	ada.Do("GET", path, nil).Want(t, 200).Into(t, &shown)
	var all struct {
		Occurrences []struct {
			ID    string    `json:"occurrence_id"`
			Start time.Time `json:"start_time"`
		}
	}
	ada.Do("GET", path, nil).Into(t, &all)
	if len(all.Occurrences) != meeting.ShownOccurrences {
		t.Fatalf("%d occurrences", len(all.Occurrences))
	}
	for i, o := range all.Occurrences {
		shown["start_time"] = o.Start.Add(time.Hour)
		body, err := json.Marshal(shown)
		if err != nil {
			t.Fatal(err)
		}
		if a := ada.Do("PATCH", path+"?occurrence_id="+o.ID, string(body)); a.Status != 204 {
			t.Fatalf("occurrence %d: %s", i, a.Body)
		}
	}
	ada.Do("PATCH", path, `{"settings":{"audio":"voip"}}`).Want(t, 204)
	one := ada.Do("GET", path+"?occurrence_id="+all.Occurrences[0].ID, nil)
	if got := one.Text(t, "settings.audio"); got != "voip" {
		t.Errorf("a setting of the series does not reach the occurrence: %s", got)
	}
}

func TestChangesOfOccurrencesAtOnceAreAllKept(t *testing.T) {
	edge := newEdge(t)
	path := "/v2/meetings/" + create(t, edge, weekly)
	var calls []func()
	for _, id := range []string{first, second, third} {
		calls = append(calls, func() { edge.As("ada").Do("DELETE", path+"?occurrence_id="+id, nil).Want(t, 204) })
	}
	atOnce(calls...)
	if got := occurrences(t, edge.As("ada").Do("GET", path, nil)); strings.Count(got, "not") != 3 {
		t.Errorf("held at %s", got)
	}
}
