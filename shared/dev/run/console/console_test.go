package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/api"
	"personal-rooms/shared/boot"
	"personal-rooms/shared/meeting"
)

func TestTasksAreALineInPlaceOnATerminalOnly(t *testing.T) {
	const erase = "\r\x1b[K"
	for _, terminal := range []bool{true, false} {
		var out bytes.Buffer
		c := &Console{out: &out, terminal: terminal}
		stopBuild := Progress(c, "building")
		stopStart := Progress(c, "starting")
		fmt.Fprintln(c, "something happened")
		stopBuild()
		stopStart()
		want := "building\nstarting\nsomething happened\n"
		if terminal {
			want = "\x1b[?7lbuilding\x1b[?7h" + erase + "\x1b[?7lbuilding, starting\x1b[?7h" + erase + "something happened\n\x1b[?7lbuilding, starting\x1b[?7h" +
				erase + "\x1b[?7lstarting\x1b[?7h" + erase
		}
		if got := out.String(); got != want {
			t.Errorf("terminal %v: %q, want %q", terminal, got, want)
		}
	}
}

func TestColoursAndUpdatesAreForTerminals(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		out             *os.File
		term, noColor   string
		updates, colour bool
	}{
		{terminal, "xterm", "", true, true}, {terminal, "xterm", "1", true, false}, {terminal, "dumb", "", false, false}, {file, "xterm", "", false, false},
	} {
		t.Setenv("TERM", c.term)
		t.Setenv("NO_COLOR", c.noColor)
		if got := New(c.out, false); got.terminal != c.updates || got.colour != c.colour {
			t.Errorf("%s with TERM=%s NO_COLOR=%s: updates %v, colour %v", c.out.Name(), c.term, c.noColor, got.terminal, got.colour)
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

// The functions' own edge logs these requests.
func TestRequestsOfFunctionsAreALine(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"success": {nil, `^guest     GET …/live_meetings/5551234321  204  \d+ ms\n$`},
		"refusal": {meeting.Refuse("locked", "The room is locked."), `^guest     GET …/live_meetings/5551234321  403  locked  \d+ ms\n$`},
		"failure": {errors.New(`no table "rooms", and a long story`), `  500  internal  .*cause="no table \\"rooms\\", and a long story".*route="GET /x"`},
		"panic":   {nil, `  500  internal  (?s:.*)\ncause: panic: at the disco\n(?s:.*)\n    \S*/console_test\.go:`},
	} {
		var out bytes.Buffer
		console := New(&out, false)
		console.Asked("id", httptest.NewRequest("GET", "/v2/live_meetings/5551234321", nil))
		handle := func(context.Context, *api.Request) (api.Response, error) {
			if name == "panic" {
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
	var out bytes.Buffer
	to := New(&out, false).Function("deliver")
	log := boot.Logger(to, slog.LevelInfo, "", "")
	log.Info("a command", "command", "room.lock", "id", "calendar-4711", "account", "local", "user", "ada", "reason", "")
	log.Info("a command", "command", "room.lock", "id", "calendar-4712", "account", "local", "user", "ada", "reason", "not_granted")
	log.Info("delivered", "event", "meeting.started", "event_id", "pNA5aW-6bYg6Cq4glL7oRA", "account", "local", "webhook", "01M8DZVM1DS4BTXZWMKFRZTT4K", "status", 200)
	log.Info("dropped", "event_id", "pNA5aW-6bYg6Cq4glL7oRA")
	log.Warn("a delivery failed", "event_id", "pNA5aW-6bYg6Cq4glL7oRA", "cause", errors.New("it answered 503"))
	log.With("message", "5dda7008").Warn("it will be tried again", "attempt", 1)
	unchanged := []string{"panic: at the disco\n", `{"errorMessage":"no luck"}` + "\n", `{"timestamp":"2026-11-27T09:49:48Z","level":"INFO","message":"cut` + "\n"}
	for _, line := range unchanged {
		if n, err := to.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	want := []string{
		"  command   room.lock  as ada  done  id=calendar-4711\n",
		"  command   room.lock  as ada  refused: not_granted  id=calendar-4712\n",
		"  deliver   delivered  meeting.started  webhook 01M8DZ…  200\n",
		"  deliver   dropped  event_id=pNA5aW…\n",
		`  deliver   a delivery failed  cause="it answered 503"  event_id=pNA5aW-6bYg6Cq4glL7oRA` + "\n",
		"  deliver   it will be tried again  attempt=1  message2=5dda7008\n",
	}
	for _, line := range unchanged {
		want = append(want, "deliver  | "+line)
	}
	for _, line := range want {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not in\n%s", line, out.String())
		}
	}
	out.Reset()
	line := `{"timestamp":"2026-11-27T09:49:48.123Z","level":"INFO","message":"hello"}` + "\n"
	for raw, want := range map[bool]string{
		true: line, false: time.Date(2026, 11, 27, 9, 49, 48, 0, time.UTC).Local().Format(time.TimeOnly) + "  echo      hello\n",
	} {
		out.Reset()
		if _, err := New(&out, raw).Function("echo").Write([]byte(line)); err != nil || out.String() != want {
			t.Errorf("raw %v: %q, %v, want %q", raw, out.String(), err, want)
		}
	}
}
