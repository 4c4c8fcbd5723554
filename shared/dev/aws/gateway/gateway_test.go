//go:build unix

package gateway_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/dev/aws/gateway"
	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/template"
)

var routes = []template.Route{
	{Method: "GET", Path: "/users/{userId}", Function: "user"},
	{Method: "GET", Path: "/users/pmi", Function: "pmi"},
	{Method: "GET", Path: "/j/{number}", Function: "link"},
	{Method: "HEAD", Path: "/j/{number}", Function: "link of HEAD"},
	{Method: "PATCH", Path: "/users/{userId}", Function: "edit"},
	{Method: "PUT", Path: "/rooms/{room}/participants/{id}/status", Function: "one"},
	{Method: "PUT", Path: "/rooms/{room}/participants/status", Function: "many"},
	{Method: "PUT", Path: "/rooms/{room}/participants/{id}", Function: "seat"},
	{Method: "POST", Path: "/echo", Function: "echo"},
	{Method: "POST", Path: "/echo/", Function: "echo of a slash"},
}

func TestTheMostSpecificRouteIsUsed(t *testing.T) {
	var called string
	handler := newGateway(t, nil, func(function string, _ []byte) ([]byte, error) {
		called = function
		return []byte(`{"statusCode":200}`), nil
	}, io.Discard)
	for request, want := range map[string]string{
		"GET /users/ada": "user", "GET /users/pmi": "pmi", "GET /users/%70mi": "pmi", "PATCH /users/pmi": "edit",
		"PUT /rooms/1/participants/status": "many", "PUT /rooms/1/participants/2": "seat",
		"PUT /rooms/1/participants/2/status": "one", "GET /j/1": "link", "HEAD /j/1": "link of HEAD",
		"POST /echo": "echo", "POST /echo/": "echo of a slash", "POST /echo//": "", "POST /echo/x": "",
		"GET /": "", "GET /users": "", "GET /users/": "", "GET /users/ada/": "", "GET /Users/ada": "",
		"DELETE /users/ada": "", "HEAD /users/ada": "",
		"PUT /rooms//participants/2/status": "", "PUT /rooms/1/participants/2/status/x": "",
	} {
		called = ""
		method, path, _ := strings.Cut(request, " ")
		answer := send(handler, method, path, "", nil)
		if called != want || want == "" && (answer.Code != 404 || answer.Body.String() != `{"message":"Not Found"}`) {
			t.Errorf("%s calls %q, want %q; answered %d %s", request, called, want, answer.Code, answer.Body)
		}
	}
	for _, route := range []template.Route{{Method: "GET", Path: "/{all+}"}, {Method: "ANY", Path: "/x"}} {
		if _, err := gateway.New(&template.Bundle{Routes: []template.Route{route}}, nil, io.Discard); err == nil {
			t.Errorf("%s is not refused", route.Key())
		}
	}
}

func TestFunctionsGetAnEventOfFormat2(t *testing.T) {
	header := http.Header{"X-Many": {"one", "two"}, "Cookie": {"a=1"}, "X-Forwarded-For": {"10.0.0.1"}}
	const target = "/users/ada%20l%2Flove%C3%A9?a=1&b=x%20y&a=2&flag"
	answer := send(newGateway(t, nil, echo, io.Discard), "GET", target, "", header)
	const path, route = "/users/ada l/loveé", "GET /users/{userId}"
	want := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: route, RawPath: path, RawQueryString: "a=1&b=x%20y&a=2&flag",
		Headers: map[string]string{
			"host": "example.com", "x-many": "one,two", "x-forwarded-for": "10.0.0.1, 192.0.2.1",
		},
		QueryStringParameters: map[string]string{"a": "1,2", "b": "x y", "flag": ""},
		PathParameters:        map[string]string{"userId": "ada l/loveé"},
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route, RequestID: answer.Header().Get("Apigw-Requestid"), DomainName: "example.com",
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "GET", Path: path, SourceIP: "192.0.2.1"},
		},
	}
	if diff := cmp.Diff(want, readEvent(t, answer)); diff != "" || want.RequestContext.RequestID == "" {
		t.Errorf("the event differs (-want +got):\n%s", diff)
	}
}

