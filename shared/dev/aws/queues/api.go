package queues

import (
	"context"
	"errors"
	"strconv"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
)

// Serve adds the operations of SQS that the functions and Lambda use to the services. Message attributes are not
// emulated.
func (q *Queues) Serve(services awsjson.Services) {
	const service = "AmazonSQS."
	services[service+"SendMessage"] = awsjson.Of(q.send)
	services[service+"SendMessageBatch"] = awsjson.Of(q.sendBatch)
	services[service+"ReceiveMessage"] = awsjson.Of(q.receive)
	services[service+"DeleteMessage"] = awsjson.Of(q.delete)
	services[service+"ChangeMessageVisibility"] = awsjson.Of(q.hide)
}

const maxBatch = 10

type sendIn struct {
	QueueURL               string `json:"QueueUrl"`
	ID                     string `json:"Id"` // in a batch
	MessageBody            string
	MessageGroupID         string `json:"MessageGroupId"`
	MessageDeduplicationID string `json:"MessageDeduplicationId"`
}

type sendOut struct {
	ID               string `json:"Id,omitempty"` // in a batch
	MessageID        string `json:"MessageId"`
	MD5OfMessageBody string
	SequenceNumber   string `json:",omitempty"`
}

func (q *Queues) send(_ context.Context, in sendIn) (sendOut, error) {
	m, err := q.Send(in.QueueURL, Send{Body: in.MessageBody, Group: in.MessageGroupID, Dedup: in.MessageDeduplicationID})
	return sendOut{ID: in.ID, MessageID: m.ID, MD5OfMessageBody: m.MD5(), SequenceNumber: m.Sequence}, err
}

type batchIn struct {
	QueueURL string `json:"QueueUrl"`
	Entries  []sendIn
}

type batchOut struct {
	Successful []sendOut
	Failed     []failure
}

type failure struct {
	ID          string `json:"Id"`
	Code        string
	Message     string
	SenderFault bool
}

// sendBatch sends each entry; each succeeds or fails alone.
func (q *Queues) sendBatch(ctx context.Context, in batchIn) (out batchOut, err error) {
	if err := in.check(); err != nil {
		return out, err
	}
	for _, entry := range in.Entries {
		entry.QueueURL = in.QueueURL
		sent, err := q.send(ctx, entry)
		if refusal, ok := errors.AsType[*awsjson.Error](err); ok {
			out.Failed = append(out.Failed, failure{entry.ID, refusal.Code, refusal.Message, true})
			continue
		}
		out.Successful = append(out.Successful, sent)
	}
	return out, nil
}

// check refuses a batch that SQS refuses as a whole.
func (in batchIn) check() error {
	size, ids := 0, map[string]bool{}
	for _, entry := range in.Entries {
		size += len(entry.MessageBody)
		ids[entry.ID] = true
	}
	switch n := len(in.Entries); {
	case n == 0:
		return awsjson.Refuse("EmptyBatchRequest", "There should be at least one entry in the request.")
	case n > maxBatch:
		return awsjson.Refuse("TooManyEntriesInBatchRequest", "A request has at most 10 entries, and this has %d.", n)
	case len(ids) < n:
		return awsjson.Refuse("BatchEntryIdsNotDistinct", "Two entries have the same Id.")
	case size > maxBody:
		return awsjson.Refuse("BatchRequestTooLong", "Batch requests cannot be longer than %d bytes.", maxBody)
	}
	return nil
}

type receiveIn struct {
	QueueURL            string `json:"QueueUrl"`
	MaxNumberOfMessages *int
	VisibilityTimeout   *int
	WaitTimeSeconds     int

	// All system attributes are returned, whatever these name.
	AttributeNames, MessageSystemAttributeNames, MessageAttributeNames []string
}

type received struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	Body          string
	MD5OfBody     string
	Attributes    map[string]string
}

func (q *Queues) receive(ctx context.Context, in receiveIn) (out struct{ Messages []received }, err error) {
	most, hide := 1, (*time.Duration)(nil)
	if in.MaxNumberOfMessages != nil {
		most = *in.MaxNumberOfMessages
	}
	if most < 1 || most > maxBatch {
		return out, invalid("MaxNumberOfMessages is %d, and must be between 1 and 10.", most)
	}
	if in.VisibilityTimeout != nil {
		hide = new(seconds(*in.VisibilityTimeout))
	}
	messages, err := q.Receive(ctx, in.QueueURL, most, hide, seconds(in.WaitTimeSeconds))
	for _, m := range messages {
		out.Messages = append(out.Messages, received{
			MessageID: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, MD5OfBody: m.MD5(), Attributes: m.System(),
		})
	}
	return out, err
}

// System returns the attributes that SQS itself gives a message.
func (m *Message) System() map[string]string {
	all := map[string]string{
		"SenderId": "local", "SentTimestamp": millis(m.SentAt), "ApproximateReceiveCount": strconv.Itoa(m.Received),
		"ApproximateFirstReceiveTimestamp": millis(m.ReceivedAt),
	}
	for name, value := range map[string]string{
		"MessageGroupId": m.Group, "MessageDeduplicationId": m.Dedup, "SequenceNumber": m.Sequence,
		"DeadLetterQueueSourceArn": m.Source,
	} {
		if value != "" {
			all[name] = value
		}
	}
	return all
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// receiptIn names a received message and, for ChangeMessageVisibility, the seconds for which it is hidden.
type receiptIn struct {
	QueueURL          string `json:"QueueUrl"`
	ReceiptHandle     string
	VisibilityTimeout int
}

func (q *Queues) delete(_ context.Context, in receiptIn) (struct{}, error) {
	return struct{}{}, q.Delete(in.QueueURL, in.ReceiptHandle)
}

func (q *Queues) hide(_ context.Context, in receiptIn) (struct{}, error) {
	return struct{}{}, q.Hide(in.QueueURL, in.ReceiptHandle, seconds(in.VisibilityTimeout))
}
