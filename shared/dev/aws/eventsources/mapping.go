package eventsources

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

const (
	pollers    = 5 // of a queue whose mapping names no limit
	longPoll   = 20 * time.Second
	receivePer = 10_000 // at most, as Lambda's
)

// startMapping lets as many batches be worked on at once as the mapping says.
func (s *Sources) startMapping(ctx context.Context, m template.Mapping) {
	n := m.Concurrency
	if n == 0 {
		n = pollers
	}
	for range n {
		s.work.Go(func() {
			for ctx.Err() == nil {
				s.nextMessages(ctx, m)
			}
		})
	}
}

// nextMessages waits for messages and hands them on. What succeeds is deleted; the rest is received again when it is hidden no more.
func (s *Sources) nextMessages(ctx context.Context, m template.Mapping) {
	batch, err := s.Queues.Receive(ctx, m.Queue, min(m.BatchSize, receivePer), nil, longPoll)
	if err != nil {
		s.say("%s: %v", m.Queue, err)
		pause(ctx, maxBackoff)
		return
	}
	if len(batch) == 0 {
		return
	}
	failed, err := s.tryMessages(m, batch)
	if err != nil {
		if ctx.Err() == nil {
			s.say("%s → %s: a batch of %d failed: %v", m.Queue, m.Function, len(batch), err)
		}
		return
	}
	for _, one := range batch {
		if slices.Contains(failed, one.ID) {
			continue
		}
		if err := s.Queues.Delete(m.Queue, one.Receipt); err != nil {
			s.say("%s: %v", m.Queue, err)
		}
	}
}

// tryMessages invokes the function and returns the ids of the messages that it names as failed.
func (s *Sources) tryMessages(m template.Mapping, batch []queues.Message) (failed []string, err error) {
	event, err := MessagesEvent(m.Queue, batch)
	if err != nil {
		return nil, err
	}
	answer, err := s.Invoke(m.Function, event)
	if err != nil || !m.Partial {
		return nil, err
	}
	if failed, err = failures(answer); err != nil {
		return nil, err
	}
	for _, id := range failed {
		if !slices.ContainsFunc(batch, func(one queues.Message) bool { return one.ID == id }) {
			return nil, errAnswer
		}
	}
	return failed, nil
}

// messageRecord is a message as Lambda hands it on.
type messageRecord struct {
	MessageID         string                      `json:"messageId"`
	ReceiptHandle     string                      `json:"receiptHandle"`
	Body              string                      `json:"body"`
	Attributes        map[string]string           `json:"attributes"`
	MessageAttributes map[string]messageAttribute `json:"messageAttributes"`
	MD5OfBody         string                      `json:"md5OfBody"`
	EventSource       string                      `json:"eventSource"`
	EventSourceARN    string                      `json:"eventSourceARN"`
	AWSRegion         string                      `json:"awsRegion"`
}

type messageAttribute struct {
	StringValue      *string  `json:"stringValue,omitempty"`
	BinaryValue      []byte   `json:"binaryValue,omitempty"`
	StringListValues []string `json:"stringListValues"`
	BinaryListValues [][]byte `json:"binaryListValues"`
	DataType         string   `json:"dataType"`
}

// MessagesEvent is the event that a function gets of these messages of the queue.
func MessagesEvent(id string, batch []queues.Message) ([]byte, error) {
	records := make([]messageRecord, len(batch))
	for i := range batch {
		records[i] = recordOf(id, &batch[i])
	}
	return json.Marshal(map[string]any{"Records": records})
}

func recordOf(id string, m *queues.Message) messageRecord {
	own := map[string]messageAttribute{}
	for name, a := range m.Attributes {
		own[name] = messageAttribute{
			StringValue: a.StringValue, BinaryValue: a.BinaryValue, DataType: a.DataType, StringListValues: []string{}, BinaryListValues: [][]byte{},
		}
	}
	return messageRecord{
		MessageID: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, Attributes: m.System(), MessageAttributes: own, MD5OfBody: m.MD5(),
		EventSource: "aws:sqs", EventSourceARN: queues.ARN(id), AWSRegion: queues.Region,
	}
}
