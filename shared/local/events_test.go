//go:build unix

package local_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
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

	"personal-rooms/shared/local"
	"personal-rooms/shared/local/dynamo"
)

const patience = 30 * time.Second

func TestWritesReachTheFunctionInOrderAndOnlyThoseThatTheFilterLetsThrough(t *testing.T) {
	s := newScene(t)
	for n := range 10 {
		s.write(t, "ada", fmt.Sprint(n))
		s.write(t, "silent", "")
	}
	if got := s.words(t, 10); got != "0 1 2 3 4 5 6 7 8 9" {
		t.Errorf("told of %s", got)
	}
	first := s.seen("tell")[0].records(t)[0]
	if len(s.seen("tell")[0].records(t)) > 4 {
		t.Error("the batch is larger than the template says")
	}
	if first.EventName != "INSERT" || first.EventSource != "aws:dynamodb" || first.EventSourceArn == "" || first.Change.StreamViewType != "NEW_AND_OLD_IMAGES" ||
		string(first.Change.NewImage["bytes"].Binary()) != "\x00\xff" || first.Change.Keys["pk"].String() != "ada" || first.Change.ApproximateCreationDateTime.IsZero() {
		t.Errorf("the record is %+v", first)
	}
}

func TestABatchThatFailsInItsMiddleGoesOnThere(t *testing.T) {
	s := newScene(t)
	s.hold() // until all of it is written, so that it is one batch
	failed := false
	s.answers(func(_ string, event seen) (int, string) {
		for _, r := range event.records(t) {
			if word(r) == "2" && !failed {
				failed = true
				return 200, fmt.Sprintf(`{"batchItemFailures":[{"itemIdentifier":%q}]}`, r.Change.SequenceNumber)
			}
		}
		return 200, `{"batchItemFailures":[]}`
	})
	for n := range 5 {
		s.write(t, "ada", fmt.Sprint(n))
	}
	s.release()
	s.await(t, func() bool {
		return strings.HasSuffix(strings.Join(s.told(t), " "), "2 3 4") && strings.Count(strings.Join(s.told(t), " "), "2") == 2
	})
	told := strings.Join(s.told(t), " ")
	if !failed || !strings.HasSuffix(told, "2 3 4") || strings.Count(told, "1") != 1 {
		t.Errorf("told of %s", told)
	}
}

func TestAFunctionThatDiesIsToldAgain(t *testing.T) {
	s := newScene(t)
	deaths := 0
	s.answers(func(string, seen) (int, string) {
		if deaths++; deaths == 1 {
			return http.StatusGone, ""
		}
		return 200, "null"
	})
	s.write(t, "ada", "hello")
	if got := s.words(t, 2); got != "hello hello" {
		t.Errorf("told of %s", got)
	}
}

func TestAPoisonRecordEndsInTheQueueAndHoldsUpNobody(t *testing.T) {
	s := newScene(t)
	s.answers(func(_ string, event seen) (int, string) {
		if slices.ContainsFunc(event.records(t), func(r events.DynamoDBEventRecord) bool { return word(r) == "poison" }) {
			return 500, ""
		}
		return 200, ""
	})
	for _, what := range []string{"before", "poison", "after", "last"} {
		s.write(t, "ada", what)
	}
	s.await(t, func() bool { return slices.Contains(s.succeeded(t), "last") })
	if got := strings.Join(s.succeeded(t), " "); got != "before after last" {
		t.Errorf("in the end told of %s", got)
	}
	var failure struct {
		RequestContext     struct{ Condition string }
		DDBStreamBatchInfo struct {
			BatchSize                               int
			ShardID, StartSequenceNumber, StreamArn string
		}
	}
	if err := json.Unmarshal([]byte(*s.receive(t, "Untold").Body), &failure); err != nil {
		t.Fatal(err)
	}
	if i := failure.DDBStreamBatchInfo; failure.RequestContext.Condition != "RetryAttemptsExhausted" || i.BatchSize != 1 || i.StartSequenceNumber == "" || i.StreamArn == "" {
		t.Errorf("Untold has %+v", failure)
	}
}

