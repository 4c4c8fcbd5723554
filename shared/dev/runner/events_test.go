//go:build unix

package runner_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

func TestWritesReachTheFunctionInOrderAndOnlyThoseThatTheFilterLetsThrough(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
	t.Parallel()
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
		`{"Detial":{}}`:                  `{"message":"unknown field \"Detial\"; an entry has Source, DetailType, Detail`,
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

func TestABundleWithoutEventsHasNoneOfThis(t *testing.T) {
	table := dynamotest.UniqueName()
	plain, err := runner.Start(t.Context(), runner.Options{
		Root: filepath.Join("testdata", "plain"), DataDir: t.TempDir(), DynamoDBEndpoint: dynamotest.Endpoint(t), Log: t.Output(),
		Env: map[string]string{"TABLE_NAME": table},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer dynamotest.Delete(t, table)
	defer plain.Close()
	for path, want := range map[string]int{"/second": 200, "/events": 404} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", plain.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if status, said := roundTrip(t, request); status != want {
			t.Errorf("%s is answered %d %s", path, status, said)
		}
	}
}

func TestATableWithoutAStreamIsOneSentence(t *testing.T) {
	t.Parallel()
	streamless, endpoint := dynamotest.UniqueName(), dynamotest.Endpoint(t)
	defer dynamotest.Delete(t, streamless)
	_, err := dynamotest.Client(t).CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &streamless, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = runner.Start(t.Context(), runner.Options{
		Root: fixture, DynamoDBEndpoint: endpoint, BinDir: binDir, Log: t.Output(), Env: map[string]string{"TABLE_NAME": streamless},
	})
	want := "DynamoDB at " + endpoint + ": the table " + streamless + " has no stream: turn it on, with new and old images, or use another table with TABLE_NAME"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
