//go:build unix

// Package overhead measures the time of a function's warm call over that of its DynamoDB requests.
//
//	func BenchmarkOverhead(b *testing.B) {
//		o := overhead.New(b)
//		edge := testkit.New(b, table.New(o.Client, o.Table), routes)
//		o.Measure(b, edge, "view profile: GetItem", 200, func() events.APIGatewayV2HTTPRequest { … })
//
// After each call, its requests are repeated by the same client on a copy of the table, with the same concurrency, so
// that they meet the same items. A call is the work of the Lambda runtime for one event, from its bytes to those of the
// answer. Medians are reported; no time is asserted.
package overhead

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
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

// warmUp is the number of rounds before those that count.
const warmUp = 100

// A Comparison is a table and its copy.
type Comparison struct {
	Client *dynamodb.Client // for the function
	Table  string

	plain *dynamodb.Client // records nothing
	copy  string           // the name of the table's copy

	mu       sync.Mutex
	requests []any // of the current call
}

// New makes an empty table and its copy.
func New(b *testing.B) *Comparison {
	b.Helper()
	c := &Comparison{}
	c.plain, c.Table = dynamotest.Table(b)
	_, c.copy = dynamotest.Table(b)
	c.Client = dynamodb.New(c.plain.Options(), func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, c.record) })
	return c
}

// record adds a middleware that records each request.
func (c *Comparison) record(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("record",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			c.mu.Lock()
			c.requests = append(c.requests, in.Parameters)
			c.mu.Unlock()
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
}

// Measure is a benchmark of the call with the event. The name ends with the requests of the call: "GetItem+GetItem,
// PutItem" are two at once and then one. It fails if the call makes others, or if the answer has another status.
func (c *Comparison) Measure(
	b *testing.B, edge *testkit.Edge, name string, status int, event func() events.APIGatewayV2HTTPRequest,
) {
	b.Helper()
	_, requests, _ := strings.Cut(name, ": ")
	handler := lambda.NewHandler(edge.API.Handle)
	c.copyItems(b)
	b.Run(name, func(b *testing.B) {
		var calls, plain []time.Duration
		for range warmUp + b.N {
			payload, err := json.Marshal(event())
			if err != nil {
				b.Fatal(err)
			}
			c.requests = nil
			began := time.Now()
			answer, err := handler.Invoke(b.Context(), payload)
			calls = append(calls, time.Since(began))
			var got events.APIGatewayV2HTTPResponse
			if err != nil || json.Unmarshal(answer, &got) != nil || got.StatusCode != status {
				b.Fatalf("the answer is %s, %v; want %d", answer, err, status)
			}
			trips := tripsOf(b, c.requests, requests)
			began = time.Now()
			for _, trip := range trips {
				c.repeat(b, trip)
			}
			plain = append(plain, time.Since(began))
		}
		call, bare := median(calls[warmUp:]), median(plain[warmUp:])
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(bare, "bare-µs")
		b.ReportMetric(call, "call-µs")
		b.ReportMetric(call-bare, "overhead-µs")
	})
}

// copyItems copies the items of the table.
func (c *Comparison) copyItems(b *testing.B) {
	b.Helper()
	for pages := dynamodb.NewScanPaginator(c.plain, &dynamodb.ScanInput{TableName: &c.Table}); pages.HasMorePages(); {
		page, err := pages.NextPage(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for _, item := range page.Items {
			if _, err := c.plain.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: &c.copy, Item: item}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// tripsOf groups the requests of a call by trips. It fails unless they are the wanted ones.
func tripsOf(b *testing.B, requests []any, wanted string) (trips [][]any) {
	b.Helper()
	name := func(request any) string { return strings.TrimSuffix(reflect.TypeOf(request).Elem().Name(), "Input") }
	for trip := range strings.SplitSeq(wanted, ", ") {
		want, got := slices.Sorted(strings.SplitSeq(trip, "+")), []string{}
		made := requests[:min(len(want), len(requests))]
		for _, request := range made {
			got = append(got, name(request))
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			b.Fatalf("the call makes %v where %v is wanted", got, want)
		}
		trips, requests = append(trips, made), requests[len(made):]
	}
	if len(requests) > 0 {
		b.Fatalf("the call makes %d requests more than %s", len(requests), wanted)
	}
	return trips
}

// repeat makes the requests of one trip at once, on the copy.
func (c *Comparison) repeat(b *testing.B, trip []any) {
	b.Helper()
	var all sync.WaitGroup
	for _, request := range trip[1:] {
		all.Go(func() { c.send(b, request) })
	}
	c.send(b, trip[0])
	all.Wait()
}

func (c *Comparison) send(b *testing.B, request any) {
	b.Helper()
	ctx, err := b.Context(), error(nil)
	switch in := request.(type) {
	case *dynamodb.GetItemInput:
		to := *in
		to.TableName = &c.copy
		_, err = c.plain.GetItem(ctx, &to)
	case *dynamodb.QueryInput:
		to := *in
		to.TableName = &c.copy
		_, err = c.plain.Query(ctx, &to)
	case *dynamodb.PutItemInput:
		to := *in
		to.TableName = &c.copy
		_, err = c.plain.PutItem(ctx, &to)
	case *dynamodb.UpdateItemInput:
		to := *in
		to.TableName = &c.copy
		_, err = c.plain.UpdateItem(ctx, &to)
	default:
		b.Errorf("%T is not understood", request)
	}
	if err != nil {
		b.Errorf("a request of the call fails on the copy of the table: %v", err)
	}
}

// median returns the median in microseconds.
func median(times []time.Duration) float64 {
	return float64(slices.Sorted(slices.Values(times))[len(times)/2]) / float64(time.Microsecond)
}
