// Package queue sends messages to the stack's queues.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"personal-rooms/shared/publish"
)

// A Message is sent to a queue. Group and ID are required for a first-in-first-out queue, and empty for others:
// messages of one group are received in their order, and a message whose ID was sent within the last five minutes is
// not sent again.
type Message struct {
	Body  any // as JSON
	Group string
	ID    string
	Delay time.Duration // until it can be received, in whole seconds and at most 15 minutes; 0 for a first-in-first-out queue
}

// A Queue is a queue of the stack.
type Queue struct {
	client *sqs.Client
	url    string
}

// New returns the queue with the URL.
func New(config aws.Config, url string) *Queue {
	return &Queue{url: url, client: sqs.NewFromConfig(config)}
}

// Name returns the queue's name, which is the last part of its URL and of its ARN.
func (q *Queue) Name() string { return path.Base(q.url) }

// Postpone hides a message that was received for so long, in whole seconds.
func (q *Queue) Postpone(ctx context.Context, receiptHandle string, d time.Duration) error {
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.url, ReceiptHandle: &receiptHandle, VisibilityTimeout: int32(d.Seconds()),
	})
	return err
}

// Put puts the messages into the queue, as [publish.Put] does.
func (q *Queue) Put(ctx context.Context, messages ...Message) error {
	var entries []publish.Entry[types.SendMessageBatchRequestEntry]
	for _, m := range messages {
		body, err := text(m.Body)
		if err != nil {
			return err
		}
		entry := types.SendMessageBatchRequestEntry{MessageBody: &body, DelaySeconds: int32(m.Delay.Seconds())}
		if m.Group != "" {
			entry.MessageGroupId, entry.MessageDeduplicationId = &m.Group, &m.ID
		}
		entries = append(entries, publish.Entry[types.SendMessageBatchRequestEntry]{Entry: entry, Size: len(body), Group: m.Group})
	}
	if err := publish.Put(ctx, entries, q.put); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}

// noncharacters escapes the characters that JSON allows and SQS refuses.
var noncharacters = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// text returns the body as JSON, of characters that SQS accepts.
func text(body any) (string, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("queue: %w", err)
	}
	return noncharacters.Replace(string(b)), nil
}

// malformed is the error code of a message that SQS never accepts. All other codes may pass.
const malformed = "InvalidMessageContents"

func (q *Queue) put(ctx context.Context, entries []types.SendMessageBatchRequestEntry) ([]error, error) {
	answers := make([]error, len(entries))
	for i := range entries {
		entries[i].Id, answers[i] = aws.String(strconv.Itoa(i)), errNoAnswer
	}
	out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: entries})
	if err != nil {
		return nil, err
	}
	answer := func(id *string, what error) {
		if i, err := strconv.Atoi(aws.ToString(id)); err == nil && i >= 0 && i < len(answers) {
			answers[i] = what
		}
	}
	for _, entry := range out.Successful {
		answer(entry.Id, nil)
	}
	for _, entry := range out.Failed {
		why := errors.New(aws.ToString(entry.Code))
		if why.Error() == malformed {
			why = fmt.Errorf("%w: %s", publish.ErrRejected, aws.ToString(entry.Message))
		}
		answer(entry.Id, why)
	}
	return answers, nil
}

// errNoAnswer is the error of a message that the response does not name.
var errNoAnswer = errors.New("no answer")
