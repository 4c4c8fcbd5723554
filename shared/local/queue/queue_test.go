package queue_test

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

	"personal-rooms/shared/local/queue"
)

const visibility = 30 * time.Second

// All of this is told by SQS's own client, in virtual time.

func TestAMessageIsHiddenWhileItIsWorkedOnAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		sent := q.send(t, "Plain", "hello")
		first := q.receive(t, "Plain", 10)
		if len(first) != 1 || *first[0].Body != "hello" || *first[0].MessageId != *sent.MessageId || first[0].Attributes["ApproximateReceiveCount"] != "1" {
			t.Fatalf("received %+v", first)
		}
		if again := q.receive(t, "Plain", 10); len(again) != 0 {
			t.Errorf("received while it is hidden: %+v", again)
		}
		after(visibility)
		second := q.receive(t, "Plain", 10)
		if len(second) != 1 || second[0].Attributes["ApproximateReceiveCount"] != "2" || *second[0].ReceiptHandle == *first[0].ReceiptHandle {
			t.Fatalf("received %+v", second)
		}
		q.delete(t, "Plain", second[0])
		after(visibility)
		if again := q.receive(t, "Plain", 10); len(again) != 0 {
			t.Errorf("received after it was deleted: %+v", again)
		}
	})
}

func TestHowLongItIsHiddenCanBeChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		q.send(t, "Plain", "hello")
		q.hide(t, "Plain", q.receive(t, "Plain", 1)[0], 100)
		after(visibility)
		if again := q.receive(t, "Plain", 1); len(again) != 0 {
			t.Errorf("received: %+v", again)
		}
		after(100 * time.Second)
		q.hide(t, "Plain", q.receive(t, "Plain", 1)[0], 0)
		if again := q.receive(t, "Plain", 1); len(again) != 1 {
			t.Error("it is not back at once")
		}
	})
}

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

func TestADelayedMessageComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("Plain"), MessageBody: aws.String("later"), DelaySeconds: 60})
		if err != nil {
			t.Fatal(err)
		}
		q.send(t, "Slow", "later") // by the queue's own delay
		for _, id := range []string{"Plain", "Slow"} {
			if early := q.receive(t, id, 1); len(early) != 0 {
				t.Errorf("%s: %+v", id, early)
			}
		}
		after(60 * time.Second)
		for _, id := range []string{"Plain", "Slow"} {
			if got := q.receive(t, id, 1); len(got) != 1 {
				t.Errorf("%s: %+v", id, got)
			}
		}
	})
}

func TestWhatIsReceivedTooOftenGoesToTheDeadLetterQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		id := q.send(t, "Plain", "poison").MessageId
		for range 3 {
			if got := q.receive(t, "Plain", 1); len(got) != 1 {
				t.Fatalf("received %+v", got)
			}
			after(visibility)
		}
		if got := q.receive(t, "Plain", 1); len(got) != 0 {
			t.Errorf("received a fourth time: %+v", got)
		}
		dead := q.receive(t, "Dead", 1)
		if len(dead) != 1 || *dead[0].MessageId != *id || dead[0].Attributes["ApproximateReceiveCount"] != "1" ||
			dead[0].Attributes["DeadLetterQueueSourceArn"] != queue.ARN("Plain") {
			t.Errorf("Dead has %+v", dead)
		}
	})
}

func TestAGroupIsInOrderAndWaitsForItsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		for _, what := range []string{"a1", "a2", "b1", "b2"} {
			q.sendTo(t, "Line", what[:1], what)
		}
		first := q.receive(t, "Line", 1)
		if got := bodies(first); got != "a1" {
			t.Fatalf("first %s", got)
		}
		rest := q.receive(t, "Line", 10)
		if got := bodies(rest); got != "b1 b2" {
			t.Errorf("while a1 is worked on: %s", got)
		}
		q.hide(t, "Line", first[0], 300) // to be tried again later
		q.delete(t, "Line", rest[0])
		q.delete(t, "Line", rest[1])
		after(2 * visibility)
		if got := q.receive(t, "Line", 10); len(got) != 0 {
			t.Errorf("while a1 is hidden: %s", bodies(got))
		}
		after(300 * time.Second)
		if got := bodies(q.receive(t, "Line", 10)); got != "a1 a2" {
			t.Errorf("then %s", got)
		}
	})
}

func TestAGroupGoesOnBehindAMessageThatWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		q.sendTo(t, "Line", "a", "a1")
		q.sendTo(t, "Line", "a", "a2")
		for range 2 {
			q.receive(t, "Line", 1)
			after(visibility)
		}
		if got := bodies(q.receive(t, "Line", 10)); got != "a2" {
			t.Errorf("received %s", got)
		}
		if dead := q.receive(t, "DeadLine", 10); bodies(dead) != "a1" || dead[0].Attributes["MessageGroupId"] != "a" {
			t.Errorf("DeadLine has %+v", dead)
		}
	})
}

