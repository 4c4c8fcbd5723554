package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"personal-rooms/shared/account"
	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/queue"
	"personal-rooms/shared/secret"
	"personal-rooms/shared/table"
	"personal-rooms/shared/webhook"
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const (
	endpoint    = "01JNB9Z8Q5T3V7W1X2Y4A6C8E0" // of the account acme
	webhooksURL = "https://sqs.example.com/000000000000/DeliveriesQueue"
	ordersURL   = "https://sqs.example.com/000000000000/MediaOrdersQueue"
	keyText     = "what-secrets-are-made-of"
)

// A scene is a receiver of the account acme, and the deliverer.
type scene struct {
	t      *testing.T
	clock  *testkit.Clock
	store  *table.Table
	d      deliverer
	caller poster
	log    *bytes.Buffer
	answer http.HandlerFunc // of the receiver; nil: 200

	executed    []media.Order // by the media server
	serverError error         // what the media server answers

	mu    sync.Mutex
	got   []string       // bodies, in the order in which they arrived
	waits map[string]int // seconds until the next try, by receipt
}

func newScene(t *testing.T) *scene {
	t.Helper()
	client, name := dynamotest.Table(t)
	s := &scene{t: t, clock: testkit.NewClock(), store: table.New(client, name), log: &bytes.Buffer{}, waits: map[string]int{}}
	env := meeting.Env{Now: s.clock.Now, Random: testkit.Random(t.Name())}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := s.startSQS()
	s.d = deliverer{
		env: env, log: log, deliveries: queue.New(config, webhooksURL), mediaOrders: queue.New(config, ordersURL),
		webhooks: webhooks{store: s.store, caller: webhook.New(true, env), env: env, log: log,
			key: func(context.Context) (secret.Text, error) { return keyText, nil }},
		orders: orders{door: meeting.NewDoor(s.store, env), log: log,
			execute: func(_ context.Context, o media.Order) error {
				s.executed = append(s.executed, o)
				return s.serverError
			}},
	}
	s.caller = s.d.webhooks.caller
	receiver := httptest.NewServer(http.HandlerFunc(s.receive))
	t.Cleanup(receiver.Close)
	_, err := s.store.PutEndpoint(t.Context(), account.Endpoint{Account: "acme", ID: endpoint, URL: receiver.URL, CreatedAt: s.clock.Now()})
	testkit.Must(s.t, err)
	return s
}

// startSQS starts an SQS that records when failed messages shall be tried again.
func (s *scene) startSQS() aws.Config {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			QueueUrl, ReceiptHandle string
			VisibilityTimeout       int
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			s.t.Error(err)
		}
		of := map[bool]string{true: ordersURL, false: webhooksURL}[strings.HasPrefix(asked.ReceiptHandle, "order ")]
		testkit.Equal(s.t, "queue", asked.QueueUrl, of)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waits[asked.ReceiptHandle] = asked.VisibilityTimeout
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		fmt.Fprint(w, "{}")
	}))
	s.t.Cleanup(server.Close)
	return aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
}

// receive is the receiver. It checks the signature.
func (s *scene) receive(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	mac := hmac.New(sha256.New, []byte(account.Secret(keyText, "acme", endpoint)))
	fmt.Fprintf(mac, "v0:%s:%s", r.Header.Get("X-Zm-Request-Timestamp"), body)
	if r.Header.Get("X-Zm-Signature") != "v0="+hex.EncodeToString(mac.Sum(nil)) {
		s.t.Errorf("%s is not signed with the endpoint's secret", body)
	}
	s.mu.Lock()
	s.got = append(s.got, string(body))
	answer := s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
	}
}

// change changes the endpoint as an admin does.
func (s *scene) change(change func(*account.Endpoint)) {
	s.t.Helper()
	e := s.endpoint()
	change(&e)
	_, err := s.store.PutEndpoint(s.t.Context(), e)
	testkit.Must(s.t, err)
}

func (s *scene) drop() {
	s.t.Helper()
	testkit.Must(s.t, s.store.DropEndpoint(s.t.Context(), "acme", endpoint))
}

func (s *scene) endpoint() account.Endpoint {
	s.t.Helper()
	e, err := s.store.Endpoint(s.t.Context(), "acme", endpoint)
	testkit.Must(s.t, err)
	return e
}

// answers sets the status of the receiver's answers.
func (s *scene) answers(status int) {
	s.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// deliveryOf is the message of an event for the endpoint, named by its body.
func deliveryOf(body string) events.SQSMessage {
	return message(body, event.Delivery{Account: "acme", Endpoint: endpoint, EventID: body, Event: "meeting.started", Body: body})
}

func order(o media.Order) events.SQSMessage {
	m := message(o.Room+o.Participant, o)
	m.ReceiptHandle, m.EventSourceARN = "order "+m.MessageId, "arn:aws:sqs:eu-central-1:000000000000:MediaOrdersQueue"
	return m
}

// message is a message as Lambda passes it to the function, at its first attempt.
func message(id string, body any) events.SQSMessage {
	text, _ := json.Marshal(body)
	return events.SQSMessage{MessageId: id, ReceiptHandle: "of " + id, Body: string(text),
		EventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:DeliveriesQueue",
		Attributes:     map[string]string{"MessageGroupId": "group", "ApproximateReceiveCount": "1"}}
}

// atAttempt returns the message at its nth attempt.
func atAttempt(m events.SQSMessage, n int) events.SQSMessage {
	m.Attributes = map[string]string{"MessageGroupId": m.Attributes["MessageGroupId"], "ApproximateReceiveCount": strconv.Itoa(n)}
	return m
}

// handle delivers the messages, and returns the ids of those that failed.
func (s *scene) handle(messages ...events.SQSMessage) string {
	s.t.Helper()
	response, err := s.d.handle(dynamoproxy.Watched(s.t.Context()), events.SQSEvent{Records: messages})
	testkit.Must(s.t, err)
	var failed []string
	for _, f := range response.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return strings.Join(failed, " ")
}

// backOffEnds sets the clock to the time of the next attempt at the endpoint.
func (s *scene) backOffEnds() {
	s.t.Helper()
	if ahead := s.endpoint().RetryAt.Sub(s.clock.Now()); ahead > 0 {
		s.clock.Advance(ahead)
	}
}

// received returns the bodies that arrived since the last call.
func (s *scene) received() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.got, " ")
	s.got = nil
	return all
}

// wait returns the time until the message's next attempt; 0: the queue's own.
func (s *scene) wait(m events.SQSMessage) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(s.waits[m.ReceiptHandle]) * time.Second
}

// cut cuts the connection.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
