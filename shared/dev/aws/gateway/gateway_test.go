//go:build unix

package gateway_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/aws/gateway"
	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/template"
)

var routes = []template.Route{
	{Method: "GET", Path: "/users/{userId}", Function: "user"},
	{Method: "GET", Path: "/users/pmi", Function: "pmi"},
	{Method: "PATCH", Path: "/users/{userId}", Function: "edit"},
	{Method: "PUT", Path: "/rooms/{room}/participants/{id}/status", Function: "one"},
	{Method: "PUT", Path: "/rooms/{room}/participants/status", Function: "many"},
	{Method: "PUT", Path: "/rooms/{room}/participants/{id}", Function: "seat"},
	{Method: "POST", Path: "/echo", Function: "echo"},
}

func TestTheMostSpecificRouteWins(t *testing.T) {
	var called string
	url := serve(t, func(function string, _ []byte) ([]byte, error) {
		called = function
		return []byte(`{"statusCode":200}`), nil
	})
	for request, want := range map[string]string{
		"GET /users/ada":                       "user",
		"GET /users/pmi":                       "pmi",
		"GET /users/%70mi":                     "pmi",
		"PATCH /users/pmi":                     "edit",
		"PUT /rooms/1/participants/status":     "many",
		"PUT /rooms/1/participants/2":          "seat",
		"PUT /rooms/1/participants/2/status":   "one",
		"GET /users":                           "",
		"GET /users/":                          "",
		"GET /users/ada/":                      "",
		"GET /Users/ada":                       "",
		"GET /":                                "",
		"DELETE /users/ada":                    "",
		"HEAD /users/ada":                      "",
		"PUT /rooms//participants/2/status":    "",
		"PUT /rooms/1/participants/2/status/x": "",
	} {
		called = ""
		method, path, _ := strings.Cut(request, " ")
		response, body := send(t, method, url+path, "", nil)
		if called != want {
			t.Errorf("%s went to %q, want %q", request, called, want)
		}
		if want != "" {
			continue
		}
		if response.StatusCode != 404 || method != "HEAD" && body != `{"message":"Not Found"}` {
			t.Errorf("%s is answered %d %s", request, response.StatusCode, body)
		}
	}
}

