//go:build unix

package lambda_test

import (
	"bytes"
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
)

const patience = 10 * time.Second

var echoPath string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lambda-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	echoPath = filepath.Join(dir, "bootstrap")
	cmd := exec.Command("go", append(append([]string{"build"}, build.Flags...), "-o", echoPath, "./functions/echo")...)
	cmd.Dir, cmd.Env = filepath.Join("..", "testdata", "fixture"), append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		panic(string(said))
	}
	return m.Run()
}

func TestAWarmEnvironmentIsUsedAgain(t *testing.T) {
	f, _ := start(t, lambda.Config{})
	first := pidOf(t, f)
	for range 20 {
		if again := pidOf(t, f); again != first {
			t.Fatalf("process %s, then %s", first, again)
		}
	}
	if f.Count() != 1 {
		t.Errorf("%d environments", f.Count())
	}
}

func TestConcurrentRequestsHaveAProcessEach(t *testing.T) {
	const guests = 8
	f, _ := start(t, lambda.Config{})
	processes := together(t, f, guests)
	slices.Sort(processes)
	if distinct := slices.Compact(processes); len(distinct) != guests {
		t.Errorf("%d requests at once were in %d processes", guests, len(distinct))
	}
	if f.Count() != guests {
		t.Errorf("%d environments, want %d", f.Count(), guests)
	}
}

func TestRequestsBeyondTheLimitWait(t *testing.T) {
	f, _ := start(t, lambda.Config{Environments: 2})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { invoke(t, f, "/echo") })
	}
	all.Wait()
	if f.Count() > 2 {
		t.Errorf("%d environments", f.Count())
	}
}

func TestACrashIsAnErrorAndTheLogIsShown(t *testing.T) {
	f, log := start(t, lambda.Config{})
	before := pidOf(t, f)
	if _, err := f.Invoke(event("/crash")); !errors.Is(err, lambda.ErrCrashed) {
		t.Fatalf("a crash is %v", err)
	}
	if after := pidOf(t, f); after == before {
		t.Error("the dead process answered")
	}
	log.await(t, "about to crash\n")
	log.await(t, "the process ended: exit status 3\n")
}

func TestAPanicIsAnErrorAndTheNextRequestIsServed(t *testing.T) {
	f, log := start(t, lambda.Config{})
	for range 5 {
		if _, err := f.Invoke(event("/panic")); !errors.Is(err, lambda.ErrFailed) {
			t.Fatalf("a panic is %v", err)
		}
		pidOf(t, f)
	}
	log.await(t, "at the disco")
}

func TestAnErrorLeavesTheEnvironmentWarm(t *testing.T) {
	f, log := start(t, lambda.Config{})
	before := pidOf(t, f)
	if _, err := f.Invoke(event("/error")); !errors.Is(err, lambda.ErrFailed) {
		t.Fatalf("an error is %v", err)
	}
	if after := pidOf(t, f); after != before {
		t.Error("the process was replaced")
	}
	log.await(t, `"errorMessage":"no luck"`)
}

func TestARequestThatTakesTooLongIsEnded(t *testing.T) {
	f, log := start(t, lambda.Config{Timeout: 300 * time.Millisecond})
	before := pidOf(t, f)
	if _, err := f.Invoke(event("/hang")); !errors.Is(err, lambda.ErrTimedOut) {
		t.Fatalf("a hanging request is %v", err)
	}
	if after := pidOf(t, f); after == before {
		t.Error("the hanging process was used again")
	}
	log.await(t, "timed out after 300ms")
}

func TestAnAnswerThatIsTooLargeIsAnError(t *testing.T) {
	f, _ := start(t, lambda.Config{})
	if _, err := f.Invoke(event("/large")); !errors.Is(err, lambda.ErrTooLarge) {
		t.Fatalf("7 MB are %v", err)
	}
	pidOf(t, f)
}

func TestTheFunctionSeesWhatItSeesInTheCloud(t *testing.T) {
	t.Setenv("DEVELOPERS_OWN", "secret")
	f, _ := start(t, lambda.Config{Env: map[string]string{"COLOUR": "blue"}, Memory: 256})
	var seen struct {
		Request, ARN string
		Deadline     int64
		Environment  []string
	}
	if err := json.Unmarshal([]byte(invoke(t, f, "/context").Body), &seen); err != nil {
		t.Fatal(err)
	}
	if len(seen.Request) != 36 || !strings.HasSuffix(seen.ARN, ":function:echo") {
		t.Errorf("request %q to %q", seen.Request, seen.ARN)
	}
	if left := time.Until(time.UnixMilli(seen.Deadline)); left <= 0 || left > patience {
		t.Errorf("%s are left", left)
	}
	for _, want := range []string{"COLOUR=blue", "AWS_LAMBDA_FUNCTION_NAME=echo", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256"} {
		if !slices.Contains(seen.Environment, want) {
			t.Errorf("%s is missing in %v", want, seen.Environment)
		}
	}
	if slices.Contains(seen.Environment, "DEVELOPERS_OWN=secret") {
		t.Error("a variable of ours leaked in")
	}
}

