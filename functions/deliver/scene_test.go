package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
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
)

func TestMain(m *testing.M) { dynamotest.Main(m) }

const (
	endpoint    = "01JNB9Z8Q5T3V7W1X2Y4A6C8E0" // of the account acme
	webhooksURL = "https://sqs.example.com/000000000000/DeliveriesQueue"
	ordersURL   = "https://sqs.example.com/000000000000/MediaOrdersQueue"
	ringsURL    = "https://sqs.example.com/000000000000/RingsQueue"
	receiverURL = "https://hooks.example.com/rooms"
	keyText     = "what-secrets-are-made-of"
)

// A scene is a webhook of the account acme, its receiver, and the deliverer. Calls are tested in shared/webhook.
type scene struct {
	t     *testing.T
	clock *testkit.Clock
	store *table.Table
	env   meeting.Env
	d     deliverer
	log   *bytes.Buffer

	status int            // of the receiver's answers; 0: none comes in time
	during func()         // runs before each answer
	got    []string       // bodies, in the order in which they arrived
	waits  map[string]int // seconds until the next try, by receipt

	admissions  []meeting.Admission
	connected   []string      // to the media server
	executed    []media.Order // by the media server
	serverError error         // what the media server answers

	sent []sentMessage // into the queue of rings

	mu sync.Mutex // guards got, waits, executed and sent
}

func newScene(t *testing.T, options ...dynamotest.Option) *scene {
	t.Helper()
	client, name := dynamotest.Table(t, options...)
	s := &scene{t: t, clock: testkit.NewClock(), store: table.New(client, name), log: &bytes.Buffer{}, waits: map[string]int{}, status: 200}
	env := meeting.Env{Now: s.clock.Now, Random: testkit.Random(t.Name()), Pause: func(context.Context, time.Duration) {}}
	s.env = env
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := s.startSQS()
	s.d = deliverer{
		env: env, log: log, deliveries: queue.New(config, webhooksURL), mediaOrders: queue.New(config, ordersURL),
		webhooks: webhooks{store: s.store, caller: s, env: env, log: log,
			key: func(context.Context) (secret.Text, error) { return keyText, nil }},
		orders: orders{door: meeting.NewDoor(s.store, env), log: log, server: s},
		mails:  queue.New(config, "MailsQueue"), mailer: mailer{log: log},
		rings: rings{queue: queue.New(config, ringsURL), env: env, log: log},
	}
	_, err := s.store.PutEndpoint(t.Context(), account.Endpoint{Account: "acme", ID: endpoint, URL: receiverURL, CreatedAt: s.clock.Now()})
	testkit.Must(s.t, err)
	return s
}

// Post is the receiver.
func (s *scene) Post(ctx context.Context, url string, shared secret.Text, body []byte) (int, error) {
	if url != receiverURL || shared != account.Secret(keyText, "acme", endpoint) {
		s.t.Errorf("%s is posted to %s, or with another secret than the endpoint's", body, url)
	}
	s.mu.Lock()
	s.got = append(s.got, string(body))
	s.mu.Unlock()
	if s.during != nil {
		s.during()
	}
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case s.status == 0:
		return 0, account.ErrTimeout
	}
	return s.status, nil
}

// Execute is the media server.
func (s *scene) Execute(_ context.Context, o media.Order) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.executed = append(s.executed, o)
	return s.serverError
}

// Connected is the media server.
func (s *scene) Connected(context.Context, string) ([]string, error) {
	return s.connected, s.serverError
}

// An sqsRequest is one to send messages, or to set when one is tried again.
type sqsRequest struct {
	QueueUrl, ReceiptHandle string
	VisibilityTimeout       int
	Entries                 []sentMessage
}

// A sentMessage is one that was put into the queue of rings.
type sentMessage struct {
	ID           string `json:"Id"`
	MessageBody  string
	DelaySeconds int
}

// taken is the answer that all messages were taken.
func (r sqsRequest) taken() string {
	var all []string
	for _, e := range r.Entries {
		all = append(all, fmt.Sprintf(`{"Id": %q, "MessageId": "m", "MD5OfMessageBody": "%x"}`, e.ID, md5.Sum([]byte(e.MessageBody))))
	}
	return `{"Successful": [` + strings.Join(all, ",") + `], "Failed": []}`
}

// startSQS starts an SQS that records when failed messages shall be tried again.
func (s *scene) startSQS() aws.Config {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked sqsRequest
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			s.t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(asked.Entries) > 0 {
			testkit.Equal(s.t, "queue", asked.QueueUrl, ringsURL)
			s.sent = append(s.sent, asked.Entries...)
			fmt.Fprint(w, asked.taken())
			return
		}
		kind, _, _ := strings.Cut(asked.ReceiptHandle, " ")
		testkit.Equal(s.t, "queue", asked.QueueUrl, map[string]string{"of": webhooksURL, "order": ordersURL, "ring": ringsURL}[kind])
		s.waits[asked.ReceiptHandle] = asked.VisibilityTimeout
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		fmt.Fprint(w, "{}")
	}))
	s.t.Cleanup(server.Close)
	return aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
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