func TestTheEvent(t *testing.T) {
	url := serve(t, echo)
	header := http.Header{
		"X-Many": {"one", "two"}, "Cookie": {"a=1; b=2", "c=3"}, "User-Agent": {"tester"}, "X-Forwarded-For": {"10.0.0.1"},
	}
	_, body := send(t, "GET", url+"/users/ada%20l%2Flove%C3%A9?a=1&b=x%20y&a=2&flag", "", header)
	event := read(t, body)
	for what, pair := range map[string][2]string{
		"version":       {event.Version, "2.0"},
		"routeKey":      {event.RouteKey, "GET /users/{userId}"},
		"rawPath":       {event.RawPath, "/users/ada l/loveé"},
		"query":         {event.RawQueryString, "a=1&b=x%20y&a=2&flag"},
		"userId":        {event.PathParameters["userId"], "ada l/loveé"},
		"a":             {event.QueryStringParameters["a"], "1,2"},
		"b":             {event.QueryStringParameters["b"], "x y"},
		"x-many":        {event.Headers["x-many"], "one,two"},
		"forwarded":     {event.Headers["x-forwarded-for"], "10.0.0.1, 127.0.0.1"},
		"host":          {"http://" + event.Headers["host"], url},
		"cookies":       {strings.Join(event.Cookies, "|"), "a=1|b=2|c=3"},
		"cookie header": {event.Headers["cookie"], ""},
		"method":        {event.RequestContext.HTTP.Method, "GET"},
		"path":          {event.RequestContext.HTTP.Path, "/users/ada l/loveé"},
		"protocol":      {event.RequestContext.HTTP.Protocol, "HTTP/1.1"},
		"source":        {event.RequestContext.HTTP.SourceIP, "127.0.0.1"},
		"agent":         {event.RequestContext.HTTP.UserAgent, "tester"},
		"stage":         {event.RequestContext.Stage, "$default"},
		"domain":        {"http://" + event.RequestContext.DomainName, url},
		"account":       {event.RequestContext.AccountID, "000000000000"},
		"context's key": {event.RequestContext.RouteKey, "GET /users/{userId}"},
		"body":          {event.Body, ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
	if _, ok := event.QueryStringParameters["flag"]; !ok {
		t.Error("a parameter without a value is lost")
	}
	if since := time.Since(time.UnixMilli(event.RequestContext.TimeEpoch)); since < 0 || since > time.Minute {
		t.Errorf("the time is %s ago", since)
	}
}

func TestEveryRequestHasAnIDOfItsOwn(t *testing.T) {
	url := serve(t, echo)
	var seen []string
	for range 10 {
		response, body := send(t, "POST", url+"/echo", "", nil)
		event := read(t, body)
		if got := response.Header.Get("Apigw-Requestid"); got != event.RequestContext.RequestID {
			t.Errorf("the client is told %q, the function %q", got, event.RequestContext.RequestID)
		}
		if slices.Contains(seen, event.RequestContext.RequestID) {
			t.Errorf("%q comes twice", event.RequestContext.RequestID)
		}
		seen = append(seen, event.RequestContext.RequestID)
	}
}

func TestOnlyKnownTextIsNotBase64(t *testing.T) {
	url := serve(t, echo)
	for kind, isText := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "text/plain": true, "application/xml": true,
		"": false, "application/x-www-form-urlencoded": false, "application/octet-stream": false,
	} {
		_, body := send(t, "POST", url+"/echo", "a=ü", http.Header{"Content-Type": {kind}})
		event := read(t, body)
		if event.IsBase64Encoded == isText || decode(t, event) != "a=ü" {
			t.Errorf("%q arrives as %q, Base64 %v", kind, event.Body, event.IsBase64Encoded)
		}
	}
	_, body := send(t, "POST", url+"/echo", "\xff\x00", http.Header{"Content-Type": {"application/json"}})
	if event := read(t, body); !event.IsBase64Encoded || decode(t, event) != "\xff\x00" {
		t.Errorf("bytes that are no text arrive as %q, Base64 %v", event.Body, event.IsBase64Encoded)
	}
}

func TestAnswers(t *testing.T) {
	for said, want := range map[string]struct {
		status     int
		kind, body string
	}{
		`{"statusCode":201,"headers":{"content-type":"application/json"},"body":"{}"}`:                   {201, "application/json", "{}"},
		`{"statusCode":200,"body":"hi"}`:                                                                 {200, "text/plain;charset=UTF-8", "hi"},
		`{"statusCode":200,"headers":{"Content-Type":"image/png"},"body":"AP8=","isBase64Encoded":true}`: {200, "image/png", "\x00\xff"},
		`{"statusCode":204}`:                        {204, "", ""},
		`{"statusCode":404,"body":"","headers":{}}`: {404, "", ""},
		`{"greeting":"hello"}`:                      {200, "application/json", `{"greeting":"hello"}`},
		`"hello"`:                                   {200, "application/json", "hello"},
		`[1]`:                                       {200, "application/json", "[1]"},
		`{"statusCode":0}`:                          {500, "application/json", `{"message":"Internal Server Error"}`},
		`{"statusCode":"200"}`:                      {500, "application/json", `{"message":"Internal Server Error"}`},
		`{"statusCode":200,"body":"?","isBase64Encoded":true}`: {500, "application/json", `{"message":"Internal Server Error"}`},
		`oops`: {500, "application/json", `{"message":"Internal Server Error"}`},
	} {
		url := serve(t, func(string, []byte) ([]byte, error) { return []byte(said), nil })
		response, body := send(t, "POST", url+"/echo", "", nil)
		if response.StatusCode != want.status || response.Header.Get("Content-Type") != want.kind || body != want.body {
			t.Errorf("%s becomes %d %q %q", said, response.StatusCode, response.Header.Get("Content-Type"), body)
		}
	}
}

func TestHeadersAndCookiesReachTheClient(t *testing.T) {
	said := `{"statusCode":302,"headers":{"location":"https://example.com/?a=1&b=2","x-one":"1, 2","content-length":"99"},` +
		`"cookies":["a=1; Path=/","b=2"]}`
	url := serve(t, func(string, []byte) ([]byte, error) { return []byte(said), nil })
	response, _ := send(t, "POST", url+"/echo", "", nil)
	if got := response.Header.Get("Location"); response.StatusCode != 302 || got != "https://example.com/?a=1&b=2" {
		t.Errorf("%d to %q", response.StatusCode, got)
	}
	if got := response.Header.Values("Set-Cookie"); !slices.Equal(got, []string{"a=1; Path=/", "b=2"}) {
		t.Errorf("cookies %q", got)
	}
	if got := response.Header.Get("X-One"); got != "1, 2" {
		t.Errorf("x-one %q", got)
	}
}

func TestAFunctionsFailureShowsNoCause(t *testing.T) {
	for err, want := range map[error]string{
		lambda.ErrTimedOut:   `503 {"message":"Service Unavailable"}`,
		lambda.ErrCrashed:    `500 {"message":"Internal Server Error"}`,
		lambda.ErrFailed:     `500 {"message":"Internal Server Error"}`,
		lambda.ErrTooLarge:   `500 {"message":"Internal Server Error"}`,
		errors.New("secret"): `500 {"message":"Internal Server Error"}`,
	} {
		url := serve(t, func(string, []byte) ([]byte, error) { return nil, err })
		response, body := send(t, "POST", url+"/echo", "", nil)
		if got := response.Status[:4] + strings.TrimSpace(body); got != want {
			t.Errorf("%v is answered %s, want %s", err, got, want)
		}
	}
}

func TestATooLargeRequestIsRefused(t *testing.T) {
	url := serve(t, echo)
	for _, size := range []int{7 << 20, 11 << 20} {
		response, body := send(t, "POST", url+"/echo", strings.Repeat("x", size), nil)
		if response.StatusCode != 413 || !strings.Contains(body, "Request Entity Too Large") {
			t.Errorf("%d bytes are answered %d %s", size, response.StatusCode, body)
		}
	}
}

func TestEachRequestThatNoFunctionAnswersIsALine(t *testing.T) {
	var log bytes.Buffer
	plan := &template.Bundle{Routes: routes, CORS: &template.CORS{Origins: []string{page}}}
	url := serveLogged(t, plan, func(string, []byte) ([]byte, error) { return nil, lambda.ErrCrashed }, &log)
	preflight := http.Header{"Origin": {page}, "Access-Control-Request-Method": {"GET"}}
	for _, c := range []struct {
		method, path, body string
		header             http.Header
		want               string
	}{
		{"GET", "/nowhere?pwd=424242", "", nil, "gateway   GET /nowhere?…  404  there is no such route  "},
		{"POST", "/echo", "", nil, "gateway   POST /echo  500  the function's process ended  "},
		{"POST", "/echo", strings.Repeat("x", 7<<20), nil, "gateway   POST /echo  413  it is too large for a function  "},
		{"OPTIONS", "/echo", "", preflight, "gateway   OPTIONS /echo  204  allowed to pages of " + page + "  "},
		{"OPTIONS", "/echo", "", with(preflight, "Origin", "https://evil.example.com"), "gateway   OPTIONS /echo  204  not allowed to pages of https://evil.example.com  "},
		{"OPTIONS", "/echo", "", nil, "gateway   OPTIONS /echo  204  no page asks  "},
	} {
		log.Reset()
		send(t, c.method, url+c.path, c.body, c.header)
		if got := log.String(); !strings.Contains(got, c.want) || !strings.HasSuffix(got, " ms\n") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s %s is shown as %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

func TestRoutesThatAreNotEmulated(t *testing.T) {
	for _, route := range []template.Route{{Method: "GET", Path: "/{all+}"}, {Method: "ANY", Path: "/x"}} {
		if _, err := gateway.New(&template.Bundle{Routes: []template.Route{route}}, nil, io.Discard); err == nil {
			t.Errorf("%s is taken", route.Key())
		}
	}
}

// echo answers with the event.
func echo(_ string, event []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"statusCode": 200, "body": string(event)})
}

func serve(t *testing.T, invoke gateway.Invoke) (url string) {
	t.Helper()
	return servePlan(t, &template.Bundle{Routes: routes}, invoke)
}

func servePlan(t *testing.T, plan *template.Bundle, invoke gateway.Invoke) (url string) {
	t.Helper()
	return serveLogged(t, plan, invoke, io.Discard)
}

func serveLogged(t *testing.T, plan *template.Bundle, invoke gateway.Invoke, log io.Writer) (url string) {
	t.Helper()
	g, err := gateway.New(plan, invoke, log)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return server.URL
}

func send(t *testing.T, method, url, body string, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		request.Header = header
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(said)
}

func read(t *testing.T, body string) (event events.APIGatewayV2HTTPRequest) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return event
}

func decode(t *testing.T, event events.APIGatewayV2HTTPRequest) string {
	t.Helper()
	if !event.IsBase64Encoded {
		return event.Body
	}
	body, err := base64.StdEncoding.DecodeString(event.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