func TestAnIdleEnvironmentIsStopped(t *testing.T) {
	f, log := start(t, lambda.Config{IdleLimit: 20 * time.Millisecond})
	look, limit := time.NewTicker(5*time.Millisecond), time.After(patience)
	defer look.Stop()
	for f.Count() > 0 {
		select {
		case <-look.C:
		case <-limit:
			t.Fatal("it is still there")
		}
	}
	pidOf(t, f)
	if strings.Contains(log.String(), "the process ended") {
		t.Errorf("a planned end is told as a crash:\n%s", log)
	}
}

func TestAFunctionThatCannotStart(t *testing.T) {
	for name, c := range map[string]struct {
		config lambda.Config
		log    string
	}{
		"it ends at once":     {lambda.Config{Env: map[string]string{"MODE": "exit at start"}}, "no way to start"},
		"there is no file":    {lambda.Config{Path: "/nowhere/bootstrap"}, "cannot be started"},
		"it is not a program": {lambda.Config{Path: "function_test.go"}, "cannot be started"},
	} {
		t.Run(name, func(t *testing.T) {
			log := &record{}
			_, err := lambda.Start(complete(t, c.config, log))
			if !errors.Is(err, lambda.ErrCrashed) || !strings.Contains(err.Error(), "echo cannot start") {
				t.Errorf("Start: %v", err)
			}
			log.await(t, c.log)
		})
	}
}

func TestAfterCloseNothingRunsAndNothingIsTaken(t *testing.T) {
	f, _ := start(t, lambda.Config{})
	together(t, f, 3)
	f.Close()
	if f.Count() != 0 {
		t.Errorf("%d environments are left", f.Count())
	}
	if _, err := f.Invoke(event("/echo")); !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("Invoke after Close: %v", err)
	}
	f.Close()
}

func TestEveryLineOfTheLogHasTheName(t *testing.T) {
	f, log := start(t, lambda.Config{})
	invoke(t, f, "/log")
	f.Close()
	log.await(t, "one\ntwo without end\n")
}

// answer is what the echo function returns.
type answer struct {
	StatusCode int
	Headers    map[string]string
	Body       string
}

func invoke(t *testing.T, f *lambda.Function, path string) (a answer) {
	t.Helper()
	said, err := f.Invoke(event(path))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return a
	}
	if err := json.Unmarshal(said, &a); err != nil {
		t.Errorf("%s: %v in %s", path, err, said)
	}
	return a
}

func pidOf(t *testing.T, f *lambda.Function) string {
	t.Helper()
	return invoke(t, f, "/echo").Headers["x-pid"]
}

// together sends n requests of which none is answered before all are being worked on, and returns their processes.
func together(t *testing.T, f *lambda.Function, n int) (processes []string) {
	t.Helper()
	var here sync.WaitGroup
	here.Add(n)
	place := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		here.Done()
		here.Wait()
	}))
	defer place.Close()
	var mu sync.Mutex
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			said, err := f.Invoke(fmt.Appendf(nil, `{"rawPath":"/meet","queryStringParameters":{"at":%q}}`, place.URL))
			var a answer
			if err := errors.Join(err, json.Unmarshal(said, &a)); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			processes = append(processes, a.Headers["x-pid"])
		})
	}
	all.Wait()
	return processes
}

func event(path string) []byte { return fmt.Appendf(nil, `{"rawPath":%q}`, path) }

func start(t *testing.T, c lambda.Config) (*lambda.Function, *record) {
	t.Helper()
	log := &record{}
	f, err := lambda.Start(complete(t, c, log))
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	t.Cleanup(f.Close)
	return f, log
}

func complete(t *testing.T, c lambda.Config, log *record) lambda.Config {
	t.Helper()
	group, err := process.NewGroup()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(group.Close)
	c.Name, c.Group, c.Log = "echo", group, log
	if c.Path == "" {
		c.Path = echoPath
	}
	if c.Timeout == 0 {
		c.Timeout = patience
	}
	return c
}

// record keeps a log and lets a test wait for a part of it.
type record struct {
	mu    sync.Mutex
	kept  bytes.Buffer
	grown chan struct{}
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.grown != nil {
		close(r.grown)
		r.grown = nil
	}
	return r.kept.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept.String()
}

func (r *record) await(t *testing.T, want string) {
	t.Helper()
	limit := time.After(patience)
	for {
		r.mu.Lock()
		if strings.Contains(r.kept.String(), want) {
			r.mu.Unlock()
			return
		}
		if r.grown == nil {
			r.grown = make(chan struct{})
		}
		grown := r.grown
		r.mu.Unlock()
		select {
		case <-grown:
		case <-limit:
			t.Fatalf("%q is not in the log:\n%s", want, r)
		}
	}
}
