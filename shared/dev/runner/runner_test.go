//go:build unix

package runner_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/dev/aws/issuer"
	"personal-rooms/shared/dev/runner"
	"personal-rooms/shared/dev/testkit/dynamotest"
)

func TestFunctionsAnswerTheirRoutes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for request, want := range map[string]struct {
		status int
		body   string
	}{
		"POST /do/a%20lamp": {200, `"pathParameters":{"what":"a lamp"}`},
		"GET /do/count":     {200, "1"},
		"GET /nowhere":      {404, `{"message":"Not Found"}`},
		"POST /do/crash":    {500, `{"message":"Internal Server Error"}`},
		"POST /do/hang":     {503, `{"message":"Service Unavailable"}`},
	} {
		method, path, _ := strings.Cut(request, " ")
		if status, body := s.send(t, method, path, ""); status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("%s: %d %s, want %+v", request, status, body, want)
		}
	}
	if token, err := s.rooms.Token("ada", runner.TokenOptions{}); err != nil || strings.Count(token, ".") != 2 {
		t.Errorf("token %q, %v", token, err)
	}
	if status, body := s.send(t, "POST", issuer.Path, ""); status != 401 || !strings.Contains(body, "invalid_client") {
		t.Errorf("the token endpoint answers %d %s", status, body)
	}
}

func TestRecordsReachTheFunctionAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.answer = func(_ string, _ []byte, attempt int) (int, string) {
		if attempt == 1 {
			return http.StatusInternalServerError, "" // the batch is retried
		}
		return http.StatusOK, `{"batchItemFailures":[]}`
	}
	s.write(t, "one", true)
	s.write(t, "silent", false)
	s.await(t, func() bool { return s.words(t) == "one one" })
	r := recordsIn(t, s.seen("records")[0])[0]
	if change := r.Change; r.EventName != "INSERT" || r.EventSource != "aws:dynamodb" || r.EventSourceArn == "" ||
		change.StreamViewType != "NEW_AND_OLD_IMAGES" || string(change.NewImage["bytes"].Binary()) != "\x00\xff" ||
		change.Keys["pk"].String() != "one" || change.ApproximateCreationDateTime.IsZero() {
		t.Errorf("the record is %+v", r)
	}
	before := s.environment(t)
	s.rooms.Close()
	s.write(t, "two", true)
	s.start(t)
	s.await(t, func() bool { return s.words(t) == "one one two" })
	after := s.environment(t)
	if key := before["WEBHOOK_KEY"]; len(key) < 32 || after["WEBHOOK_KEY"] != key || after["KEY_SET"] != before["KEY_SET"] {
		t.Errorf("the keys were %v and are %v", before, after)
	}
	for name, want := range map[string]string{
		"PUBLIC_URL": s.rooms.URL(), "TABLE_NAME": s.table, "PRIVATE_WEBHOOKS": "true",
		"TOKEN_ISSUER": issuer.Name, "TOKEN_AUDIENCE": issuer.Audience,
		"AWS_ENDPOINT_URL_DYNAMODB": dynamotest.Endpoint(t), "AWS_REGION": "us-east-1",
	} {
		if after[name] != want {
			t.Errorf("%s is %q, want %q", name, after[name], want)
		}
	}
}

func TestMessagesReachTheFunctionAndTheDeadLetterQueue(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var bodies []string
	s.answer = func(_ string, event []byte, _ int) (int, string) {
		m := messageIn(t, event)
		if bodies = append(bodies, m.Body); m.Body == "a1" {
			return 200, fmt.Sprintf(`{"batchItemFailures":[{"itemIdentifier":%q}]}`, m.MessageId)
		}
		return 200, "null"
	}
	for _, body := range []string{"a1", "a2", "b1", "b2"} {
		s.sendMessage(t, body[:1], body)
	}
	s.await(t, func() bool { return len(s.seen("jobs")) == 5 })
	if got := strings.Join(bodies[3:], " "); got != "a1 a2" { // the group waits while a1 is hidden
		t.Errorf("the function got %v", bodies)
	}
	if dead := s.receive(t, "JobsDLQ"); *dead.Body != "a1" || dead.Attributes["MessageGroupId"] != "a" {
		t.Errorf("the dead-letter queue has %+v", dead)
	}
	m := messageIn(t, s.seen("jobs")[0])
	if m.EventSource != "aws:sqs" || !strings.HasSuffix(m.EventSourceARN, ":Jobs") || m.ReceiptHandle == "" || m.Md5OfBody == "" ||
		m.Attributes["ApproximateReceiveCount"] != "1" || m.Attributes["SequenceNumber"] == "" ||
		m.Attributes["MessageDeduplicationId"] == "" {
		t.Errorf("the message is %+v", m)
	}
}

func TestPostedEventsReachFunctionsAndQueues(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.answer = func(string, []byte, int) (int, string) { return http.StatusInternalServerError, "" }
	status, body := s.send(t, "POST", "/events", `{"Source":"test","DetailType":"call","Detail":{"from":"<Ada>"}}`)
	if status != 200 || !strings.Contains(body, `"FailedEntryCount":0`) {
		t.Errorf("answered %d %s", status, body)
	}
	if got := *s.receive(t, "Calls").Body; got != `{"about": "a call from <Ada>"}` {
		t.Errorf("the queue has %s", got)
	}
	var dead struct{ RequestPayload events.CloudWatchEvent }
	if err := json.Unmarshal([]byte(*s.receive(t, "EventsDLQ").Body), &dead); err != nil {
		t.Fatal(err)
	}
	attempts, e := len(s.seen("events")), dead.RequestPayload
	if attempts != 2 || e.ID == "" || e.DetailType != "call" || e.Version != "0" || string(e.Detail) != `{"from":"<Ada>"}` {
		t.Errorf("after %d attempts the dead-letter queue has %+v", attempts, dead)
	}
}

func TestMissingPartsAreOneSentence(t *testing.T) {
	t.Parallel()
	table, endpoint := dynamotest.UniqueName(), dynamotest.Endpoint(t)
	defer dynamotest.Delete(t, table)
	_, err := dynamotest.Client(t).CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(root, "functions")); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"TABLE_NAME": table}
	for want, options := range map[string]runner.Options{
		"DynamoDB at " + endpoint + ": the table " + table + " has no stream: " +
			"turn it on, with new and old images, or use another table with TABLE_NAME": {
			Root: fixture, BinDir: binDir, Env: env, DynamoDBEndpoint: endpoint,
		},
		"template.yaml names EchoFunction, and there is no folder functions/echo": {Root: root, DynamoDBEndpoint: endpoint},
	} {
		if _, err := runner.Start(t.Context(), options); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
