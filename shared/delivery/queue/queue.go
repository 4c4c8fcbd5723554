// Package queue puts messages into the stack's queues.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// What SQS takes in one call.
const (
	mostEntries = 10
	mostBytes   = 240_000
)

const (
	tries    = 3
	patience = 5 * time.Second // for one call, its tries included
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

// New makes the queue of the URL. The endpoint is SQS's own if it is empty.
func New(config aws.Config, endpoint, url string) *Queue {
	return &Queue{url: url, client: sqs.NewFromConfig(config, func(o *sqs.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})}
}

// ErrTooLarge is that a message is larger than any queue takes.
var ErrTooLarge = errors.New("queue: the message is too large")

// A batch is what is put in at once: never two of one group, for of two the second might be taken alone.
type batch struct {
	entries []types.SendMessageBatchRequestEntry
	groups  map[string]bool
	size    int
}

// fits reports whether another message may come into the batch.
func (b *batch) fits(group string, size int) bool {
	return len(b.entries) < mostEntries && b.size+size <= mostBytes && (group == "" || !b.groups[group])
}

func (b *batch) add(m Message, body string) {
	entry := types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(len(b.entries))), MessageBody: &body}
	if m.Group != "" {
		entry.MessageGroupId, entry.MessageDeduplicationId = &m.Group, &m.ID
	}
	b.entries, b.groups[m.Group], b.size = append(b.entries, entry), true, b.size+len(body)
}

// Put puts the messages into the queue. After an error those before the one that was not taken may be there, none of its group after it.
func (q *Queue) Put(ctx context.Context, messages ...Message) error {
	b := batch{groups: map[string]bool{}}
	for _, m := range messages {
		body, err := json.Marshal(m.Body)
		switch {
		case err != nil:
			return fmt.Errorf("queue: %w", err)
		case len(body) > mostBytes:
			return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(body))
		case !b.fits(m.Group, len(body)):
			if err := q.put(ctx, b.entries); err != nil {
				return err
			}
			b = batch{groups: map[string]bool{}}
		}
		b.add(m, string(body))
	}
	return q.put(ctx, b.entries)
}

// put puts the entries into the queue, and those again that were not taken.
func (q *Queue) put(ctx context.Context, entries []types.SendMessageBatchRequestEntry) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var why string
	for range tries {
		if len(entries) == 0 {
			return nil
		}
		out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: entries})
		if err != nil {
			return fmt.Errorf("queue: %w", err)
		}
		taken := map[string]bool{}
		for _, entry := range out.Successful {
			taken[aws.ToString(entry.Id)] = true
		}
		for _, entry := range out.Failed {
			why = aws.ToString(entry.Code)
		}
		var left []types.SendMessageBatchRequestEntry
		for _, entry := range entries {
			if !taken[*entry.Id] {
				left = append(left, entry)
			}
		}
		entries = left
	}
	if len(entries) == 0 {
		return nil
	}
	return fmt.Errorf("queue: %d messages were not taken: %s", len(entries), why)
}
