package queues_test

import (
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

const visibility = 30 * time.Second // of every queue

// behaviours are what the functions need of SQS. They are tested with SQS's own client: here on the stand-in in virtual
// time, and by `make oracles` on another implementation of SQS.
var behaviours = map[string]func(client){
	"a received message is hidden until its timeout ends":          hidden,
	"the visibility timeout can be changed":                        changedVisibility,
	"a message of a delayed queue is received later":               delayed,
	"a message that is received too often is dead-lettered":        redriven,
	"a group waits for its first message":                          groupInOrder,
	"a group continues after a message that was dead-lettered":     groupAfterRedrive,
	"a repeated message of a group is dropped within five minutes": deduplicated,
	"each entry of a batch succeeds or fails alone":                batches,
}

func TestBehaviours(t *testing.T) {
	for name, test := range behaviours {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(newClient(t)) })
		})
	}
}

func hidden(q client) {
	sent := q.send("Plain", "hello")
	first := q.receive("Plain", 10)
	if len(first) != 1 || *first[0].Body != "hello" || *first[0].MessageId != *sent.MessageId || receives(first[0]) != "1" {
		q.t.Fatalf("received %+v", first)
	}
	q.wants("Plain", "")
	q.after(visibility)
	second := q.receive("Plain", 10)
	if len(second) != 1 || receives(second[0]) != "2" || *second[0].ReceiptHandle == *first[0].ReceiptHandle {
		q.t.Fatalf("received %+v", second)
	}
	q.delete("Plain", second[0])
	q.after(visibility)
	q.wants("Plain", "")
}

func changedVisibility(q client) {
	q.send("Plain", "hello")
	q.hide("Plain", q.receive("Plain", 1)[0], 100)
	q.after(visibility)
	q.wants("Plain", "")
	q.after(100 * time.Second)
	q.hide("Plain", q.receive("Plain", 1)[0], 0)
	q.wants("Plain", "hello")
}

func delayed(q client) {
	q.send("Slow", "later")
	q.wants("Slow", "")
	q.after(60 * time.Second)
	q.wants("Slow", "later")
}

func redriven(q client) {
	id := q.send("Plain", "poison").MessageId
	for range 3 {
		q.wants("Plain", "poison")
		q.after(visibility)
	}
	q.wants("Plain", "")
	dead := q.receive("Dead", 1)
	if len(dead) != 1 || *dead[0].MessageId != *id {
		q.t.Errorf("Dead has %+v", dead)
	}
}

func groupInOrder(q client) {
	for _, body := range []string{"a1", "a2", "b1", "b2"} {
		q.sendTo("Line", body[:1], body)
	}
	first := q.receive("Line", 1)
	if got := bodies(first); got != "a1" {
		q.t.Fatalf("first %s", got)
	}
	others := q.receive("Line", 10)
	if got := bodies(others); got != "b1 b2" {
		q.t.Errorf("while a1 is hidden: %s", got)
	}
	q.hide("Line", first[0], 300)
	q.delete("Line", others[0])
	q.delete("Line", others[1])
	q.after(2 * visibility)
	q.wants("Line", "")
	q.after(300 * time.Second)
	q.wants("Line", "a1 a2")
}

func groupAfterRedrive(q client) {
	q.sendTo("Line", "a", "a1")
	q.sendTo("Line", "a", "a2")
	for range 2 {
		q.receive("Line", 1)
		q.after(visibility)
	}
	q.wants("Line", "a2")
	if dead := q.receive("DeadLine", 10); bodies(dead) != "a1" || dead[0].Attributes["MessageGroupId"] != "a" {
		q.t.Errorf("DeadLine has %+v", dead)
	}
}

