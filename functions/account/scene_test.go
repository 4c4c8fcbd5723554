package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const (
	webhooks   = "/v2/webhooks"
	automation = "/v2/automation"
	hook       = "https://hooks.example.com/rooms"
	key        = secret.Text("of the tests")
)

// A scene is the account of root, its admin, and a receiver that listens at hook.
type scene struct {
	*testkit.Edge

	t        *testing.T
	meter    dynamoproxy.Meter
	store    *table.Table
	webhooks account.WebhookConfig
	receiver *receiver
	root     *testkit.Client
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t}
	s.store = table.New(dynamotest.Table(t, dynamotest.Transport(func(rt http.RoundTripper) http.RoundTripper { return s.meter.Wrap(rt) })))
	s.Edge = testkit.New(t, s.store, func(meeting.Store, meeting.Env) []api.Route { return nil })
	s.receiver = listen(t, s.Clock.Now)
	s.webhooks = account.WebhookConfig{Caller: s.receiver, Names: eventNames(), Key: func(context.Context) (secret.Text, error) { return key, nil }}
	s.Serve(s.routes()...)
	s.root = s.AsAdmin("root")
	return s
}

// routes are those of the function, with the scene's configuration of webhooks.
func (s *scene) routes() []api.Route {
	return routes(account.NewEndpoints(s.store, s.Env, s.webhooks), account.NewAutomations(s.store))
}

type fields map[string]any

// register registers a webhook, and is its id. The receiver learns its secret.
func (s *scene) register(body fields) (id string) {
	s.t.Helper()
	made := s.root.Do("POST", webhooks, body).Want(s.t, 201)
	s.receiver.learns(made.Text(s.t, "secret"))
	return made.Text(s.t, "id")
}

// activated is register, and the handshake.
func (s *scene) activated(body fields) (id string) {
	s.t.Helper()
	id = s.register(body)
	s.root.Do("POST", webhooks+"/"+id+"/activate", nil).Want(s.t, 204)
	return id
}

func (s *scene) state(id string) string {
	s.t.Helper()
	return s.root.Do("GET", webhooks+"/"+id, nil).Want(s.t, 200).Text(s.t, "state")
}

// stored is the webhook as it is stored.
func (s *scene) stored(id string) account.Endpoint {
	s.t.Helper()
	e, err := s.store.Endpoint(s.t.Context(), testkit.Account, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

// fails stores what delivering stores of a webhook that failed for long.
func (s *scene) fails(id, why string) {
	s.t.Helper()
	e := s.stored(id)
	e.FailingSince, e.LastError, e.SuspendedAt = s.Clock.Now(), why, s.Clock.Now()
	if _, err := s.store.PutEndpoint(s.t.Context(), e); err != nil {
		s.t.Fatal(err)
	}
}

// same fails the test unless got is want.
func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// atOnce calls the function so many times, each in a goroutine of its own.
func atOnce(times int, call func(i int)) {
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() { call(i) })
	}
	all.Wait()
}

func url(i int) string { return fmt.Sprintf("https://hooks.example.com/%d", i) }
