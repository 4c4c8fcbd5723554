package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const mine = "/v2/users/me/meetings"

func at(id string) string { return "/v2/meetings/" + id }

func testRoutes(store meeting.Store, env meeting.Env) []api.Route {
	return routes(meeting.NewSchedule(store, env), env.Now)
}

func newEdge(t *testing.T) *testkit.Edge {
	t.Helper()
	return testkit.New(t, table.New(dynamotest.Table(t)), testRoutes)
}

// setUp edits ada's profile and room, as the profile function does, and returns both.
func setUp(t *testing.T, edge *testkit.Edge, e meeting.Edit) (meeting.Profile, meeting.Room) {
	t.Helper()
	profiles := edge.Profiles()
	if err := profiles.Edit(t.Context(), testkit.Caller("ada"), "me", e); err != nil {
		t.Fatal(err)
	}
	p, r, err := profiles.Room(t.Context(), testkit.Caller("ada"), "me")
	if err != nil {
		t.Fatal(err)
	}
	return p, r
}

func start(t *testing.T, edge *testkit.Edge, number string) {
	t.Helper()
	if err := edge.Starts().Start(t.Context(), testkit.Caller("ada"), number); err != nil {
		t.Fatal(err)
	}
}

func end(t *testing.T, edge *testkit.Edge, number string) {
	t.Helper()
	if err := edge.Starts().End(t.Context(), testkit.Caller("ada"), number); err != nil {
		t.Fatal(err)
	}
}

// create makes a meeting of ada's and returns its id.
func create(t *testing.T, edge *testkit.Edge, body string) string {
	t.Helper()
	return edge.As("ada").Do("POST", mine, body).Want(t, 201).Text(t, "id")
}

func TestRoutesAreThoseOfTheTemplate(t *testing.T) { testkit.SameAsTemplate(t, routes(nil, nil)) }

func TestAdminPlansForAnotherUser(t *testing.T) {
	edge := newEdge(t)
	edge.As("ada").Do("GET", mine, nil).Want(t, 200)
	for path, body := range map[string]string{
		"/v2/users/ada/meetings":             `{"topic":"Tea"}`,
		"/v2/users/ada@example.com/meetings": `{"topic":"Tea","schedule_for":""}`,
		mine:                                 `{"topic":"Tea","schedule_for":"ada@example.com"}`,
	} {
		got := edge.AsAdmin("root").Do("POST", path, body).Want(t, 201)
		if got.Text(t, "host_id") != "ada" || got.Text(t, "host_email") != "ada@example.com" {
			t.Errorf("%s", got.Body)
		}
	}
	edge.As("eve").Do("POST", mine, `{"schedule_for":"ada@example.com"}`).Refused(t, 404, 1001, "user_not_found")
	edge.As("ada").Claiming("email", "countess@example.com").Do("GET", mine, nil).Want(t, 200)
	edge.AsAdmin("root").Do("GET", "/v2/users/countess@example.com/meetings", nil).Want(t, 200)
	edge.AsAdmin("root").Do("GET", "/v2/users/ada@example.com/meetings", nil).Refused(t, 404, 1001, "user_not_found")
}

func TestI15IdempotencyKeyIsBoundToTheBody(t *testing.T) {
	edge := newEdge(t)
	ada := edge.As("ada").With("Idempotency-Key", "tap-1")
	first := ada.Do("POST", mine, `{"topic":"Tea"}`).Want(t, 201)
	if again := ada.Do("POST", mine, `{"topic":"Tea"}`).Want(t, 201); again.Body != first.Body {
		t.Errorf("first %s\nagain %s", first.Body, again.Body)
	}
	ada.Do("POST", mine, `{"topic":"Coffee"}`).Refused(t, 422, 4108, "idempotency_key")
	for _, key := range []string{" ", "ä"} {
		ada.With("Idempotency-Key", key).Do("POST", mine, `{}`).Refuses(t, "Idempotency-Key")
	}
}

