//go:build unix

package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"personal-rooms/shared/dev/aws/dynamodblocal"
	"personal-rooms/shared/dev/build"
	"personal-rooms/shared/dev/process"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/template"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

const patience = 30 * time.Second

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

// scene is the running fixture, with its own data. It answers for the functions, and keeps their events.
type scene struct {
	rooms  *runner.Bundle
	data   string
	table  string
	server *httptest.Server
	answer func(event []byte, attempt int) (status int, body string)

	mu     sync.Mutex
	events map[string][][]byte // by function
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{data: t.TempDir(), table: dynamotest.UniqueName(), events: map[string][][]byte{}}
	s.server = httptest.NewServer(http.HandlerFunc(s.record))
	t.Cleanup(s.server.Close)
	t.Cleanup(func() { dynamotest.Delete(t, s.table) })
	s.start(t)
	return s
}

func (s *scene) start(t *testing.T) {
	t.Helper()
	var err error
	s.rooms, err = runner.Start(t.Context(), runner.Options{
		Root: fixture, DynamoDBEndpoint: dynamotest.Endpoint(t), DataDir: s.data, BinDir: binDir, Log: os.Stderr,
		Env: map[string]string{"RECORDER": s.server.URL, "TABLE_NAME": s.table},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.rooms.Close)
}

func (s *scene) record(w http.ResponseWriter, r *http.Request) {
	event, _ := io.ReadAll(r.Body)
	function := strings.TrimPrefix(r.URL.Path, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events[function] = append(s.events[function], event)
	status, answer := s.answer(event, len(s.events[function]))
	w.WriteHeader(status)
	fmt.Fprint(w, answer)
}

// seen returns the events of a function.
func (s *scene) seen(function string) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events[function]
}

func (s *scene) await(t *testing.T, holds func() bool) {
	t.Helper()
	limit := time.After(patience)
	for !holds() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-limit:
			t.Fatalf("the functions got %s", s.events)
		}
	}
}

// words returns the words of all records that the function got.
func (s *scene) words(t *testing.T) string {
	t.Helper()
	var words []string
	for _, text := range s.seen("records") {
		event := decode[events.DynamoDBEvent](t, text)
		for _, r := range event.Records {
			words = append(words, r.Change.NewImage["word"].String())
		}
	}
	return strings.Join(words, " ")
}

func messageIn(t *testing.T, text []byte) events.SQSMessage {
	t.Helper()
	return decode[events.SQSEvent](t, text).Records[0]
}

func decode[T any](t *testing.T, text []byte) (value T) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Errorf("%v in %s", err, text)
	}
	return value
}

func (s *scene) write(t *testing.T, pk string, word bool) {
	t.Helper()
	item := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}}
	if word {
		item["word"] = item["pk"]
	}
	if _, err := dynamotest.Client(t).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) queues(t *testing.T) *sqs.Client {
	t.Helper()
	return sqs.New(sqs.Options{
		Region: dynamodblocal.Region, BaseEndpoint: aws.String(s.environment(t)["AWS_ENDPOINT_URL"]),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
}

func (s *scene) sendMessage(t *testing.T, body string) {
	t.Helper()
	_, err := s.queues(t).SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: aws.String("Jobs"), MessageBody: &body, MessageGroupId: aws.String("group"), MessageDeduplicationId: &body,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *scene) receive(t *testing.T, queue string) sqstypes.Message {
	t.Helper()
	out, err := s.queues(t).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue, WaitTimeSeconds: 20})
	if err != nil || len(out.Messages) != 1 {
		t.Fatalf("%s has %+v, %v", queue, out, err)
	}
	return out.Messages[0]
}

func (s *scene) send(t *testing.T, method, path, body string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.rooms.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(read)
}

// environment returns the variables of the functions.
func (s *scene) environment(t *testing.T) map[string]string {
	t.Helper()
	_, body := s.send(t, "GET", "/do/context", "")
	all := map[string]string{}
	for _, variable := range decode[struct{ Environment []string }](t, []byte(body)).Environment {
		name, value, _ := strings.Cut(variable, "=")
		all[name] = value
	}
	return all
}
