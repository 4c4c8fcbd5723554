package console

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
)

func TestColoursAreForTerminals(t *testing.T) {
	for _, c := range []struct {
		path, term, noColor string
		want                bool
	}{
		{"/dev/ptmx", "xterm", "", true}, {"/dev/ptmx", "xterm", "1", false}, {"/dev/ptmx", "dumb", "", false},
		{"console.go", "xterm", "", false},
	} {
		out, err := os.Open(c.path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { out.Close() })
		t.Setenv("TERM", c.term)
		t.Setenv("NO_COLOR", c.noColor)
		if got := New(out, false).colour; got != c.want {
			t.Errorf("%s with TERM=%s NO_COLOR=%s: colour %v", c.path, c.term, c.noColor, got)
		}
	}
}

func TestLine(t *testing.T) {
	at := time.Date(2026, 11, 27, 10, 49, 48, 0, time.Local)
	for want, colour := range map[string]bool{
		"10:49:48  ada\uFFFD[2J   POST …/meetings  409  one\uFFFDtwo\n":                                             false,
		"\x1b[2m10:49:48\x1b[0m  \x1b[36mada\uFFFD[2J \x1b[0m  \x1b[33mPOST …/meetings  409  one\uFFFDtwo\x1b[0m\n": true,
	} {
		var out bytes.Buffer
		(&Console{out: &out, colour: colour}).Line(at, Warn, "ada\x1b[2J", "POST …/meetings", "409", "", "one\ntwo")
		if got := out.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSubjectsOfEvents(t *testing.T) {
	for text, want := range map[string]string{
		`{"item":"room/5551234321","payload":{"object":{"id":"5551234321"}}}`:                                                    "room 5551234321",
		`{"item":"seat/z_IpoDhu.M91L","payload":{"object":{"id":"5551234321","participant":{"user_name":"Grace"}}}}`:             "room 5551234321  Grace",
		`{"item":"meeting/87761262243","payload":{"object":{"id":"87761262243"}}}`:                                               "meeting 87761262243",
		`{"item":"user/acme/ada","payload":{"object":{"id":"ada"}}}`:                                                             "user ada",
		`{"item":"command/acme/2","payload":{"object":{"command":"room.lock","user_id":"ada","reason":"room_idle","id":"555"}}}`: "room.lock as ada  refused: room_idle",
		`{"item":"webhook/01KEXAMPLE0000000000000000"}`:                                                                          "webhook 01KEXA…",
		`{"command":"meeting.schedule","user_id":"ada","settings":{"passcode":"424242"}}`:                                        "meeting.schedule as ada",
		`{"from":"somebody else"}`: "", `not JSON`: "", `{"item":5}`: "",
	} {
		if got := Subject([]byte(text)); got != want {
			t.Errorf("%s is about %q, want %q", text, got, want)
		}
	}
}

func TestRequestsShowNoSecrets(t *testing.T) {
	const secret = "x7Hq2Lp9Zw4Rt6Yv8Bn1Mc3Kd5"
	for target, want := range map[string]string{
		"/v2/users/me/personal_meeting_room":              "GET …/personal_meeting_room",
		"/v2/users/grace/meetings":                        "GET …/users/grace/meetings",
		"/j/5551234321?pwd=424242":                        "GET /j/5551234321?…",
		"/v2/users/me/meetings?next_page_token=" + secret: "GET …/meetings?…",
		"/v2/past_meetings/" + secret + "/participants":   "GET …/past_meetings/x7Hq2L…/participants",
	} {
		if got := Request(httptest.NewRequest("GET", target, nil)); got != want {
			t.Errorf("%s is shown as %q, want %q", target, got, want)
		}
	}
}

// The functions' own edge logs these requests. TestMakeRunShowsEachRequestEventAndWebhook has one that succeeds.
func TestFailedRequestsOfFunctions(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"refusal": {meeting.Refuse("locked", "The room is locked."), `^guest     GET …/live_meetings/5551234321  403  locked  \d+ ms\n$`},
		"failure": {errors.New(`no table "rooms", and more`), `  500  internal  .*cause="no table \\"rooms\\", and more".*route="GET /x"`},
		"panic":   {nil, `  500  internal  (?s:.*)\ncause: panic: at the disco\n(?s:.*)\n    \S*/console_test\.go:`},
	} {
		var out bytes.Buffer
		console := New(&out, false)
		console.Asked("id", httptest.NewRequest("GET", "/v2/live_meetings/5551234321", nil))
		handle := func(context.Context, *api.Request) (api.Response, error) {
			if c.err == nil {
				panic("at the disco")
			}
			return api.NoContent(), c.err
		}
		logger := boot.Logger(console.Function("echo"), slog.LevelInfo, "", "")
		edge := api.New(api.Options{Logger: logger}, api.Route{Method: "GET", Path: "/x", Open: true, Handle: handle})
		event := events.APIGatewayV2HTTPRequest{RouteKey: "GET /x"}
		event.RequestContext.RequestID = "id"
		if _, err := edge.Handle(t.Context(), event); err != nil {
			t.Fatal(err)
		}
		if shown := out.String()[len("10:49:48  "):]; !regexp.MustCompile(c.want).MatchString(shown) {
			t.Errorf("%s is shown as %q, want %s", name, shown, c.want)
		}
	}
}

func TestOtherLinesOfFunctionsKeepAllTheySay(t *testing.T) {
	const start = `{"timestamp":"2026-11-27T09:49:48.123Z","level":`
	const info, warning = start + `"INFO","message":`, start + `"WARN","message":`
	const ada, id = `"account":"local","user":"ada","command":"room.lock"`, `"event_id":"pNA5aW-6bYg6Cq4glL7oRA"`
	at := time.Date(2026, 11, 27, 9, 49, 48, 0, time.UTC).Local().Format(time.TimeOnly) + "  "
	for _, c := range []struct{ line, want string }{
		{info + `"a command",` + ada + `,"id":"calendar-4711","reason":""}`,
			at + "command   room.lock  as ada  done  id=calendar-4711"},
		{info + `"a command",` + ada + `,"id":"1","reason":"not_granted"}`,
			at + "command   room.lock  as ada  refused: not_granted  id=1"},
		{info + `"delivered","account":"local","webhook":"01M8DZVM1DS4BTXZWMKFRZ","event":"room.locked","status":200,` + id + `}`,
			at + "deliver   delivered  room.locked  webhook 01M8DZ…  200"},
		{info + `"dropped",` + id + `}`, at + "deliver   dropped  event_id=pNA5aW…"},
		{warning + `"a delivery failed","message":"5d","cause":"it answered 503",` + id + `}`,
			at + `deliver   a delivery failed  cause="it answered 503"  event_id=pNA5aW-6bYg6Cq4glL7oRA  message2=5d`},
		{"panic: at the disco", "deliver  | panic: at the disco"},
		{`{"errorMessage":"no luck"}`, `deliver  | {"errorMessage":"no luck"}`},
		{info + `"cut`, "deliver  | " + info + `"cut`},
	} {
		for raw, want := range map[bool]string{false: c.want + "\n", true: c.line + "\n"} {
			var out bytes.Buffer
			n, err := New(&out, raw).Function("deliver").Write([]byte(c.line + "\n"))
			if got := out.String(); got != want || n != len(c.line)+1 || err != nil {
				t.Errorf("%s\nis shown as %q, want %q; %d, %v", c.line, got, want, n, err)
			}
		}
	}
}
