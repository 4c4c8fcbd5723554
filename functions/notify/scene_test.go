package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/awstest"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/bus"
	"personal-rooms/shared/publish/queue"
	"personal-rooms/shared/table"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

// A scene is a table with a stream, the use cases that write to it, and a notifier.
type scene struct {
	notifier

	t       *testing.T
	clock   *testkit.Clock
	cloud   *awstest.Cloud
	fails   func(*http.Request) bool   // requests to queues and bus that are answered 500
	answers func(*http.Request) string // what else others are answered; "": what a queue or the bus says
	table   *table.Table
	stream  *awstest.Stream
	env     meeting.Env
}

func newScene(t *testing.T) *scene {
	t.Helper()
	client, name := dynamotest.Table(t, dynamotest.Stream())
	s := &scene{t: t, clock: testkit.NewClock(), table: table.New(client, name), stream: awstest.Follow(t, name)}
	s.cloud = awstest.Start(t, awstest.Transport(s.breaking))
	pass := func(context.Context, time.Duration) {}
	s.env = meeting.Env{Now: s.clock.Now, Random: testkit.Random(t.Name()), Pause: pass}
	config := s.cloud.Config()
	s.notifier = notifier{
		store: s.table, publicURL: testkit.BaseURL, log: slog.New(slog.DiscardHandler), ordersOf: media.OrdersOf,
		bus: bus.New(config, "EventBus"), deliveries: queue.New(config, "DeliveriesQueue"),
		mediaOrders: queue.New(config, "MediaOrdersQueue"), deadLetters: queue.New(config, "EventsDLQ"),
	}
	return s
}

func (s *scene) breaking(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if s.fails != nil && s.fails(r) {
			return &http.Response{StatusCode: http.StatusInternalServerError, Body: http.NoBody, Request: r}, nil
		}
		if s.answers != nil {
			if text := s.answers(r); text != "" {
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
			}
		}
		return next.RoundTrip(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// tells hands the notifier what was written since the last time, and wants all of it told.
func (s *scene) tells() {
	s.t.Helper()
	s.hands(s.stream.Records(), "")
}

// hands gives the notifier a batch. It must tell all before the one with the sequence number; all if there is none.
func (s *scene) hands(records []events.DynamoDBEventRecord, until string) {
	s.t.Helper()
	said, err := s.handle(dynamoproxy.Watched(s.t.Context()), events.DynamoDBEvent{Records: records})
	s.must(err)
	var failed []string
	for _, f := range said.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	if got := strings.Join(failed, " "); got != until {
		s.t.Fatalf("not told: %q, want %q", got, until)
	}
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// A told is an event as it was put on the bus.
type told struct {
	Event   string
	EventID string `json:"event_id"`
	TS      int64  `json:"event_ts"`
	Item    string
	Order   struct {
		Instance   string
		Epoch, Seq int64
	}
	Payload struct {
		Account string         `json:"account_id"`
		Object  map[string]any `json:"object"`
		Old     map[string]any `json:"old_object"`
	}
	raw json.RawMessage
}

// told are the events on the bus, in the order in which they were put there.
func (s *scene) told() []told {
	s.t.Helper()
	var all []told
	for _, e := range s.cloud.Events() {
		one := told{raw: e.Detail}
		s.must(json.Unmarshal(e.Detail, &one))
		if e.Source != bus.Source || e.DetailType != one.Event {
			s.t.Errorf("%s comes as %s from %s", one.Event, e.DetailType, e.Source)
		}
		all = append(all, one)
	}
	return all
}

// names are the names of the events of an item; of all, if it is "".
func (s *scene) names(item string) string {
	s.t.Helper()
	var names []string
	for _, e := range s.told() {
		if item == "" || e.Item == item {
			names = append(names, e.Event)
		}
	}
	return strings.Join(names, " ")
}

// last is the last event of the name.
func (s *scene) last(name string) told {
	s.t.Helper()
	for _, e := range slices.Backward(s.told()) {
		if e.Event == name {
			return e
		}
	}
	s.t.Fatalf("no %s, but %s", name, s.names(""))
	return told{}
}

// deliveries are the webhook deliveries in their queue, in its order.
func (s *scene) queuedDeliveries() []event.Delivery {
	s.t.Helper()
	return bodies[event.Delivery](s, "DeliveriesQueue")
}

// bodies decodes the messages in the queue.
func bodies[T any](s *scene, queue string) (all []T) {
	s.t.Helper()
	for _, m := range s.cloud.Sent(s.t, queue) {
		var one T
		s.must(json.Unmarshal([]byte(m.Body), &one))
		all = append(all, one)
	}
	return all
}

// endpoint is an endpoint of the account that is active.
func (s *scene) endpoint(id string, wants ...string) account.Endpoint {
	s.t.Helper()
	e, err := s.table.PutEndpoint(s.t.Context(), account.Endpoint{
		Account: testkit.Account, ID: id, URL: "https://hooks.example.com/" + id, Events: wants, CreatedAt: s.clock.Now()})
	s.must(err)
	return e
}

func caller(user string) meeting.Caller {
	return meeting.Caller{User: meeting.User{Account: testkit.Account, ID: user}, Email: user + "@example.com",
		Name: strings.ToUpper(user[:1]) + user[1:]}
}

func guest(address string) meeting.Caller { return meeting.Caller{Address: address} }

func (s *scene) profiles() *meeting.Profiles { return meeting.NewProfiles(s.table, s.env) }
func (s *scene) schedule() *meeting.Schedule { return meeting.NewSchedule(s.table, s.env) }
func (s *scene) door() *meeting.Door         { return meeting.NewDoor(s.table, s.env) }
func (s *scene) starts() *meeting.Starts     { return meeting.NewStarts(s.table, s.env) }

// room is Ada's.
func (s *scene) room() meeting.Room {
	s.t.Helper()
	_, r, err := s.profiles().Room(s.t.Context(), caller("ada"), "me")
	s.must(err)
	return r
}

func (s *scene) edit(e meeting.Edit) {
	s.t.Helper()
	s.must(s.profiles().Edit(s.t.Context(), caller("ada"), "me", e))
}

// comes joins Ada's room.
func (s *scene) comes(c meeting.Caller, name string) meeting.Admission {
	s.t.Helper()
	r := s.room()
	a, err := s.door().Join(s.t.Context(), c, meeting.JoinInput{Address: string(r.Number), Name: name, Passcode: r.Settings.Passcode})
	s.must(err)
	return a
}

func (s *scene) leaves(c meeting.Caller, a meeting.Admission) {
	s.t.Helper()
	s.must(s.door().Leave(s.t.Context(), c, string(s.room().Number), meeting.Credential{ID: a.Seat.ID, Secret: a.Secret}))
}

// decides lets Ada decide on somebody.
func (s *scene) decides(what func(context.Context, meeting.Caller, string, meeting.Selection) (meeting.Result, error), on meeting.Admission) {
	s.t.Helper()
	done, err := what(s.t.Context(), caller("ada"), string(s.room().Number), meeting.Selection{IDs: []meeting.SeatID{on.Seat.ID}})
	s.must(err)
	if len(done.Applied) != 1 {
		s.t.Fatalf("decided on %d", len(done.Applied))
	}
}

func (s *scene) locks(locked bool) {
	s.t.Helper()
	_, err := s.door().UpdateLive(s.t.Context(), caller("ada"), string(s.room().Number), meeting.LiveEdit{Locked: &locked})
	s.must(err)
}

func (s *scene) ends() {
	s.t.Helper()
	s.must(s.starts().End(s.t.Context(), caller("ada"), string(s.room().Number)))
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
