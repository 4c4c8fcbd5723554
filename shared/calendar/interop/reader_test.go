package interop

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

	"personal-rooms/shared/dev/testkit/interop"
)

func TestMain(m *testing.M) {
	if folder, err := interop.Icalendar.Find(); err == nil {
		zones, _ := filepath.Glob(folder + "/lib/python3*/site-packages/tzdata/zoneinfo")
		os.Setenv("ZONEINFO", zones[0]) // both sides know the same time zones
	}
	os.Exit(m.Run())
}

// A reading is what another program makes of a calendar.
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

// An occurrence is when something is held, in Unix time.
type occurrence struct {
	Start, End           int64
	Summary, Description string
}

// reader is testdata/read.py, running for as long as the tests do.
var reader struct {
	sync.Mutex
	start sync.Once
	in    io.Writer
	out   *bufio.Reader
	err   error
}

// needReader starts the reader, or skips the test where there is none.
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

// read is what another program makes of a calendar, with what is held in the span.
func read(t tester, calendar string, from, until time.Time) reading {
	t.Helper()
	return ask(t, request{Calendar: calendar, From: from.Unix(), Until: until.Unix()})
}

// clocks are where the time zone that a calendar defines is not the one of its name, in the span.
func clocks(t tester, calendar string, from, until time.Time) []string {
	t.Helper()
	return ask(t, request{Calendar: calendar, From: from.Unix(), Until: until.Unix(), Clocks: true}).Disagreements
}

type request struct {
	Calendar    string
	From, Until int64
	Clocks      bool // instead of entries
}

func ask(t tester, question request) (answer reading) {
	t.Helper()
	wellFormed(t, question.Calendar)
	reader.Lock()
	defer reader.Unlock()
	err := json.NewEncoder(reader.in).Encode(question)
	if err == nil {
		var line []byte
		line, err = reader.out.ReadBytes('\n')
		err = errors.Join(err, json.Unmarshal(line, &answer))
	}
	if err != nil || len(answer.Errors) > 0 {
		t.Fatalf("%v %s\n%s", err, strings.Join(answer.Errors, "\n"), question.Calendar)
	}
	return answer
}

// wellFormed checks the lines: RFC 5545, 3.1.
func wellFormed(t tester, calendar string) {
	t.Helper()
	lines := strings.Split(calendar, "\r\n")
	if lines[len(lines)-1] != "" {
		t.Errorf("the last line does not end:\n%s", calendar)
	}
	for _, line := range lines {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%q is not a line of a calendar", line)
		}
	}
}
