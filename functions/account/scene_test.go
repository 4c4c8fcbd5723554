package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const (
	webhooks   = "/v2/webhooks"
	automation = "/v2/automation"

	operationLogs = "/v2/report/operationlogs"
	hook          = "https://hooks.example.com/rooms"
	operator      = "operators" // the account of the operator
	key           = secret.Text("of the tests")
)

// A scene is an account with its admin root, and a receiver for all of its webhooks.
type scene struct {
	*testkit.Edge

	t        *testing.T
	meter    dynamoproxy.Meter
	faults   dynamoproxy.Faults
	dynamoDB *dynamodb.Client
	name     string // of the table
	store    *table.Table
	webhooks account.WebhookConfig
	receiver receiver
	appsOff  bool
	bell     secret.Func // nil: the doorbell is off
	mails    bool        // the doorbell sends mails
	private  bool        // push services may have private addresses
	log      *slog.Logger
	rules    *account.Rules
	root     *testkit.Client
	other    *testkit.Client // an admin of another account
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, receiver: receiver{status: http.StatusNoContent}}
	wrap := func(next http.RoundTripper) http.RoundTripper { return s.faults.Wrap(s.meter.Wrap(next)) }
	s.dynamoDB, s.name = dynamotest.Table(t, dynamotest.Transport(wrap))
	s.store = table.New(s.dynamoDB, s.name)
	s.Edge = testkit.New(t, s.store, func(meeting.Store, meeting.Env) []api.Route { return nil })
	s.webhooks = account.WebhookConfig{
		Caller: &s.receiver, Names: eventNames(), Key: func(context.Context) (secret.Text, error) { return key, nil },
	}
	s.bell = s.webhooks.Key
	s.rules = account.NewRules(s.store, s.Env, operator)
	s.serve()
	s.root, s.other = s.AsAdmin("root"), s.AsAdmin("root").Claiming("account_id", "other")
	return s
}

// serve applies the scene's configuration of webhooks.
func (s *scene) serve() {
	apps := account.NewApps(s.store, s.Env, !s.appsOff)
	all := routes(handler{
		account.NewEndpoints(s.store, s.Env, s.webhooks), account.NewAutomations(s.store, s.Env),
		meeting.NewAuditTrail(s.store, s.Env), appHandler{apps, ""}, s.rules,
		deviceHandler{doorbell.NewDevices(s.store, s.Env, s.bell, s.mails), s.private},
	})
	s.Serve(all...)
	s.API = api.New(api.Options{Logger: s.log, PublicURL: testkit.BaseURL, Now: s.Clock.Now, Users: meeting.NewUsers(s.store), Apps: apps}, all...)
}

// A receiver stands for the receivers of all webhooks. shared/webhook tests signatures and the handshake.
type receiver struct {
	err    error
	status int    // of its answers to events, if err is nil
	during func() // runs during the next call, before the answer
	events [][]byte
}

func (r *receiver) Validate(context.Context, string, secret.Text) error {
	if during := r.during; during != nil {
		r.during = nil
		during()
	}
	return r.err
}

func (r *receiver) Post(ctx context.Context, url string, shared secret.Text, body []byte) (int, error) {
	r.events = append(r.events, body)
	return r.status, r.Validate(ctx, url, shared)
}

type fields = testkit.Fields

// register registers a webhook and returns its id.
func (s *scene) register(body fields) string {
	s.t.Helper()
	return s.root.Do("POST", webhooks, body).Want(s.t, 201).Text(s.t, "id")
}

func (s *scene) state(id string) string {
	s.t.Helper()
	return s.root.Do("GET", webhooks+"/"+id, nil).Want(s.t, 200).Text(s.t, "state")
}

func (s *scene) stored(id string) account.Endpoint {
	s.t.Helper()
	e, err := s.store.Endpoint(s.t.Context(), testkit.Account, id)
	testkit.Must(s.t, err)
	return e
}

// suspend stores a webhook as a delivery does that failed for a long time.
func (s *scene) suspend(id string) {
	s.t.Helper()
	e := s.stored(id)
	e.FailingSince, e.LastError, e.SuspendedAt = s.Clock.Now(), "it answered 500", s.Clock.Now()
	s.put(e)
}

func (s *scene) put(e account.Endpoint) {
	s.t.Helper()
	_, err := s.store.PutEndpoint(s.t.Context(), e)
	testkit.Must(s.t, err)
}

// putApp stores an app with this secret.
func (s *scene) putApp(a account.App, secret string) {
	s.t.Helper()
	a.Account, a.User = testkit.Account, "root"
	a.Secrets = []account.AppSecret{{Serial: 1, Hash: sha256.Sum256([]byte(secret)), CreatedAt: s.Clock.Now()}}
	_, err := s.store.PutApp(s.t.Context(), a)
	testkit.Must(s.t, err)
}

// concurrently makes the calls at the same time, and returns the answers.
func concurrently(n int, call func(i int) testkit.Answer) []testkit.Answer {
	answers := make([]testkit.Answer, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { answers[i] = call(i) })
	}
	all.Wait()
	return answers
}

func url(i int) string { return fmt.Sprintf("https://hooks.example.com/%d", i) }

func TestRoutesEqualTheTemplate(t *testing.T) { testkit.SameAsTemplate(t, routes(handler{})) }

func TestSampleEvents(t *testing.T) {
	const id = "01JNA8V6ZK3W9X5T2R7Q4M1C8B" // the webhook in the sample events
	statuses := map[string]int{
		"activate-webhook": 204, "create-webhook": 201, "delete-webhook": 204, "get-account-settings": 200, "get-automation": 200,
		"get-lock-settings": 200, "get-quarantine": 200, "get-webhook": 200, "patch-account-settings": 204, "patch-lock-settings": 204, "put-quarantine": 204,
		"list-operations": 200, "list-webhooks": 200, "put-automation": 204, "test-webhook": 200,
		"list-apps": 200, "create-app": 201, "get-app": 200, "patch-app": 204, "delete-app": 204, "rotate-app-secret": 201,
		"issue-app-token": 200, "list-devices": 200, "create-device": 201, "patch-device": 204, "delete-device": 204,
	}
	testkit.Equal(t, "routes", len(routes(handler{})), len(statuses))
	for name, status := range statuses {
		s := newScene(t)
		s.put(account.Endpoint{Account: testkit.Account, ID: id, URL: url(1), SuspendedAt: s.Clock.Now()})
		s.putApp(account.App{ID: id, Name: "Indico", Scopes: []string{"meeting:write:admin"}}, "secret")
		s.putDevice("ada")
		text, err := os.ReadFile("events/" + name + ".json")
		testkit.Must(s.t, err)
		var event events.APIGatewayV2HTTPRequest
		testkit.Must(s.t, json.Unmarshal(text, &event))
		s.Handle(event).Want(t, status)
	}
}
