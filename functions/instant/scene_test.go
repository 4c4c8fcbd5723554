package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const mine = "/v2/users/me/instant_meetings"

// A scene is Ada, who has a personal room. What other functions do, its methods do with their use cases.
type scene struct {
	*testkit.Edge

	t      testing.TB
	meter  *dynamoproxy.Meter
	faults *dynamoproxy.Faults

	client *dynamodb.Client // for what no use case shows
	table  string

	ada *testkit.Client
	pmi string
}

func newScene(t testing.TB) *scene {
	t.Helper()
	s := &scene{t: t, meter: &dynamoproxy.Meter{}, faults: &dynamoproxy.Faults{}}
	s.client, s.table = dynamotest.Table(t,
		dynamotest.Transport(func(rt http.RoundTripper) http.RoundTripper { return s.faults.Wrap(s.meter.Wrap(rt)) }))
	s.Edge = testkit.New(t, table.New(s.client, s.table), func(store meeting.Store, env meeting.Env) []api.Route {
		return routes(meeting.NewStarts(store, env), nil)
	})
	s.ada = s.As("ada")
	s.pmi = s.room().Number.String()
	return s
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// caller is a user of the account as the use cases know them.
func caller(user string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: user}, Email: user + "@example.com",
		Name: strings.ToUpper(user[:1]) + user[1:]}
}

// room is Ada's personal room as it is.
func (s *scene) room() meeting.Room {
	s.t.Helper()
	_, r, err := s.Profiles().Room(s.t.Context(), caller("ada"), "me")
	s.must(err)
	return r
}

func (s *scene) edit(e meeting.Edit) error {
	return s.Profiles().Edit(s.t.Context(), caller("ada"), "me", e)
}

func (s *scene) alwaysPMI(on bool) {
	s.t.Helper()
	s.must(s.edit(meeting.Edit{AlwaysPMI: &on}))
}

// plan schedules a meeting of Ada's and is its id.
func (s *scene) plan(topic string, inPersonalRoom bool, hosts ...string) string {
	s.t.Helper()
	p, err := s.Schedule().Create(s.t.Context(), caller("ada"), "me", meeting.Plan{
		Topic: &topic, UsePMI: &inPersonalRoom, Settings: meeting.SettingsEdit{AlternativeHosts: &hosts}})
	s.must(err)
	return p.Meeting.ID.String()
}

// tap is Ada's tap on New Meeting, on one of her clients.
func (s *scene) tap(body any) testkit.Answer { return s.ada.Do("POST", mine, body) }

func (s *scene) status(c *testkit.Client, number, action string) testkit.Answer {
	return c.Do("PUT", "/v2/meetings/"+number+"/status", map[string]string{"action": action})
}

// guest joins the room with its passcode.
func (s *scene) guest(number string, omn meeting.Number) (meeting.Admission, error) {
	s.t.Helper()
	r, err := s.Store.Room(s.t.Context(), meeting.Number(number))
	s.must(err)
	if r.Kind == meeting.Alias {
		r = s.room()
	}
	return s.Door().Join(s.t.Context(), meeting.Caller{Address: "198.51.100.9"},
		meeting.JoinInput{Address: number, Passcode: r.Settings.Passcode, OMN: omn})
}

// back comes back to the seat of an answer, as Ada; or leaves it.
func (s *scene) back(a testkit.Answer) (meeting.Admission, error) {
	return s.Door().Join(s.t.Context(), caller("ada"), meeting.JoinInput{Address: a.Text(s.t, "id"), Seat: ticketOf(s.t, a)})
}

func (s *scene) leave(a testkit.Answer) {
	s.t.Helper()
	s.must(s.Door().Leave(s.t.Context(), caller("ada"), a.Text(s.t, "id"), ticketOf(s.t, a)))
}

func ticketOf(t testing.TB, a testkit.Answer) meeting.Credential {
	t.Helper()
	return meeting.Credential{ID: meeting.SeatID(a.Text(t, "admission.seat.id")), Secret: a.Text(t, "admission.seat.secret")}
}

// same fails the test unless got is want.
func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// atOnce makes n calls at once.
func atOnce(n int, call func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { call(i) })
	}
	all.Wait()
}

func (s *scene) live(number string) bool {
	s.t.Helper()
	r, err := s.Store.Room(s.t.Context(), meeting.Number(number))
	s.must(err)
	return r.Live.Open
}

const day = 24 * time.Hour
