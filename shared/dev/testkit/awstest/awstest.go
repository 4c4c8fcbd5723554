//go:build unix

// Package awstest gives tests a real client of EventBridge, and stand-ins for the queues and the bus of
// template.yaml, and for SES.
//
//	cloud := awstest.Start(t)
//	events := cloud.EventBridge()        // *eventbridge.Client
//	…
//	cloud.Sent(t, "DeliveriesQueue")     // the messages in the queue, which stay there
//	cloud.Events()                       // the events on the bus
//	cloud.Mails.Mails()                  // the mails that were sent
//
//	stream := awstest.Follow(t, table)   // of a table that dynamotest made with its option Stream
//	stream.Records()                     // what was written since the last call, as a function gets it
//
// Each Start has its own queues. The URL of a queue is its logical id, and so is the name of the bus. Rules send events
// into queues as in the template; there are no functions.
package awstest

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"personal-rooms/shared/dev/aws/dynamoproxy"
	"personal-rooms/shared/dev/aws/endpoint"
	"personal-rooms/shared/dev/aws/eventbus"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

// Message is a message in a queue: Body, Group, Dedup, Received…
type Message = queues.Message

// Event is an event on the bus: DetailType, Source, Time, Detail…
type Event = eventbus.Event

// Cloud is the stand-in for SQS and EventBridge in one test.
type Cloud struct {
	*endpoint.Cloud
	transport http.RoundTripper
}

// Option changes the stand-in.
type Option func(*settings)

type settings struct {
	endpoint.Options
	transport http.RoundTripper
}

// Transport puts wrap between the clients and the network, to count, delay or fail requests.
func Transport(wrap func(http.RoundTripper) http.RoundTripper) Option {
	return func(s *settings) { s.transport = wrap(s.transport) }
}

// Plan uses the queues, buses and rules of another template.
func Plan(plan *template.Bundle) Option { return func(s *settings) { s.Plan = plan } }

// Start starts the stand-in. It ends with the test.
func Start(t testing.TB, options ...Option) *Cloud {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	s := settings{transport: transport}
	for _, option := range options {
		option(&s)
	}
	if s.Plan == nil {
		plan, err := template.LoadNearest()
		if err != nil {
			t.Fatal(err)
		}
		s.Plan = plan
	}
	started, err := endpoint.Start(s.Options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(started.Close)
	return &Cloud{Cloud: started, transport: s.transport}
}

// Config returns the configuration of clients that retry without waiting.
func (c *Cloud) Config() aws.Config {
	return aws.Config{
		Region: queues.Region, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String(c.Endpoint()), HTTPClient: &http.Client{Transport: c.transport},
		Retryer: dynamoproxy.RetryAtOnce,
	}
}

// EventBridge makes a client.
func (c *Cloud) EventBridge() *eventbridge.Client { return eventbridge.NewFromConfig(c.Config()) }

// Events returns the events on the bus, in their order.
func (c *Cloud) Events() []Event { return c.Bus.Events() }

// Sent returns the messages in the queue in their order, hidden ones too.
func (c *Cloud) Sent(t testing.TB, id string) []Message {
	t.Helper()
	messages, err := c.Queues.Waiting(id)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// Await waits up to 10 s until that many messages are in the queue, and returns them.
func (c *Cloud) Await(t testing.TB, id string, n int) []Message {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		messages := c.Sent(t, id)
		if len(messages) >= n {
			return messages
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-limit:
			t.Fatalf("%d messages are in %s, want %d", len(messages), id, n)
		}
	}
}
