package testkit

import (
	"net/url"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
)

// Fuzz gives bodies to a decoder behind the HTTP edge, as in a function. The answer must never be a 5xx.
func Fuzz(f *testing.F, decode api.Handler, bodies ...string) {
	f.Helper()
	fuzz(f, decode, bodies, func(event *events.APIGatewayV2HTTPRequest, body string) { event.Body = body })
}

// FuzzQuery is Fuzz for queries: "type=upcoming&page_size=30".
func FuzzQuery(f *testing.F, decode api.Handler, queries ...string) {
	f.Helper()
	fuzz(f, decode, queries, func(event *events.APIGatewayV2HTTPRequest, query string) {
		event.RawQueryString, event.QueryStringParameters = query, map[string]string{}
		values, _ := url.ParseQuery(query) // without its malformed parts
		for name, given := range values {
			event.QueryStringParameters[name] = given[0]
		}
	})
}

func fuzz(f *testing.F, decode api.Handler, seeds []string, put func(*events.APIGatewayV2HTTPRequest, string)) {
	f.Helper()
	for _, seed := range seeds {
		f.Add(seed)
	}
	edge := api.New(api.Options{}, api.Route{Method: "POST", Path: "/", Open: true, Handle: decode})
	f.Fuzz(func(t *testing.T, given string) {
		event := events.APIGatewayV2HTTPRequest{RouteKey: "POST /"}
		put(&event, given)
		answer, err := edge.Handle(t.Context(), event)
		if err != nil || answer.StatusCode >= 500 {
			t.Errorf("the answer is %d %s (%v)", answer.StatusCode, answer.Body, err)
		}
	})
}
