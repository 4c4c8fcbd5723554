//go:build unix

package runner_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

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
	s.answer = func(_ []byte, attempt int) (int, string) {
		if attempt == 1 {
			return http.StatusInternalServerError, "" // the batch is retried
		}
		return http.StatusOK, `{"batchItemFailures":[]}`
	}
	s.write(t, "one", true)
	s.write(t, "silent", false)
	s.await(t, func() bool { return s.words(t) == "one one" })
	before := s.environment(t)
	s.rooms.Close()
	s.write(t, "two", true)
	s.start(t)
	s.await(t, func() bool { return s.words(t) == "one one two" })
	after := s.environment(t)
	for name, want := range map[string]string{
		"PUBLIC_URL": s.rooms.URL(), "TABLE_NAME": s.table, "PRIVATE_WEBHOOKS": "true",
		"TOKEN_ISSUER": issuer.Name, "TOKEN_AUDIENCE": issuer.Audience, "KEY_SET": before["KEY_SET"],
		"AWS_ENDPOINT_URL_DYNAMODB": dynamotest.Endpoint(t), "AWS_REGION": "us-east-1", "WEBHOOK_KEY": before["WEBHOOK_KEY"],
	} {
		if after[name] != want || want == "" {
			t.Errorf("%s is %q, want %q", name, after[name], want)
		}
	}
}

func TestMessagesReachTheFunctionAndTheDeadLetterQueue(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.answer = func(event []byte, _ int) (int, string) {
		if m := messageIn(t, event); m.Body == "bad" {
			return 200, fmt.Sprintf(`{"batchItemFailures":[{"itemIdentifier":%q}]}`, m.MessageId)
		}
		return 200, "null"
	}
	s.sendMessage(t, "bad")
	s.sendMessage(t, "good")
	if dead := s.receive(t, "JobsDLQ"); *dead.Body != "bad" || dead.Attributes["MessageGroupId"] != "group" {
		t.Errorf("the dead-letter queue has %+v", dead)
	}
	s.await(t, func() bool { return len(s.seen("jobs")) == 3 }) // bad twice
	m := messageIn(t, s.seen("jobs")[0])
	if m.EventSource != "aws:sqs" || !strings.HasSuffix(m.EventSourceARN, ":Jobs") || m.ReceiptHandle == "" ||
		m.Attributes["ApproximateReceiveCount"] != "1" {
		t.Errorf("the message is %+v", m)
	}
}

func TestPostedEventsReachFunctionsAndQueues(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.answer = func([]byte, int) (int, string) { return http.StatusInternalServerError, "" }
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

func TestATableWithoutAStreamIsAnError(t *testing.T) {
	t.Parallel()
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
