//go:build unix

package lambda_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"personal-rooms/shared/dev/aws/lambda"
	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/run/console"
)

const patience = 10 * time.Second

var echoPath string // the executable of the runner's fixture

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lambda-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	echoPath = filepath.Join(dir, "bootstrap")
	cmd := exec.Command("go", slices.Concat([]string{"build"}, build.Flags, []string{"-o", echoPath, "./functions/echo"})...)
	cmd.Dir, cmd.Env = filepath.Join("..", "..", "runner", "testdata", "fixture"), append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		panic(string(output))
	}
	return m.Run()
}

func TestConcurrentRequestsHaveAProcessEachUntilClose(t *testing.T) {
	const guests = 8
	f, _ := start(t, lambda.Config{})
	processes := meet(t, f, guests)
	slices.Sort(processes)
	if distinct := slices.Compact(processes); len(distinct) != guests || f.Count() != guests {
		t.Errorf("%d concurrent requests had %d processes; %d environments", guests, len(distinct), f.Count())
	}
	f.Close()
	if _, err := f.Invoke(event("/echo")); f.Count() != 0 || !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("after Close: %d environments, %v", f.Count(), err)
	}
	f.Close()
}

func TestFailuresOfARequest(t *testing.T) {
	for path, c := range map[string]struct {
		want  error
		log   string
		kept  bool          // the process handles the next request too
		limit time.Duration // 0: a long one
	}{
		"/crash": {want: lambda.ErrCrashed, log: "about to\ncrash\nthe process ended: exit status 3\n"},
		"/panic": {want: lambda.ErrFailed, log: "at the disco"},
		"/error": {want: lambda.ErrFailed, log: `"errorMessage":"no luck"`, kept: true},
		"/hang":  {want: lambda.ErrTimedOut, log: "timed out after 500ms", limit: 500 * time.Millisecond},
		"/large": {want: lambda.ErrFailed, log: "request body too large", kept: true},
	} {
		t.Run(path, func(t *testing.T) {
			f, log := start(t, lambda.Config{Timeout: c.limit})
			before := processOf(t, f)
			if _, err := f.Invoke(event(path)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if kept := processOf(t, f) == before; kept != c.kept {
				t.Errorf("the process was kept: %v", kept)
			}
			if f.Close(); !strings.Contains(log.String(), c.log) {
				t.Errorf("%q is not in the log:\n%s", c.log, log)
			}
		})
	}
}

func TestFunctionsSeeTheCloudsEnvironment(t *testing.T) {
	t.Setenv("DEVELOPERS_OWN", "secret")
	f, _ := start(t, lambda.Config{Env: map[string]string{"COLOUR": "blue"}, Memory: 256})
	var seen struct {
		Request, ARN string
		Deadline     int64
		Environment  []string
	}
	if err := json.Unmarshal([]byte(invoke(t, f, event("/context")).Body), &seen); err != nil {
		t.Fatal(err)
	}
	left := time.Until(time.UnixMilli(seen.Deadline))
	if seen.Request == "" || !strings.HasSuffix(seen.ARN, ":function:echo") || left <= 0 || left > patience {
		t.Errorf("request %q to %q with %s left", seen.Request, seen.ARN, left)
	}
	for _, want := range []string{"COLOUR=blue", "AWS_LAMBDA_FUNCTION_NAME=echo", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256"} {
		if !slices.Contains(seen.Environment, want) {
			t.Errorf("%s is missing in %v", want, seen.Environment)
		}
	}
	if slices.Contains(seen.Environment, "DEVELOPERS_OWN=secret") {
		t.Error("a variable of this process is passed on")
	}
}

// answer is an answer of the fixture.
type answer struct {
	Headers map[string]string
	Body    string
}

func invoke(t *testing.T, f *lambda.Function, event []byte) (a answer) {
	t.Helper()
	text, err := f.Invoke(event)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		t.Errorf("%s: %v", event, err)
	}
	return a
}

func event(path string) []byte { return fmt.Appendf(nil, `{"rawPath":%q}`, path) }

func processOf(t *testing.T, f *lambda.Function) string {
	t.Helper()
	return invoke(t, f, event("/echo")).Headers["x-pid"]
}

// meet sends n requests, of which none is answered before all are being handled, and returns their processes.
func meet(t *testing.T, f *lambda.Function, n int) (processes []string) {
	t.Helper()
	var here, all sync.WaitGroup
	here.Add(n)
	place := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		here.Done()
		here.Wait()
	}))
	defer place.Close()
	var mu sync.Mutex
	for range n {
		all.Go(func() {
			a := invoke(t, f, fmt.Appendf(nil, `{"rawPath":"/meet","queryStringParameters":{"at":%q}}`, place.URL))
			mu.Lock()
			defer mu.Unlock()
			processes = append(processes, a.Headers["x-pid"])
		})
	}
	all.Wait()
	return processes
}

// start starts the fixture with these limits. Its log is complete after Close.
func start(t *testing.T, c lambda.Config) (*lambda.Function, *bytes.Buffer) {
	t.Helper()
	group, err := process.NewGroup()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(group.Close)
	log := &bytes.Buffer{}
	c.Name, c.Path, c.Group, c.Timeout = "echo", echoPath, group, cmp.Or(c.Timeout, patience)
	c.Log = console.New(log, true) // for several environments at the same time
	f, err := lambda.Start(c)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	t.Cleanup(f.Close)
	return f, log
}