func TestOnlyKnownTextIsNotBase64(t *testing.T) {
	handler := newGateway(t, nil, echo, io.Discard)
	const plain, encoded = "a=ü", "YT3DvA=="
	for contentType, want := range map[string]string{
		"application/json": plain, "application/json; charset=utf-8": plain, "text/plain": plain, "application/xml": plain,
		"": encoded, "application/x-www-form-urlencoded": encoded, "application/octet-stream": encoded,
	} {
		event := readEvent(t, send(handler, "POST", "/echo", plain, http.Header{"Content-Type": {contentType}}))
		if event.Body != want || event.IsBase64Encoded != (want == encoded) {
			t.Errorf("the type %q is sent as %q, base 64: %v", contentType, event.Body, event.IsBase64Encoded)
		}
	}
	event := readEvent(t, send(handler, "POST", "/echo", "\xff\x00", http.Header{"Content-Type": {"application/json"}}))
	if event.Body != "/wA=" || !event.IsBase64Encoded {
		t.Errorf("bytes that are no text are sent as %q", event.Body)
	}
}

func TestAnswersOfFunctions(t *testing.T) {
	const failed = `500 application/json {"message":"Internal Server Error"}`
	for _, c := range []struct {
		said string
		err  error
		want string
	}{
		{`{"statusCode":201,"headers":{"content-type":"application/json","content-length":"99"},"body":"{}"}`, nil, "201 application/json {}"},
		{`{"statusCode":200,"body":"hi"}`, nil, "200 text/plain;charset=UTF-8 hi"},
		{`{"statusCode":200,"headers":{"Content-Type":"image/png"},"body":"AP8=","isBase64Encoded":true}`, nil, "200 image/png \x00\xff"},
		{`{"statusCode":302,"headers":{"location":"/a?b&c"},"body":""}`, nil, "302   /a?b&c"},
		{`{"statusCode":204}`, nil, "204  "},
		{`{"greeting":"hello"}`, nil, failed},
		{`{"statusCode":"200"}`, nil, failed},
		{`{"statusCode":200,"body":"?","isBase64Encoded":true}`, nil, failed},
		{`oops`, nil, failed},
		{``, lambda.ErrTimedOut, `503 application/json {"message":"Service Unavailable"}`},
		{``, lambda.ErrCrashed, failed},
		{``, errors.New("secret"), failed},
	} {
		function := func(string, []byte) ([]byte, error) { return []byte(c.said), c.err }
		answer := send(newGateway(t, nil, function, io.Discard), "POST", "/echo", "", nil)
		got := fmt.Sprint(answer.Code, " ", answer.Header().Get("Content-Type"), " ", answer.Body)
		if answer.Header().Get("Location") != "" {
			got += " " + answer.Header().Get("Location")
		}
		if got != c.want || answer.Header().Get("Content-Length") != "" {
			t.Errorf("%s %v becomes %s, want %s", c.said, c.err, got, c.want)
		}
	}
}

// page is the origin of a web page that calls the API.
const page = "https://app.example.com"

func TestRequestsThatNoFunctionAnswersAreLogged(t *testing.T) {
	var log bytes.Buffer
	crash := func(string, []byte) ([]byte, error) { return nil, lambda.ErrCrashed }
	handler := newGateway(t, &template.CORS{Origins: []string{page}}, crash, &log)
	preflight := func(origin string) http.Header {
		return http.Header{"Origin": {origin}, "Access-Control-Request-Method": {"GET"}}
	}
	for _, c := range []struct {
		method, path, body string
		header             http.Header
		want               string
	}{
		{"GET", "/nowhere?pwd=424242", "", nil, "GET /nowhere?…  404  there is no such route"},
		{"POST", "/echo", "", nil, "POST /echo  500  the function's process ended"},
		{"POST", "/echo", strings.Repeat("x", 7<<20), nil, "POST /echo  413  it is too large for a function"},
		{"POST", "/echo", strings.Repeat("x", 11<<20), nil, "POST /echo  413  http: request body too large"},
		{"OPTIONS", "/echo", "", preflight(page), "OPTIONS /echo  204  allowed to pages of " + page},
		{"OPTIONS", "/echo", "", preflight("https://x.example.com"), "OPTIONS /echo  204  not allowed to pages of https://x.example.com"},
		{"OPTIONS", "/echo", "", nil, "OPTIONS /echo  204  not a preflight request"},
	} {
		log.Reset()
		send(handler, c.method, c.path, c.body, c.header)
		_, got, _ := strings.Cut(strings.TrimSuffix(log.String(), " ms\n"), "  gateway   ")
		if got = got[:strings.LastIndex(got, "  ")]; got != c.want {
			t.Errorf("%s %s is shown as %q, want %q", c.method, c.path, got, c.want)
		}
	}
}

