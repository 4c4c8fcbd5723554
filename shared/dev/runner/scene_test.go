//go:build unix

package runner_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
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
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

const patience = 30 * time.Second

// scene is the fixture at work, on data of its own, and what its functions were told.
type scene struct {
	rooms    *runner.Bundle
	data     string
	endpoint string // of the database
	database *dynamodb.Client
	table    string
	witness  *httptest.Server

	mu     sync.Mutex
	events []seen
	news   chan struct{}
	gate   chan struct{} // closed, or what answers wait for
	answer func(function string, event seen) (status int, body string)
}

type seen struct {
	function string
	event    []byte
	status   int
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{
		data: t.TempDir(), endpoint: dynamotest.Endpoint(t), database: dynamotest.Client(t), table: dynamotest.UniqueName(),
		news: make(chan struct{}, 1000), gate: make(chan struct{}),
	}
	close(s.gate)
	s.answer = func(string, seen) (int, string) { return 200, "null" }
	s.witness = httptest.NewServer(http.HandlerFunc(s.listen))
	t.Cleanup(s.witness.Close)
	t.Cleanup(func() { dynamotest.Delete(t, s.table) })
	s.start(t)
	return s
}

func (s *scene) start(t *testing.T) {
	t.Helper()
	var err error
	s.rooms, err = runner.Start(t.Context(), runner.Options{
		Root: fixture, DynamoDBEndpoint: s.endpoint, DataDir: s.data, BinDir: binDir, Log: os.Stderr, Env: map[string]string{"WITNESS": s.witness.URL, "TABLE_NAME": s.table},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.rooms.Close)
}

// hold lets no function get its answer before release.
func (s *scene) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate = make(chan struct{})
}

func (s *scene) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.gate)
}

// answers says what the functions do from now on.
func (s *scene) answers(as func(function string, event seen) (status int, body string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = as
}

func (s *scene) listen(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	<-gate
	s.mu.Lock()
	defer s.mu.Unlock()
	one := seen{function: strings.TrimPrefix(r.URL.Path, "/"), event: body}
	status, answer := s.answer(one.function, one)
	one.status = status
	s.events = append(s.events, one)
	w.WriteHeader(status)
	w.Write([]byte(answer))
	s.news <- struct{}{}
}

func (s *scene) seen(function string) (all []seen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.events {
		if one.function == function {
			all = append(all, one)
		}
	}
	return all
}

func (s *scene) await(t *testing.T, holds func() bool) {
	t.Helper()
	limit := time.After(patience)
	for !holds() {
		select {
		case <-s.news:
		case <-limit:
			t.Fatalf("it does not come; seen %+v", s.events)
		}
	}
}

func (o seen) records(t *testing.T) []events.DynamoDBEventRecord {
	t.Helper()
	var event events.DynamoDBEvent
	if err := json.Unmarshal(o.event, &event); err != nil {
		t.Errorf("%v in %s", err, o.event)
	}
	return event.Records
}

func (o seen) messages(t *testing.T) []events.SQSMessage {
	t.Helper()
	var event events.SQSEvent
	if err := json.Unmarshal(o.event, &event); err != nil {
		t.Errorf("%v in %s", err, o.event)
	}
	return event.Records
}

func word(r events.DynamoDBEventRecord) string { return r.Change.NewImage["word"].String() }

// told are the words that the function was told, in that order.
func (s *scene) told(t *testing.T) (words []string) {
	t.Helper()
	for _, one := range s.seen("tell") {
		for _, r := range one.records(t) {
			words = append(words, word(r))
		}
	}
	return words
}

// succeeded are the words of the batches that it did not fail at.
func (s *scene) succeeded(t *testing.T) (words []string) {
	t.Helper()
	for _, one := range s.seen("tell") {
		for _, r := range one.records(t) {
			if one.status == 200 {
				words = append(words, word(r))
			}
		}
	}
	return words
}

// words waits for so many.
func (s *scene) words(t *testing.T, n int) string {
	t.Helper()
	s.await(t, func() bool { return len(s.told(t)) >= n })
	return strings.Join(s.told(t), " ")
}

func (s *scene) count(t *testing.T, body string) (n int) {
	t.Helper()
	for _, one := range s.seen("work") {
		if one.messages(t)[0].Body == body {
			n++
		}
	}
	return n
}

func (s *scene) write(t *testing.T, pk, word string) {
	t.Helper()
	item := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: pk}, "bytes": &types.AttributeValueMemberB{Value: []byte{0, 255}},
	}
	if word != "" {
		item["word"] = &types.AttributeValueMemberS{Value: word}
	}
	if _, err := s.database.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.table, Item: item}); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) queues(t *testing.T) *sqs.Client {
	t.Helper()
	return sqs.New(sqs.Options{
		Region: dynamodblocal.Region, BaseEndpoint: aws.String(s.variable(t, "AWS_ENDPOINT_URL")),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
}

func (s *scene) send(t *testing.T, group, body string) {
	t.Helper()
	_, err := s.queues(t).SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: aws.String("Jobs"), MessageBody: aws.String(body), MessageGroupId: aws.String(group), MessageDeduplicationId: aws.String(body),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// receive waits for a message.
func (s *scene) receive(t *testing.T, queue string) sqstypes.Message {
	t.Helper()
	out, err := s.queues(t).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(queue), WaitTimeSeconds: 20, MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{sqstypes.MessageSystemAttributeNameAll},
	})
	if err != nil || len(out.Messages) != 1 {
		t.Fatalf("%s has %+v, %v", queue, out, err)
	}
	return out.Messages[0]
}

func (s *scene) post(t *testing.T, body string) (status int, said string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", s.rooms.URL()+"/events", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return roundTrip(t, request)
}

// variable is the value that the functions see.
func (s *scene) variable(t *testing.T, name string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.rooms.URL()+"/do/context", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, body := roundTrip(t, request)
	var known struct{ Environment []string }
	if err := json.Unmarshal([]byte(body), &known); err != nil {
		t.Fatal(err)
	}
	for _, one := range known.Environment {
		if value, ok := strings.CutPrefix(one, name+"="); ok {
			return value
		}
	}
	t.Fatalf("the functions have no %s", name)
	return ""
}
