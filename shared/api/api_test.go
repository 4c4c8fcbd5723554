package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// ask is an event of a signed-in user, as API Gateway sends it.
func ask(routeKey string) events.APIGatewayV2HTTPRequest {
	event := askAsGuest(routeKey)
	event.RequestContext.Authorizer = authorizer(map[string]string{"sub": "ada", "account_id": "acme"})
	return event
}

func askAsGuest(routeKey string) events.APIGatewayV2HTTPRequest {
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: routeKey, Headers: map[string]string{}}
	event.RequestContext.RequestID = "request-1"
	event.RequestContext.DomainName = "abc.execute-api.eu-central-1.amazonaws.com"
	event.RequestContext.HTTP.SourceIP = "192.0.2.7"
	return event
}

func authorizer(claims map[string]string) *events.APIGatewayV2HTTPRequestContextAuthorizerDescription {
	return &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: claims},
	}
}

// answer is what an API with this one route says to the event.
func answer(t *testing.T, o api.Options, r api.Route, event events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	return answerIn(t.Context(), t, o, r, event)
}

func answerIn(ctx context.Context, t *testing.T, o api.Options, r api.Route, event events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	response, err := api.New(o, r).Handle(ctx, event)
	if err != nil {
		t.Fatalf("Handle returned an error, which API Gateway would show as its own: %v", err)
	}
	if got := response.Headers["Cache-Control"]; got != "no-store" {
		t.Errorf("Cache-Control is %q, want no-store", got)
	}
	return response
}

func route(handle api.Handler) api.Route {
	return api.Route{Method: "GET", Path: "/thing", Handle: handle}
}

func fails(err error) api.Route {
	return route(func(context.Context, *api.Request) (api.Response, error) { return api.Response{}, err })
}

func says(response api.Response) api.Route {
	return route(func(context.Context, *api.Request) (api.Response, error) { return response, nil })
}

func TestHandlersAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		response api.Response
		status   int
		body     string
		headers  map[string]string
	}{
		"JSON keeps & < > and has no line break at its end": {
			api.JSON(201, map[string]string{"join_url": "https://x/j/1?pwd=a&omn=2 <b>"}),
			201, `{"join_url":"https://x/j/1?pwd=a&omn=2 <b>"}`, map[string]string{"Content-Type": "application/json"},
		},
		"nothing to say": {api.NoContent(), 204, "", nil},
		"text":           {api.Text(200, "Ada invites you"), 200, "Ada invites you", map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
		"a calendar":     {api.Body(200, "text/calendar", "BEGIN"), 200, "BEGIN", map[string]string{"Content-Type": "text/calendar"}},
		"a page": {api.HTML(200, "<p>"), 200, "<p>", map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		}},
		"a redirect, which cannot break out of its header": {
			api.Redirect("https://x/j?pwd=a&n=ä b\r\nSet-Cookie: c"), 302, "",
			map[string]string{"Location": "https://x/j?pwd=a&n=%C3%A4%20b%0D%0ASet-Cookie:%20c", "Referrer-Policy": "no-referrer"},
		},
		"a header more": {api.NoContent().With("X-More", "1"), 204, "", map[string]string{"X-More": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := answer(t, api.Options{}, says(c.response), ask("GET /thing"))
			if got.StatusCode != c.status || got.Body != c.body {
				t.Errorf("answered %d %q, want %d %q", got.StatusCode, got.Body, c.status, c.body)
			}
			want := map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Request-Id": "request-1"}
			maps.Copy(want, c.headers)
			if d := cmp.Diff(want, got.Headers); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestOneResponseIsNotChangedByAnother(t *testing.T) {
	first := api.JSON(200, 1)
	_ = first.With("X-More", "1")
	if _, changed := first.Header["X-More"]; changed {
		t.Error("With changed the response it was called on")
	}
}

func TestUnknownRoutes(t *testing.T) {
	tooLong := ask("GET /thing")
	tooLong.PathParameters = map[string]string{"id": strings.Repeat("x", 513)}
	for name, event := range map[string]events.APIGatewayV2HTTPRequest{
		"another path": ask("GET /other"), "another method": ask("POST /thing"), "no route": ask("$default"),
		"a parameter that names nothing": tooLong,
	} {
		got := answer(t, api.Options{}, says(api.NoContent()), event)
		want := `{"code":404,"message":"There is nothing at this address.","reason":"no_route"}`
		if got.StatusCode != http.StatusNotFound || got.Body != want {
			t.Errorf("%s: answered %d %s", name, got.StatusCode, got.Body)
		}
	}
}

func TestRoutesAreListedAndUnique(t *testing.T) {
	one := api.Route{Method: "GET", Path: "/v2/users/{userId}", Scope: "user:read", Handle: says(api.NoContent()).Handle}
	if got := api.New(api.Options{}, one).Routes(); len(got) != 1 || got[0].Path != one.Path || got[0].Scope != one.Scope {
		t.Errorf("Routes() is %v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("two routes for one method and path went unnoticed")
		}
	}()
	api.New(api.Options{}, one, one)
}

func TestRefusalsAreToldInZoomsShape(t *testing.T) {
	fault := &meeting.Refusal{Reason: meeting.Invalid, Message: "Validation failed.", Fields: []meeting.Field{{Name: "type", Message: `is "<5>"`}}}
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
		retry  string
	}{
		"fields": {fault, 400, `{"code":300,"message":"Validation failed.","reason":"invalid","errors":[{"field":"type","message":"is \"<5>\""}]}`, ""},
		"no fields": {meeting.Refuse(meeting.NoUser, "User does not exist: bob."), 404,
			`{"code":1001,"message":"User does not exist: bob.","reason":"user_not_found"}`, ""},
		"wrapped": {fmt.Errorf("joining: %w", meeting.Refuse(meeting.Locked, "Locked.")), 403,
			`{"code":4110,"message":"Locked.","reason":"locked"}`, ""},
		"the fault says when":       {&meeting.Refusal{Reason: meeting.TooManyGuesses, Message: "Wait.", Retry: 7}, 429, `{"code":429,"message":"Wait.","reason":"too_many_guesses"}`, "7"},
		"the fault leaves it to us": {meeting.Refuse(meeting.TooManyGuesses, "Wait."), 429, `{"code":429,"message":"Wait.","reason":"too_many_guesses"}`, "60"},
		"busy":                      {meeting.Refuse(meeting.Busy, "Busy."), 503, `{"code":4117,"message":"Busy.","reason":"busy"}`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			got := answer(t, api.Options{}, fails(c.err), ask("GET /thing"))
			if got.StatusCode != c.status || got.Body != c.body || got.Headers["Retry-After"] != c.retry {
				t.Errorf("answered %d %s, Retry-After %q", got.StatusCode, got.Body, got.Headers["Retry-After"])
			}
		})
	}
}

func TestI13EqualFaultsHaveEqualBytes(t *testing.T) {
	one := answer(t, api.Options{}, fails(meeting.Refuse(meeting.NoMeeting, "Meeting does not exist: 5551112222.")), ask("GET /thing"))
	other := answer(t, api.Options{}, fails(fmt.Errorf("wrong passcode: %w", meeting.Refuse(meeting.NoMeeting, "Meeting does not exist: 5551112222."))), ask("GET /thing"))
	if d := cmp.Diff(one, other); d != "" {
		t.Error(d)
	}
}

// secret stands for what must not leave the log: a cause, with whatever it holds.
const secret = "dynamodb: table rooms-prod"

func TestNoAnswerShowsACause(t *testing.T) {
	something := `{"code":500,"message":"Something went wrong. Try again; if it persists, tell the operator the request id.","reason":"internal"}`
	var noFault *meeting.Refusal
	for name, r := range map[string]api.Route{
		"an error":                    fails(errors.New(secret)),
		"a reason nobody knows":       fails(meeting.Refuse("odd", secret)),
		"a nil fault":                 fails(noFault),
		"a panic":                     route(func(context.Context, *api.Request) (api.Response, error) { panic(secret) }),
		"a panic with an error":       route(func(context.Context, *api.Request) (api.Response, error) { panic(errors.New(secret)) }),
		"what JSON does not know":     says(api.JSON(200, func() {})),
		"a response without a status": says(api.Response{Body: secret}),
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			got := answer(t, api.Options{Logger: jsonLog(&logged)}, r, ask("GET /thing"))
			if got.StatusCode != http.StatusInternalServerError || got.Body != something {
				t.Errorf("answered %d %s", got.StatusCode, got.Body)
			}
			if !strings.Contains(logged.String(), `"level":"ERROR"`) || !strings.Contains(logged.String(), `"cause":`) {
				t.Errorf("the log has no cause: %s", &logged)
			}
		})
	}
}

func TestLateWorkIsAnsweredInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := time.Now().Add(10 * time.Second)
		ctx, cancel := context.WithDeadline(t.Context(), limit)
		defer cancel()
		slow := route(func(ctx context.Context, _ *api.Request) (api.Response, error) {
			<-ctx.Done()
			return api.Response{}, fmt.Errorf("reading the room: %w", ctx.Err())
		})
		got := answerIn(ctx, t, api.Options{}, slow, ask("GET /thing"))
		if got.StatusCode != http.StatusServiceUnavailable || got.Headers["Retry-After"] != "1" || got.Body != `{"code":503,"message":"This took too long. Try again.","reason":"timed_out"}` {
			t.Errorf("answered %d %s", got.StatusCode, got.Body)
		}
		if left := time.Until(limit); left != api.DefaultMargin {
			t.Errorf("answered %v before the limit, want %v", left, api.DefaultMargin)
		}
	})
}

func TestOneLineIsLoggedForEachRequest(t *testing.T) {
	var logged bytes.Buffer
	event := ask("GET /thing")
	event.RawQueryString, event.Body = "pwd=hunter2", `{"passcode":"hunter2"}`
	event.Headers["authorization"] = "Bearer hunter2"
	event.QueryStringParameters = map[string]string{"pwd": "hunter2"}

	quiet := api.Options{Logger: jsonLog(&logged)}
	answer(t, quiet, fails(meeting.Refuse(meeting.Locked, "Locked.")), event)
	want := `{"level":"INFO","msg":"request","request":"request-1","route":"GET /thing","status":403,"user":"ada","reason":"locked"}` + "\n"
	if d := cmp.Diff(want, logged.String()); d != "" {
		t.Error(d)
	}
}

func TestHandlersLogWithTheRequest(t *testing.T) {
	var logged bytes.Buffer
	chatty := route(func(ctx context.Context, _ *api.Request) (api.Response, error) {
		api.Log(ctx).Info("met")
		return api.NoContent(), nil
	})
	answer(t, api.Options{Logger: jsonLog(&logged)}, chatty, ask("GET /thing"))
	line, _, _ := strings.Cut(logged.String(), "\n")
	if want := `{"level":"INFO","msg":"met","request":"request-1","route":"GET /thing","user":"ada"}`; line != want {
		t.Errorf("logged %s", line)
	}
	api.Log(context.Background()).Info("outside a request: nothing happens")
}

// jsonLog leaves out what differs from run to run.
func jsonLog(w *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "ms" {
			return slog.Attr{}
		}
		return a
	}}))
}
