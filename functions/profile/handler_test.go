package main

import (
	"context"
	"encoding/json"
	"fmt"
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

const (
	me       = "/v2/users/me"
	settings = "/v2/users/me/settings"
	ownRoom  = "/v2/users/me/personal_meeting_room"
)

func testRoutes(store meeting.Store, env meeting.Env) []api.Route {
	return routes(meeting.NewProfiles(store, env), env.Now)
}

func newEdge(t *testing.T) *testkit.Edge {
	t.Helper()
	return testkit.New(t, table.New(dynamotest.Table(t)), testRoutes)
}

// everything returns all that the function shows of the client's own things: what a refusal must not change.
func everything(t *testing.T, c *testkit.Client) string {
	t.Helper()
	return c.Do("GET", me, nil).Want(t, 200).Body + c.Do("GET", settings, nil).Want(t, 200).Body +
		c.Do("GET", ownRoom, nil).Want(t, 200).Body
}

// unchanged fails the test if the calls change something of the client's own things.
func unchanged(t *testing.T, c *testkit.Client, calls func()) {
	t.Helper()
	before := everything(t, c)
	calls()
	if after := everything(t, c); after != before {
		t.Errorf("it was %s\nand is %s", before, after)
	}
}

// refuses fails the test unless the path refuses the bodies, naming the fields, which are parted by spaces.
func refuses(t *testing.T, c *testkit.Client, path string, bad map[string][]string) {
	t.Helper()
	unchanged(t, c, func() {
		for fields, bodies := range bad {
			for _, body := range bodies {
				c.Do("PATCH", path, body).Refuses(t, strings.Fields(fields)...)
			}
		}
	})
}

// shows fails the test unless the path shows these values.
func shows(t *testing.T, c *testkit.Client, path string, want map[string]string) {
	t.Helper()
	got := c.Do("GET", path, nil).Want(t, 200)
	for name, value := range want {
		if got.Text(t, name) != value {
			t.Errorf("%s of %s is %q, want %q", name, path, got.Text(t, name), value)
		}
	}
}

func TestRoutesAreThoseOfTheTemplate(t *testing.T) { testkit.SameAsTemplate(t, routes(nil, nil)) }

func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	want := map[string]int{
		"check-pmi": 200, "check-vanity-name": 200, "get-personal-room": 200, "get-settings": 200, "get-user": 200,
		"patch-personal-room": 200, "patch-settings": 204, "patch-user": 204,
	}
	edge := newEdge(t)
	files, _ := filepath.Glob("events/*.json")
	if len(files) != len(want) || len(files) != len(edge.API.Routes()) {
		t.Errorf("%d events, want %d; %d routes", len(files), len(want), len(edge.API.Routes()))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(text, &event); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		edge.Handle(event).Want(t, want[strings.TrimSuffix(filepath.Base(file), ".json")])
	}
	shows(t, edge.As("ada"), me, map[string]string{"pmi": "5552123434"})
}

func TestOnlyAdminsOfTheAccountActForOthers(t *testing.T) {
	edge := newEdge(t)
	edge.As("ada").Do("GET", me, nil).Want(t, 200)
	root := edge.AsAdmin("root")
	for path, patch := range map[string]string{"": `{"dept":"Ships"}`, "/settings": `{"in_meeting":{"chat":true}}`, "/personal_meeting_room": `{"capacity":3}`} {
		for _, user := range []string{"/v2/users/ada", "/v2/users/Ada@example.com"} {
			root.Do("GET", user+path, nil).Want(t, 200)
			root.Do("PATCH", user+path, patch).Want(t, 204)
			for _, c := range []*testkit.Client{edge.As("grace"), root.Claiming("account_id", "other")} {
				c.Do("GET", user+path, nil).Refused(t, 404, 1001, "user_not_found")
				c.Do("PATCH", user+path, patch).Refused(t, 404, 1001, "user_not_found")
			}
			edge.Guest().Do("GET", user+path, nil).Refused(t, 401, 124, "token")
		}
	}
	shows(t, edge.As("ada"), me, map[string]string{"dept": "Ships"})
	root.Do("GET", "/v2/users/nobody", nil).Refused(t, 404, 1001, "user_not_found")
	root.Do("GET", "/v2/users/nobody@example.com", nil).Refused(t, 404, 1001, "user_not_found")
	writer := root.Claiming("scope", "user:write:admin")
	writer.Do("PATCH", "/v2/users/ada/personal_meeting_room", `{"passcode":"generate"}`).Want(t, 200)
	writer.Do("GET", "/v2/users/ada", nil).Refused(t, 403, 4700, "scope")
}

// What a decoder accepts follows the rules of numbers and links: otherwise the answer would be a 500.
func FuzzEdits(f *testing.F) {
	testkit.Fuzz(f, func(_ context.Context, r *api.Request) (answer api.Response, err error) {
		for _, decode := range []func(*api.Form) (meeting.Edit, error){editOfUser, editOfRoom, editOfSettings} {
			form, err := r.Form()
			if err != nil {
				return answer, err
			}
			edit, err := decode(form)
			if err == nil {
				err = broken(edit)
			}
			if err != nil && meeting.ReasonOf(err) == "" {
				return answer, err
			}
		}
		return api.NoContent(), nil
	}, everyField, `{"pmi":"555 212-3434","vanity_name":"","use_pmi":true,"timezone":"Europe/London","host_key":"012345"}`,
		`{"schedule_meeting":{"pmi_password":"secret","join_before_host":true,"audio_type":"both"},"in_meeting":{"chat":1e3}}`,
		`{"in_meeting":null,"feature":{"x":[]},"unheard_of":{}}`, `{"schedule_meeting":[]}`, `{"pmi":7.77e9}`, `{}`, ``,
		`{"passcode":"generate"}`, `{"capacity":1e2}`, `{"alternative_hosts":[null]}`)
}

// broken returns an error that is no refusal, if the edit breaks a rule.
func broken(e meeting.Edit) (err error) {
	if e.PMI != nil {
		_, err = meeting.ParsePMI(string(*e.PMI))
	}
	if err == nil && e.Link != nil && *e.Link != "" {
		_, err = meeting.ParseLink(string(*e.Link))
	}
	if err == nil && e.Room != nil && e.Room.Capacity != nil && (*e.Room.Capacity < 1 || *e.Room.Capacity > meeting.MaxCapacity) {
		err = fmt.Errorf("the capacity is %d", *e.Room.Capacity)
	}
	return err
}
