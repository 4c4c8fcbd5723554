package console_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/meeting"
)

// requestLine is of a request that took any time.
func requestLine(t *testing.T, log string) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d  (.*)\d+ ms`).FindStringSubmatch(log)
	if line == nil {
		t.Fatalf("no line of a request is in\n%s", log)
	}
	return line[1]
}

// ask has the edge of the functions answer a request, and is what a console shows of its log.
func ask(t *testing.T, target string, handle api.Handler) string {
	t.Helper()
	var out bytes.Buffer
	c := console.New(&out, false)
	c.Asked("id", httptest.NewRequest("GET", target, nil))
	logger := boot.Logger(c.Function("echo"), slog.LevelInfo, "", "")
	edge := api.New(api.Options{Logger: logger}, api.Route{Method: "GET", Path: "/x", Open: true, Handle: handle})
	event := events.APIGatewayV2HTTPRequest{RouteKey: "GET /x"}
	event.RequestContext.RequestID = "id"
	if _, err := edge.Handle(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestARequestIsOneLine(t *testing.T) {
	for want, handle := range map[string]api.Handler{
		"guest     GET …/live_meetings/5551234321  204  ": func(context.Context, *api.Request) (api.Response, error) {
			return api.NoContent(), nil
		},
		"guest     GET …/live_meetings/5551234321  403  locked  ": func(context.Context, *api.Request) (api.Response, error) {
			return api.Response{}, meeting.Refuse("locked", "The room is locked.")
		},
	} {
		shown := ask(t, "/v2/live_meetings/5551234321", handle)
		if got := requestLine(t, shown); got != want || strings.Count(shown, "\n") != 1 {
			t.Errorf("%q, want one line with %q", shown, want)
		}
	}
}

func TestTheCauseOfAFailureIsShownInFull(t *testing.T) {
	shown := ask(t, "/v2/users/me", func(context.Context, *api.Request) (api.Response, error) {
		return api.Response{}, errors.New(`the table "rooms" is not there, and that is a long story`)
	})
	if want := `cause="the table \"rooms\" is not there, and that is a long story"`; !strings.Contains(shown, want) || !strings.Contains(shown, `route="GET /x"`) {
		t.Errorf("%s: no %s", shown, want)
	}
	shown = ask(t, "/v2/users/me", func(context.Context, *api.Request) (api.Response, error) { panic("at the disco") })
	for _, want := range []string{"  500  internal  ", "\ncause: panic: at the disco\n", `\n    \S*/function_test\.go:`} {
		if !regexp.MustCompile(want).MatchString(shown) {
			t.Errorf("%q is not in\n%s", want, shown)
		}
	}
}

func TestPathsShowNoSecrets(t *testing.T) {
	const secret = "x7Hq2Lp9Zw4Rt6Yv8Bn1Mc3Kd5"
	for target, want := range map[string]string{
		"/v2/users/me/personal_meeting_room":              "GET …/personal_meeting_room",
		"/v2/users/grace/meetings":                        "GET …/users/grace/meetings",
		"/v2/users/me":                                    "GET …/users/me",
		"/j/5551234321?pwd=424242":                        "GET /j/5551234321?…",
		"/v2/users/me/meetings?next_page_token=" + secret: "GET …/meetings?…",
		"/v2/live_meetings/5551234321/guests/" + secret:   "GET …/live_meetings/5551234321/guests/x7Hq2L…",
		"/my/ada.lovelace":                                "GET /my/ada.lovelace",
		"/v2/past_meetings/" + secret + "/participants":   "GET …/past_meetings/x7Hq2L…/participants",
	} {
		if got := console.Request(httptest.NewRequest("GET", target, nil)); got != want {
			t.Errorf("%s is shown as %q, want %q", target, got, want)
		}
	}
}

func TestACommandIsOneLine(t *testing.T) {
	for reason, want := range map[string]string{
		"":            "  command   room.lock  as ada  done  id=calendar-4711\n",
		"not_granted": "  command   room.lock  as ada  refused: not_granted  id=calendar-4711\n",
	} {
		var out bytes.Buffer
		log := boot.Logger(console.New(&out, false).Function("automate"), slog.LevelInfo, "", "")
		log.Info("a command", "command", "room.lock", "id", "calendar-4711", "account", "local", "user", "ada", "reason", reason)
		if got := out.String(); !strings.HasSuffix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestOtherLinesOfFunctionsKeepAllTheySay(t *testing.T) {
	var out bytes.Buffer
	to := console.New(&out, false).Function("deliver")
	log := boot.Logger(to, slog.LevelInfo, "", "")
	log.Info("delivered", "event", "meeting.started", "event_id", "pNA5aW-6bYg6Cq4glL7oRA", "account", "local", "webhook", "01M8DZVM1DS4BTXZWMKFRZTT4K", "status", 200)
	log.Info("dropped", "event_id", "pNA5aW-6bYg6Cq4glL7oRA")
	log.Warn("a delivery failed", "event_id", "pNA5aW-6bYg6Cq4glL7oRA", "cause", errors.New("it answered 503"))
	log.With("message", "5dda7008").Warn("a delivery failed; it will be tried again", "attempt", 1)
	for _, line := range []string{"panic: at the disco\n", "\tmain.go:5\n", `{"errorMessage":"no luck","errorType":"errorString"}` + "\n", `{"level":"INFO","message":"another's","time":5}` + "\n", `{"timestamp":"2026-11-27T09:49:48Z","level":"INFO","message":"cut` + "\n"} {
		if n, err := to.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	for _, want := range []string{
		"  deliver   delivered  meeting.started  webhook 01M8DZ…  200\n",
		"  deliver   dropped  event_id=pNA5aW…\n",
		`  deliver   a delivery failed  cause="it answered 503"  event_id=pNA5aW-6bYg6Cq4glL7oRA` + "\n",
		"  deliver   a delivery failed; it will be tried again  attempt=1  message2=5dda7008\n",
		"deliver  | panic: at the disco\n", "deliver  | \tmain.go:5\n", `deliver  | {"errorMessage":"no luck","errorType":"errorString"}` + "\n",
		`deliver  | {"level":"INFO","message":"another's","time":5}` + "\n",
		`deliver  | {"timestamp":"2026-11-27T09:49:48Z","level":"INFO","message":"cut` + "\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestARawConsoleShowsTheLinesOfFunctionsAsTheyAre(t *testing.T) {
	var out, cloud bytes.Buffer
	for _, log := range []*slog.Logger{boot.Logger(console.New(&out, true).Function("echo"), slog.LevelInfo, "", ""), boot.Logger(&cloud, slog.LevelInfo, "", "")} {
		log.LogAttrs(t.Context(), slog.LevelInfo, "request", slog.String("request", "id"), slog.String("route", "GET /x"), slog.Int("status", 200), slog.Int("ms", 5))
	}
	stamp := regexp.MustCompile(`"timestamp":"[^"]*"`)
	if got, want := stamp.ReplaceAllString(out.String(), ""), stamp.ReplaceAllString(cloud.String(), ""); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTheTimeIsThatOfTheWatchersPlace(t *testing.T) {
	var out bytes.Buffer
	line := `{"timestamp":"2026-11-27T09:49:48.123Z","level":"INFO","message":"hello"}` + "\n"
	if _, err := console.New(&out, false).Function("echo").Write([]byte(line)); err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, 11, 27, 9, 49, 48, 0, time.UTC).Local().Format(time.TimeOnly)
	if got := out.String(); got != want+"  echo      hello\n" {
		t.Errorf("%q", got)
	}
}
