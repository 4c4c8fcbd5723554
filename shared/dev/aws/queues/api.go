package queues

import (
	"context"
	"errors"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
)

const maxBatch = 10

// Serve adds the operations of SQS that the functions and Lambda use to the services.
func (q *Queues) Serve(services awsjson.Services) {
	const service = "AmazonSQS."
	services[service+"SendMessage"] = awsjson.Of(q.send)
	services[service+"SendMessageBatch"] = awsjson.Of(q.sendBatch)
	services[service+"ReceiveMessage"] = awsjson.Of(q.receive)
	services[service+"DeleteMessage"] = awsjson.Of(q.delete)
	services[service+"ChangeMessageVisibility"] = awsjson.Of(q.hide)
}

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
}

func (q *Queues) send(_ context.Context, in sendIn) (sendOut, error) {
	m, err := q.Send(in.QueueURL, Send{Body: in.MessageBody, Group: in.MessageGroupID, Dedup: in.MessageDeduplicationID})
	return sendOut{ID: in.ID, MessageID: m.ID, MD5OfMessageBody: m.MD5()}, err
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
	switch n := len(in.Entries); {
	case n == 0:
		return out, awsjson.Refuse("EmptyBatchRequest", "There should be at least one entry in the request.")
	case n > maxBatch:
		return out, awsjson.Refuse("TooManyEntriesInBatchRequest", "A request has at most 10 entries, and this has %d.", n)
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

type receiveIn struct {
	QueueURL            string `json:"QueueUrl"`
	MaxNumberOfMessages int
	WaitTimeSeconds     int

	// All system attributes are returned, whatever these name.
	AttributeNames, MessageSystemAttributeNames []string
}

type received struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	Body          string
	MD5OfBody     string
	Attributes    map[string]string
}

func (q *Queues) receive(ctx context.Context, in receiveIn) (out struct{ Messages []received }, err error) {
	messages, err := q.Receive(ctx, in.QueueURL, max(1, in.MaxNumberOfMessages), seconds(in.WaitTimeSeconds))
	for _, m := range messages {
		out.Messages = append(out.Messages, received{m.ID, m.Receipt, m.Body, m.MD5(), m.Attributes()})
	}
	return out, err
}

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
