// Package queue puts messages into the stack's queues.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"personal-rooms/shared/batch"
)

// A Message is put into a queue. What has a group comes out in the order in which it was put in, and what has an id is in the queue once,
// if it is put there again within five minutes; both are for first-in-first-out queues only, and are needed there.
type Message struct {
	Body  any // as JSON
	Group string
	ID    string
}

// A Queue is one of the stack's.
type Queue struct {
	client *sqs.Client
	url    string
}

// New makes the queue of the URL.
func New(config aws.Config, url string) *Queue {
	return &Queue{url: url, client: sqs.NewFromConfig(config)}
}

// Put puts the messages into the queue; as batch.Put does.
func (q *Queue) Put(ctx context.Context, messages ...Message) error {
	var entries []batch.Entry[types.SendMessageBatchRequestEntry]
	for _, m := range messages {
		body, err := text(m.Body)
		if err != nil {
			return err
		}
		entry := types.SendMessageBatchRequestEntry{MessageBody: &body}
		if m.Group != "" {
			entry.MessageGroupId, entry.MessageDeduplicationId = &m.Group, &m.ID
		}
		entries = append(entries, batch.Entry[types.SendMessageBatchRequestEntry]{Entry: entry, Size: len(body), Group: m.Group})
	}
	if err := batch.Put(ctx, entries, q.put); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}

// noncharacters are what SQS refuses of what JSON may have: in JSON they can be written otherwise.
var noncharacters = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// text is the body as JSON of characters that SQS takes.
func text(body any) (string, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("queue: %w", err)
	}
	return noncharacters.Replace(string(b)), nil
}

// malformed is SQS's word for a message that it never takes. Its other refusals tell nothing of the message.
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
			why = fmt.Errorf("%w: %s", batch.ErrRejected, aws.ToString(entry.Message))
		}
		answer(entry.Id, why)
	}
	return answers, nil
}

// errNoAnswer is of a message of which the answer says nothing.
var errNoAnswer = errors.New("no answer")
