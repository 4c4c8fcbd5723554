package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// A scene is Ada's personal room. What other functions do for her, its methods do with their use cases.
type scene struct {
	*testkit.Edge

	t      testing.TB
	meter  *dynamoproxy.Meter
	faults *dynamoproxy.Faults

	room     string // the PMI
	passcode string
	ada      *person
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := &scene{t: t, meter: &dynamoproxy.Meter{}, faults: &dynamoproxy.Faults{}}
	client, name := dynamotest.Table(t,
		dynamotest.Transport(func(rt http.RoundTripper) http.RoundTripper { return s.faults.Wrap(s.meter.Wrap(rt)) }))
	s.Edge = testkit.New(t, table.New(client, name), func(store meeting.Store, env meeting.Env) []api.Route {
		door := meeting.NewDoor(store, env)
		return slices.Concat(routes(door, nil, ""), mediaRoutes(door, nil, nil))
	})
	s.ada = s.user("ada")
	s.moveIn()
	return s
}

// moveIn reads number and passcode as they now are.
func (s *scene) moveIn() {
	s.t.Helper()
	_, r, err := s.profiles().Room(s.t.Context(), caller("ada"), "me")
	s.must(err)
	s.room, s.passcode = r.Number.String(), r.Settings.Passcode
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) profiles() *meeting.Profiles { return s.Profiles() }

func (s *scene) starts() *meeting.Starts {
	return s.Starts()
}

// caller is a user of the account as the use cases know them.
func caller(user string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: user}, Email: user + "@example.com",
		Name: strings.ToUpper(user[:1]) + user[1:]}
}

// policy edits the personal room's.
func (s *scene) policy(e meeting.SettingsEdit) {
	s.t.Helper()
	s.edit("ada", meeting.Edit{Room: &e})
	s.moveIn()
}

func (s *scene) waitingRoom() { s.policy(meeting.SettingsEdit{WaitingRoom: new(meeting.WaitEveryone)}) }

func (s *scene) edit(user string, e meeting.Edit) {
	s.t.Helper()
	s.must(s.profiles().Edit(s.t.Context(), caller(user), "me", e))
}

// plan schedules a meeting of the user, in their personal room or in one of its own.
func (s *scene) plan(user, topic string, inPersonalRoom bool, start time.Time, door meeting.SettingsEdit) meeting.Planned {
	s.t.Helper()
	schedule := s.Schedule()
	p, err := schedule.Create(s.t.Context(), caller(user), "me", meeting.Plan{
		Topic: &topic, UsePMI: &inPersonalRoom, Start: &meeting.ClientTime{Time: start}, Settings: door})
	s.must(err)
	return p
}

// meetingOf schedules a meeting in Ada's personal room, for an hour from now, and is its id.
func (s *scene) meetingOf(topic string, hosts ...string) string {
	s.t.Helper()
	var door meeting.SettingsEdit
	if len(hosts) > 0 {
		door.AlternativeHosts = &hosts
	}
	return s.plan("ada", topic, true, s.Clock.Now().Add(time.Hour), door).Meeting.ID.String()
}

func (s *scene) start(user, number string) {
	s.t.Helper()
	s.must(s.starts().Start(s.t.Context(), caller(user), number))
}

func (s *scene) end(user, number string) {
	s.t.Helper()
	s.must(s.starts().End(s.t.Context(), caller(user), number))
}

// do is a call of Ada's on her room: do("PATCH", "", …), do("GET", "/participants", …).
func (s *scene) do(method, path string, body any) testkit.Answer {
	return s.ada.client.Do(method, "/v2/live_meetings/"+s.room+path, body)
}

func (s *scene) lock(locked bool) {
	s.t.Helper()
	s.do("PATCH", "", fields{"locked": locked}).Want(s.t, 200)
}

// say is what Ada decides on the people.
func (s *scene) say(action string, people ...*person) testkit.Answer {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.seat.ID
	}
	return s.do("PUT", "/participants/status", fields{"action": action, "participant_ids": ids})
}

// sayOf is what Ada decides on one.
func (s *scene) sayOf(action string, p *person) testkit.Answer {
	return s.do("PUT", "/participants/"+p.seat.ID+"/status", fields{"action": action})
}

