package calendar_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/dev/testkit/interop"
)

func TestMain(m *testing.M) {
	if folder, err := interop.Icalendar.Find(); err == nil {
		zones, _ := filepath.Glob(folder + "/lib/python3*/site-packages/tzdata/zoneinfo")
		os.Setenv("ZONEINFO", zones[0]) // both programs know the same time zones
	}
	os.Exit(m.Run())
}

// A reading is a calendar as the other program reads it.
type reading struct {
	Errors, Properties, Components, Zones, Disagreements []string

	Method, Version string
	Entries         []entry
	Occurrences     []occurrence
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

// reader is testdata/read.py. It runs as long as the tests do.
var reader struct {
	sync.Mutex
	start sync.Once
	in    io.Writer
	out   *bufio.Reader
	err   error
}

// needReader starts the reader, or skips the test where it is not installed.
func needReader(t *testing.T) {
	t.Helper()
	folder := interop.Icalendar.Need(t)
	reader.start.Do(func() { startReader(folder) })
	if reader.err != nil {
		t.Fatal(reader.err)
	}
}

func startReader(folder string) {
	cmd := exec.Command(filepath.Join(folder, "bin", "python"), "testdata/read.py")
	cmd.Env = append(os.Environ(), "PYTHONTZPATH=")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err == nil {
		var out io.Reader
		out, err = cmd.StdoutPipe()
		reader.in, reader.out = in, bufio.NewReader(out)
	}
	if err == nil {
		err = cmd.Start()
	}
	reader.err = err
}

type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// written returns the calendar, which must not have been refused.
func written(t tester) func(text string, err error) string {
	return func(text string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return text
	}
}

// request reads the calendar that asks the invitees to come.
func request(t tester, i calendar.Invite) reading {
	t.Helper()
	return read(t, written(t)(calendar.Request(i)))
}

// read reads a calendar, with its occurrences of a year.
func read(t tester, text string) reading {
	t.Helper()
	return ask(t, question{Calendar: text, From: now.Unix(), Until: now.AddDate(1, 0, 0).Unix()})
}

// clocks returns where the time zone that a calendar defines differs from the one of its name, in the span.
func clocks(t tester, text string, from, until time.Time) []string {
	t.Helper()
	return ask(t, question{Calendar: text, From: from.Unix(), Until: until.Unix(), Clocks: true}).Disagreements
}

type question struct {
	Calendar    string
	From, Until int64
	Clocks      bool // instead of entries
}

func ask(t tester, q question) (answer reading) {
	t.Helper()
	for line := range strings.SplitSeq(q.Calendar, "\r\n") { // RFC 5545, 3.1
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") || !strings.HasSuffix(q.Calendar, "\r\n") {
			t.Errorf("%q is not a line of a calendar", line)
		}
	}
	reader.Lock()
	defer reader.Unlock()
	err := json.NewEncoder(reader.in).Encode(q)
	if err == nil {
		var line []byte
		line, err = reader.out.ReadBytes('\n')
		err = errors.Join(err, json.Unmarshal(line, &answer))
	}
	if err != nil || len(answer.Errors) > 0 {
		t.Fatalf("%v %s\n%s", err, strings.Join(answer.Errors, "\n"), q.Calendar)
	}
	return answer
}
