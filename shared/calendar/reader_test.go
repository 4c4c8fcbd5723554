package calendar_test

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/dev/testkit/interop"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run runs the tests with a reader that knows the program's own time zones.
func run(m *testing.M) int {
	folder, err := interop.Icalendar.Find()
	if err != nil {
		return m.Run()
	}
	zones, err := os.MkdirTemp("", "zones")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(zones)
	archive, err := zip.OpenReader("../meeting/zoneinfo.zip")
	if err == nil {
		err = os.CopyFS(zones, archive)
	}
	if err != nil {
		panic(err)
	}
	os.Setenv("ZONEINFO", zones) // for time.LoadLocation
	startReader(folder, zones)
	return m.Run()
}

// A reading is a calendar as the other program reads it.
type reading struct {
	Errors, Properties, Components, Zones, Disagreements []string

	Method, Version string
	Entries         []entry
	Occurrences     []occurrence
	Times           [][2]int64 // of the occurrences, as vobject has them
}

type entry struct {
	Names []string // of its properties

	UID, Summary, Description, Location, URL, Status, Transp string

	Sequence            int
	DTStamp, Created    int64
	RecurrenceID        *int64 `json:"RECURRENCE-ID"`
	Organizer, Attendee []person
}

type person struct {
	Address    string
	Parameters map[string]string
}

// An occurrence is in Unix time.
type occurrence struct {
	Start, End           int64
	Summary, Description string
}

// The reader is testdata/read.py. It runs as long as the tests do.
var (
	questions io.Writer
	answers   *json.Decoder
)

func startReader(folder, zones string) {
	cmd := exec.Command(filepath.Join(folder, "bin", "python"), "testdata/read.py")
	cmd.Env = append(os.Environ(), "PYTHONTZPATH="+zones)
	cmd.Stderr = os.Stderr
	in, noIn := cmd.StdinPipe()
	out, noOut := cmd.StdoutPipe()
	if err := errors.Join(noIn, noOut, cmd.Start()); err != nil {
		panic(err)
	}
	questions, answers = in, json.NewDecoder(out)
}

// needReader skips the test where the reader is not installed.
func needReader(t *testing.T) {
	t.Helper()
	interop.Icalendar.Need(t)
}

// written returns the calendar, which must not have been refused.
func written(t rapid.TB) func(text string, err error) string {
	return func(text string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return text
	}
}

func request(t rapid.TB, i calendar.Invite) reading {
	t.Helper()
	return read(t, written(t)(calendar.Request(i)))
}

func cancelled(t rapid.TB, i calendar.Invite) reading {
	t.Helper()
	return read(t, written(t)(calendar.Cancel(i)))
}

// read reads a calendar, with its occurrences of a year.
func read(t rapid.TB, text string) reading {
	t.Helper()
	return ask(t, question{Calendar: text, From: now.Unix(), Until: now.AddDate(1, 0, 0).Unix()})
}

// clocks returns where the time zone that a calendar defines differs from the one of its name, in the span.
func clocks(t rapid.TB, text string, from, until time.Time) []string {
	t.Helper()
	return ask(t, question{Calendar: text, From: from.Unix(), Until: until.Unix(), Clocks: true}).Disagreements
}

type question struct {
	Calendar    string
	From, Until int64
	Clocks      bool // instead of entries
	Times       bool // by vobject, too
}

func ask(t rapid.TB, q question) (answer reading) {
	t.Helper()
	for line := range strings.SplitSeq(q.Calendar, "\r\n") { // RFC 5545, 3.1
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") || !strings.HasSuffix(q.Calendar, "\r\n") {
			t.Errorf("%q is not a line of a calendar", line)
		}
	}
	err := errors.Join(json.NewEncoder(questions).Encode(q), answers.Decode(&answer))
	if err != nil || len(answer.Errors) > 0 {
		t.Fatalf("%v %s\n%s", err, strings.Join(answer.Errors, "\n"), q.Calendar)
	}
	return answer
}
