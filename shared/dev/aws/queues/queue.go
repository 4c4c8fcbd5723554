// Package queues stands in for SQS: it holds the queues of the template in memory and serves SQS's protocol. Its
// messages are lost when the program ends.
//
// It follows the documentation of SQS. A received message is hidden for the visibility timeout. In a FIFO queue no
// message of a group is received while an earlier message of the group is hidden, and a message that repeats another
// one within five minutes is dropped. A message that was received too often moves to the dead-letter queue. Requests
// name a queue by its logical id, which the functions see as its URL, or by a URL that ends with it.
//
// Limits of size and of characters, retention, sequence numbers and message attributes are not emulated.
package queues

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS's protocol requires it
	"crypto/rand"
	"encoding/hex"
	"maps"
	"path"
	"slices"
	"strconv"
	"sync"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/template"
)

// The region and the account of everything that stands in for the cloud.
const (
	Region  = "us-east-1"
	Account = "000000000000"
)

const (
	dedupWindow = 5 * time.Minute
	lookEvery   = 20 * time.Millisecond // while a receiver waits for a message
	maxVisible  = 12 * time.Hour
)

// ARN returns the ARN of the queue with that logical id.
func ARN(id string) string { return "arn:aws:sqs:" + Region + ":" + Account + ":" + id }

// Queues holds all queues of a template.
type Queues struct {
	mu   sync.Mutex
	byID map[string]*queue
}

type queue struct {
	template.Queue
	messages []*Message          // in the order in which they were sent
	recent   map[string]*Message // of a FIFO queue: the messages of the last five minutes, by deduplication key
}

// Send is a message to send. A FIFO queue requires Group and Dedup.
type Send struct {
	Body  string
	Group string
	Dedup string
}

// Message is a message in a queue and its state.
type Message struct {
	Send
	ID        string
	SentAt    time.Time
	Received  int    // number of times
	Receipt   string // of the last time it was received
	VisibleAt time.Time
}

// New makes empty queues.
func New(definitions []template.Queue) *Queues {
	q := &Queues{byID: map[string]*queue{}}
	for _, d := range definitions {
		q.byID[d.ID] = &queue{Queue: d, recent: map[string]*Message{}}
	}
	return q
}

// find locks the queues, and returns the queue with that logical id or URL. The caller unlocks them, also after an
// error.
func (q *Queues) find(id string) (*queue, error) {
	q.mu.Lock()
	if found := q.byID[path.Base(id)]; found != nil {
		return found, nil
	}
	return nil, awsjson.Refuse("QueueDoesNotExist", "The specified queue does not exist: %q.", id)
}

// Send puts a message into the queue. If a FIFO queue accepted the same message within the last five minutes, Send
// returns that one.
func (q *Queues) Send(id string, s Send) (Message, error) {
	to, err := q.find(id)
	defer q.mu.Unlock()
	if err == nil {
		err = to.check(s)
	}
	if err != nil {
		return Message{}, err
	}
	now, key := time.Now(), s.Dedup
	if to.PerGroup {
		key = s.Group + "\x00" + s.Dedup
	}
	maps.DeleteFunc(to.recent, func(_ string, m *Message) bool { return now.Sub(m.SentAt) >= dedupWindow })
	if earlier := to.recent[key]; earlier != nil {
		return *earlier, nil
	}
	m := &Message{Send: s, ID: rand.Text(), SentAt: now, VisibleAt: now.Add(to.Delay)}
	to.messages = append(to.messages, m)
	if to.FIFO {
		to.recent[key] = m
	}
	return *m, nil
}

// check refuses what SQS refuses.
func (q *queue) check(s Send) error {
	switch {
	case s.Body == "":
		return awsjson.Refuse("MissingParameter", "The request must contain the parameter MessageBody.")
	case q.FIFO && s.Group == "":
		return awsjson.Refuse("MissingParameter", "The request must contain the parameter MessageGroupId.")
	case q.FIFO && s.Dedup == "":
		return invalid("MessageDeduplicationId is missing, and deduplication by content is not emulated.")
	case !q.FIFO && s.Dedup != "":
		return invalid("The request include parameter that is not valid for this queue type: MessageDeduplicationId")
	}
	return nil
}

