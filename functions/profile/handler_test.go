package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
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

// A scene is Ada, her profile and her room. The rules of numbers, links and settings are tested in shared/meeting and
// shared/dev/proof/rules.
type scene struct {
	*testkit.Edge

	t     testing.TB
	meter dynamoproxy.Meter
	ada   *testkit.Client
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := &scene{t: t}
	return s.on(table.New(dynamotest.Table(t, dynamotest.Transport(s.meter.Wrap))))
}

// on places the scene on a store.
func (s *scene) on(store meeting.Store) *scene {
	s.Edge = testkit.New(s.t, store, func(store meeting.Store, env meeting.Env) []api.Route {
		profiles := meeting.NewProfiles(store, env)
		items, _ := store.(account.PersonStore)
		return routes(profiles, account.NewPersons(items, profiles, env), env.Now)
	})
	s.ada = s.As("ada")
	return s
}

// shows fails the test unless the path shows the client these values.
func (s *scene) shows(c *testkit.Client, path string, want map[string]string) {
	s.t.Helper()
	got := c.Do("GET", path, nil).Want(s.t, 200)
	for name, value := range want {
		testkit.Equal(s.t, name+" of "+path, got.Text(s.t, name), value)
	}
}

func TestRoutesAreThoseOfTheTemplate(t *testing.T) { testkit.SameAsTemplate(t, routes(nil, nil, nil)) }

func TestSampleEventsAnswerWhatTheirNamesSay(t *testing.T) {
	want := map[string]int{
		"list-users": 200, "create-user": 201, "put-user-status": 204, "list-schedulers": 200, "delete-user": 204, "get-personal-data": 200,
		"check-email": 200, "check-pmi": 200, "check-vanity-name": 200, "get-personal-room": 200, "get-settings": 200, "get-user": 200,
		"list-passes": 200, "make-pass": 201, "revoke-pass-unknown": 404,
		"patch-personal-room": 200, "patch-settings": 204, "patch-user": 204,
	}
	s := newScene(t)
	for _, user := range []string{"ada", "grace", "kay"} {
		s.As(user).Do("GET", me, nil).Want(t, 200)
	}
	testkit.Equal(t, "routes", len(s.API.Routes()), len(want))
	for name, status := range want {
		text, err := os.ReadFile("events/" + name + ".json")
		testkit.Must(t, err)
		var event events.APIGatewayV2HTTPRequest
		testkit.Must(t, json.Unmarshal(text, &event))
		s.Handle(event).Want(t, status)
	}
	s.shows(s.ada, me, map[string]string{"pmi": "5552123434"})
}

func TestOnlyAdminsOfTheAccountActForOthers(t *testing.T) {
	s := newScene(t)
	s.ada.Do("GET", me, nil).Want(t, 200)
	root := s.AsAdmin("root")
	for path, patch := range map[string]string{
		"": `{"dept":"Ships"}`, "/settings": `{"in_meeting":{"chat":true}}`, "/personal_meeting_room": `{"capacity":3}`,
	} {
		for _, user := range []string{"/v2/users/ada", "/v2/users/Ada@example.com"} {
			root.Do("GET", user+path, nil).Want(t, 200)
			root.Do("PATCH", user+path, patch).Want(t, 204)
			for _, c := range []*testkit.Client{s.As("grace"), root.Claiming("account_id", "other")} {
				c.Do("GET", user+path, nil).Refused(t, 404, 1001, "user_not_found")
				c.Do("PATCH", user+path, patch).Refused(t, 404, 1001, "user_not_found")
			}
			s.Guest().Do("GET", user+path, nil).Refused(t, 401, 124, "token")
		}
	}
	s.shows(s.ada, me, map[string]string{"dept": "Ships"})
	root.Do("GET", "/v2/users/nobody@example.com", nil).Refused(t, 404, 1001, "user_not_found")
	kay := s.As("kay")
	kay.Do("GET", me, nil).Want(t, 200)
	for _, client := range []*testkit.Client{root, kay} { // "K" in another alphabet is not Kay
		client.Do("GET", "/v2/users/%E2%84%AAay@example.com", nil).Refused(t, 404, 1001, "user_not_found")
	}
	root.Claiming("scope", "user:write:admin").Do("GET", "/v2/users/ada", nil).Refused(t, 403, 4700, "scope")
}

