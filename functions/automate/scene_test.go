package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// A scene is Ada, her room, and an automation that may execute all commands with her rights.
type scene struct {
	automation
	t      *testing.T
	clock  *testkit.Clock
	faults *dynamoproxy.Faults
	client *dynamodb.Client
	name   string // of the table
	table  *table.Table
	ada    meeting.Profile
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, clock: testkit.NewClock(), faults: &dynamoproxy.Faults{}}
	client, name := dynamotest.Table(t, dynamotest.Transport(func(rt http.RoundTripper) http.RoundTripper { return s.faults.Wrap(rt) }))
	s.client, s.name, s.table = client, name, table.New(client, name)
	s.automation = newAutomation(s.table, s.env(t.Name()), slog.New(slog.DiscardHandler))
	s.ada = s.signUp("ada")
	s.grants(account.Grant{User: "ada", Commands: []string{"*"}})
	return s
}

func (s *scene) env(seed string) meeting.Env {
	return meeting.Env{Now: s.clock.Now, Random: testkit.Random(seed), Pause: func(context.Context, time.Duration) {}}
}

func (s *scene) signUp(user string) meeting.Profile {
	s.t.Helper()
	caller := meeting.Caller{User: meeting.User{Account: testkit.Account, ID: user}, Email: user + "@example.com", Name: user}
	p, err := meeting.NewProfiles(s.table, s.env(user)).View(s.t.Context(), caller, "me")
	testkit.Must(s.t, err)
	return p
}

func (s *scene) grants(all ...account.Grant) {
	s.t.Helper()
	p, err := s.table.Policy(s.t.Context(), testkit.Account)
	testkit.Must(s.t, err)
	p.Grants = all
	_, err = s.table.PutPolicy(s.t.Context(), p)
	testkit.Must(s.t, err)
}

// fields are members of a command.
type fields map[string]any

// with returns the command, by default with Ada's rights, and with more fields.
func (f fields) with(more fields) fields {
	all := fields{"account_id": testkit.Account, "user_id": "ada"}
	maps.Copy(all, f)
	maps.Copy(all, more)
	return all
}

// source is that of the events on the bus.
const source = "com.example.test"

// bus delivers the command as an event of the bus.
func (s *scene) bus(id string, detail fields) error { return s.busFrom(source, id, detail) }

func (s *scene) busFrom(source, id string, detail fields) error {
	raw, err := json.Marshal(map[string]any{
		"version": "0", "id": id, "detail-type": DetailType, "source": source, "detail": detail,
	})
	testkit.Must(s.t, err)
	_, err = s.handle(dynamoproxy.Watched(s.t.Context()), raw)
	return err
}

// execute delivers the command and returns its outcome.
func (s *scene) execute(id string, detail fields) account.Outcome {
	s.t.Helper()
	testkit.Must(s.t, s.bus(id, detail.with(nil)))
	return s.outcome(source, id)
}

func (s *scene) outcome(source, id string) account.Outcome {
	s.t.Helper()
	o, err := s.table.Outcome(s.t.Context(), testkit.Account, source, id)
	testkit.Must(s.t, err)
	return o
}

// succeeds executes the command, which must succeed, and returns the number of its room or meeting.
func (s *scene) succeeds(id string, detail fields) meeting.Number {
	s.t.Helper()
	o := s.execute(id, detail)
	if o.DoneAt.IsZero() || o.Reason != "" {
		s.t.Fatalf("%v: %+v", detail, o)
	}
	return o.Number
}

// fails executes the command, which must be refused, and returns the message.
func (s *scene) fails(id string, detail fields, reason meeting.Reason) string {
	s.t.Helper()
	o := s.execute(id, detail)
	if o.DoneAt.IsZero() || o.Reason != reason || o.Message == "" {
		s.t.Fatalf("%v: %+v, want %s", detail, o, reason)
	}
	return o.Message
}

func (s *scene) room() meeting.Room {
	s.t.Helper()
	p, err := s.table.Profile(s.t.Context(), s.ada.User)
	testkit.Must(s.t, err)
	r, err := s.table.Room(s.t.Context(), p.PMI)
	testkit.Must(s.t, err)
	return r
}

// queue delivers the messages as one batch, and returns the ids of those that failed.
func (s *scene) queue(bodies ...string) string {
	s.t.Helper()
	var batch events.SQSEvent
	for i, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: fmt.Sprint("message-", i), Body: body, EventSource: "aws:sqs"})
	}
	raw, err := json.Marshal(batch)
	testkit.Must(s.t, err)
	answer, err := s.handle(dynamoproxy.Watched(s.t.Context()), raw)
	testkit.Must(s.t, err)
	response, ok := answer.(events.SQSEventResponse)
	if !ok {
		s.t.Fatalf("answered %v", answer)
	}
	var failed []string
	for _, f := range response.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return strings.Join(failed, " ")
}
