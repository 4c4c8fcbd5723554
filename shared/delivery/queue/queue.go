// Package queue puts messages into the stack's queues.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

// ErrUnfit is that a message is one that no queue takes: it is too large, or the queue finds fault with what it says.
var ErrUnfit = errors.New("queue: the message is unfit")

// malformed is SQS's word for a message that it will never take. Its other refusals tell nothing of the message.
const malformed = "InvalidMessageContents"

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

// Put puts the messages into the queue. After ErrUnfit all others are there; after another error those before the one that was not taken may be,
// and none of its group after it.
func (q *Queue) Put(ctx context.Context, messages ...Message) error {
	var unfit []error
	b := batch{groups: map[string]bool{}}
	flush := func() error {
		bad, err := q.put(ctx, b.entries)
		b, unfit = batch{groups: map[string]bool{}}, append(unfit, bad...)
		return err
	}
	for _, m := range messages {
		body, err := text(m.Body)
		if err != nil {
			return err
		}
		if len(body) > mostBytes {
			unfit = append(unfit, fmt.Errorf("%w: %d bytes", ErrUnfit, len(body)))
			continue
		}
		if !b.fits(m.Group, len(body)) {
			if err := flush(); err != nil {
				return err
			}
		}
		b.add(m, body)
	}
	if err := flush(); err != nil {
		return err
	}
	return errors.Join(unfit...)
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

// put puts the entries into the queue, and those again that were not taken by now; unfit are those that never will be.
func (q *Queue) put(ctx context.Context, entries []types.SendMessageBatchRequestEntry) (unfit []error, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var why string
	for range tries {
		if len(entries) == 0 {
			return unfit, nil
		}
		out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: entries})
		if err != nil {
			return unfit, fmt.Errorf("queue: %w", err)
		}
		done := map[string]bool{}
		for _, entry := range out.Successful {
			done[aws.ToString(entry.Id)] = true
		}
		for _, entry := range out.Failed {
			why = aws.ToString(entry.Code)
			if why == malformed {
				done[aws.ToString(entry.Id)], unfit = true, append(unfit, fmt.Errorf("%w: %s", ErrUnfit, aws.ToString(entry.Message)))
			}
		}
		entries = slices.DeleteFunc(slices.Clone(entries), func(e types.SendMessageBatchRequestEntry) bool { return done[*e.Id] })
	}
	if len(entries) == 0 {
		return unfit, nil
	}
	return unfit, fmt.Errorf("queue: %d messages were not taken: %s", len(entries), why)
}
