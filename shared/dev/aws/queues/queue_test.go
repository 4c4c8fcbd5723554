package queues_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"personal-rooms/shared/dev/aws/queues"
)

// What our stand-in does beyond behaviours, for SQS's own client.

func TestAReceiverWaitsForAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		start := time.Now()
		if none := q.wait(t, "Plain", 20); len(none) != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("after %s: %+v", time.Since(start), none)
		}
		time.AfterFunc(5*time.Second, func() { q.send(t, "Plain", "hello") })
		start = time.Now()
		if got := q.wait(t, "Plain", 20); len(got) != 1 || time.Since(start) != 5*time.Second {
			t.Errorf("after %s: %+v", time.Since(start), got)
		}
		start = time.Now()
		if got := q.wait(t, "Plain", 20); len(got) != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("after %s: %+v", time.Since(start), got)
		}
		if got := q.wait(t, "Plain", 20); len(got) != 1 { // hidden for 30 seconds, 20 of which are over
			t.Error("what is hidden no more does not wake who waits")
		}
	})
}

// What AWS refuses and the oracle of TestAnotherSQSBehavesLikeOurs does not: receipt handles that have expired or never were, and, in a batch,
// visibility timeouts beyond twelve hours.

func TestAReceiptOfAFIFOQueueExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		q.sendTo(t, "Line", "a", "x")
		old := q.receive(t, "Line", 1)[0]
		q.after(visibility)
		_, err := q.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: q.url("Line"), ReceiptHandle: old.ReceiptHandle})
		refused(t, err, "InvalidParameterValue")
		if got := q.receive(t, "Line", 1); len(got) != 1 {
			t.Error("it was deleted all the same")
		}
	})
}

func TestABatchNamesWhatIsInvalid(t *testing.T) {
	q := newClient(t)
	q.sendTo(t, "Line", "a", "x")
	q.sendTo(t, "Line", "a", "y")
	got := q.receive(t, "Line", 10)
	hidden, err := q.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: q.url("Line"), Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
		{Id: aws.String("1"), ReceiptHandle: got[0].ReceiptHandle, VisibilityTimeout: 60},
		{Id: aws.String("2"), ReceiptHandle: got[1].ReceiptHandle, VisibilityTimeout: 50000},
	}})
	if err != nil || len(hidden.Successful) != 1 || len(hidden.Failed) != 1 {
		t.Errorf("%+v, %v", hidden, err)
	}
	deleted, err := q.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: q.url("Line"), Entries: []types.DeleteMessageBatchRequestEntry{
		{Id: aws.String("1"), ReceiptHandle: got[0].ReceiptHandle}, {Id: aws.String("2"), ReceiptHandle: aws.String("none")},
	}})
	if err != nil || len(deleted.Successful) != 1 || len(deleted.Failed) != 1 || *deleted.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Errorf("%+v, %v", deleted, err)
	}
}

func TestAQueueIsFoundByNameAndByAddressAndTellsOfItself(t *testing.T) {
	q := newClient(t)
	url, err := q.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("Line")})
	if err != nil || *url.QueueUrl != "http://queues.example.com/000000000000/Line" {
		t.Fatalf("%+v, %v", url, err)
	}
	q.sendTo(t, *url.QueueUrl, "a", "x")
	q.receive(t, "Line", 1)
	q.sendTo(t, "Line", "b", "y")
	out, err := q.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: url.QueueUrl, AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "1", "VisibilityTimeout": "30", "FifoQueue": "true",
		"QueueArn": queues.ARN("Line"), "RedrivePolicy": `{"deadLetterTargetArn":"` + queues.ARN("DeadLine") + `","maxReceiveCount":2}`,
	} {
		if got := out.Attributes[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestAttributesOfAMessageComeWithIt(t *testing.T) {
	q := newClient(t)
	in := map[string]types.MessageAttributeValue{
		"kind": {DataType: aws.String("String"), StringValue: aws.String("webhook")}, "raw": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 255}},
	}
	if _, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.url("Plain"), MessageBody: aws.String("x"), MessageAttributes: in}); err != nil {
		t.Fatal(err)
	}
	out, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: q.url("Plain"), MessageAttributeNames: []string{"All"}})
	if err != nil || len(out.Messages) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	got := out.Messages[0].MessageAttributes
	if *got["kind"].StringValue != "webhook" || !bytes.Equal(got["raw"].BinaryValue, []byte{0, 255}) || len(out.Messages[0].Attributes) != 0 {
		t.Errorf("received %+v", out.Messages[0])
	}
}

func TestRefusals(t *testing.T) {
	q := newClient(t)
	_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.url("Nowhere"), MessageBody: aws.String("x")})
	if missing := (*types.QueueDoesNotExist)(nil); !errors.As(err, &missing) {
		t.Errorf("no queue: %v", err)
	}
	_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.url("Line"), MessageBody: aws.String("x"), MessageGroupId: aws.String("a")})
	refused(t, err, "InvalidParameterValue") // no deduplication id
	_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.url("Plain"), MessageBody: aws.String(strings.Repeat("x", 1<<20+1))})
	refused(t, err, "InvalidParameterValue")
	_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.url("Plain"), MessageBody: aws.String("x"), DelaySeconds: 901})
	refused(t, err, "InvalidParameterValue")
	for _, c := range []string{"\x00", "\x1f", "\ufffe", "\uffff"} {
		_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.url("Plain"), MessageBody: aws.String("x" + c)})
		refused(t, err, "InvalidMessageContents")
	}
	_, err = q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: q.url("Plain"), MaxNumberOfMessages: 11})
	refused(t, err, "InvalidParameterValue")
	_, err = q.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: q.url("Plain")})
	refused(t, err, "UnknownOperationException")
	q.send(t, "Plain", "x")
	got := q.receive(t, "Plain", 1)[0]
	q.delete(t, "Plain", got)
	_, err = q.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: q.url("Plain"), ReceiptHandle: got.ReceiptHandle, VisibilityTimeout: 5})
	if gone := (*types.MessageNotInflight)(nil); !errors.As(err, &gone) {
		t.Errorf("a message that is gone: %v", err)
	}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if refusal, ok := errors.AsType[smithy.APIError](err); !ok || !strings.HasSuffix(refusal.ErrorCode(), code) {
		t.Errorf("%v, want %s", err, code)
	}
}
