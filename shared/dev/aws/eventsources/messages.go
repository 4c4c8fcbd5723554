package eventsources

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"
	smithytime "github.com/aws/smithy-go/time"

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
				if err := s.handleMessages(ctx, m); err != nil && ctx.Err() == nil {
					s.complain("%s → %s: %v", m.Queue, m.Function, err)
					_ = smithytime.SleepWithContext(ctx, firstBackoff)
				}
			}
		})
	}
}

// handleMessages waits for a batch and invokes the function. It deletes the messages that succeeded; the others become
// visible again when their visibility timeout ends.
func (s *Sources) handleMessages(ctx context.Context, m template.Mapping) error {
	batch, err := s.Queues.Receive(ctx, m.Queue, m.BatchSize, longPoll)
	if err != nil || len(batch) == 0 {
		return err
	}
	event, ids, err := messagesEvent(m.Queue, batch)
	if err != nil {
		return err
	}
	answer, err := s.Invoke(m.Function, event)
	if err != nil {
		return err
	}
	var failed []string
	if m.Partial {
		if failed, err = failedItems(answer, ids); err != nil {
			return err
		}
	}
	for _, message := range batch {
		if slices.Contains(failed, message.ID) {
			continue
		}
		if err := s.Queues.Delete(m.Queue, message.Receipt); err != nil {
			return err
		}
	}
	return nil
}

// messagesEvent returns the event, in JSON, that a function gets for these messages of the queue, and their ids.
func messagesEvent(queue string, batch []queues.Message) (text []byte, ids []string, err error) {
	event := events.SQSEvent{Records: []events.SQSMessage{}}
	for _, m := range batch {
		ids = append(ids, m.ID)
		event.Records = append(event.Records, events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, Md5OfBody: m.MD5(), Attributes: m.Attributes(),
			MessageAttributes: map[string]events.SQSMessageAttribute{},
			EventSource:       "aws:sqs", EventSourceARN: queues.ARN(queue), AWSRegion: queues.Region,
		})
	}
	text, err = json.Marshal(event)
	return text, ids, err
}
