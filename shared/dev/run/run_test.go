//go:build unix

package main_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

const patience = 60 * time.Second

var (
	fixture = filepath.Join("..", "runner", "testdata", "fixture")
	binDir  string // of the program and the functions of the fixture
)

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "run-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	binDir = dir
	if said, err := buildScript("-o", dir+"/", ".", "../runner/testdata/fixture/functions/...").CombinedOutput(); err != nil {
		panic(string(said))
	}
	return dynamotest.Run(m)
}

// buildScript is what make run builds with.
func buildScript(arguments ...string) *exec.Cmd {
	cmd := exec.Command("./build.sh", append(slices.Clone(build.Flags), arguments...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	return cmd
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
	r := launch(t, append(otherDynamoDB(t), "MODE=exit at start")...)
	err := r.end(t)
	if out := r.out.String(); !strings.Contains(out, "echo     | no way to start") {
		t.Errorf("its log is not shown:\n%s", out)
	}
	if said := r.errors.String(); exitCode(err) != 1 || !strings.Contains(said, "personal-rooms: echo cannot start") {
		t.Errorf("%v, and it said %s", err, said)
	}
}

func TestASecondCtrlCDoesNotWait(t *testing.T) {
	r := start(t, otherDynamoDB(t)...)
	taken := make(chan struct{})
	place := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		close(taken)
		<-q.Context().Done()
	}))
	defer place.Close()
	go func() {
		if answer, err := http.Get(r.url + "/do/meet?at=" + place.URL); err == nil {
			answer.Body.Close()
		}
	}()
	<-taken
	r.signal(t, syscall.SIGINT)
	r.out.await(t, "(stopping)\n")
	r.signal(t, syscall.SIGINT)
	if err := r.end(t); err == nil || exitCode(err) != -1 {
		t.Errorf("it ended by itself: %v", err)
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
		"PORT=" + taken:  "port " + taken + " is in use: stop what uses it, or choose another with PORT=",
		"PORT=http":      `PORT is "http", and must be a number`,
		"LOG_FORMAT=xml": `LOG_FORMAT is "xml", and must be text or json`,
		"BIN_DIR=/no":    "the function echo is not built: there is no /no/echo",
		"JAVA_HOME=/no":  "Java 17 or newer is needed, because DynamoDB Local is a Java program: install it, or point JAVA_HOME at it",
	} {
		r := launch(t, variable)
		err := r.end(t)
		said := strings.TrimSpace(r.errors.String())
		if exitCode(err) != 1 || !strings.HasPrefix(said, "personal-rooms: "+want) || strings.Contains(said, "\n") {
			t.Errorf("with %s: %v, and it said %q", variable, err, said)
		}
	}
}

// otherDynamoDB are the variables that make the runner use the server of all tests, with a table of its own.
func otherDynamoDB(t *testing.T) []string {
	t.Helper()
	table := dynamotest.UniqueName()
	t.Cleanup(func() { dynamotest.Delete(t, table) })
	return []string{"DYNAMODB_ENDPOINT=" + dynamotest.Endpoint(t), "TABLE_NAME=" + table}
}

// runner is the program at work on the fixture.
type runner struct {
	cmd    *exec.Cmd
	out    output
	errors bytes.Buffer
	held   *os.File // at its end when the runner and all it started are gone
	url    string
}

// launch starts the program. All that it starts inherits the other end of held.
func launch(t *testing.T, variables ...string) *runner {
	t.Helper()
	cmd := exec.Command(filepath.Join(binDir, "run"))
	cmd.Dir = fixture
	return launchCommand(t, cmd, append([]string{"MAKELEVEL=", "BIN_DIR=" + binDir}, variables...)...)
}

func launchCommand(t *testing.T, cmd *exec.Cmd, variables ...string) *runner {
	t.Helper()
	held, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	r := &runner{cmd: cmd, held: held}
	if r.cmd.Env == nil {
		r.cmd.Env = os.Environ()
	}
	r.cmd.Env = append(r.cmd.Env, "PORT=0", "DYNAMODB_ENDPOINT=", "DATA_DIR="+t.TempDir())
	r.cmd.Env = append(r.cmd.Env, variables...)
	r.cmd.ExtraFiles = []*os.File{hold}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errors
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
	r.awaitReady(t)
	return r
}

func (r *runner) awaitReady(t *testing.T) {
	t.Helper()
	r.url = r.out.await(t, `(?m)^ready (.*)$`)
}

// output is what a program wrote so far.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // closed when it grows; nil if nobody waits
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.grown != nil {
		close(o.grown)
		o.grown = nil
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until what was written matches, and returns the first group.
func (o *output) await(t *testing.T, expression string) string {
	t.Helper()
	wanted := regexp.MustCompile(expression)
	limit := time.After(patience)
	for {
		o.mu.Lock()
		if match := wanted.FindStringSubmatch(o.text.String()); match != nil {
			o.mu.Unlock()
			return match[len(match)-1]
		}
		if o.grown == nil {
			o.grown = make(chan struct{})
		}
		grown := o.grown
		o.mu.Unlock()
		select {
		case <-grown:
		case <-limit:
			t.Fatalf("%s does not match\n%s", expression, o)
		}
	}
}

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
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answerOf(t, request, 200)
}

func answerOf(t *testing.T, request *http.Request, want int) string {
	t.Helper()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != want {
		t.Fatalf("%s %s: %d %s %v", request.Method, request.URL.Path, answer.StatusCode, body, err)
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
