package console

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOnATerminalOneLineSaysWhatGoesOn(t *testing.T) {
	var out bytes.Buffer
	c := &Console{out: &out, terminal: true, every: time.Hour}
	const erase = "\r\x1b[K"
	var stopBuild, stopStart func()
	steps := []struct {
		do   func()
		want string
	}{
		{func() { fmt.Fprintln(c, "before") }, "before\n"},
		{func() { stopBuild = Progress(c, "building") }, "\x1b[?7lbuilding\x1b[?7h"},
		{func() { stopStart = Progress(c, "starting") }, erase + "\x1b[?7lbuilding, starting\x1b[?7h"},
		{func() { fmt.Fprintln(c, "something happened") }, erase + "something happened\n\x1b[?7lbuilding, starting\x1b[?7h"},
		{func() { stopBuild() }, erase + "\x1b[?7lstarting\x1b[?7h"},
		{func() { stopStart() }, erase},
		{func() { fmt.Fprintln(c, "after") }, "after\n"},
	}
	for n, step := range steps {
		out.Reset()
		step.do()
		if got := out.String(); got != step.want {
			t.Errorf("step %d wrote %q, want %q", n, got, step.want)
		}
	}
}

func TestATaskThatTakesLongShowsItsTime(t *testing.T) {
	var out bytes.Buffer
	c := &Console{out: &out, terminal: true, tasks: []*task{{"building", time.Now().Add(-90 * time.Second)}}}
	c.change(func() {})
	if got := out.String(); !strings.Contains(got, "building  1m30s") {
		t.Errorf("%q", got)
	}
}

func TestElsewhereEachTaskIsALine(t *testing.T) {
	var out bytes.Buffer
	c := New(&out, false)
	stop := Progress(c, "building")
	c.Line(time.Now(), Bad, "webhook", "wrong")
	stop()
	if got := out.String(); !strings.HasPrefix(got, "building\n") || strings.Contains(got, "\x1b") || strings.Count(got, "\n") != 2 {
		t.Errorf("%q", got)
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
		{terminal, "xterm", "", true, true},
		{terminal, "xterm", "1", true, false},
		{terminal, "dumb", "", false, false},
		{file, "xterm", "", false, false},
	} {
		t.Setenv("TERM", c.term)
		t.Setenv("NO_COLOR", c.noColor)
		if got := New(c.out, false); got.terminal != c.updates || got.colour != c.colour {
			t.Errorf("%s with TERM=%s NO_COLOR=%s: updates %v, colour %v", c.out.Name(), c.term, c.noColor, got.terminal, got.colour)
		}
	}
}

func TestOneLine(t *testing.T) {
	at := time.Date(2026, 11, 27, 10, 49, 48, 0, time.Local)
	for want, colour := range map[string]bool{
		"10:49:48  ada       POST …/meetings  409  pmi_required\n":                                             false,
		"\x1b[2m10:49:48\x1b[0m  \x1b[36mada     \x1b[0m  \x1b[33mPOST …/meetings  409  pmi_required\x1b[0m\n": true,
	} {
		var out bytes.Buffer
		c := &Console{out: &out, colour: colour}
		c.Line(at, Warn, "ada", "POST …/meetings", "409", "", "pmi_required")
		if got := out.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheTerminalObeysNobodysNames(t *testing.T) {
	var out bytes.Buffer
	New(&out, false).Line(time.Now(), Plain, "ada\x1b[2J", "one\ntwo", "Ünï\u202ecode")
	if got := out.String(); strings.ContainsAny(strings.TrimSuffix(got, "\n"), "\x1b\n\u202e") || !strings.Contains(got, "Ünï") {
		t.Errorf("%q", got)
	}
}

func TestWhatAnEventIsAbout(t *testing.T) {
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
