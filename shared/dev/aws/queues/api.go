package queues

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/template"
)

// Serve adds SQS's operations to the services. Queue addresses are below base.
func (q *Queues) Serve(services awsjson.Services, base string) {
	const service = "AmazonSQS."
	services[service+"GetQueueUrl"] = awsjson.Of(func(_ context.Context, in struct{ QueueName string }) (any, error) {
		return q.url(in.QueueName, base)
	})
	services[service+"GetQueueAttributes"] = awsjson.Of(q.attributes)
	services[service+"SendMessage"] = awsjson.Of(q.send)
	services[service+"SendMessageBatch"] = awsjson.Of(q.sendBatch)
	services[service+"ReceiveMessage"] = awsjson.Of(q.receive)
	services[service+"DeleteMessage"] = awsjson.Of(q.delete)
	services[service+"DeleteMessageBatch"] = awsjson.Of(q.deleteBatch)
	services[service+"ChangeMessageVisibility"] = awsjson.Of(q.hide)
	services[service+"ChangeMessageVisibilityBatch"] = awsjson.Of(q.hideBatch)
}

func (q *Queues) url(name, base string) (any, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	found, err := q.find(name)
	if err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": base + "/" + Account + "/" + found.ID}, nil
}

type sendIn struct {
	QueueURL               string `json:"QueueUrl"`
	ID                     string `json:"Id"` // in a batch
	MessageBody            string
	DelaySeconds           *int
	MessageAttributes      map[string]Attribute
	MessageGroupID         string `json:"MessageGroupId"`
	MessageDeduplicationID string `json:"MessageDeduplicationId"`
}

type sendOut struct {
	ID                     string `json:"Id,omitempty"` // in a batch
	MessageID              string `json:"MessageId"`
	MD5OfMessageBody       string
	MD5OfMessageAttributes string `json:",omitempty"`
	SequenceNumber         string `json:",omitempty"`
}

func (q *Queues) send(_ context.Context, in sendIn) (sendOut, error) {
	s := Send{Body: in.MessageBody, Attributes: in.MessageAttributes, Group: in.MessageGroupID, Dedup: in.MessageDeduplicationID}
	if in.DelaySeconds != nil {
		s.Delay = new(seconds(*in.DelaySeconds))
	}
	m, err := q.Send(in.QueueURL, s)
	if err != nil {
		return sendOut{}, err
	}
	return sendOut{
		ID: in.ID, MessageID: m.ID, MD5OfMessageBody: m.MD5(), MD5OfMessageAttributes: digest(m.Attributes), SequenceNumber: m.Sequence,
	}, nil
}

func (q *Queues) sendBatch(ctx context.Context, in batchIn[sendIn]) (batchOut, error) {
	size := 0
	for _, e := range in.Entries {
		size += len(e.MessageBody)
	}
	if size > maxBody {
		return batchOut{}, awsjson.Refuse("com.amazonaws.sqs#BatchRequestTooLong", "Batch requests cannot be longer than %d bytes.", maxBody)
	}
	return each(in, func(e sendIn) string { return e.ID }, func(e sendIn) (any, error) {
		e.QueueURL = in.QueueURL
		return q.send(ctx, e)
	})
}

type receiveIn struct {
	QueueURL                    string `json:"QueueUrl"`
	MaxNumberOfMessages         *int
	VisibilityTimeout           *int
	WaitTimeSeconds             *int
	AttributeNames              []string
	MessageSystemAttributeNames []string
	MessageAttributeNames       []string
}

type received struct {
	MessageID              string `json:"MessageId"`
	ReceiptHandle          string
	Body                   string
	MD5OfBody              string
	Attributes             map[string]string    `json:",omitempty"`
	MessageAttributes      map[string]Attribute `json:",omitempty"`
	MD5OfMessageAttributes string               `json:",omitempty"`
}

const maxBatch = 10

func (q *Queues) receive(ctx context.Context, in receiveIn) (any, error) {
	most, hide, wait := 1, (*time.Duration)(nil), q.waitOf(in.QueueURL)
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	if most < 1 || most > maxBatch {
		return nil, invalid("Value %d for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.", most)
	}
	if in.VisibilityTimeout != nil {
		hide = new(seconds(*in.VisibilityTimeout))
	}
	if in.WaitTimeSeconds != nil {
		wait = seconds(*in.WaitTimeSeconds)
	}
	messages, err := q.Receive(ctx, in.QueueURL, most, hide, wait)
	if err != nil {
		return nil, err
	}
	out := []received{}
	for _, m := range messages {
		out = append(out, m.shown(in))
	}
	return map[string]any{"Messages": out}, nil
}

func (q *Queues) waitOf(id string) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if found, err := q.find(id); err == nil {
		return found.Wait
	}
	return 0
}

