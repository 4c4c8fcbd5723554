package queues_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const visibility = 30 * time.Second

// behaviours are what SQS does and what our functions rely on. They are tested with SQS's own client, here on our stand-in in virtual time, and
// by `make oracles` on another implementation of SQS.
var behaviours = map[string]func(client){
	"a received message is hidden, and comes back":                                hiddenAndBack,
	"the visibility timeout can be changed":                                       changedVisibility,
	"a delayed message comes later":                                               delayed,
	"a message that is received too often goes to the dead-letter queue":          redriven,
	"a group is in order, and waits for its first message":                        groupInOrder,
	"a group goes on behind a message that was redriven":                          groupAfterRedrive,
	"a message that is sent twice within five minutes is taken once in its group": deduplicated,
	"each entry of a batch succeeds or fails alone":                               batches,
}

func TestBehaviours(t *testing.T) {
	for name, behaves := range behaviours {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { behaves(newClient(t)) })
		})
	}
}

func hiddenAndBack(q client) {
	t := q.t
	sent := q.send(t, "Plain", "hello")
	first := q.receive(t, "Plain", 10)
	if len(first) != 1 || *first[0].Body != "hello" || *first[0].MessageId != *sent.MessageId || first[0].Attributes["ApproximateReceiveCount"] != "1" {
		t.Fatalf("received %+v", first)
	}
	if again := q.receive(t, "Plain", 10); len(again) != 0 {
		t.Errorf("received while it is hidden: %+v", again)
	}
	q.after(visibility)
	second := q.receive(t, "Plain", 10)
	if len(second) != 1 || second[0].Attributes["ApproximateReceiveCount"] != "2" || *second[0].ReceiptHandle == *first[0].ReceiptHandle {
		t.Fatalf("received %+v", second)
	}
	q.delete(t, "Plain", second[0])
	q.after(visibility)
	if again := q.receive(t, "Plain", 10); len(again) != 0 {
		t.Errorf("received after it was deleted: %+v", again)
	}
}

func changedVisibility(q client) {
	t := q.t
	q.send(t, "Plain", "hello")
	q.hide(t, "Plain", q.receive(t, "Plain", 1)[0], 100)
	q.after(visibility)
	if again := q.receive(t, "Plain", 1); len(again) != 0 {
		t.Errorf("received: %+v", again)
	}
	q.after(100 * time.Second)
	q.hide(t, "Plain", q.receive(t, "Plain", 1)[0], 0)
	if again := q.receive(t, "Plain", 1); len(again) != 1 {
		t.Error("it is not back at once")
	}
}

func delayed(q client) {
	t := q.t
	_, err := q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: q.url("Plain"), MessageBody: aws.String("later"), DelaySeconds: 60})
	if err != nil {
		t.Fatal(err)
	}
	q.send(t, "Slow", "later") // by the queue's own delay
	for _, id := range []string{"Plain", "Slow"} {
		if early := q.receive(t, id, 1); len(early) != 0 {
			t.Errorf("%s: %+v", id, early)
		}
	}
	q.after(60 * time.Second)
	for _, id := range []string{"Plain", "Slow"} {
		if got := q.receive(t, id, 1); len(got) != 1 {
			t.Errorf("%s: %+v", id, got)
		}
	}
}

func redriven(q client) {
	t := q.t
	id := q.send(t, "Plain", "poison").MessageId
	for range 3 {
		if got := q.receive(t, "Plain", 1); len(got) != 1 {
			t.Fatalf("received %+v", got)
		}
		q.after(visibility)
	}
	if got := q.receive(t, "Plain", 1); len(got) != 0 {
		t.Errorf("received a fourth time: %+v", got)
	}
	dead := q.receive(t, "Dead", 1)
	if len(dead) != 1 || *dead[0].MessageId != *id ||
		dead[0].Attributes["DeadLetterQueueSourceArn"] != q.arn("Plain") {
		t.Errorf("Dead has %+v", dead)
	}
}

func groupInOrder(q client) {
	t := q.t
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
	q.after(2 * visibility)
	if got := q.receive(t, "Line", 10); len(got) != 0 {
		t.Errorf("while a1 is hidden: %s", bodies(got))
	}
	q.after(300 * time.Second)
	if got := bodies(q.receive(t, "Line", 10)); got != "a1 a2" {
		t.Errorf("then %s", got)
	}
}

func groupAfterRedrive(q client) {
	t := q.t
	q.sendTo(t, "Line", "a", "a1")
	q.sendTo(t, "Line", "a", "a2")
	for range 2 {
		q.receive(t, "Line", 1)
		q.after(visibility)
	}
	if got := bodies(q.receive(t, "Line", 10)); got != "a2" {
		t.Errorf("received %s", got)
	}
	if dead := q.receive(t, "DeadLine", 10); bodies(dead) != "a1" || dead[0].Attributes["MessageGroupId"] != "a" {
		t.Errorf("DeadLine has %+v", dead)
	}
}

func deduplicated(q client) {
	t := q.t
	first := q.sendTo(t, "Line", "a", "x")
	q.after(4 * time.Minute)
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
	q.after(time.Minute)
	if again := q.sendTo(t, "Line", "a", "x"); *again.MessageId == *first.MessageId || *again.SequenceNumber <= *first.SequenceNumber {
		t.Errorf("after five minutes the message is %+v", again)
	}
}

func batches(q client) {
	t := q.t
	out, err := q.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: q.url("Line"), Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("good"), MessageBody: aws.String("x"), MessageGroupId: aws.String("a"), MessageDeduplicationId: aws.String("1")},
		{Id: aws.String("bad"), MessageBody: aws.String("y"), MessageDeduplicationId: aws.String("2")},
		{Id: aws.String("next"), MessageBody: aws.String("z"), MessageGroupId: aws.String("a"), MessageDeduplicationId: aws.String("3")},
	}})
	if err != nil || len(out.Successful) != 2 || len(out.Failed) != 1 || *out.Failed[0].Id != "bad" || *out.Failed[0].Code != "MissingParameter" {
		t.Fatalf("%+v, %v", out, err)
	}
	_, err = q.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: q.url("Line"), Entries: []types.SendMessageBatchRequestEntry{}})
	refused(t, err, "EmptyBatchRequest")
}
