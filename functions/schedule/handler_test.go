package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const mine = "/v2/users/me/meetings"

func newEdge(t *testing.T) *testkit.Edge {
	t.Helper()
	return testkit.New(t, table.New(dynamotest.Table(t)), testRoutes)
}

// caller is the client as the use cases know it: for what other functions do.
func caller(user string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: user}, Email: user + "@example.com", Name: "Ada Acme"}
}

// setUp edits ada's profile and room, as the profile function does, and is her profile and her room then.
func setUp(t *testing.T, edge *testkit.Edge, e meeting.Edit) (meeting.Profile, meeting.Room) {
	t.Helper()
	profiles := edge.Profiles()
	if err := profiles.Edit(t.Context(), caller("ada"), "me", e); err != nil {
		t.Fatal(err)
	}
	p, r, err := profiles.Room(t.Context(), caller("ada"), "me")
	if err != nil {
		t.Fatal(err)
	}
	return p, r
}

func start(t *testing.T, edge *testkit.Edge, number string) {
	t.Helper()
	starts := edge.Starts()
	if err := starts.Start(t.Context(), caller("ada"), number); err != nil {
		t.Fatal(err)
	}
}

func end(t *testing.T, edge *testkit.Edge, number string) {
	t.Helper()
	starts := edge.Starts()
	if err := starts.End(t.Context(), caller("ada"), number); err != nil {
		t.Fatal(err)
	}
}

// create makes a meeting of ada's and is its id.
func create(t *testing.T, edge *testkit.Edge, body string) string {
	t.Helper()
	return edge.As("ada").Do("POST", mine, body).Want(t, 201).Text(t, "id")
}

// listed is the ids of the client's meetings.
func listed(t *testing.T, c *testkit.Client) []string {
	t.Helper()
	return idsOf(t, c.Do("GET", mine+"?page_size=300", nil))
}

// idsOf is the ids of the meetings of a page.
func idsOf(t *testing.T, a testkit.Answer) []string {
	t.Helper()
	var page listShape
	a.Want(t, 200).Into(t, &page)
	ids := make([]string, len(page.Meetings))
	for i, m := range page.Meetings {
		ids[i] = string(m.ID)
	}
	return ids
}

// atOnce calls each of the functions in a goroutine of its own.
func atOnce(calls ...func()) {
	var all sync.WaitGroup
	for _, call := range calls {
		all.Go(call)
	}
	all.Wait()
}

// sample is the meeting that the events name. It sat once.
func sample(t *testing.T, edge *testkit.Edge) {
	t.Helper()
	p, _ := setUp(t, edge, meeting.Edit{AlwaysPMI: new(false)})
	m := meeting.Meeting{ID: "81234567890", Host: p.User, Type: meeting.Scheduled, Topic: "Tea", Timezone: "UTC",
		Start: edge.Clock.Now(), Duration: time.Hour}
	room := meeting.Room{Number: m.ID, Kind: meeting.MeetingRoom, Owner: p.User, Topic: m.Topic, Live: meeting.LiveState{Instance: "a"}}
	room.Settings.Passcode = "secret"
	err := edge.Store.Save(t.Context(), meeting.ClaimRoom{Room: room, Now: edge.Clock.Now()}, meeting.PutMeeting{Meeting: m})
	if err != nil {
		t.Fatal(err)
	}
	start(t, edge, string(m.ID))
	end(t, edge, string(m.ID))
}

func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	names := []string{"create-meeting", "list-meetings", "get-meeting", "get-invitation", "patch-meeting", "delete-meeting",
		"get-past-meeting", "list-past-participants", "list-past-instances"}
	want := map[string]int{"create-meeting": 201, "list-meetings": 200, "get-meeting": 200, "get-invitation": 200,
		"patch-meeting": 204, "delete-meeting": 204, "get-past-meeting": 200, "list-past-participants": 200, "list-past-instances": 200}
	edge := newEdge(t)
	sample(t, edge)
	files, _ := filepath.Glob("events/*.json")
	if len(files) != len(names) || len(files) != len(edge.API.Routes()) {
		t.Errorf("%d events, want %d; %d routes", len(files), len(names), len(edge.API.Routes()))
	}
	for _, name := range names {
		text, err := os.ReadFile("events/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(text, &event); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		edge.Handle(event).Want(t, want[name])
	}
	edge.As("ada").Do("GET", "/v2/meetings/81234567890", nil).Refused(t, 404, 3001, "meeting_not_found")
}

