package eventsources

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

const (
	defaultConcurrency = 5 // batches at the same time, if the mapping has no limit
	longPoll           = 20 * time.Second
)

func (s *Sources) startMapping(ctx context.Context, m template.Mapping) {
	concurrency := m.Concurrency
	if concurrency == 0 {
		concurrency = defaultConcurrency
	}
	for range concurrency {
		s.work.Go(func() {
			for ctx.Err() == nil {
				s.handleMessages(ctx, m)
			}
		})
	}
}

// handleMessages waits for a batch and invokes the function. It deletes the messages that succeeded; the others become
// visible again when their visibility timeout ends.
func (s *Sources) handleMessages(ctx context.Context, m template.Mapping) {
	batch, err := s.Queues.Receive(ctx, m.Queue, m.BatchSize, nil, longPoll)
	if err != nil {
		s.complain("%s: %v", m.Queue, err)
		pause(ctx, maxBackoff)
		return
	}
	if len(batch) == 0 {
		return
	}
	failed, err := s.invokeMessages(m, batch)
	if err != nil {
		if ctx.Err() == nil {
			s.complain("%s → %s: a batch of %d failed: %v", m.Queue, m.Function, len(batch), err)
		}
		return
	}
	for _, message := range batch {
		if slices.Contains(failed, message.ID) {
			continue
		}
		if err := s.Queues.Delete(m.Queue, message.Receipt); err != nil {
			s.complain("%s: %v", m.Queue, err)
		}
	}
}

// invokeMessages returns the ids of the messages that the function reports as failed.
func (s *Sources) invokeMessages(m template.Mapping, batch []queues.Message) (failed []string, err error) {
	event, err := MessagesEvent(m.Queue, batch)
	if err != nil {
		return nil, err
	}
	answer, err := s.Invoke(m.Function, event)
	if err != nil || !m.Partial {
		return nil, err
	}
	return failedItems(answer, func(id string) bool {
		return slices.ContainsFunc(batch, func(one queues.Message) bool { return one.ID == id })
	})
}

// MessagesEvent returns the event, in JSON, that a function gets for these messages of the queue.
func MessagesEvent(id string, batch []queues.Message) ([]byte, error) {
	event := events.SQSEvent{Records: []events.SQSMessage{}}
	for _, m := range batch {
		event.Records = append(event.Records, events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, Md5OfBody: m.MD5(), Attributes: m.System(),
			MessageAttributes: map[string]events.SQSMessageAttribute{},
			EventSource:       "aws:sqs", EventSourceARN: queues.ARN(id), AWSRegion: queues.Region,
		})
	}
	return json.Marshal(event)
}