func TestWhatIsSentTwiceWithinFiveMinutesIsTakenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		first := q.sendTo(t, "Line", "a", "x")
		after(4 * time.Minute)
		if again := q.sendTo(t, "Line", "a", "x"); *again.MessageId != *first.MessageId || *again.SequenceNumber != *first.SequenceNumber {
			t.Errorf("the repetition is %+v", again)
		}
		if other := q.sendTo(t, "Line", "b", "x"); *other.MessageId == *first.MessageId {
			t.Error("the same id in another group is taken for the same message")
		}
		got := q.receive(t, "Line", 10)
		if bodies(got) != "x x" {
			t.Errorf("received %s", bodies(got))
		}
		q.delete(t, "Line", got[0])
		if again := q.sendTo(t, "Line", "a", "x"); *again.MessageId != *first.MessageId { // though it is gone
			t.Errorf("the repetition is %+v", again)
		}
		after(time.Minute)
		if again := q.sendTo(t, "Line", "a", "x"); *again.MessageId == *first.MessageId || *again.SequenceNumber <= *first.SequenceNumber {
			t.Errorf("after five minutes the message is %+v", again)
		}
	})
}

func TestAReceiptOfAFIFOQueueEndsWithItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newClient(t)
		q.sendTo(t, "Line", "a", "x")
		old := q.receive(t, "Line", 1)[0]
		after(visibility)
		_, err := q.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: aws.String("Line"), ReceiptHandle: old.ReceiptHandle})
		refused(t, err, "InvalidParameterValue")
		if got := q.receive(t, "Line", 1); len(got) != 1 {
			t.Error("it was deleted all the same")
		}
	})
}

func TestBatches(t *testing.T) {
	q := newClient(t)
	out, err := q.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: aws.String("Line"), Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("good"), MessageBody: aws.String("x"), MessageGroupId: aws.String("a"), MessageDeduplicationId: aws.String("1")},
		{Id: aws.String("bad"), MessageBody: aws.String("y"), MessageDeduplicationId: aws.String("2")},
		{Id: aws.String("next"), MessageBody: aws.String("z"), MessageGroupId: aws.String("a"), MessageDeduplicationId: aws.String("3")},
	}})
	if err != nil || len(out.Successful) != 2 || len(out.Failed) != 1 || *out.Failed[0].Id != "bad" || *out.Failed[0].Code != "MissingParameter" {
		t.Fatalf("%+v, %v", out, err)
	}
	got := q.receive(t, "Line", 10)
	hidden, err := q.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String("Line"), Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
		{Id: aws.String("1"), ReceiptHandle: got[0].ReceiptHandle, VisibilityTimeout: 60},
		{Id: aws.String("2"), ReceiptHandle: got[1].ReceiptHandle, VisibilityTimeout: 50000},
	}})
	if err != nil || len(hidden.Successful) != 1 || len(hidden.Failed) != 1 {
		t.Errorf("%+v, %v", hidden, err)
	}
	deleted, err := q.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: aws.String("Line"), Entries: []types.DeleteMessageBatchRequestEntry{
		{Id: aws.String("1"), ReceiptHandle: got[0].ReceiptHandle}, {Id: aws.String("2"), ReceiptHandle: aws.String("none")},
	}})
	if err != nil || len(deleted.Successful) != 1 || len(deleted.Failed) != 1 || *deleted.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Errorf("%+v, %v", deleted, err)
	}
	_, err = q.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: aws.String("Line"), Entries: []types.SendMessageBatchRequestEntry{}})
	refused(t, err, "EmptyBatchRequest")
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
		"QueueArn": queue.ARN("Line"), "RedrivePolicy": `{"deadLetterTargetArn":"` + queue.ARN("DeadLine") + `","maxReceiveCount":2}`,
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
	if _, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("Plain"), MessageBody: aws.String("x"), MessageAttributes: in}); err != nil {
		t.Fatal(err)
	}
	out, err := q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String("Plain"), MessageAttributeNames: []string{"All"}})
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
	_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("Nowhere"), MessageBody: aws.String("x")})
	if missing := (*types.QueueDoesNotExist)(nil); !errors.As(err, &missing) {
		t.Errorf("no queue: %v", err)
	}
	_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("Line"), MessageBody: aws.String("x"), MessageGroupId: aws.String("a")})
	refused(t, err, "InvalidParameterValue") // no deduplication id
	_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("Plain"), MessageBody: aws.String(strings.Repeat("x", 1<<20+1))})
	refused(t, err, "InvalidParameterValue")
	_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("Plain"), MessageBody: aws.String("x"), DelaySeconds: 901})
	refused(t, err, "InvalidParameterValue")
	for _, c := range []string{"\x00", "\x1f", "\ufffe", "\uffff"} {
		_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("Plain"), MessageBody: aws.String("x" + c)})
		refused(t, err, "InvalidMessageContents")
	}
	_, err = q.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: aws.String("Plain"), MaxNumberOfMessages: 11})
	refused(t, err, "InvalidParameterValue")
	_, err = q.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: aws.String("Plain")})
	refused(t, err, "UnknownOperationException")
	q.send(t, "Plain", "x")
	got := q.receive(t, "Plain", 1)[0]
	q.delete(t, "Plain", got)
	_, err = q.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: aws.String("Plain"), ReceiptHandle: got.ReceiptHandle, VisibilityTimeout: 5})
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
