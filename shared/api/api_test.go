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

func TestResponses(t *testing.T) {
	for name, c := range map[string]struct {
		response api.Response
		status   int
		body     string
		headers  map[string]string
	}{
		"JSON does not escape & < >": {
			api.JSON(201, map[string]string{"join_url": "https://x/j/1?pwd=a&omn=2 <b>"}),
			201, `{"join_url":"https://x/j/1?pwd=a&omn=2 <b>"}`, map[string]string{"Content-Type": "application/json"},
		},
		"no content": {api.NoContent().With("X-More", "1"), 204, "", map[string]string{"X-More": "1"}},
		"text":       {api.Body(200, "text/plain; charset=utf-8", "Ada"), 200, "Ada", map[string]string{"Content-Type": "text/plain; charset=utf-8"}},
		"bytes": {api.Bytes(200, "image/png", []byte{1, 2}).With("Cache-Control", "no-cache"), 200, "AQI=", map[string]string{
			"Content-Type": "image/png", "Cache-Control": "no-cache",
		}},
		"a redirect escapes its URL": {
			api.Redirect("https://x/?n=ä b\r\nSet-Cookie: c"), 302, "",
			map[string]string{"Location": "https://x/?n=%C3%A4%20b%0D%0ASet-Cookie:%20c", "Referrer-Policy": "no-referrer"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := answer(t, api.Options{}, answering(c.response), userEvent())
			if got.StatusCode != c.status || got.Body != c.body {
				t.Errorf("answered %d %q, want %d %q", got.StatusCode, got.Body, c.status, c.body)
			}
			want := map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
			maps.Copy(want, c.headers)
			want["X-Request-Id"] = "request-1"
			if d := cmp.Diff(want, got.Headers); d != "" {
				t.Error(d)
			}
		})
	}
	first := api.JSON(200, 1)
	if first.With("X-More", "1"); len(first.Header) != 1 {
		t.Error("With changed the response it was called on")
	}
}

func TestUnknownRoutes(t *testing.T) {
	otherPath, otherMethod, longParameter := userEvent(), userEvent(), userEvent()
	otherPath.RouteKey, otherMethod.RouteKey = "$default", "POST /thing"
	longParameter.PathParameters = map[string]string{"id": strings.Repeat("x", 513)}
	for _, event := range []events.APIGatewayV2HTTPRequest{otherPath, otherMethod, longParameter} {
		got := answer(t, api.Options{}, answering(api.NoContent()), event)
		want := `{"code":2300,"message":"There is nothing at this address.","reason":"no_route"}`
		if got.StatusCode != http.StatusNotFound || got.Body != want {
			t.Errorf("answered %d %s", got.StatusCode, got.Body)
		}
	}
}

func TestI13RefusalsHaveZoomsShape(t *testing.T) {
	locked := meeting.Refuse(meeting.Locked, "Locked.")
	const noFields = `{"code":4110,"message":"Locked.","reason":"locked"}`
	const wait = `{"code":429,"message":"Wait.","reason":"too_many_guesses"}`
	fields := []meeting.Field{{Name: "type", Message: `is "<5>"`}}
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
		retry  string
	}{
		"fields": {&meeting.Refusal{Reason: meeting.Invalid, Message: "No.", Fields: fields}, 400,
			`{"code":300,"message":"No.","reason":"invalid","errors":[{"field":"type","message":"is \"<5>\""}]}`, ""},
		"no fields":               {locked, 403, noFields, ""},
		"wrapped, in equal bytes": {fmt.Errorf("joining: %w", locked), 403, noFields, ""},
		"its own Retry-After":     {&meeting.Refusal{Reason: "too_many_guesses", Message: "Wait.", Retry: 7}, 429, wait, "7"},
		"the default Retry-After": {meeting.Refuse(meeting.TooManyGuesses, "Wait."), 429, wait, "60"},
	} {
		t.Run(name, func(t *testing.T) {
			got := answer(t, api.Options{}, failing(c.err), userEvent())
			if got.StatusCode != c.status || got.Body != c.body || got.Headers["Retry-After"] != c.retry {
				t.Errorf("answered %d %s, Retry-After %q", got.StatusCode, got.Body, got.Headers["Retry-After"])
			}
		})
	}
}

func TestInternalErrorsAreOnlyLogged(t *testing.T) {
	const cause = "dynamodb: table rooms-prod"
	want := `{"code":500,"message":"Something went wrong. Try again; if it persists, tell the operator the request id.",` +
		`"reason":"internal"}`
	var nilRefusal *meeting.Refusal
	for name, r := range map[string]api.Route{
		"an error":                  failing(errors.New(cause)),
		"an unknown reason":         failing(meeting.Refuse("odd", cause)),
		"a nil refusal":             failing(nilRefusal),
		"a panic":                   route(func(context.Context, *api.Request) (api.Response, error) { panic(cause) }),
		"a value that is not JSON":  answering(api.JSON(200, func() {})),
		"a response without status": answering(api.Response{Body: cause}),
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			got := answer(t, api.Options{Logger: jsonLog(&logged)}, r, userEvent())
			if got.StatusCode != http.StatusInternalServerError || got.Body != want {
				t.Errorf("answered %d %s", got.StatusCode, got.Body)
			}
			if !strings.Contains(logged.String(), `"level":"ERROR"`) || !strings.Contains(logged.String(), `"cause":`) {
				t.Errorf("the log has no cause: %s", &logged)
			}
		})
	}
}

func TestTimeLimitAnswers503(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := time.Now().Add(10 * time.Second)
		ctx, cancel := context.WithDeadline(t.Context(), limit)
		defer cancel()
		slow := route(func(ctx context.Context, _ *api.Request) (api.Response, error) {
			<-ctx.Done()
			return api.Response{}, fmt.Errorf("reading the room: %w", ctx.Err())
		})
		got, _ := api.New(api.Options{}, slow).Handle(ctx, userEvent())
		want := `{"code":503,"message":"This took too long. Try again.","reason":"timed_out"}`
		if got.StatusCode != http.StatusServiceUnavailable || got.Headers["Retry-After"] != "1" || got.Body != want {
			t.Errorf("answered %d %s", got.StatusCode, got.Body)
		}
		if left := time.Until(limit); left != api.Margin {
			t.Errorf("answered %v before the limit, want %v", left, api.Margin)
		}
	})
}

func TestEachRequestWritesOneLogLineWithoutSecrets(t *testing.T) {
	var logged bytes.Buffer
	event := userEvent()
	event.RawQueryString, event.Body = "pwd=hunter2", `{"passcode":"hunter2"}`
	event.QueryStringParameters = map[string]string{"pwd": "hunter2"}
	event.Headers = map[string]string{"authorization": "Bearer hunter2"}
	chatty := route(func(ctx context.Context, _ *api.Request) (api.Response, error) {
		api.Log(ctx).Info("from the handler")
		return api.Response{}, meeting.Refuse(meeting.Locked, "Locked.")
	})
	answer(t, api.Options{Logger: jsonLog(&logged)}, chatty, event)
	want := `{"level":"INFO","msg":"from the handler","request":"request-1","route":"GET /thing","user":"ada"}` + "\n" +
		`{"level":"INFO","msg":"request","request":"request-1","route":"GET /thing","status":403,"user":"ada",` +
		`"reason":"locked"}` + "\n"
	if d := cmp.Diff(want, logged.String()); d != "" {
		t.Error(d)
	}
	api.Log(context.Background()).Info("outside a request: written nowhere")
}

// jsonLog returns a logger without times, which differ from run to run.
func jsonLog(w *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "ms" {
			return slog.Attr{}
		}
		return a
	}}))
}
