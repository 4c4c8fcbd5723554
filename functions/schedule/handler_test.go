package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const mine = "/v2/users/me/meetings"

func at(id string) string { return "/v2/meetings/" + id }

// A scene is Ada, who plans meetings. The rules of meetings are tested in shared/meeting and shared/dev/proof/rules.
type scene struct {
	*testkit.Edge

	t     *testing.T
	meter dynamoproxy.Meter
	ada   *testkit.Client
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t}
	store := table.New(dynamotest.Table(t, dynamotest.Transport(s.meter.Wrap)))
	s.Edge = testkit.New(t, store, func(store meeting.Store, env meeting.Env) []api.Route {
		return routes(meeting.NewSchedule(store, env), env.Now)
	})
	s.ada = s.As("ada")
	return s
}

// setUp edits Ada's profile and room, as the profile function does, and returns both.
func (s *scene) setUp(e meeting.Edit) (meeting.Profile, meeting.Room) {
	s.t.Helper()
	testkit.Must(s.t, s.Profiles().Edit(s.t.Context(), testkit.Caller("ada"), "me", e))
	p, r, err := s.Profiles().Room(s.t.Context(), testkit.Caller("ada"), "me")
	testkit.Must(s.t, err)
	return p, r
}

func (s *scene) start(number string) {
	s.t.Helper()
	testkit.Must(s.t, s.Starts().Start(s.t.Context(), testkit.Caller("ada"), number))
}

func (s *scene) end(number string) {
	s.t.Helper()
	testkit.Must(s.t, s.Starts().End(s.t.Context(), testkit.Caller("ada"), number))
}

// create makes a meeting of Ada's and returns its id.
func (s *scene) create(body string) string {
	s.t.Helper()
	return s.ada.Do("POST", mine, body).Want(s.t, 201).Text(s.t, "id")
}

// shows fails the test unless the path shows these values.
func (s *scene) shows(path string, want map[string]string) {
	s.t.Helper()
	answer := s.ada.Do("GET", path, nil).Want(s.t, 200)
	for name, value := range want {
		testkit.Equal(s.t, name, answer.Text(s.t, name), value)
	}
}

func TestRoutesAreThoseOfTheTemplate(t *testing.T) { testkit.SameAsTemplate(t, routes(nil, nil)) }

func TestAdminPlansForAnotherUser(t *testing.T) {
	s := newScene(t)
	s.ada.Do("GET", mine, nil).Want(t, 200)
	for path, body := range map[string]string{
		"/v2/users/ada/meetings":             `{"topic":"Tea"}`,
		"/v2/users/ada@example.com/meetings": `{"topic":"Tea","schedule_for":""}`,
		mine:                                 `{"topic":"Tea","schedule_for":"ada@example.com"}`,
	} {
		got := s.AsAdmin("root").Do("POST", path, body).Want(t, 201)
		testkit.Equal(t, "host", got.Text(t, "host_id")+" "+got.Text(t, "host_email"), "ada ada@example.com")
	}
	s.As("eve").Do("POST", mine, `{"schedule_for":"ada@example.com"}`).Refused(t, 404, 1001, "user_not_found")
	s.ada.Claiming("email", "countess@example.com").Do("GET", mine, nil).Want(t, 200)
	s.AsAdmin("root").Do("GET", "/v2/users/countess@example.com/meetings", nil).Want(t, 200)
}

func TestI15IdempotencyKeyIsBoundToTheBody(t *testing.T) {
	s := newScene(t)
	tap := s.ada.With("Idempotency-Key", "tap-1")
	first := tap.Do("POST", mine, `{"topic":"Tea"}`).Want(t, 201)
	testkit.Equal(t, "again", tap.Do("POST", mine, `{"topic":"Tea"}`).Want(t, 201).Body, first.Body)
	tap.Do("POST", mine, `{"topic":"Coffee"}`).Refused(t, 422, 4108, "idempotency_key")
	s.ada.With("Idempotency-Key", " ").Do("POST", mine, `{}`).Refuses(t, "Idempotency-Key")
}

