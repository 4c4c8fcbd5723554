package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

func newEdge(t *testing.T) *testkit.Edge {
	t.Helper()
	return testkit.New(t, table.New(dynamotest.Table(t)), testRoutes)
}

const (
	me       = "/v2/users/me"
	settings = "/v2/users/me/settings"
	ownRoom  = "/v2/users/me/personal_meeting_room"
)

// caller is the client as the use cases know it: for what other functions do.
func caller(user string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: user}, Email: user + "@example.com"}
}

// everything is all that the function shows of the client's own things: what a refusal must not change.
func everything(t *testing.T, c *testkit.Client) string {
	t.Helper()
	return c.Do("GET", me, nil).Want(t, 200).Body + c.Do("GET", settings, nil).Want(t, 200).Body +
		c.Do("GET", ownRoom, nil).Want(t, 200).Body
}

// atOnce calls each of the functions in a goroutine of its own.
func atOnce(calls ...func()) {
	var all sync.WaitGroup
	for _, call := range calls {
		all.Go(call)
	}
	all.Wait()
}

// refusals are bodies that an edit refuses, with the fields that it names, parted by spaces.
type refusals map[string]string

func (bad refusals) hold(t *testing.T, ada *testkit.Client, path string) {
	t.Helper()
	before := everything(t, ada)
	for body, fields := range bad {
		ada.Do("PATCH", path, body).Refuses(t, strings.Fields(fields)...)
	}
	if after := everything(t, ada); after != before {
		t.Errorf("refused edits changed something:\n%s\n%s", before, after)
	}
}

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
	if got := edge.As("ada").Do("GET", me, nil).Text(t, "pmi"); got != "5552123434" {
		t.Errorf("patch-user.json left the PMI %s", got)
	}
}

func TestOnlyTheAccountsAdminsActForOthers(t *testing.T) {
	edge := newEdge(t)
	edge.As("ada").Do("GET", me, nil).Want(t, 200)
	root := edge.AsAdmin("root")
	for _, path := range []string{"/v2/users/ada", "/v2/users/Ada@example.com", "/v2/users/ada/settings", "/v2/users/ada/personal_meeting_room"} {
		root.Do("GET", path, nil).Want(t, 200)
		edge.As("grace").Do("GET", path, nil).Refused(t, 404, 1001, "user_not_found")
		edge.AsAdmin("root").Claiming("account_id", "other").Do("GET", path, nil).Refused(t, 404, 1001, "user_not_found")
		edge.Guest().Do("GET", path, nil).Refused(t, 401, 124, "token")
	}
	root.Do("PATCH", "/v2/users/ada", `{"dept":"Engines"}`).Want(t, 204)
	root.Do("PATCH", "/v2/users/ada/personal_meeting_room", `{"passcode":"generate"}`).Want(t, 200)
	edge.As("grace").Do("PATCH", "/v2/users/ada", `{"dept":"Ships"}`).Refused(t, 404, 1001, "user_not_found")
	edge.As("grace").Do("PATCH", "/v2/users/ada/settings", `{"in_meeting":{}}`).Refused(t, 404, 1001, "user_not_found")
	edge.As("grace").Do("PATCH", "/v2/users/ada/personal_meeting_room", `{"capacity":3}`).Refused(t, 404, 1001, "user_not_found")
	root.Do("GET", "/v2/users/nobody", nil).Refused(t, 404, 1001, "user_not_found")
	root.Do("GET", "/v2/users/nobody@example.com", nil).Refused(t, 404, 1001, "user_not_found")
	if got := edge.As("ada").Do("GET", me, nil).Text(t, "dept"); got != "Engines" {
		t.Errorf("dept is %q", got)
	}
}

func TestWritingForOthersNeedsNoRightToRead(t *testing.T) {
	edge := newEdge(t)
	edge.As("ada").Do("GET", me, nil).Want(t, 200)
	writer := edge.As("root").Claiming("scope", "user:write:admin")
	writer.Do("PATCH", "/v2/users/ada/personal_meeting_room", `{"passcode":"generate"}`).Want(t, 200)
	writer.Do("GET", "/v2/users/ada", nil).Refused(t, 403, 4700, "scope")
}

func TestAnUnverifiedAddressIsNobodys(t *testing.T) {
	edge := newEdge(t)
	unverified := edge.As("eve").Claiming("email", "ada@example.com").Claiming("email_verified", "")
	got := unverified.Do("GET", me, nil).Want(t, 200)
	if got.At(t, "email") != nil || got.Text(t, "verified") != "0" {
		t.Errorf("%s", got.Body)
	}
	edge.As("ada").Do("GET", me, nil).Want(t, 200)
	if got := edge.AsAdmin("root").Do("GET", "/v2/users/ada@example.com", nil).Text(t, "id"); got != "ada" {
		t.Errorf("ada@example.com is %q", got)
	}
}