func TestCORS(t *testing.T) {
	root, err := template.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := template.Load(root, map[string]string{"CorsOrigins": page + ",https://www.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	own := func(string, []byte) ([]byte, error) {
		return []byte(`{"statusCode":200,"headers":{"access-control-allow-origin":"https://own.example.com"}}`), nil
	}
	const other, asks = "https://evil.example.com", "PATCH"
	preflight := map[string]string{
		"Allow-Origin": page, "Allow-Methods": "GET,POST,PUT,PATCH,DELETE", "Max-Age": "3600",
		"Allow-Headers": "authorization,content-type,idempotency-key,prefer,x-seat-secret",
	}
	allows := func(origin string) map[string]string { return map[string]string{"Allow-Origin": origin} }
	answer := map[string]string{"Allow-Origin": page, "Expose-Headers": "preference-applied,retry-after,x-request-id"}
	for name, c := range map[string]struct {
		cors           *template.CORS
		request        string
		origin, method string // of the page, and the method that it asks for
		status         int
		want           map[string]string
	}{
		"a preflight":                     {ours.CORS, "OPTIONS /echo", page, asks, 204, preflight},
		"a preflight without a route":     {ours.CORS, "OPTIONS /nowhere", page, asks, 204, preflight},
		"a preflight of another origin":   {ours.CORS, "OPTIONS /echo", other, asks, 204, nil},
		"a preflight of another scheme":   {ours.CORS, "OPTIONS /echo", "http://app.example.com", asks, 204, nil},
		"a preflight without an origin":   {ours.CORS, "OPTIONS /echo", "", asks, 204, nil},
		"a preflight without a method":    {ours.CORS, "OPTIONS /echo", page, "", 204, nil},
		"a preflight without CORS":        {nil, "OPTIONS /echo", page, asks, 404, nil},
		"an answer":                       {ours.CORS, "POST /echo", page, "", 200, answer},
		"an answer to another origin":     {ours.CORS, "POST /echo", other, "", 200, nil},
		"an answer to no page":            {ours.CORS, "POST /echo", "", "", 200, nil},
		"a refusal":                       {ours.CORS, "GET /nowhere", page, "", 404, nil},
		"without CORS the function's own": {nil, "POST /echo", page, "", 200, allows("https://own.example.com")},
		"any origin":                      {&template.CORS{Origins: []string{"*"}}, "POST /echo", page, "", 200, allows("*")},
	} {
		header := http.Header{}
		if c.origin != "" {
			header.Set("Origin", c.origin)
		}
		if c.method != "" {
			header.Set("Access-Control-Request-Method", c.method)
		}
		method, path, _ := strings.Cut(c.request, " ")
		response := send(newGateway(t, c.cors, own, io.Discard), method, path, "", header)
		got := map[string]string{}
		for name := range response.Header() {
			if short, is := strings.CutPrefix(name, "Access-Control-"); is {
				got[short] = response.Header().Get(name)
			}
		}
		if response.Code != c.status || !maps.Equal(got, c.want) {
			t.Errorf("%s: %d %v, want %d %v", name, response.Code, got, c.status, c.want)
		}
	}
}

// echo answers with the event.
func echo(_ string, event []byte) ([]byte, error) {
	return json.Marshal(map[string]any{"statusCode": 200, "body": string(event)})
}

func newGateway(t *testing.T, cors *template.CORS, invoke gateway.Invoke, log io.Writer) http.Handler {
	t.Helper()
	g, err := gateway.New(&template.Bundle{Routes: routes, CORS: cors}, invoke, log)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func send(handler http.Handler, method, path, body string, header http.Header) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	maps.Copy(request.Header, header)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

func readEvent(t *testing.T, answer *httptest.ResponseRecorder) (event events.APIGatewayV2HTTPRequest) {
	t.Helper()
	if err := json.Unmarshal(answer.Body.Bytes(), &event); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	return event
}