func TestOnlyHostsAndAdminsSeeAMeeting(t *testing.T) {
	edge := newEdge(t)
	own := create(t, edge, `{"settings":{"alternative_hosts":"grace@example.com"}}`)
	inRoom := create(t, edge, `{"settings":{"use_pmi":true,"alternative_hosts":"grace@example.com"}}`)
	pmi, _ := setUp(t, edge, meeting.Edit{AlwaysPMI: new(true)})
	for _, id := range []string{own, inRoom} {
		for _, path := range []string{"/v2/meetings/" + id, "/v2/meetings/" + id + "/invitation"} {
			edge.As("ada").Do("GET", path, nil).Want(t, 200)
			edge.As("grace").Do("GET", path, nil).Want(t, 200)
			edge.AsAdmin("root").Do("GET", path, nil).Want(t, 200)
			edge.As("eve").Do("GET", path, nil).Refused(t, 404, 3001, "meeting_not_found")
			edge.As("grace").Claiming("email_verified", "false").Do("GET", path, nil).Refused(t, 404, 3001, "meeting_not_found")
			edge.As("grace").Claiming("account_id", "other").Do("GET", path, nil).Refused(t, 404, 3001, "meeting_not_found")
			edge.AsAdmin("root").Claiming("account_id", "other").Do("GET", path, nil).Refused(t, 404, 3001, "meeting_not_found")
			edge.Guest().Do("GET", path, nil).Refused(t, 401, 124, "token")
		}
		for _, c := range []*testkit.Client{edge.As("grace"), edge.As("eve"), edge.AsAdmin("root").Claiming("account_id", "other")} {
			c.Do("PATCH", "/v2/meetings/"+id, `{"topic":"Mine"}`).Refused(t, 404, 3001, "meeting_not_found")
			c.Do("DELETE", "/v2/meetings/"+id, nil).Refused(t, 404, 3001, "meeting_not_found")
		}
	}
	edge.As("eve").Do("GET", "/v2/meetings/"+string(pmi.PMI), nil).Refused(t, 404, 3001, "meeting_not_found")
	edge.As("eve").Do("GET", "/v2/users/ada/meetings", nil).Refused(t, 404, 1001, "user_not_found")
	edge.As("eve").Do("POST", "/v2/users/ada/meetings", `{"topic":"Hers"}`).Refused(t, 404, 1001, "user_not_found")
	edge.AsAdmin("root").Do("PATCH", "/v2/meetings/"+own, `{"topic":"Moved"}`).Want(t, 204)
	edge.AsAdmin("root").Do("DELETE", "/v2/meetings/"+inRoom, nil).Want(t, 204)
}

func TestAnAdminPlansForAnother(t *testing.T) {
	edge := newEdge(t)
	first := create(t, edge, `{"topic":"First"}`)
	root := edge.AsAdmin("root")
	for path, body := range map[string]string{
		"/v2/users/ada/meetings":             `{"topic":"Tea"}`,
		"/v2/users/ada@example.com/meetings": `{"topic":"Tea","schedule_for":""}`,
		mine:                                 `{"topic":"Tea","schedule_for":"ada@example.com"}`,
	} {
		got := root.Do("POST", path, body).Want(t, 201)
		if got.Text(t, "host_id") != "ada" || got.Text(t, "host_email") != "ada@example.com" {
			t.Errorf("%s", got.Body)
		}
	}
	edge.As("eve").Do("POST", mine, `{"schedule_for":"ada@example.com"}`).Refused(t, 404, 1001, "user_not_found")
	if got := listed(t, edge.As("ada")); len(got) != 4 || !strings.Contains(strings.Join(got, " "), first) {
		t.Errorf("ada has %v", got)
	}
}

func TestATokenLimitedToReadingWritesNothing(t *testing.T) {
	edge := newEdge(t)
	reader := edge.As("ada").Claiming("scope", "meeting:read")
	reader.Do("GET", mine, nil).Want(t, 200)
	reader.Do("POST", mine, `{"topic":"Tea"}`).Refused(t, 403, 4700, "scope")
}
