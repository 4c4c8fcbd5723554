//go:build unix

// Package awstest gives tests real clients of SQS and EventBridge, and the queues and the bus of template.yaml behind them.
//
//	cloud := awstest.Start(t)
//	queues := cloud.SQS()             // *sqs.Client
//	events := cloud.EventBridge()     // *eventbridge.Client
//	…
//	cloud.Sent(t, "DeliveriesQueue")       // the messages that wait there, hidden or not; nothing happens to them
//	cloud.Events()                    // what was put on the bus
//	cloud.Take(t, "DeliveriesQueue", 10)   // messages as Lambda hands them to a function: an SQS event, in JSON
//
//	stream := awstest.Follow(t, table) // of a table that dynamotest made with its option Stream
//	stream.Event()                    // what was written since the last time, as Lambda hands it to a function
//
// Each Start has queues of its own. A queue's URL is its logical id, and so is the bus's name, as the functions see them:
// QueueUrl "DeliveriesQueue", EventBusName "EventBus". Rules lead into queues as in the template; there are no functions here.
package awstest

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/eventbus"
	"personal-rooms/shared/dev/aws/eventsources"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

// Message is a message in a queue: Body, Group, Dedup, Sequence, Received…
type Message = queues.Message

// Event is an event on the bus: DetailType, Source, Time, Detail…
type Event = eventbus.Event

// Cloud is what stands in for the cloud in one test.
type Cloud struct {
	*endpoint.Cloud
	transport http.RoundTripper
}

// Option changes what is started.
type Option func(*settings)

type settings struct {
	endpoint.Options
	transport http.RoundTripper
}

// Transport lets wrap stand between the clients and the network, to count, delay or fail requests.
func Transport(wrap func(http.RoundTripper) http.RoundTripper) Option {
	return func(s *settings) { s.transport = wrap(s.transport) }
}

// Plan takes the queues, buses and rules of another template.
func Plan(plan *template.Bundle) Option { return func(s *settings) { s.Plan = plan } }

// Start starts it for a test, and stops it when the test ends.
func Start(t testing.TB, options ...Option) *Cloud {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	s := settings{transport: transport}
	for _, option := range options {
		option(&s)
	}
	if s.Plan == nil {
		s.Plan = ours(t)
	}
	started, err := endpoint.Start(s.Options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(started.Close)
	return &Cloud{Cloud: started, transport: s.transport}
}

func ours(t testing.TB) *template.Bundle {
	t.Helper()
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := template.Load(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// Config is what clients are made with. They retry at once.
func (c *Cloud) Config() aws.Config {
	return aws.Config{
		Region: queues.Region, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(c.Endpoint()), HTTPClient: &http.Client{Transport: c.transport}, Retryer: dynamoproxy.RetryAtOnce,
	}
}

// SQS makes a client.
func (c *Cloud) SQS() *sqs.Client { return sqs.NewFromConfig(c.Config()) }

// EventBridge makes a client.
func (c *Cloud) EventBridge() *eventbridge.Client { return eventbridge.NewFromConfig(c.Config()) }

// Events are those that were put on the bus, in that order.
func (c *Cloud) Events() []Event { return c.Bus.Events() }

// Take receives up to most messages of the queue and returns the event that a function gets of them, in JSON. They are hidden then,
// for as long as the queue says; their receipts are in the event.
func (c *Cloud) Take(t testing.TB, id string, most int) []byte {
	t.Helper()
	batch, err := c.Queues.Receive(t.Context(), id, most, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	event, err := eventsources.MessagesEvent(id, batch)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// Sent are the messages that are in the queue, in their order, hidden or not.
func (c *Cloud) Sent(t testing.TB, id string) []Message {
	t.Helper()
	messages, err := c.Queues.Waiting(id)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// patience is how long Await waits.
const patience = 10 * time.Second

// Await waits until that many messages are in the queue, and returns them.
func (c *Cloud) Await(t testing.TB, id string, n int) []Message {
	t.Helper()
	limit := time.After(patience)
	for {
		changed := c.Queues.Changed(id)
		messages := c.Sent(t, id)
		if len(messages) >= n {
			return messages
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("%d messages are in %s, want %d", len(messages), id, n)
		}
	}
}