func TestAfterARestartTheStreamGoesOnWhereItStopped(t *testing.T) {
	s := newScene(t)
	s.write(t, "ada", "one")
	s.words(t, 1)
	key := s.variable(t, "WEBHOOK_KEY")
	s.rooms.Close()
	s.write(t, "ada", "two")
	s.start(t)
	if got := s.words(t, 2); got != "one two" {
		t.Errorf("told of %s", got)
	}
	if again := s.variable(t, "WEBHOOK_KEY"); again != key || len(key) < 32 {
		t.Errorf("the key of webhooks was %q and is %q", key, again)
	}
	if got := s.variable(t, "PRIVATE_WEBHOOKS"); got != "true" {
		t.Errorf("PRIVATE_WEBHOOKS is %q", got)
	}
}

func TestAGroupWaitsWhileItsHeadIsTriedAgainAndOthersGoOn(t *testing.T) {
	s := newScene(t)
	s.answers(func(_ string, event seen) (int, string) {
		if m := event.messages(t)[0]; m.Body == "a1" {
			return 200, fmt.Sprintf(`{"batchItemFailures":[{"itemIdentifier":%q}]}`, m.MessageId)
		}
		return 200, ""
	})
	for _, what := range []string{"a1", "a2", "b1", "b2"} {
		s.send(t, what[:1], what)
	}
	s.await(t, func() bool { return s.count(t, "a2") > 0 })
	var bodies []string
	for _, event := range s.seen("work") {
		bodies = append(bodies, event.messages(t)[0].Body)
	}
	if at := slices.Index(bodies, "a2"); slices.Index(bodies, "b2") > at || slices.Index(bodies, "b1") > slices.Index(bodies, "b2") || s.count(t, "a1") != 2 {
		t.Errorf("worked on %v", bodies)
	}
	if dead := s.receive(t, "Undone"); *dead.Body != "a1" || dead.Attributes["MessageGroupId"] != "a" {
		t.Errorf("Undone has %+v", dead)
	}
	m := s.seen("work")[0].messages(t)[0]
	if m.EventSource != "aws:sqs" || m.Attributes["ApproximateReceiveCount"] != "1" || m.Attributes["SequenceNumber"] == "" || m.Md5OfBody == "" ||
		m.Attributes["MessageDeduplicationId"] == "" || !strings.HasSuffix(m.EventSourceARN, ":Jobs") || m.ReceiptHandle == "" {
		t.Errorf("the message is %+v", m)
	}
}

func TestAnEventPutOverHTTPReachesFunctionsAndQueues(t *testing.T) {
	s := newScene(t)
	status, body := s.post(t, `{"Entries":[{"Source":"test","DetailType":"call","Detail":{"from":"<Ada>"},"Time":"2026-11-27T09:00:00Z"},{"Source":"test","Detail":"{}"}]}`)
	var result struct {
		FailedEntryCount int
		Entries          []struct{ EventID, ErrorCode, ErrorMessage string }
	}
	if err := json.Unmarshal([]byte(body), &result); status != 200 || err != nil {
		t.Fatalf("%d %s", status, body)
	}
	if result.FailedEntryCount != 1 || result.Entries[0].EventID == "" || !strings.Contains(result.Entries[1].ErrorMessage, "DetailType") {
		t.Errorf("answered %s", body)
	}
	s.await(t, func() bool { return len(s.seen("hear")) > 0 })
	var heard events.CloudWatchEvent
	if err := json.Unmarshal(s.seen("hear")[0].event, &heard); err != nil {
		t.Fatal(err)
	}
	if heard.ID != result.Entries[0].EventID || heard.DetailType != "call" || heard.Version != "0" || string(heard.Detail) != `{"from":"<Ada>"}` ||
		!heard.Time.Equal(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("heard %s", s.seen("hear")[0].event)
	}
	if got := *s.receive(t, "Letters").Body; got != `{"about": "a call from <Ada>", "detail": {"from":"<Ada>"}}` {
		t.Errorf("Letters has %s", got)
	}
}

