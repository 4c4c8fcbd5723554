//go:build unix

// Package overhead measures what a function's warm call takes over the DynamoDB requests that it makes.
//
//	func BenchmarkOverhead(b *testing.B) {
//		o := overhead.New(b)
//		edge := edgetest.New(b, table.New(o.Client, o.Table), routes)
//		…
//		o.Measure(b, edge, "view profile: GetItem", 200, func() events.APIGatewayV2HTTPRequest { … })
//	}
//
// Call and bare requests take turns: each request that a call has made is made once more, by the same client and as much
// beside each other, on a twin of the table, where it meets the same items and has the same effect. The call is what the
// runtime does with an event, from its bytes to those of the answer. Medians are reported; nothing is asserted of times.
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
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"personal-rooms/shared/dev/testkit"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

// warmUp is how many rounds are made before those that count.
const warmUp = 100

// What parts requests that are made at once, and those that are made one after the other: "GetItem+GetItem, PutItem".
const (
	beside = "+"
	then   = ", "
)

// A Comparison is a table and its twin.
type Comparison struct {
	Client *dynamodb.Client // what the function is to be given
	Table  string

	bare *dynamodb.Client
	twin string

	mu    sync.Mutex
	asked []any // the requests since they were last taken
}

// New makes an empty table, and its twin.
func New(b *testing.B) *Comparison {
	b.Helper()
	c := &Comparison{}
	c.bare, c.Table = dynamotest.Table(b)
	_, c.twin = dynamotest.Table(b)
	c.Client = dynamodb.New(c.bare.Options(), func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, c.listen) })
	return c
}

// listen hears each request as the function makes it.
func (c *Comparison) listen(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("listen",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			c.mu.Lock()
			c.asked = append(c.asked, in.Parameters)
			c.mu.Unlock()
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
}

func (c *Comparison) take() []any {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked = nil
	return asked
}

// Measure is a benchmark of the call that has the event. Its name says what it is and which requests it makes; it fails if that is
// not so, or if the answer has another status.
func (c *Comparison) Measure(
	b *testing.B, edge *testkit.Edge, name string, status int, event func() events.APIGatewayV2HTTPRequest,
) {
	b.Helper()
	_, requests, _ := strings.Cut(name, ": ")
	handler := lambda.NewHandler(edge.API.Handle)
	c.copyItems(b)
	b.Run(name, func(b *testing.B) {
		var calls, bares []time.Duration
		for range warmUp + b.N {
			payload, err := json.Marshal(event())
			if err != nil {
				b.Fatal(err)
			}
			c.take()
			began := time.Now()
			answer, err := handler.Invoke(b.Context(), payload)
			calls = append(calls, time.Since(began))
			answered(b, answer, err, status)
			trips := inTrips(b, c.take(), requests)
			began = time.Now()
			for _, trip := range trips {
				c.repeat(b, trip)
			}
			bares = append(bares, time.Since(began))
		}
		call, bare := median(calls[warmUp:]), median(bares[warmUp:])
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(micros(bare), "bare-µs")
		b.ReportMetric(micros(call), "call-µs")
		b.ReportMetric(micros(call-bare), "overhead-µs")
	})
}

// copyItems makes the twin hold what the table does.
func (c *Comparison) copyItems(b *testing.B) {
	b.Helper()
	for pages := dynamodb.NewScanPaginator(c.bare, &dynamodb.ScanInput{TableName: &c.Table}); pages.HasMorePages(); {
		page, err := pages.NextPage(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for _, item := range page.Items {
			if _, err := c.bare.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: &c.twin, Item: item}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func answered(b *testing.B, answer []byte, err error, status int) {
	b.Helper()
	var got events.APIGatewayV2HTTPResponse
	if err == nil {
		err = json.Unmarshal(answer, &got)
	}
	if err != nil || got.StatusCode != status {
		b.Fatalf("answered %s, %v; want %d", answer, err, status)
	}
}

// inTrips are the requests in the order in which they were made, those beside each other together; each trip must be what is said.
func inTrips(b *testing.B, asked []any, said string) (trips [][]any) {
	b.Helper()
	var made []string
	for _, a := range asked {
		made = append(made, strings.TrimSuffix(reflect.TypeOf(a).Elem().Name(), "Input"))
	}
	rest := made
	for trip := range strings.SplitSeq(said, then) {
		want := slices.Sorted(strings.SplitSeq(trip, beside))
		n := len(want)
		if len(rest) < n || !slices.Equal(slices.Sorted(slices.Values(rest[:n])), want) {
			b.Fatalf("made %v, want %s", made, said)
		}
		trips, asked, rest = append(trips, asked[:n]), asked[n:], rest[n:]
	}
	if len(rest) > 0 {
		b.Fatalf("made %v, want %s", made, said)
	}
	return trips
}

// repeat makes the requests of one trip on the twin.
func (c *Comparison) repeat(b *testing.B, trip []any) {
	b.Helper()
	if len(trip) == 1 {
		c.ask(b, trip[0])
		return
	}
	var all sync.WaitGroup
	for _, asked := range trip {
		all.Go(func() { c.ask(b, asked) })
	}
	all.Wait()
}

func (c *Comparison) ask(b *testing.B, asked any) {
	b.Helper()
	ctx, twin := b.Context(), aws.String(c.twin)
	var err error
	switch in := asked.(type) {
	case *dynamodb.GetItemInput:
		to := *in
		to.TableName = twin
		_, err = c.bare.GetItem(ctx, &to)
	case *dynamodb.QueryInput:
		to := *in
		to.TableName = twin
		_, err = c.bare.Query(ctx, &to)
	case *dynamodb.PutItemInput:
		to := *in
		to.TableName = twin
		_, err = c.bare.PutItem(ctx, &to)
	case *dynamodb.UpdateItemInput:
		to := *in
		to.TableName = twin
		_, err = c.bare.UpdateItem(ctx, &to)
	default:
		b.Errorf("%T is not understood", asked)
	}
	if err != nil {
		b.Errorf("what the call did cannot be done on the twin: %v", err)
	}
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
