//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const patience = 60 * time.Second

var (
	fixture = filepath.Join("..", "testdata", "fixture")
	program string
)

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "run-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "run")
	if said, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		panic(string(said))
	}
	return m.Run()
}

func TestDataAndTokensSurviveARestartAndNothingSurvivesTheRunner(t *testing.T) {
	data := t.TempDir()
	first := start(t, "DATA_DIR="+data)
	if got := first.get(t, "/do/count"); got != "1" {
		t.Errorf("the first visit is number %s", got)
	}
	keys := first.variable(t, "KEY_SET")
	first.signal(t, syscall.SIGINT)
	if err := first.end(t); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s", err, first.errors.String())
	}

	second := start(t, "DATA_DIR="+data, "MAKELEVEL=1")
	if got := second.get(t, "/do/count"); got != "2" {
		t.Errorf("the second visit is number %s", got)
	}
	if got := second.variable(t, "KEY_SET"); got != keys {
		t.Error("the key that signs tokens has changed")
	}
	second.signal(t, syscall.SIGKILL)
	if err := second.end(t); exitCode(err) != -1 {
		t.Errorf("after SIGKILL: %v", err)
	}
}

func TestACrashedDatabaseEndsTheRunner(t *testing.T) {
	r := start(t)
	if err := syscall.Kill(databaseOf(t, r.cmd.Process.Pid), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	err := r.end(t)
	if said := r.errors.String(); exitCode(err) != 1 || !strings.Contains(said, "DynamoDB Local has ended") ||
		!strings.Contains(said, "Initializing DynamoDB Local") {
		t.Errorf("%v, and it said %s", err, said)
	}
}

func TestAFunctionThatCannotStartEndsTheRunner(t *testing.T) {
	r := launch(t, "MODE=exit at start")
	out, err := io.ReadAll(r.out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "echo      | no way to start") {
		t.Errorf("its log is not shown:\n%s", out)
	}
	err = r.end(t)
	if said := r.errors.String(); exitCode(err) != 1 || !strings.Contains(said, "personal-rooms: echo cannot start") {
		t.Errorf("%v, and it said %s", err, said)
	}
}

func TestCORSOriginsAreTheTemplatesParameter(t *testing.T) {
	const page = "https://app.example.com"
	for variable, want := range map[string]struct {
		status int
		origin string
	}{"CORS_ORIGINS=" + page: {204, page}, "CORS_ORIGINS=": {404, ""}} {
		r := start(t, variable)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, r.url+"/second", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{"Origin": {page}, "Access-Control-Request-Method": {"GET"}}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if got := answer.Header.Get("Access-Control-Allow-Origin"); answer.StatusCode != want.status || got != want.origin {
			t.Errorf("with %s: %d for %q, want %+v", variable, answer.StatusCode, got, want)
		}
	}
}

func TestWrongSettingsAreOneSentence(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, taken, _ := net.SplitHostPort(listener.Addr().String())
	for variable, want := range map[string]string{
		"PORT=" + taken: "port " + taken + " is in use: stop what uses it, or choose another with PORT=",
		"PORT=http":     `PORT is "http", and must be a number`,
		"JAVA_HOME=/no": "DynamoDB Local needs Java 17 or newer: install it, or point JAVA_HOME at it",
	} {
		r := launch(t, variable)
		r.drain()
		err := r.end(t)
		said := strings.TrimSpace(r.errors.String())
		if exitCode(err) != 1 || !strings.HasPrefix(said, "personal-rooms: "+want) || strings.Contains(said, "\n") {
			t.Errorf("with %s: %v, and it said %q", variable, err, said)
		}
	}
}

// runner is the program at work on the fixture.
type runner struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	errors bytes.Buffer
	held   *os.File // at its end when the runner and all it started are gone
	url    string
}

// launch starts the program. All that it starts inherits the other end of held.
func launch(t *testing.T, variables ...string) *runner {
	t.Helper()
	held, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	r := &runner{cmd: exec.Command(program), held: held}
	r.cmd.Dir = fixture
	r.cmd.Env = append(os.Environ(), "PORT=0", "MAKELEVEL=", "DYNAMODB_ENDPOINT=", "DATA_DIR="+t.TempDir())
	r.cmd.Env = append(r.cmd.Env, variables...)
	r.cmd.ExtraFiles = []*os.File{hold}
	r.cmd.Stderr = &r.errors
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.out = bufio.NewReader(out)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.cmd.Process.Kill(); held.Close() })
	return r
}

// start launches the program and waits for its word that it is ready.
func start(t *testing.T, variables ...string) *runner {
	t.Helper()
	r := launch(t, variables...)
	for {
		line, err := r.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%v\n%s", err, r.errors.String())
		}
		if url, ready := strings.CutPrefix(line, "ready "); ready {
			r.url = strings.TrimSuffix(url, "\n")
			go r.drain()
			return r
		}
	}
}

// drain reads what the program says, to its end.
func (r *runner) drain() { _, _ = io.Copy(io.Discard, r.out) }

func (r *runner) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// end waits until no process is left, and returns how the program ended.
func (r *runner) end(t *testing.T) error {
	t.Helper()
	if err := r.held.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r.held); err != nil {
		t.Fatalf("something is still alive: %v", err)
	}
	return r.cmd.Wait()
}

func (r *runner) get(t *testing.T, path string) string {
	t.Helper()
	answer, err := http.Get(r.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("%s: %d %s %v", path, answer.StatusCode, body, err)
	}
	return string(body)
}

// variable is the value that the functions see.
func (r *runner) variable(t *testing.T, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(r.get(t, "/do/context"), `"`+name+"=")
	if !found {
		t.Fatalf("the functions have no %s", name)
	}
	value, _, _ := strings.Cut(rest, `}]}"`)
	return value
}

// databaseOf finds the DynamoDB Local that the process has started.
func databaseOf(t *testing.T, runner int) int {
	t.Helper()
	all, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(all)) {
		fields := strings.Fields(line)
		if len(fields) > 2 && fields[1] == strconv.Itoa(runner) && strings.Contains(line, "DynamoDBLocal.jar") {
			pid, err := strconv.Atoi(fields[0])
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	t.Fatalf("process %d has no database:\n%s", runner, all)
	return 0
}

func exitCode(err error) int {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}
