package queues_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

// client is SQS's own, and nothing between it and the queues but its protocol.
type client struct {
	*sqs.Client
	t     *testing.T
	after func(time.Duration)    // lets so much time pass
	name  func(id string) string // of the queue that the tests call by this id
	base  string                 // the address of the queues
}

func newClient(t *testing.T) client {
	t.Helper()
	q := queues.New([]template.Queue{
		{ID: "Plain", Visibility: visibility, Retention: 4 * 24 * time.Hour, DeadLetter: "Dead", MaxReceive: 3},
		{ID: "Slow", Visibility: visibility, Retention: 4 * 24 * time.Hour, Delay: time.Minute},
		{ID: "Dead", Visibility: visibility, Retention: 4 * 24 * time.Hour},
		{ID: "Line", FIFO: true, PerGroup: true, Visibility: visibility, Retention: 4 * 24 * time.Hour, DeadLetter: "DeadLine", MaxReceive: 2},
		{ID: "DeadLine", FIFO: true, Visibility: visibility, Retention: 4 * 24 * time.Hour},
	})
	services := awsjson.Services{}
	q.Serve(services, "http://queues.example.com")
	return client{t: t, after: after, name: func(id string) string { return id }, base: "http://queues.example.com", Client: sqs.New(sqs.Options{
		Region: queues.Region, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		BaseEndpoint: aws.String("http://queues.example.com"), HTTPClient: direct{services},
	})}
}

// direct hands requests over without a network.
type direct struct{ to http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.to.ServeHTTP(answer, r)
	return answer.Result(), nil
}

func after(d time.Duration) { <-time.After(d) }

func (c client) url(id string) *string {
	if strings.Contains(id, "/") {
		return &id
	}
	return aws.String(c.base + "/" + queues.Account + "/" + c.name(id))
}

func (c client) arn(id string) string { return queues.ARN(c.name(id)) }

func (c client) send(t *testing.T, id, body string) *sqs.SendMessageOutput {
	t.Helper()
	out, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: c.url(id), MessageBody: aws.String(body)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sendTo sends to a group; the body is the deduplication id too.
func (c client) sendTo(t *testing.T, id, group, body string) *sqs.SendMessageOutput {
	t.Helper()
	out, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: c.url(id), MessageBody: aws.String(body), MessageGroupId: aws.String(group), MessageDeduplicationId: aws.String(body),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c client) receive(t *testing.T, id string, most int32) []types.Message {
	t.Helper()
	return c.get(t, &sqs.ReceiveMessageInput{QueueUrl: c.url(id), MaxNumberOfMessages: most})
}

func (c client) wait(t *testing.T, id string, seconds int32) []types.Message {
	t.Helper()
	return c.get(t, &sqs.ReceiveMessageInput{QueueUrl: c.url(id), WaitTimeSeconds: seconds})
}

func (c client) get(t *testing.T, in *sqs.ReceiveMessageInput) []types.Message {
	t.Helper()
	in.MessageSystemAttributeNames = []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}
	out, err := c.ReceiveMessage(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

func (c client) delete(t *testing.T, id string, m types.Message) {
	t.Helper()
	if _, err := c.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: c.url(id), ReceiptHandle: m.ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
}

func (c client) hide(t *testing.T, id string, m types.Message, seconds int32) {
	t.Helper()
	_, err := c.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{
		QueueUrl: c.url(id), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func bodies(messages []types.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, *m.Body)
	}
	return strings.Join(all, " ")
}