func TestAnEventThatAFunctionFailsAtIsTriedAgainAndThenKept(t *testing.T) {
	s := newScene(t)
	s.answers(func(string, seen) (int, string) { return 500, "" })
	s.post(t, `{"Source":"test","DetailType":"knock","Detail":{"n":1}}`)
	var kept struct {
		RequestContext struct{ Condition string }
		RequestPayload events.CloudWatchEvent
	}
	if err := json.Unmarshal([]byte(*s.receive(t, "Untold").Body), &kept); err != nil {
		t.Fatal(err)
	}
	if tries := len(s.seen("hear")); tries != 2 || kept.RequestContext.Condition != "RetriesExhausted" || kept.RequestPayload.DetailType != "knock" {
		t.Errorf("after %d tries Untold has %+v", tries, kept)
	}
}

func TestEventsThatAreWrongAreRefusedWithTheFieldNamed(t *testing.T) {
	for body, want := range map[string]string{
		`{"Detial":{}}`:                  `unknown field \"Detial\"`,
		`{"Source":5}`:                   "Source is a JSON number, and must be a string",
		`{"Time":"noon"}`:                "Time is \\\"noon\\\", and must be in RFC 3339",
		`{"Entries":[{},{"Source":[]}]}`: "Entries[1]: Source is a JSON array",
		`{"Entries":[]}`:                 "Entries has 0 members, and must have 1 to 10",
		`hello`:                          "the body is not an entry",
	} {
		status, said := send(t, "POST", "/events", body)
		if status != 400 || !strings.Contains(said, want) {
			t.Errorf("%s: %d %s, want %s", body, status, said, want)
		}
	}
	if status, said := send(t, "GET", "/events", ""); status != 405 {
		t.Errorf("GET: %d %s", status, said)
	}
	for name, value := range map[string]string{"Origin": "https://example.com", "Sec-Fetch-Site": "cross-site"} {
		request, err := http.NewRequest("POST", rooms.URL()+"/events", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set(name, value)
		if status, said := roundTrip(t, request); status != 403 {
			t.Errorf("%s: %s is answered %d %s", name, value, status, said)
		}
	}
	request, err := http.NewRequest("POST", rooms.URL()+"/events", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "rebound.example.com"
	if status, said := roundTrip(t, request); status != 403 {
		t.Errorf("another host is answered %d %s", status, said)
	}
}

// scene is the fixture at work, on data of its own, and what its functions were told.
type scene struct {
	rooms    *local.Bundle
	data     string
	endpoint string // of the database
	database *dynamodb.Client
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
	server, err := dynamo.Start(t.Context(), dynamo.Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	s := &scene{data: t.TempDir(), database: dynamo.NewClient(server.Endpoint(), nil), news: make(chan struct{}, 1000), gate: make(chan struct{})}
	close(s.gate)
	s.answer = func(string, seen) (int, string) { return 200, "null" }
	s.witness = httptest.NewServer(http.HandlerFunc(s.listen))
	t.Cleanup(s.witness.Close)
	s.endpoint = server.Endpoint()
	s.start(t)
	return s
}

func (s *scene) start(t *testing.T) {
	t.Helper()
	var err error
	s.rooms, err = local.Start(t.Context(), local.Options{
		Root: fixture, DynamoDBEndpoint: s.endpoint, DataDir: s.data, BinDir: binDir, Log: os.Stderr, Env: map[string]string{"WITNESS": s.witness.URL},
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
	io.WriteString(w, answer)
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
	if _, err := s.database.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("personal-rooms"), Item: item}); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) queues(t *testing.T) *sqs.Client {
	t.Helper()
	return sqs.New(sqs.Options{
		Region: dynamo.Region, BaseEndpoint: aws.String(s.variable(t, "AWS_ENDPOINT_URL_SQS")),
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