func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	samples := []struct {
		name   string
		status int
	}{
		{"create-meeting", 201}, {"list-meetings", 200}, {"get-meeting", 200}, {"get-invitation", 200}, {"patch-meeting", 204},
		{"delete-meeting", 204}, {"get-past-meeting", 200}, {"list-past-participants", 200}, {"list-past-instances", 200},
	}
	edge := newEdge(t)
	id := create(t, edge, `{"topic":"Tea"}`)
	start(t, edge, id)
	end(t, edge, id)
	files, _ := filepath.Glob("events/*.json")
	if len(files) != len(samples) || len(files) != len(edge.API.Routes()) {
		t.Errorf("%d events, want %d; %d routes", len(files), len(samples), len(edge.API.Routes()))
	}
	for _, s := range samples {
		text, err := os.ReadFile("events/" + s.name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "81234567890", id)), &event); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		edge.Handle(event).Want(t, s.status)
	}
}

func TestRoutesRefuseThoseWithoutPermission(t *testing.T) {
	edge := newEdge(t)
	ada, root := edge.As("ada"), edge.AsAdmin("root")
	id := create(t, edge, `{"settings":{"use_pmi":true,"alternative_hosts":"grace@example.com"}}`)
	start(t, edge, id)
	end(t, edge, id)
	stranger := root.Claiming("account_id", "other")
	for _, r := range edge.API.Routes() {
		path := strings.NewReplacer("{userId}", "ada", "{meetingId}", id).Replace(r.Path)
		code, reason := 3001, "meeting_not_found"
		if strings.HasPrefix(path, "/v2/users/") {
			code, reason = 1001, "user_not_found"
		}
		others := []*testkit.Client{edge.As("eve"), stranger, edge.As("grace").Claiming("email_verified", "false"), edge.As("grace").Claiming("account_id", "other")}
		if r.Method == "GET" {
			ada.Do(r.Method, path, nil).Want(t, 200)
			root.Do(r.Method, path, nil).Want(t, 200)
		}
		if r.Method == "GET" && strings.HasPrefix(path, at(id)) {
			edge.As("grace").Do(r.Method, path, nil).Want(t, 200)
		} else {
			others = append(others, edge.As("grace"))
		}
		for _, c := range others {
			c.Do(r.Method, path, `{"topic":"Mine"}`).Refused(t, 404, code, reason)
		}
		ada.Claiming("scope", "user:write").Do(r.Method, path, `{"topic":"Mine"}`).Refused(t, 403, 4700, "scope")
		edge.Guest().Do(r.Method, path, nil).Refused(t, 401, 124, "token")
	}
	ada.Claiming("scope", "meeting:read").Do("POST", mine, `{"topic":"Tea"}`).Refused(t, 403, 4700, "scope")
	writer := edge.As("root").Claiming("scope", "meeting:write:admin").With("Prefer", "return=representation")
	if got := writer.Do("PATCH", at(id), `{"topic":"Cake"}`).Want(t, 200).Text(t, "topic"); got != "Cake" {
		t.Errorf("the answer to a change has the topic %s", got)
	}
	root.Do("DELETE", at(id), nil).Want(t, 204)
}

func TestMissingMeetingsAreNotFound(t *testing.T) {
	edge := newEdge(t)
	p, _ := setUp(t, edge, meeting.Edit{PMI: new(meeting.Number("5552123434")), Link: new(meeting.Link("ada.lovelace")), Forwarding: new(true)})
	cancelled := create(t, edge, `{}`)
	edge.As("ada").Do("DELETE", at(cancelled)+"?schedule_for_reminder=true", nil).Want(t, 204)
	missing := []string{cancelled, "81234567890", "nothing", "ada.lovelace", "-5552123434", "%00", "%FF", "a%2Fb", "AAAAAAAAAAAAAAAAAAAAAA",
		strings.Repeat("9", 400)}
	for _, r := range edge.API.Routes() {
		for _, id := range append(missing, string(p.PastNumbers[0])) {
			path := strings.Replace(r.Path, "{meetingId}", id, 1)
			ownPast := strings.HasSuffix(path, "/instances") && (id == string(p.PastNumbers[0]) || id == "-5552123434")
			if path != r.Path && !ownPast {
				edge.As("ada").Do(r.Method, path, `{"topic":"Tea"}`).Refused(t, 404, 3001, "meeting_not_found")
			}
		}
	}
}