func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	samples := []struct {
		name   string
		status int
	}{
		{"create-meeting", 201}, {"list-meetings", 200}, {"get-meeting", 200}, {"get-invitation", 200}, {"patch-meeting", 204},
		{"delete-meeting", 204}, {"get-past-meeting", 200}, {"list-past-participants", 200}, {"list-past-instances", 200},
		{"list-upcoming-meetings", 200}, {"list-reports", 200}, {"get-report", 200}, {"list-report-participants", 200},
	}
	s := newScene(t)
	id := s.create(`{"topic":"Tea"}`)
	s.start(id)
	s.end(id)
	files, _ := filepath.Glob("events/*.json")
	if len(files) != len(samples) || len(files) != len(s.API.Routes()) {
		t.Errorf("%d events, want %d; %d routes", len(files), len(samples), len(s.API.Routes()))
	}
	for _, sample := range samples {
		text, err := os.ReadFile("events/" + sample.name + ".json")
		testkit.Must(t, err)
		var event events.APIGatewayV2HTTPRequest
		testkit.Must(t, json.Unmarshal([]byte(strings.ReplaceAll(string(text), "81234567890", id)), &event))
		s.Handle(event).Want(t, sample.status)
	}
}

// Who may do what is tested in shared/meeting. This tests that every route asks.
func TestRoutesRefuseThoseWithoutPermission(t *testing.T) {
	s := newScene(t)
	root := s.AsAdmin("root")
	id := s.create(`{"settings":{"use_pmi":true}}`)
	s.start(id)
	s.end(id)
	for _, r := range s.API.Routes() {
		path := strings.NewReplacer("{userId}", "ada", "{meetingId}", id).Replace(r.Path)
		if strings.HasPrefix(path, "/v2/report/users/") {
			path += days
		}
		code, reason := 3001, "meeting_not_found"
		if strings.Contains(path, "/users/") {
			code, reason = 1001, "user_not_found"
		}
		for _, c := range []*testkit.Client{s.As("eve"), root.Claiming("account_id", "other")} {
			c.Do(r.Method, path, `{"topic":"Mine"}`).Refused(t, 404, code, reason)
		}
		s.ada.Claiming("scope", "user:write").Do(r.Method, path, `{"topic":"Mine"}`).Refused(t, 403, 4700, "scope")
		s.Guest().Do(r.Method, path, nil).Refused(t, 401, 124, "token")
		if r.Method == "GET" {
			root.Do(r.Method, path, nil).Want(t, 200)
		}
	}
	s.ada.Claiming("scope", "meeting:read").Do("POST", mine, `{"topic":"Tea"}`).Refused(t, 403, 4700, "scope")
	writer := s.As("root").Claiming("scope", "meeting:write:admin").With("Prefer", "return=representation")
	testkit.Equal(t, "topic", writer.Do("PATCH", at(id), `{"topic":"Cake"}`).Want(t, 200).Text(t, "topic"), "Cake")
	root.Do("DELETE", at(id), nil).Want(t, 204)
}

func TestMissingMeetingsAreNotFound(t *testing.T) {
	s := newScene(t)
	s.setUp(meeting.Edit{Link: new(meeting.Link("ada.lovelace"))})
	cancelled := s.create(`{}`)
	s.ada.Do("DELETE", at(cancelled)+"?schedule_for_reminder=true", nil).Want(t, 204)
	for _, r := range s.API.Routes() {
		for _, id := range []string{
			cancelled, "81234567890", "ada.lovelace", "%00", "%FF", "a%2Fb", "AAAAAAAAAAAAAAAAAAAAAA", strings.Repeat("9", 400),
		} {
			if path := strings.Replace(r.Path, "{meetingId}", id, 1); path != r.Path {
				s.ada.Do(r.Method, path, `{"topic":"Tea"}`).Refused(t, 404, 3001, "meeting_not_found")
			}
		}
	}
}

func TestAppsPlanMeetingsOfTheirUser(t *testing.T) {
	s := newScene(t)
	made := s.AsApp("ada", "meeting:write").Do("POST", "/v2/users/me/meetings", nil).Want(t, 201)
	testkit.Equal(t, "the host", made.Text(t, "host_id"), "ada")
	s.AsApp("ada", "meeting:read").Do("POST", "/v2/users/me/meetings", nil).Refused(t, 403, 4700, "scope")
}

func TestAnInvitedUserTakesOverTheirProfile(t *testing.T) {
	s := newScene(t)
	s.Invite("grace@example.com", "5552123434", "grace.hopper")
	s.AsAdmin("root").Do("POST", "/v2/users/grace@example.com/meetings", `{}`).Refused(t, 409, 4150, "user_pending")
	made := s.As("grace").Do("POST", mine, `{"settings":{"use_pmi":true}}`).Want(t, 201)
	testkit.Equal(t, "pmi and host", made.Text(t, "pmi")+" "+made.Text(t, "host_id"), "5552123434 grace")
}
