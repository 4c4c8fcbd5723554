//go:build unix

package main_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
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
	if output, err := buildScript("-o", dir+"/", ".", "../runner/testdata/fixture/functions/...").CombinedOutput(); err != nil {
		panic(string(output))
	}
	return dynamotest.Run(m)
}

// buildScript is the command with which make run builds.
func buildScript(arguments ...string) *exec.Cmd {
	cmd := exec.Command("./build.sh", append(slices.Clone(build.Flags), arguments...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	return cmd
}

// All processes end with the program, in order or killed.
func TestDataSurvivesARestart(t *testing.T) {
	data := "DATA_DIR=" + t.TempDir()
	for i, c := range []struct {
		end  syscall.Signal
		code int
	}{{syscall.SIGINT, 0}, {syscall.SIGKILL, -1}} {
		r := start(t, data, "LOG_FORMAT=json")
		if got := r.send(t, "", "GET", "/do/count", "", 200); got != strconv.Itoa(i+1) {
			t.Errorf("request %d counts %s", i+1, got)
		}
		r.send(t, "", "POST", "/do/crash", "", 500)
		r.out.await(t, `(?m)^about to$`) // unchanged, without the function's name
		if err := r.cmd.Process.Signal(c.end); err != nil {
			t.Fatal(err)
		}
		if code := r.end(t); code != c.code {
			t.Errorf("after %s it ends with %d\n%s", c.end, code, r.errors.String())
		}
	}
}

func TestACrashedDatabaseEndsTheRunner(t *testing.T) {
	r := start(t)
	if err := exec.Command("pkill", "-KILL", "-P", strconv.Itoa(r.cmd.Process.Pid), "-f", "DynamoDBLocal.jar").Run(); err != nil {
		t.Fatal(err)
	}
	code := r.end(t)
	for _, want := range []string{"DynamoDB Local has ended", "Initializing DynamoDB Local"} {
		if said := r.errors.String(); code != 1 || !strings.Contains(said, want) {
			t.Errorf("it ends with %d, and wrote %s", code, said)
		}
	}
}

func TestInvalidSettingsAreOneSentence(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, taken, _ := net.SplitHostPort(listener.Addr().String())
	for variable, want := range map[string]string{
		"PORT=" + taken:      "port " + taken + " is in use: stop what uses it, or choose another with PORT=",
		"PORT=http":          `PORT is "http", and must be a number`,
		"LOG_FORMAT=xml":     `LOG_FORMAT is "xml", and must be text or json`,
		"CORS_ORIGINS=*":     "template.yaml: no parameter is named CorsOrigins", // in the fixture
		"BIN_DIR=/no":        "the function echo is not built: there is no /no/echo",
		"MODE=exit at start": "echo cannot start: the function's process ended",
	} {
		r := launch(t, append(otherDynamoDB(t), variable)...)
		code, said := r.end(t), strings.TrimSpace(r.errors.String())
		if code != 1 || !strings.HasPrefix(said, "personal-rooms: "+want) || strings.Contains(said, "\n") {
			t.Errorf("with %s it ends with %d, and wrote %q", variable, code, said)
		}
		if variable == "MODE=exit at start" && !strings.Contains(r.out.String(), "echo     | no way to start") {
			t.Errorf("the log of the function is not shown:\n%s", r.out.String())
		}
	}
}

// otherDynamoDB returns variables for the DynamoDB of all tests, with a new table.
func otherDynamoDB(t *testing.T) []string {
	t.Helper()
	table := dynamotest.UniqueName()
	t.Cleanup(func() { dynamotest.Delete(t, table) })
	return []string{"DYNAMODB_ENDPOINT=" + dynamotest.Endpoint(t), "TABLE_NAME=" + table}
}

// runner is the running program.
type runner struct {
	cmd    *exec.Cmd
	out    output
	errors bytes.Buffer
	held   *os.File // a pipe whose other end all processes of the program inherit
	url    string
}

// launch starts the program on the fixture.
func launch(t *testing.T, variables ...string) *runner {
	t.Helper()
	cmd := exec.Command(filepath.Join(binDir, "run"))
	cmd.Dir = fixture
	return launchCommand(t, cmd, append([]string{"BIN_DIR=" + binDir}, variables...)...)
}

func launchCommand(t *testing.T, cmd *exec.Cmd, variables ...string) *runner {
	t.Helper()
	held, inherited, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer inherited.Close()
	r := &runner{cmd: cmd, held: held}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = slices.Concat(cmd.Env, []string{"PORT=0", "DYNAMODB_ENDPOINT=", "DATA_DIR=" + t.TempDir()}, variables)
	cmd.ExtraFiles = []*os.File{inherited}
	cmd.Stdout, cmd.Stderr = &r.out, &r.errors
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); held.Close() })
	return r
}

// start starts the program and waits until it is ready.
func start(t *testing.T, variables ...string) *runner {
	t.Helper()
	r := launch(t, variables...)
	r.url = r.out.await(t, `(?m)^ready (.*)$`)
	return r
}

// output is the output of a program.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until the output matches, and returns the last group.
func (o *output) await(t *testing.T, expression string) string {
	t.Helper()
	wanted, limit := regexp.MustCompile(expression), time.After(patience)
	for {
		if match := wanted.FindStringSubmatch(o.String()); match != nil {
			return match[len(match)-1]
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-limit:
			t.Fatalf("%s does not match\n%s", expression, o)
		}
	}
}

// end waits until no process is left, and returns the exit code of the program: -1 if a signal ended it.
func (r *runner) end(t *testing.T) int {
	t.Helper()
	if err := r.held.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r.held); err != nil {
		t.Fatalf("a process is left: %v", err)
	}
	_ = r.cmd.Wait() // its error is the exit code
	return r.cmd.ProcessState.ExitCode()
}

// send returns the body of the answer. The request is a guest's if the token is empty.
func (r *runner) send(t *testing.T, token, method, path, body string, want int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return answerTo(t, request, want)
}

func answerTo(t *testing.T, request *http.Request, want int) string {
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
