//go:build unix

package runner_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

var (
	fixture = filepath.Join("testdata", "fixture")
	binDir  string // of its functions
)

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	var err error
	if binDir, err = os.MkdirTemp("", "runner-test-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(binDir)
	group, err := process.NewGroup()
	if err != nil {
		panic(err)
	}
	defer group.Close()
	plan, err := template.Load(fixture, nil)
	if err != nil {
		panic(err)
	}
	if err := build.Functions(context.Background(), group, fixture, plan.Functions, binDir, os.Stderr); err != nil {
		panic(err)
	}
	return dynamotest.Run(m)
}

// A log gets the lines that a bundle writes.
type log chan string

func (l log) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// visits waits for the next record that the function gets, and returns its visits.
func (l log) visits() (n int) {
	for line := range l {
		if _, record, found := strings.Cut(line, "| visits "); found {
			n, _ = strconv.Atoi(strings.TrimSpace(record))
			break
		}
	}
	return n
}

// After a restart the stream goes on behind the last record, and tokens and webhooks keep their keys.
func TestARestartLosesAndRepeatsNothing(t *testing.T) {
	data, table := t.TempDir(), dynamotest.UniqueName()
	t.Cleanup(func() { dynamotest.Delete(t, table) })
	var kept []string
	for _, restarted := range []bool{false, true} {
		lines := make(log, 100)
		rooms, err := runner.Start(t.Context(), runner.Options{
			Root: fixture, DynamoDBEndpoint: dynamotest.Endpoint(t), DataDir: data, BinDir: binDir, Log: lines,
			Env: map[string]string{"TABLE_NAME": table},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(rooms.Close)
		var function struct{ Environment []string }
		if err := json.Unmarshal([]byte(get(t, rooms.URL()+"/do/context")), &function); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			"PUBLIC_URL=" + rooms.URL(), "AWS_ENDPOINT_URL_DYNAMODB=" + dynamotest.Endpoint(t), "PRIVATE_WEBHOOKS=true",
		} {
			if !slices.Contains(function.Environment, want) {
				t.Errorf("a function has no %s: %s", want, function.Environment)
			}
		}
		keys := slices.DeleteFunc(function.Environment, func(v string) bool {
			return !strings.HasPrefix(v, "KEY_SET={") && !strings.HasPrefix(v, "WEBHOOK_KEY=") &&
				!strings.HasPrefix(v, "DOORBELL_KEY=")
		})
		slices.Sort(keys)
		if !restarted {
			kept = keys
		}
		if !slices.Equal(keys, kept) || len(keys) != 3 {
			t.Errorf("the keys are %s, want %s", keys, kept)
		}
		get(t, rooms.URL()+"/do/count")
		first := lines.visits()
		if restarted && first == 1 {
			t.Error("the first record is processed again")
		}
		get(t, rooms.URL()+"/do/count") // when its record arrives, the one before is done
		lines.visits()
		rooms.Close()
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s, %v", url, answer.StatusCode, body, err)
	}
	return string(body)
}

func TestATableWithoutAStreamIsAnError(t *testing.T) {
	_, table := dynamotest.Table(t)
	want := "DynamoDB at " + dynamotest.Endpoint(t) + ": the table " + table + " has no stream: " +
		"turn it on, with new and old images, or use another table with TABLE_NAME"
	_, err := runner.Start(t.Context(), runner.Options{
		Root: fixture, BinDir: binDir, Env: map[string]string{"TABLE_NAME": table}, DynamoDBEndpoint: dynamotest.Endpoint(t),
	})
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
