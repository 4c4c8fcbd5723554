//go:build unix

// Package overhead measures the time of a function's warm call beside that of its DynamoDB requests.
//
//	func BenchmarkOverhead(b *testing.B) {
//		o := overhead.New(b)
//		edge := testkit.New(b, table.New(o.Client, o.Table), routes)
//		o.Measure(b, edge, "view profile: GetItem", 200, func() events.APIGatewayV2HTTPRequest { … })
//
// A call is the work of the Lambda runtime for one event, from its bytes to those of the answer. Its overhead is the
// time in which none of its requests is under way. Medians are reported; no time is asserted.
package overhead

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

// warmUp is the number of calls before those that count.
const warmUp = 100

// A Measurement is a table, and a client that measures its requests.
type Measurement struct {
	Client *dynamodb.Client // for the function
	Table  string

	mu       sync.Mutex
	underWay int
	since    time.Time     // when underWay became 1
	requests time.Duration // of the current call: while at least one request was under way
}

// New makes an empty table.
func New(b *testing.B) *Measurement {
	b.Helper()
	client, table := dynamotest.Table(b)
	m := &Measurement{Table: table}
	m.Client = dynamodb.New(client.Options(), func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, m.watch) })
	return m
}

// watch adds a middleware that measures each request.
func (m *Measurement) watch(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("measure",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			m.count(1)
			defer m.count(-1)
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
}

// count counts a request that begins (1) or ends (-1).
func (m *Measurement) count(change int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.underWay += change
	switch {
	case m.underWay == 1 && change == 1:
		m.since = time.Now()
	case m.underWay == 0:
		m.requests += time.Since(m.since)
	}
}

// Measure is a benchmark of the call with the event. The name ends with the requests of the call: "GetItem+GetItem,
// PutItem" are two at once and then one. It fails if the answer has another status.
func (m *Measurement) Measure(
	b *testing.B, edge *testkit.Edge, name string, status int, event func() events.APIGatewayV2HTTPRequest,
) {
	b.Helper()
	handler := lambda.NewHandler(edge.API.Handle)
	b.Run(name, func(b *testing.B) {
		var calls, requests, overheads []time.Duration
		for range warmUp + b.N {
			payload, err := json.Marshal(event())
			if err != nil {
				b.Fatal(err)
			}
			m.requests = 0
			began := time.Now()
			answer, err := handler.Invoke(b.Context(), payload)
			call := time.Since(began)
			var got events.APIGatewayV2HTTPResponse
			if err != nil || json.Unmarshal(answer, &got) != nil || got.StatusCode != status {
				b.Fatalf("the answer is %s, %v; want %d", answer, err, status)
			}
			calls, requests = append(calls, call), append(requests, m.requests)
			overheads = append(overheads, call-m.requests)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(median(calls), "call-µs")
		b.ReportMetric(median(requests), "requests-µs")
		b.ReportMetric(median(overheads), "overhead-µs")
	})
}

// median returns the median after the warm-up, in microseconds.
func median(times []time.Duration) float64 {
	times = slices.Sorted(slices.Values(times[warmUp:]))
	return float64(times[len(times)/2]) / float64(time.Microsecond)
}
