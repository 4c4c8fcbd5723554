package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// A scene is Ada's personal room and the routes of the function. The rules of the door are tested in
// shared/dev/proof/rules.
type scene struct {
	*testkit.Edge

	t        testing.TB
	meter    *dynamoproxy.Meter
	room     string // the PMI
	passcode string
	ada      *person
}

func newScene(t testing.TB) *scene {
	t.Helper()
	meter := &dynamoproxy.Meter{}
	client, name := dynamotest.Table(t, dynamotest.Transport(meter.Wrap))
	s := sceneOf(t, table.New(client, name))
	s.meter = meter
	return s
}

// sceneOf is a scene on another store.
func sceneOf(t testing.TB, store meeting.Store) *scene {
	t.Helper()
	s := &scene{t: t, Edge: testkit.New(t, store, func(store meeting.Store, env meeting.Env) []api.Route {
		door := meeting.NewDoor(store, env)
		return slices.Concat(allRoutes(door, nil, nil), doorbellRoutes(doorbell.NewAnswers(door, store, env, bell)))
	})}
	s.ada = s.user("ada")
	s.policy(meeting.SettingsEdit{})
	return s
}

// allRoutes are those of people and of the media server.
func allRoutes(door *meeting.Door, issuer *media.Issuer, execute func(context.Context, media.Order) error) []api.Route {
	return slices.Concat(routes(door, issuer, nil), mediaRoutes(door, issuer, execute))
}

// caller is a user whose token names them without a surname.
func caller(user string) meeting.Caller {
	c := testkit.Caller(user)
	c.Name = strings.TrimSuffix(c.Name, " Acme")
	return c
}

// policy edits the settings of Ada's room, and reads its number and passcode.
func (s *scene) policy(e meeting.SettingsEdit) {
	s.t.Helper()
	s.edit("ada", meeting.Edit{Room: &e})
	_, r, err := s.Profiles().Room(s.t.Context(), caller("ada"), "me")
	testkit.Must(s.t, err)
	s.room, s.passcode = r.Number.String(), r.Settings.Passcode
}

func (s *scene) edit(user string, e meeting.Edit) {
	s.t.Helper()
	testkit.Must(s.t, s.Profiles().Edit(s.t.Context(), caller(user), "me", e))
}

// meetingOf schedules a meeting in Ada's personal room, for an hour from now, and returns its id.
func (s *scene) meetingOf(topic string) string {
	s.t.Helper()
	start := &meeting.ClientTime{Time: s.Clock.Now().Add(time.Hour)}
	plan := meeting.Plan{Topic: &topic, UsePMI: new(true), Start: start}
	p, err := s.Schedule().Create(s.t.Context(), caller("ada"), "me", plan)
	testkit.Must(s.t, err)
	return p.Meeting.ID.String()
}

// pass makes a guest pass of Ada's room, and returns its token.
func (s *scene) pass(name string) string {
	s.t.Helper()
	made, err := s.Profiles().MakePass(s.t.Context(), caller("ada"), "me", meeting.PassPlan{Name: name})
	testkit.Must(s.t, err)
	return made.Token
}

// do is a request of Ada's about her room: do("PATCH", "", …), do("GET", "/participants", …).
func (s *scene) do(method, path string, body any) testkit.Answer {
	return s.ada.client.Do(method, "/v2/live_meetings/"+s.room+path, body)
}

// sayOf is what Ada decides on one participant.
func (s *scene) sayOf(action string, p *person) testkit.Answer {
	return s.do("PUT", "/participants/"+p.seat.ID+"/status", fields{"action": action})
}

// fields are members of a body.
type fields = testkit.Fields

// A person joins rooms with one device.
type person struct {
	scene  *scene
	client *testkit.Client
	path   string // of joins: participants or guests
	name   string
	room   string // where they are; Ada's personal room at first
	seat   struct{ ID, Secret string }
}

// user is somebody who is signed in. Each call makes another device.
func (s *scene) user(id string) *person {
	return &person{scene: s, client: s.As(id), path: "participants", name: strings.ToUpper(id[:1]) + id[1:]}
}

func (s *scene) guest(name string) *person {
	return &person{scene: s, client: s.Guest(), path: "guests", name: name}
}

// at is the person at another room.
func (p *person) at(room string) *person {
	p.room = room
	return p
}

// join asks to come in, with the passcode of the invitation.
func (p *person) join(more ...fields) testkit.Answer {
	return p.post(fields{"display_name": p.name, "passcode": p.scene.passcode}, more...)
}

// poll asks again with the seat.
func (p *person) poll() testkit.Answer { return p.claim("") }

// claim claims to be host by the key.
func (p *person) claim(hostKey string) testkit.Answer {
	return p.post(fields{"seat": fields{"id": p.seat.ID, "secret": p.seat.Secret}, "host_key": hostKey})
}

// post sends the body with more fields, and remembers the seat of the answer.
func (p *person) post(body fields, more ...fields) testkit.Answer {
	for _, m := range more {
		maps.Copy(body, m)
	}
	if p.room == "" {
		p.room = p.scene.room
	}
	answer := p.client.Do("POST", "/v2/live_meetings/"+p.room+"/"+p.path, body)
	if answer.Status < 300 {
		p.seat.ID, p.seat.Secret = answer.Text(p.scene.t, "seat.id"), answer.Text(p.scene.t, "seat.secret")
	}
	return answer
}

func (p *person) leave() testkit.Answer { return p.release("") }

// closePage closes the page, or reloads it.
func (p *person) closePage() testkit.Answer { return p.release("?closing=true") }

func (p *person) release(how string) testkit.Answer {
	path := "/v2/live_meetings/" + p.room + "/" + p.path + "/" + p.seat.ID + how
	return p.client.With("X-Seat-Secret", p.seat.Secret).Do("DELETE", path, nil)
}

// uuid is that of the live instance.
func (s *scene) uuid() string {
	r, err := s.Store.Room(s.t.Context(), meeting.Number(s.room))
	testkit.Must(s.t, err)
	return r.UUID()
}

// instance is the instance that the person is in.
func (p *person) instance() string { return meeting.SeatID(p.seat.ID).Instance() }

// in fails the test unless the answer admits.
func in(t testing.TB, a testkit.Answer) testkit.Answer {
	t.Helper()
	return stands(t, a, "admitted")
}

// stands fails the test unless the answer gives somebody the state.
func stands(t testing.TB, a testkit.Answer, state string) testkit.Answer {
	t.Helper()
	if a.Status >= 300 || a.Text(t, "state") != state {
		t.Fatalf("the answer is %d %s, want %s", a.Status, a.Body, state)
	}
	return a
}
