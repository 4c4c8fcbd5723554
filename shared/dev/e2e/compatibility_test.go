package e2e

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/compat"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit"
)

// write makes the test write the document instead. `make compatibility` sets it.
var write = flag.Bool("write", false, "write "+compat.File)

// leftOut are the documented fields that our answers do not have, with the reason.
var leftOut = map[string]string{
	"chat_join_url":                     "there is no chat",
	"dynamic_host_key":                  "hosts have the host key of their profile",
	"registration_url":                  "there is no registration",
	"settings.authentication_name":      "there is one way to sign in",
	"settings.authentication_option":    "there is one way to sign in",
	"settings.calendar_type":            "no calendar service is connected; invitations are iCalendar files",
	"settings.summary_template_id":      "there are no summaries",
	"settings.who_can_ask_questions":    "there are no questions to a companion",
	"settings.who_will_receive_summary": "there are no summaries",
	"last_client_version":               "clients do not sign in here, but at the issuer of their tokens",
	"last_login_time":                   "users do not sign in here, but at the issuer of their tokens",
	"sip_links":                         "no SIP devices are connected",

	"participants[].registrant_id":         "there is no registration",
	"participants[].bo_mtg_id":             "there are no breakout rooms",
	"meetings[].custom_keys":               "the report of one instance has them",
	"meetings[].session_key":               "there is no Video SDK",
	"meetings[].schedule_time":             "the meeting has it; an instance has the time when it began",
	"meetings[].join_waiting_room_time":    "a report lists what the user hosted, not what they joined",
	"meetings[].join_time":                 "a report lists what the user hosted, not what they joined",
	"meetings[].leave_time":                "a report lists what the user hosted, not what they joined",
	"meetings[].host_organization":         "a report lists what the user hosted, not what they joined",
	"meetings[].host_name":                 "a report lists what the user hosted, not what they joined",
	"meetings[].has_screen_share":          "the media server knows it",
	"meetings[].has_recording":             "the media server knows it",
	"meetings[].has_chat":                  "the media server knows it",
	"meetings[].meeting_encryption_status": "the media server knows it",
}

func TestAnswersHaveTheDocumentedFields(t *testing.T) {
	var sections []compat.Section
	answers := documentedAnswers(t)
	for _, operation := range compat.Reference() {
		rows, err := operation.Compare(answers[operation.Name], isStored, leftOut)
		if err != nil {
			t.Error(err)
		}
		sections = append(sections, compat.Section{Operation: operation.Name, Rows: rows})
	}
	root := must(template.FindRoot("."))
	file, want := filepath.Join(root, compat.File), must(compat.Document(sections))
	if *write && !t.Failed() {
		testkit.Must(t, os.WriteFile(file, []byte(want), 0o600))
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is not up to date: run make compatibility (%v)", compat.File, err)
	}
}

// isStored reports whether the field is kept as it was sent.
func isStored(name string) bool {
	if setting, found := strings.CutPrefix(name, "settings."); found {
		return api.Defaults().Meeting[setting] != nil
	}
	return api.Defaults().User[name] != nil || name == "tracking_fields"
}

// documentedAnswers returns answers of all documented operations.
func documentedAnswers(t *testing.T) map[string]compat.Answers {
	t.Helper()
	ada := signUp(t, "Ada")
	ada.edit(me, fields{"vanity_name": "l" + unique("")[1:]})
	plain, id := ada.plan(fields{"topic": "Plain", "type": 2, "start_time": "2030-03-01T10:00:00Z"})
	tracked, trackedID := ada.plan(fields{"settings": fields{"use_pmi": true, "meeting_invitees": []fields{{"email": "mary@example.com"}}}})
	series, seriesID := ada.plan(fields{"type": 8, "start_time": "2030-03-01T10:00:00Z",
		"recurrence": fields{"type": 1, "repeat_interval": 1, "end_times": 3}})
	monthly, monthlyID := ada.plan(fields{"type": 8, "start_time": "2030-03-01T10:00:00Z",
		"recurrence": fields{"type": 3, "monthly_week": 1, "monthly_week_day": 2, "end_date_time": "2030-09-01T10:00:00Z"}})
	weekly, weeklyID := ada.plan(fields{"type": 8, "start_time": "2030-03-01T10:00:00Z",
		"recurrence": fields{"type": 2, "weekly_days": "2,3", "end_times": 3}})
	daily, dailyID := ada.plan(fields{"type": 8, "start_time": "2030-03-01T10:00:00Z",
		"recurrence": fields{"type": 3, "monthly_day": 3, "end_times": 3}})
	get := func(id string) any { return decoded(t, ada.get("/v2/meetings/"+id)) }
	soon := time.Now().Add(time.Hour)
	hold := func(plan fields) string {
		_, id := ada.plan(plan)
		ada.set(id, "start")
		ada.ask(id, "").Want(t, 201)
		ada.set(id, "end")
		return id
	}
	heldID := hold(fields{"start_time": soon.Format(time.RFC3339)})
	keyedID := hold(fields{"settings": fields{"custom_keys": []fields{{"key": "course", "value": "7"}}},
		"tracking_fields": []fields{{"field": "cost centre", "value": "42"}}})
	past, report := "/v2/past_meetings/"+heldID, "/v2/report/meetings/"
	days := "?from=" + soon.AddDate(0, 0, -2).Format(time.DateOnly) + "&to=" + soon.AddDate(0, 0, 1).Format(time.DateOnly)
	return map[string]compat.Answers{
		"GET /v2/users/{userId}":          {Plain: decoded(t, ada.get(me))},
		"GET /v2/users/{userId}/settings": {Plain: decoded(t, ada.get(settings))},
		"GET /v2/users/vanity_name":       {Plain: decoded(t, ada.get("/v2/users/vanity_name?vanity_name=somebody"))},
		"GET /v2/users/{userId}/meetings": {Plain: decoded(t, ada.get(meetings))},
		"POST /v2/users/{userId}/meetings": {
			Plain:  decoded(t, plain),
			Others: []any{decoded(t, tracked), decoded(t, series), decoded(t, monthly), decoded(t, weekly), decoded(t, daily)},
		},
		"GET /v2/meetings/{meetingId}": {
			Plain:  get(id),
			Others: []any{get(trackedID), get(seriesID), get(monthlyID), get(weeklyID), get(dailyID)},
		},
		"GET /v2/meetings/{meetingId}/invitation":          {Plain: decoded(t, ada.get("/v2/meetings/"+id+"/invitation"))},
		"GET /v2/users/{userId}/upcoming_meetings":         {Plain: decoded(t, ada.get(me+"/upcoming_meetings"))},
		"GET /v2/past_meetings/{meetingId}":                {Plain: decoded(t, ada.get(past))},
		"GET /v2/past_meetings/{meetingId}/instances":      {Plain: decoded(t, ada.get(past+"/instances"))},
		"GET /v2/past_meetings/{meetingId}/participants":   {Plain: decoded(t, ada.get(past+"/participants"))},
		"GET /v2/report/users/{userId}/meetings":           {Plain: decoded(t, ada.get("/v2/report/users/me/meetings"+days))},
		"GET /v2/report/meetings/{meetingId}":              {Plain: decoded(t, ada.get(report+heldID)), Others: []any{decoded(t, ada.get(report+keyedID))}},
		"GET /v2/report/meetings/{meetingId}/participants": {Plain: decoded(t, ada.get(report+heldID+"/participants"))},
	}
}

func decoded(t *testing.T, a testkit.Answer) (value any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(a.Body))
	decoder.UseNumber()
	testkit.Must(t, decoder.Decode(&value))
	return value
}
