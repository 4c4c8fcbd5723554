package main

import (
	"testing"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const mine = "/v2/users/me/instant_meetings"

// A scene is Ada, who has a personal room, and the routes of the function. The rules of starts and ends are tested in
// shared/dev/proof/rules.
type scene struct {
	*testkit.Edge

	t     testing.TB
	meter dynamoproxy.Meter
	ada   *testkit.Client
	pmi   string
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := &scene{t: t}
	store := table.New(dynamotest.Table(t, dynamotest.Transport(s.meter.Wrap)))
	s.Edge = testkit.New(t, store, func(store meeting.Store, env meeting.Env) []api.Route {
		return routes(meeting.NewStarts(store, env), nil)
	})
	s.ada = s.As("ada")
	_, r, err := s.Profiles().Room(t.Context(), testkit.Caller("ada"), "me")
	testkit.Must(s.t, err)
	s.pmi = r.Number.String()
	return s
}

// useMedia gives the function a media server, whose secret comes from the source.
func (s *scene) useMedia(source secret.Func) {
	server := media.Server{Provider: media.LiveKit, URL: "wss://media.example.com", Key: "APIkey"}
	s.Serve(routes(s.Starts(), media.New(server, source, s.Env))...)
}

func (s *scene) edit(e meeting.Edit) {
	s.t.Helper()
	testkit.Must(s.t, s.Profiles().Edit(s.t.Context(), testkit.Caller("ada"), "me", e))
}

// plan schedules a meeting of Ada's and returns its id.
func (s *scene) plan(topic string, inPersonalRoom bool) string {
	s.t.Helper()
	plan := meeting.Plan{Topic: &topic, UsePMI: &inPersonalRoom}
	p, err := s.Schedule().Create(s.t.Context(), testkit.Caller("ada"), "me", plan)
	testkit.Must(s.t, err)
	return p.Meeting.ID.String()
}

// tap is Ada's tap on New Meeting.
func (s *scene) tap(body any) testkit.Answer { return s.ada.Do("POST", mine, body) }

func (s *scene) status(c *testkit.Client, number, action string) testkit.Answer {
	return c.Do("PUT", "/v2/meetings/"+number+"/status", testkit.Fields{"action": action})
}

// next goes on from the instance with the uuid to the meeting.
func (s *scene) next(number, uuid string) testkit.Answer {
	return s.ada.Do("PUT", "/v2/meetings/"+number+"/status", testkit.Fields{"action": "next", "uuid": uuid})
}

// uuid is that of the instance in Ada's personal room.
func (s *scene) uuid() string {
	s.t.Helper()
	r, err := s.Store.Room(s.t.Context(), meeting.Number(s.pmi))
	testkit.Must(s.t, err)
	return r.UUID()
}

func (s *scene) live(number string) bool {
	s.t.Helper()
	r, err := s.Store.Room(s.t.Context(), meeting.Number(number))
	testkit.Must(s.t, err)
	return r.Live.Open
}