// names are those on the roster in a state, in alphabetical order.
func (s *scene) names(state string) string {
	s.t.Helper()
	var list struct {
		Participants []struct {
			Name  string `json:"display_name"`
			State string
		}
	}
	s.do("GET", "/participants?page_size=300", nil).Want(s.t, 200).Into(s.t, &list)
	var names []string
	for _, p := range list.Participants {
		if p.State == state {
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// row is somebody's on the roster.
func (s *scene) row(name string) map[string]any {
	s.t.Helper()
	list, _ := s.do("GET", "/participants?page_size=300", nil).Want(s.t, 200).At(s.t, "participants").([]any)
	for _, p := range list {
		if p, _ := p.(map[string]any); p["display_name"] == name {
			return p
		}
	}
	s.t.Fatalf("%s is not on the roster", name)
	return nil
}

// fields are members of a body.
type fields map[string]any

// A person comes to rooms, with one device.
type person struct {
	scene  *scene
	client *testkit.Client
	path   string // of joins: participants or guests
	name   string
	room   string // where they are; Ada's personal room at first
	seat   struct{ ID, Secret string }
}

// user is somebody who is signed in. Each call makes another device of theirs.
func (s *scene) user(id string) *person {
	return &person{scene: s, client: s.As(id), path: "participants", name: strings.ToUpper(id[:1]) + id[1:]}
}

// outsider is signed in to another account.
func (s *scene) outsider(id string) *person {
	p := s.user(id)
	p.client = p.client.Claiming("account_id", "other").Claiming("email", id+"@other.org")
	return p
}

func (s *scene) guest(name string) *person {
	return &person{scene: s, client: s.Guest(), path: "guests", name: name}
}

// from is the person at another network address.
func (p *person) from(address string) *person {
	p.client = p.client.From(address)
	return p
}

func (s *scene) guests(names ...string) []*person {
	all := make([]*person, len(names))
	for i, name := range names {
		all[i] = s.guest(name)
	}
	return all
}

func (p *person) post(body fields) testkit.Answer {
	if p.room == "" {
		p.room = p.scene.room
	}
	answer := p.client.Do("POST", "/v2/live_meetings/"+p.room+"/"+p.path, body)
	if answer.Status < 300 {
		p.seat.ID, p.seat.Secret = answer.Text(p.scene.t, "seat.id"), answer.Text(p.scene.t, "seat.secret")
	}
	return answer
}

// join comes in by the invitation, which holds the passcode. More fields are added to the body, or put in place of those there.
func (p *person) join(more ...fields) testkit.Answer {
	body := fields{"display_name": p.name, "passcode": p.scene.passcode}
	for _, m := range more {
		maps.Copy(body, m)
	}
	return p.post(body)
}

// at is the person at another address.
func (p *person) at(room string) *person {
	p.room = room
	return p
}

// poll asks again, with the seat.
func (p *person) poll() testkit.Answer {
	return p.post(fields{"seat": fields{"id": p.seat.ID, "secret": p.seat.Secret}})
}

func (p *person) leave() testkit.Answer {
	return p.client.With("X-Seat-Secret", p.seat.Secret).Do("DELETE", "/v2/live_meetings/"+p.room+"/"+p.path+"/"+p.seat.ID, nil)
}

// in fails the test unless the answer admits.
func in(t testing.TB, a testkit.Answer) testkit.Answer {
	t.Helper()
	if a.Status != 200 && a.Status != 201 || a.Text(t, "state") != "admitted" {
		t.Fatalf("not admitted: %d %s", a.Status, a.Body)
	}
	return a
}

// waits fails the test unless the answer is to wait for what is said.
func waits(t testing.TB, a testkit.Answer, what string) testkit.Answer {
	t.Helper()
	if a.Status != 202 || a.Text(t, "state") != what {
		t.Fatalf("answered %d %s, want 202 %s", a.Status, a.Body, what)
	}
	return a
}

// same fails the test unless got is want.
func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// atOnce calls each of the functions in a goroutine of its own.
func atOnce(calls ...func()) {
	var all sync.WaitGroup
	for _, call := range calls {
		all.Go(call)
	}
	all.Wait()
}

// each is the same for each of the people, at once.
func each(people []*person, do func(*person)) {
	var calls []func()
	for _, p := range people {
		calls = append(calls, func() { do(p) })
	}
	atOnce(calls...)
}

// operations are those that were on the wire since the meter was reset, in alphabetical order.
func (s *scene) operations() string {
	var names []string
	for _, c := range s.meter.Calls() {
		names = append(names, string(c.Operation))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
