package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
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

// A scene is a table with a stream, and a notifier.
type scene struct {
	notifier

	t         *testing.T
	clock     *testkit.Clock
	cloud     *awstest.Cloud
	intercept func(*http.Request) (status int, body string) // answers requests to the bus and the queues; 0: does not answer
	table     *table.Table
	stream    *awstest.Stream
	env       meeting.Env
}

func newScene(t *testing.T) *scene {
	t.Helper()
	client, name := dynamotest.Table(t, dynamotest.Stream())
	s := &scene{t: t, clock: testkit.NewClock(), table: table.New(client, name), stream: awstest.Follow(t, name)}
	s.cloud = awstest.Start(t, awstest.Transport(s.intercepting))
	s.env = meeting.Env{Now: s.clock.Now, Random: testkit.Random(t.Name()), Pause: func(context.Context, time.Duration) {},
		Config: meeting.Config{Lease: testkit.Lease}}
	config := s.cloud.Config()
	s.notifier = notifier{
		store: s.table, publicURL: testkit.BaseURL, log: slog.New(slog.DiscardHandler), ordersOf: media.OrdersOf,
		bus: bus.New(config, "EventBus"), deliveries: queue.New(config, "DeliveriesQueue"),
		mediaOrders: queue.New(config, "MediaOrdersQueue"), deadLetters: queue.New(config, "EventsDLQ"),
		mails: queue.New(config, "MailsQueue"), rings: queue.New(config, "RingsQueue"),
	}
	return s
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (s *scene) intercepting(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if s.intercept != nil {
			if status, body := s.intercept(r); status != 0 {
				return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
			}
		}
		return next.RoundTrip(r)
	})
}

// publish publishes the records. It returns the sequence number of the record from which on the stream delivers again;
// "" if all were published.
func (s *scene) publish(ctx context.Context, records []events.DynamoDBEventRecord) (failed string) {
	s.t.Helper()
	response, err := s.handle(dynamoproxy.Watched(ctx), events.DynamoDBEvent{Records: records})
	testkit.Must(s.t, err)
	for _, f := range response.BatchItemFailures {
		failed += f.ItemIdentifier
	}
	return failed
}

// publishAll publishes all writes since the last call.
func (s *scene) publishAll() {
	s.t.Helper()
	testkit.Equal(s.t, "failed", s.publish(s.t.Context(), s.stream.Records()), "")
}

// published is an event of the bus.
type published struct {
	Event   string
	EventID string `json:"event_id"`
	Item    string
	Order   event.Sequence
	Payload struct {
		Object map[string]any `json:"object"`
	}
}

// published returns the events of the bus, in their order.
func (s *scene) published() (all []published) {
	s.t.Helper()
	for _, e := range s.cloud.Events() {
		var one published
		testkit.Must(s.t, json.Unmarshal(e.Detail, &one))
		if e.Source != bus.Source || e.DetailType != one.Event {
			s.t.Errorf("%s has the detail-type %s and the source %s", one.Event, e.DetailType, e.Source)
		}
		all = append(all, one)
	}
	return all
}

// names returns the names of the published events of an item.
func (s *scene) names(item string) string {
	s.t.Helper()
	var names []string
	for _, e := range s.published() {
		if e.Item == item {
			names = append(names, e.Event)
		}
	}
	return strings.Join(names, " ")
}

// delivered returns the names of the item's events that are queued for the endpoint.
func (s *scene) delivered(endpoint, item string) string {
	s.t.Helper()
	var names []string
	for _, m := range bodies[event.Delivery](s, "DeliveriesQueue") {
		if m.Endpoint == endpoint && strings.Contains(m.Body, `"item":"`+item+`"`) {
			names = append(names, m.Event)
		}
	}
	return strings.Join(names, " ")
}

// bodies decodes the messages in the queue.
func bodies[T any](s *scene, queue string) (all []T) {
	s.t.Helper()
	for _, m := range s.cloud.Sent(s.t, queue) {
		var one T
		testkit.Must(s.t, json.Unmarshal([]byte(m.Body), &one))
		all = append(all, one)
	}
	return all
}

// endpoint stores an active endpoint of the account.
func (s *scene) endpoint(id string, wants ...string) account.Endpoint {
	s.t.Helper()
	e, err := s.table.PutEndpoint(s.t.Context(), account.Endpoint{
		Account: testkit.Account, ID: id, URL: "https://hooks.example.com/" + id, Events: wants, CreatedAt: s.clock.Now()})
	testkit.Must(s.t, err)
	return e
}

func (s *scene) door() *meeting.Door { return meeting.NewDoor(s.table, s.env) }

// room returns Ada's room.
func (s *scene) room() meeting.Room {
	s.t.Helper()
	_, r, err := meeting.NewProfiles(s.table, s.env).Room(s.t.Context(), testkit.Caller("ada"), "me")
	testkit.Must(s.t, err)
	return r
}

func (s *scene) edit(e meeting.Edit) {
	s.t.Helper()
	testkit.Must(s.t, meeting.NewProfiles(s.table, s.env).Edit(s.t.Context(), testkit.Caller("ada"), "me", e))
}

// join joins Ada's room.
func (s *scene) join(c meeting.Caller) meeting.Admission {
	s.t.Helper()
	r := s.room()
	a, err := s.door().Join(s.t.Context(), c, meeting.JoinInput{Address: string(r.Number), Passcode: r.Settings.Passcode})
	testkit.Must(s.t, err)
	return a
}

func (s *scene) lock(locked bool) {
	s.t.Helper()
	_, err := s.door().UpdateLive(s.t.Context(), testkit.Caller("ada"), string(s.room().Number), meeting.LiveEdit{Locked: &locked})
	testkit.Must(s.t, err)
}
