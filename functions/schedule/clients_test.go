package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
)

// interpreted are the settings that we interpret, and show as the room has them.
var interpreted = map[string]bool{
	"use_pmi": true, "waiting_room": true, "join_before_host": true, "jbh_time": true, "meeting_authentication": true,
	"authentication_domains": true, "alternative_hosts": true, "meeting_invitees": true, "enforce_login": true, "enforce_login_domains": true,
	"approval_type": true,
}

func TestBodiesOfRealClientsAreAccepted(t *testing.T) {
	want := map[string]struct{ start, occurrences string }{
		"python-zoomus":  {"2026-03-03T10:00:00Z", "2026-03-03T10:00:00Z 2026-03-10T09:00:00Z 2026-03-17T09:00:00Z 2026-03-24T09:00:00Z"},
		"javascript":     {"2026-03-03T10:00:00Z", ""},
		"go-zero-values": {"2026-03-03T10:00:00Z", ""},
		"dotnet-nulls": {"2026-03-27T10:00:00Z", "2026-03-27T10:00:00Z 2026-04-24T10:00:00Z 2026-05-29T10:00:00Z 2026-06-26T10:00:00Z " +
			"2026-07-31T10:00:00Z 2026-08-28T10:00:00Z 2026-09-25T10:00:00Z 2026-10-30T10:00:00Z 2026-11-27T10:00:00Z 2026-12-25T10:00:00Z"},
		"java-daily":             {"2026-03-03T09:15:00Z", ""},
		"generated-defaults":     {"2026-03-03T10:00:00Z", "2026-03-03T10:00:00Z 2026-03-04T10:00:00Z 2026-03-05T10:00:00Z"},
		"generated-monthly-week": {"2026-04-05T09:00:00Z", "2026-04-05T09:00:00Z 2026-05-03T09:00:00Z 2026-06-07T09:00:00Z"},
	}
	files, _ := filepath.Glob("testdata/clients/*.json")
	if len(files) != len(want) {
		t.Errorf("%d bodies, want %d", len(files), len(want))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(file)
			testkit.Must(t, err)
			s := newScene(t)
			made := s.ada.Do("POST", mine, string(body)).Want(t, 201)
			testkit.Equal(t, "start", made.Text(t, "start_time"), want[name].start)
			if want[name].occurrences != "" {
				testkit.Equal(t, "occurrences", occurrences(t, made), want[name].occurrences)
			}
			returned(t, body, made.At(t, "settings"))
			path := "/v2/meetings/" + made.Text(t, "id")
			for range 2 {
				s.ada.Do("PATCH", path, string(body)).Want(t, 204)
			}
			calendarHas(t, s.ada, "GET", path+"/invitation", "SEQUENCE:0") // the same body is no revision
			shown := s.ada.Do("GET", path, nil).Want(t, 200)
			testkit.Equal(t, "after the same body", withoutAdvisories(shown.Body), withoutAdvisories(made.Body))
		})
	}
}

// withoutAdvisories returns a meeting without the advisories, of which some are on what was sent.
func withoutAdvisories(body string) string {
	meeting, _, _ := strings.Cut(strings.TrimSuffix(body, "}"), `,"advisories":`)
	return meeting
}

// returned fails the test unless the settings that we do not interpret are shown as they were sent.
func returned(t *testing.T, body []byte, shown any) {
	t.Helper()
	var sent struct{ Settings map[string]any }
	text, _ := json.Marshal(shown)
	var got map[string]any
	if json.Unmarshal(body, &sent) != nil || json.Unmarshal(text, &got) != nil {
		t.Fatalf("no JSON: %s, %s", body, text)
	}
	for name, value := range sent.Settings {
		if usual := api.Defaults().Meeting[name]; usual != nil && (value == "" || value == 0.0) { // no choice
			testkit.Must(t, json.Unmarshal(usual, &value))
		}
		if value != nil && !interpreted[name] && !reflect.DeepEqual(value, got[name]) {
			t.Errorf("%s was sent as %v and is shown as %v", name, value, got[name])
		}
	}
}
