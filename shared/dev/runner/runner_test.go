//go:build unix

package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

var (
	fixture = filepath.Join("testdata", "fixture")
	rooms   *runner.Bundle // the fixture, running
	binDir  string         // where its functions are built
)

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	var err error
	if binDir, err = os.MkdirTemp("", "local-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(binDir)
	if err := buildFixture(binDir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if rooms, err = runner.Start(context.Background(), runner.Options{Root: fixture, BinDir: binDir, Log: os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer rooms.Close()
	return dynamotest.Run(m)
}

func buildFixture(dir string) error {
	group, err := process.NewGroup()
	if err != nil {
		return err
	}
	defer group.Close()
	plan, err := template.Load(fixture, nil)
	if err != nil {
		return err
	}
	return build.Functions(context.Background(), group, fixture, plan.Functions, dir, os.Stderr)
}

func TestEveryFunctionAnswersItsRoutes(t *testing.T) {
	if status, body := send(t, "GET", "/second", ""); status != 200 || body != "second" {
		t.Errorf("%d %s", status, body)
	}
	status, body := send(t, "POST", "/people/ada/things/a%20lamp", `{"lit":true}`)
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(body), &event); status != 200 || err != nil {
		t.Fatalf("%d %s", status, body)
	}
	if event.RouteKey != "POST /people/{name}/things/{thing}" || event.PathParameters["thing"] != "a lamp" {
		t.Errorf("%s with %v", event.RouteKey, event.PathParameters)
	}
	if status, _ := send(t, "GET", "/nowhere", ""); status != 404 {
		t.Errorf("an unknown path is answered %d", status)
	}
}

func TestTheTableIsThere(t *testing.T) {
	if status, body := send(t, "GET", "/do/count", ""); status != 200 || body != "1" {
		t.Errorf("%d %s", status, body)
	}
}

func TestWhatGoesWrongIsThatRequestsAlone(t *testing.T) {
	for what, want := range map[string]int{
		"crash": 500, "panic": 500, "error": 500, "nothing": 500, "large": 500, "hang": 503, "plain": 200, "text": 200,
	} {
		if status, body := send(t, "POST", "/do/"+what, ""); status != want {
			t.Errorf("%s is answered %d %s, want %d", what, status, body, want)
		}
		if status, _ := send(t, "POST", "/do/echo", ""); status != 200 {
			t.Errorf("after %s, the next request is answered %d", what, status)
		}
	}
}

func TestBinaryAnswers(t *testing.T) {
	if status, body := send(t, "GET", "/do/binary", ""); status != 200 || body != "\x00\xff\xfe" {
		t.Errorf("%d %q", status, body)
	}
}

func TestRequestsAtOnceAreInDifferentProcesses(t *testing.T) {
	const guests = 5
	var here sync.WaitGroup
	here.Add(guests)
	place := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		here.Done()
		here.Wait()
	}))
	defer place.Close()
	var mu sync.Mutex
	var processes []string
	var all sync.WaitGroup
	for range guests {
		all.Go(func() {
			answer, err := http.Get(rooms.URL() + "/do/meet?at=" + place.URL)
			if err != nil {
				t.Error(err)
				return
			}
			answer.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			processes = append(processes, answer.Header.Get("X-Pid"))
		})
	}
	all.Wait()
	slices.Sort(processes)
	if distinct := slices.Compact(processes); len(distinct) != guests {
		t.Errorf("%d requests at once were in %d processes", guests, len(distinct))
	}
}

func TestTokensAreGivenOut(t *testing.T) {
	request, err := http.NewRequest("POST", rooms.URL()+issuer.Path, strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("ada", "x")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if status, body := roundTrip(t, request); status != 200 || !strings.Contains(body, `"access_token"`) {
		t.Errorf("%d %s", status, body)
	}
	if token, err := rooms.Token("ada", runner.TokenOptions{}); err != nil || strings.Count(token, ".") != 2 {
		t.Errorf("%q, %v", token, err)
	}
}

func TestFunctionsKnowTheirPlace(t *testing.T) {
	_, body := send(t, "GET", "/do/context", "")
	for _, want := range []string{
		"PUBLIC_URL=" + rooms.URL(), "TABLE_NAME=personal-rooms", "TOKEN_ISSUER=" + issuer.Name,
		"TOKEN_AUDIENCE=" + issuer.Audience, "KEY_SET={", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:", "AWS_REGION=",
		"AWS_ENDPOINT_URL=http://127.0.0.1:", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:", "PRIVATE_WEBHOOKS=true",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in %s", want, body)
		}
	}
}

func TestAnotherDynamoDBAndAnotherEnvironment(t *testing.T) {
	table := dynamotest.UniqueName()
	defer dynamotest.Delete(t, table)
	for visit := range 2 {
		other, err := runner.Start(t.Context(), runner.Options{
			Root: fixture, DynamoDBEndpoint: dynamotest.Endpoint(t), BinDir: binDir, Log: os.Stderr,
			Env: map[string]string{"TABLE_NAME": table},
		})
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest("GET", other.URL()+"/do/count", nil)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := roundTrip(t, request); status != 200 || body != fmt.Sprint(visit+1) {
			t.Errorf("%d %s", status, body)
		}
		other.Close()
		other.Close()
	}
}

func TestATakenPortIsOneSentence(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := int(netip.MustParseAddrPort(listener.Addr().String()).Port())
	_, err = runner.Start(t.Context(), runner.Options{Root: fixture, Port: port})
	want := fmt.Sprintf("port %d is in use: stop what uses it, or choose another with PORT=%d", port, port+1)
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestAFunctionWithoutCodeIsSaid(t *testing.T) {
	root := t.TempDir()
	template, err := os.ReadFile(filepath.Join(fixture, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "template.yaml"), template, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = runner.Start(t.Context(), runner.Options{Root: root, DynamoDBEndpoint: "http://127.0.0.1:1"})
	if err == nil || err.Error() != "template.yaml names EchoFunction, and there is no folder functions/echo" {
		t.Errorf("Start: %v", err)
	}
}

func TestTheMakefileBuildsAsWeDo(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	flags := strings.Replace(strings.Join(build.Flags, " "), "-s -w", `"-s -w"`, 1)
	if !strings.Contains(string(makefile), flags) {
		t.Errorf("the Makefile does not have the flags %s", flags)
	}
}

func send(t *testing.T, method, path, body string) (status int, said string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, rooms.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return roundTrip(t, request)
}

func roundTrip(t *testing.T, request *http.Request) (status int, said string) {
	t.Helper()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
