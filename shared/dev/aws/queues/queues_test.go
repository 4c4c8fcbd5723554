package queues_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

func TestReceiversWaitForAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		time.AfterFunc(25*time.Second, func() { q.send("Plain", "hello") })
		for _, c := range []struct {
			want  int
			after time.Duration
		}{
			{0, 20 * time.Second}, {1, 5 * time.Second}, {0, 20 * time.Second}, {1, 10 * time.Second}, // hidden for 30 seconds
		} {
			start := time.Now()
			got := q.receiveAs(&sqs.ReceiveMessageInput{QueueUrl: q.url("Plain"), WaitTimeSeconds: 20})
			if took := time.Since(start).Round(time.Second); len(got) != c.want || took != c.after {
				t.Errorf("%d messages after %s, want %d after %s", len(got), took, c.want, c.after)
			}
		}
	})
}

func TestWhatIsNotEmulatedIsRefused(t *testing.T) {
	q := newClient(t)
	for want, in := range map[string]*sqs.SendMessageInput{
		"QueueDoesNotExist":      {QueueUrl: q.url("Nowhere"), MessageBody: aws.String("x")},
		"InvalidParameterValue":  {QueueUrl: q.url("Line"), MessageBody: aws.String("x"), MessageGroupId: aws.String("a")},
		"SerializationException": {QueueUrl: q.url("Plain"), MessageBody: aws.String("x"), DelaySeconds: 5},
	} {
		_, err := q.SendMessage(t.Context(), in)
		wantRefusal(t, err, want)
	}
	_, err := q.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: q.url("Plain")})
	wantRefusal(t, err, "UnknownOperationException")
	for seconds, want := range map[int32]string{5: "MessageNotInflight", 50000: "InvalidParameterValue"} {
		_, err = q.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{
			QueueUrl: q.url("Plain"), ReceiptHandle: aws.String("unknown"), VisibilityTimeout: seconds,
		})
		wantRefusal(t, err, want)
	}
}

// newClient makes the queues of the behaviours, and a client whose requests do not pass a network.
func newClient(t *testing.T) client {
	t.Helper()
	q := queues.New([]template.Queue{
		{ID: "Plain", Visibility: visibility, DeadLetter: "Dead", MaxReceive: 3},
		{ID: "Slow", Visibility: visibility, Delay: time.Minute},
		{ID: "Dead", Visibility: visibility},
		{ID: "Line", FIFO: true, PerGroup: true, Visibility: visibility, DeadLetter: "DeadLine", MaxReceive: 2},
		{ID: "DeadLine", FIFO: true, Visibility: visibility},
	})
	services := awsjson.Services{}
	q.Serve(services)
	const base = "http://queues.example.com"
	return client{
		t: t, after: func(d time.Duration) { <-time.After(d) }, name: func(id string) string { return id }, base: base,
		Client: sqs.New(sqs.Options{
			Region: queues.Region, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
			BaseEndpoint: aws.String(base), HTTPClient: direct{services},
		}),
	}
}

type direct struct{ to http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.to.ServeHTTP(answer, r)
	return answer.Result(), nil
}