func deduplicated(q client) {
	first := q.sendTo("Line", "a", "x")
	q.after(4 * time.Minute)
	if again := q.sendTo("Line", "a", "x"); *again.MessageId != *first.MessageId {
		q.t.Errorf("the repeated message is %+v", again)
	}
	if other := q.sendTo("Line", "b", "x"); *other.MessageId == *first.MessageId {
		q.t.Error("the same id in another group is taken for the same message")
	}
	got := q.receive("Line", 10)
	if bodies(got) != "x x" {
		q.t.Errorf("received %s", bodies(got))
	}
	q.delete("Line", got[0])
	if again := q.sendTo("Line", "a", "x"); *again.MessageId != *first.MessageId {
		q.t.Errorf("after it was deleted, the repeated message is %+v", again)
	}
	q.after(time.Minute)
	if again := q.sendTo("Line", "a", "x"); *again.MessageId == *first.MessageId {
		q.t.Errorf("after five minutes the message is %+v", again)
	}
}

func batches(q client) {
	entry := func(id string, group *string) types.SendMessageBatchRequestEntry {
		return types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &id, MessageDeduplicationId: &id, MessageGroupId: group}
	}
	in := &sqs.SendMessageBatchInput{QueueUrl: q.url("Line"), Entries: []types.SendMessageBatchRequestEntry{
		entry("good", aws.String("a")), entry("bad", nil), entry("next", aws.String("a")),
	}}
	out, err := q.SendMessageBatch(q.t.Context(), in)
	q.must(err)
	if len(out.Successful) != 2 || len(out.Failed) != 1 || *out.Failed[0].Id != "bad" || *out.Failed[0].Code != "MissingParameter" {
		q.t.Fatalf("%+v", out)
	}
	in.Entries = []types.SendMessageBatchRequestEntry{}
	_, err = q.SendMessageBatch(q.t.Context(), in)
	wantRefusal(q.t, err, "EmptyBatchRequest")
}

// client is SQS's own client of a set of queues.
type client struct {
	*sqs.Client
	t     *testing.T
	after func(time.Duration)    // lets time pass
	base  string                 // the address of the queues
	name  func(id string) string // the name of the queue that the tests call id
}

func (c client) url(id string) *string {
	return aws.String(c.base + "/" + queues.Account + "/" + c.name(id))
}

func (c client) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c client) send(id, body string) *sqs.SendMessageOutput {
	out, err := c.SendMessage(c.t.Context(), &sqs.SendMessageInput{QueueUrl: c.url(id), MessageBody: &body})
	c.must(err)
	return out
}

// sendTo sends to a group, with the body as deduplication id.
func (c client) sendTo(id, group, body string) *sqs.SendMessageOutput {
	out, err := c.SendMessage(c.t.Context(), &sqs.SendMessageInput{
		QueueUrl: c.url(id), MessageBody: &body, MessageGroupId: &group, MessageDeduplicationId: &body,
	})
	c.must(err)
	return out
}

func (c client) receive(id string, most int32) []types.Message {
	return c.receiveAs(&sqs.ReceiveMessageInput{QueueUrl: c.url(id), MaxNumberOfMessages: most})
}

func (c client) receiveAs(in *sqs.ReceiveMessageInput) []types.Message {
	in.MessageSystemAttributeNames = []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}
	out, err := c.ReceiveMessage(c.t.Context(), in)
	c.must(err)
	return out.Messages
}

// wants receives messages and compares their bodies.
func (c client) wants(id, want string) {
	c.t.Helper()
	if got := bodies(c.receive(id, 10)); got != want {
		c.t.Errorf("received %q from %s, want %q", got, id, want)
	}
}

func (c client) delete(id string, m types.Message) {
	_, err := c.DeleteMessage(c.t.Context(), &sqs.DeleteMessageInput{QueueUrl: c.url(id), ReceiptHandle: m.ReceiptHandle})
	c.must(err)
}

func (c client) hide(id string, m types.Message, seconds int32) {
	_, err := c.ChangeMessageVisibility(c.t.Context(), &sqs.ChangeMessageVisibilityInput{
		QueueUrl: c.url(id), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds,
	})
	c.must(err)
}

func receives(m types.Message) string { return m.Attributes["ApproximateReceiveCount"] }

func bodies(messages []types.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, *m.Body)
	}
	return strings.Join(all, " ")
}

func wantRefusal(t *testing.T, err error, code string) {
	t.Helper()
	if refusal, ok := errors.AsType[smithy.APIError](err); !ok || !strings.HasSuffix(refusal.ErrorCode(), code) {
		t.Errorf("%v, want %s", err, code)
	}
}