func invalid(format string, arguments ...any) error {
	return awsjson.Refuse("InvalidParameterValue", format, arguments...)
}

// Waiting returns all messages of the queue, hidden or not, and does not change them.
func (q *Queues) Waiting(id string) (all []Message, err error) {
	from, err := q.find(id)
	defer q.mu.Unlock()
	if err != nil {
		return nil, err
	}
	for _, m := range from.messages {
		all = append(all, *m)
	}
	return all, nil
}

// Receive returns up to most messages and hides them for the queue's visibility timeout. If there is no message, it
// waits for one until wait has passed.
func (q *Queues) Receive(ctx context.Context, id string, most int, wait time.Duration) ([]Message, error) {
	until := time.Now().Add(wait)
	for {
		found, err := q.take(id, most)
		if err != nil || len(found) > 0 || !time.Now().Before(until) {
			return found, err
		}
		if smithytime.SleepWithContext(ctx, lookEvery) != nil {
			return nil, nil //nolint:nilerr // as SQS answers a receiver that goes away: there is no message
		}
	}
}

// take receives up to most messages without waiting, and moves those that were received too often to the dead-letter
// queue.
func (q *Queues) take(id string, most int) (taken []Message, err error) {
	from, err := q.find(id)
	defer q.mu.Unlock()
	if err != nil {
		return nil, err
	}
	now := time.Now()
	blocked := map[string]bool{} // groups of which an earlier message is hidden
	from.messages = slices.DeleteFunc(from.messages, func(m *Message) (exhausted bool) {
		switch {
		case len(taken) == most:
		case from.FIFO && blocked[m.Group]:
		case m.VisibleAt.After(now):
			blocked[m.Group] = true
		case from.DeadLetter != "" && m.Received >= from.MaxReceive:
			dead := q.byID[from.DeadLetter]
			dead.messages = append(dead.messages, &Message{Send: m.Send, ID: m.ID, SentAt: m.SentAt, VisibleAt: now})
			return true
		default:
			m.Received++
			m.Receipt, m.VisibleAt = rand.Text(), now.Add(from.Visibility)
			taken = append(taken, *m)
		}
		return false
	})
	return taken, nil
}

// Delete deletes the message with that receipt. A message that does not exist is no error.
func (q *Queues) Delete(id, receipt string) error {
	from, err := q.find(id)
	defer q.mu.Unlock()
	if err == nil {
		named := func(m *Message) bool { return m.Receipt == receipt && receipt != "" }
		from.messages = slices.DeleteFunc(from.messages, named)
	}
	return err
}

// Hide hides the message with that receipt for d from now on, zero to twelve hours.
func (q *Queues) Hide(id, receipt string, d time.Duration) error {
	from, err := q.find(id)
	defer q.mu.Unlock()
	if err != nil {
		return err
	}
	if d < 0 || d > maxVisible {
		return invalid("VisibilityTimeout is %d, and must be between 0 and 43200.", d/time.Second)
	}
	now := time.Now()
	for _, m := range from.messages {
		if m.Receipt == receipt && m.VisibleAt.After(now) {
			m.VisibleAt = now.Add(d)
			return nil
		}
	}
	return awsjson.Refuse("MessageNotInflight", "The message referred to isn't in flight.")
}

// MD5 returns the checksum of the body, which clients compare with their own.
func (m *Message) MD5() string {
	sum := md5.Sum([]byte(m.Body)) //nolint:gosec // SQS's protocol requires it
	return hex.EncodeToString(sum[:])
}

// Attributes returns the attributes that SQS itself gives a message, without its times.
func (m *Message) Attributes() map[string]string {
	all := map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.Received)}
	if m.Group != "" {
		all["MessageGroupId"], all["MessageDeduplicationId"] = m.Group, m.Dedup
	}
	return all
}