func (m *Message) shown(in receiveIn) received {
	wanted := slices.Concat(in.AttributeNames, in.MessageSystemAttributeNames)
	attributes := m.System()
	if !slices.Contains(wanted, "All") {
		maps.DeleteFunc(attributes, func(name, _ string) bool { return !slices.Contains(wanted, name) })
	}
	own := maps.Clone(m.Attributes)
	if !slices.Contains(in.MessageAttributeNames, "All") && !slices.Contains(in.MessageAttributeNames, ".*") {
		maps.DeleteFunc(own, func(name string, _ Attribute) bool { return !slices.Contains(in.MessageAttributeNames, name) })
	}
	return received{
		MessageID: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, MD5OfBody: m.MD5(),
		Attributes: attributes, MessageAttributes: own, MD5OfMessageAttributes: digest(own),
	}
}

// System are the attributes that SQS itself gives a message.
func (m *Message) System() map[string]string {
	all := map[string]string{
		"SenderId": "local", "SentTimestamp": millis(m.SentAt), "ApproximateReceiveCount": strconv.Itoa(m.Received),
		"ApproximateFirstReceiveTimestamp": millis(m.ReceivedAt),
	}
	for name, value := range map[string]string{
		"MessageGroupId": m.Group, "MessageDeduplicationId": m.Dedup, "SequenceNumber": m.Sequence, "DeadLetterQueueSourceArn": m.Source,
	} {
		if value != "" {
			all[name] = value
		}
	}
	return all
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// receiptIn names a message that was received, and for how long it is to be hidden.
type receiptIn struct {
	QueueURL          string `json:"QueueUrl"`
	ID                string `json:"Id"` // in a batch
	ReceiptHandle     string
	VisibilityTimeout int
}

func (q *Queues) delete(_ context.Context, in receiptIn) (struct{}, error) {
	return struct{}{}, q.Delete(in.QueueURL, in.ReceiptHandle)
}

func (q *Queues) hide(_ context.Context, in receiptIn) (struct{}, error) {
	return struct{}{}, q.Hide(in.QueueURL, in.ReceiptHandle, seconds(in.VisibilityTimeout))
}

func (q *Queues) deleteBatch(_ context.Context, in batchIn[receiptIn]) (batchOut, error) {
	return each(in, receiptIn.id, func(e receiptIn) (any, error) {
		return done{e.ID}, q.Delete(in.QueueURL, e.ReceiptHandle)
	})
}

func (q *Queues) hideBatch(_ context.Context, in batchIn[receiptIn]) (batchOut, error) {
	return each(in, receiptIn.id, func(e receiptIn) (any, error) {
		return done{e.ID}, q.Hide(in.QueueURL, e.ReceiptHandle, seconds(e.VisibilityTimeout))
	})
}

func (r receiptIn) id() string { return r.ID }

type done struct {
	ID string `json:"Id"`
}

// attributes are a queue's own, all of them whatever was asked for.
func (q *Queues) attributes(_ context.Context, in struct {
	QueueURL string `json:"QueueUrl"`
},
) (any, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	of, err := q.find(in.QueueURL)
	if err != nil {
		return nil, err
	}
	all := describe(of.Queue)
	visible, hidden, delayed := of.count(time.Now())
	all["ApproximateNumberOfMessages"] = strconv.Itoa(visible)
	all["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(hidden)
	all["ApproximateNumberOfMessagesDelayed"] = strconv.Itoa(delayed)
	return map[string]any{"Attributes": all}, nil
}

func describe(q template.Queue) map[string]string {
	all := map[string]string{
		"QueueArn": ARN(q.ID), "VisibilityTimeout": inSeconds(q.Visibility), "DelaySeconds": inSeconds(q.Delay),
		"MessageRetentionPeriod": inSeconds(q.Retention), "ReceiveMessageWaitTimeSeconds": inSeconds(q.Wait),
		"MaximumMessageSize": strconv.Itoa(maxBody),
	}
	if q.DeadLetter != "" {
		policy, _ := json.Marshal(map[string]any{"deadLetterTargetArn": ARN(q.DeadLetter), "maxReceiveCount": q.MaxReceive})
		all["RedrivePolicy"] = string(policy)
	}
	if q.FIFO {
		all["FifoQueue"], all["ContentBasedDeduplication"] = "true", strconv.FormatBool(q.ByContent)
	}
	return all
}

func inSeconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

func (of *queue) count(now time.Time) (visible, hidden, delayed int) {
	of.expire(now)
	for _, m := range of.messages {
		switch {
		case !m.VisibleAt.After(now):
			visible++
		case m.Received > 0:
			hidden++
		default:
			delayed++
		}
	}
	return visible, hidden, delayed
}

// digest is what clients compare with the attributes that they sent: their names, types and values, each with its length before it.
func digest(attributes map[string]Attribute) string {
	if len(attributes) == 0 {
		return ""
	}
	var all []byte
	add := func(part []byte) {
		all = append(binary.BigEndian.AppendUint32(all, uint32(min(len(part), maxBody))), part...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		add([]byte(name))
		add([]byte(a.DataType))
		if a.StringValue != nil {
			all = append(all, 1)
			add([]byte(*a.StringValue))
		} else {
			all = append(all, 2)
			add(a.BinaryValue)
		}
	}
	return sum(all)
}