func TestBadBodiesAreRefusedByField(t *testing.T) {
	s := newScene(t)
	long := func(n int) string { return `"` + strings.Repeat("ä", n) + `"` }
	list := func(name, items string) string { return `{"` + name + `":[` + items + `]}` }
	many := func(item string) string { return strings.Repeat(item+",", 10) + strings.Replace(item, "x", "y", 1) }
	schedule := func(members string) string { return `{"schedule_meeting":{` + members + `}}` }
	everything := func() (all string) {
		for _, path := range []string{me, settings, ownRoom} {
			all += s.ada.Do("GET", path, nil).Want(t, 200).Body
		}
		return all
	}
	before := everything()
	for path, bad := range map[string]map[string]string{
		me: {
			``: "body", `{"nonsense":true}`: "body", `{"use_pmi":1}`: "use_pmi", `{"pmi":[5552123434]}`: "pmi",
			`{"vanity_name":"ada"}`: "vanity_name", `{"timezone":"Mars/Olympus"}`: "timezone",
			`{"first_name":` + long(65) + `}`: "first_name", `{"last_name":` + long(65) + `}`: "last_name",
			`{"language":` + long(36) + `}`: "language", `{"dept":` + long(129) + `}`: "dept",
			`{"host_key":"12345"}`: "host_key", `{"host_key":123456}`: "host_key", `{"host_key":"١٢٣٤٥٦"}`: "host_key",
			`{"forward_old_numbers":"off"}`: "forward_old_numbers", `{"use_pmi":0,"dept":0,"pmi":{}}`: "pmi use_pmi dept",
		},
		ownRoom: {
			`{`: "body", `{"topic":"mine"}`: "body", `{"number":true}`: "number", `{"vanity_name":"a b c d e"}`: "vanity_name",
			`{"passcode":"12345678901"}`: "passcode", `{"passcode":""}`: "passcode", `{"waiting_room":true}`: "waiting_room",
			`{"join_before_host":"yes"}`: "join_before_host", `{"jbh_time":7}`: "jbh_time",
			`{"authenticated_only":1}`: "authenticated_only", `{"allowed_domains":"a.com"}`: "allowed_domains",
			list("allowed_domains", many(`"x"`)): "allowed_domains", list("allowed_domains", `"a.com","*.b"`): "allowed_domains[1]",
			`{"capacity":0}`: "capacity", `{"capacity":1001}`: "capacity", `{"capacity":1.5}`: "capacity",
			list("alternative_hosts", many(`"x@example.com"`)): "alternative_hosts",
			list("alternative_hosts", `"grace"`):               "alternative_hosts[0]",
			`{"forward_old_numbers":2}`:                        "forward_old_numbers", `{"capacity":0,"jbh_time":1}`: "jbh_time capacity",
		},
		settings: {
			`{"in_meeting":null}`: "body", `{"unheard_of":{"a":1}}`: "body", `{"in_meeting":5}`: "in_meeting",
			`{"schedule_meeting":[]}`: "schedule_meeting", `{"recording":"cloud"}`: "recording",
			`{"in_meeting":{"waiting_room":"guests"}}`: "in_meeting.waiting_room",
			schedule(`"personal_meeting":false`):       "schedule_meeting.personal_meeting",
			schedule(`"join_before_host":"on"`):        "schedule_meeting.join_before_host",
			schedule(`"pmi_password":"a b"`):           "schedule_meeting.pmi_password",
			schedule(`"use_pmi_for_scheduled_meetings":"x","use_pmi_for_instant_meetings":2`): "schedule_meeting." +
				"use_pmi_for_scheduled_meetings schedule_meeting.use_pmi_for_instant_meetings",
			`{"in_meeting":{"x":` + long(17<<10) + `},"schedule_meeting":{"pmi_password":"x"}}`: "settings",
		},
	} {
		for body, fields := range bad {
			s.ada.Do("PATCH", path, body).Refuses(t, strings.Fields(fields)...)
		}
	}
	testkit.Equal(t, "after refused bodies", everything(), before)
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

// An app without a sign-in acts as its user, within its scopes.
func TestAppsActAsTheirUser(t *testing.T) {
	s := newScene(t)
	app := s.AsApp("ada", "user:read")
	testkit.Equal(t, "the user", app.Do("GET", "/v2/users/me", nil).Want(t, 200).Text(t, "id"), "ada")
	app.Do("PATCH", "/v2/users/me", `{"use_pmi":true}`).Refused(t, 403, 4700, "scope")
	app.Do("GET", "/v2/users/bob", nil).Refused(t, 404, 1001, "user_not_found")
}
