// Package queues stands in for SQS: it holds the queues of the template in memory and serves SQS's protocol. Its
// messages are lost when the program ends.
//
// It follows the documentation of SQS. A received message is hidden for the visibility timeout. In a FIFO queue no
// message of a group is received while an earlier message of the group is hidden, and a message that repeats another
// one within five minutes is dropped. A message that was received too often moves to the dead-letter queue. Requests
// name a queue by its logical id, which the functions see as its URL, or by a URL that ends with it.
package queues

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS's protocol requires it
	"crypto/rand"
	"encoding/hex"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/template"
)

// The region and the account of everything that stands in for the cloud.
const (
	Region  = "us-east-1"
	Account = "000000000000"
)

// ARN returns the ARN of the queue with that logical id.
func ARN(id string) string { return "arn:aws:sqs:" + Region + ":" + Account + ":" + id }

// FunctionARN returns the ARN of the function of that name.
func FunctionARN(name string) string {
	return "arn:aws:lambda:" + Region + ":" + Account + ":function:" + name
}

// Queues holds all queues of a template.
type Queues struct {
	mu   sync.Mutex
	byID map[string]*queue
	last uint64 // the last sequence number, over all queues
}

type queue struct {
	template.Queue
	messages []*Message          // in the order in which they were sent
	recent   map[string]*Message // of a FIFO queue: the messages of the last five minutes, by deduplication key
	changed  chan struct{}       // closed, and replaced, when a receiver may find a message that it did not find before
}

// Message is a message in a queue and its state.
type Message struct {
	ID         string
	Body       string
	Group      string // of a FIFO queue
	Dedup      string // of a FIFO queue
	Sequence   string // of a FIFO queue
	SentAt     time.Time
	Received   int // number of times
	ReceivedAt time.Time
	Receipt    string // of the last time it was received
	VisibleAt  time.Time
	Source     string // in a dead-letter queue: the ARN of the queue that the message was in
}

// New makes empty queues.
func New(definitions []template.Queue) *Queues {
	q := &Queues{byID: map[string]*queue{}}
	for _, d := range definitions {
		q.byID[d.ID] = &queue{Queue: d, recent: map[string]*Message{}, changed: make(chan struct{})}
	}
	return q
}

// Send is a message to send. A FIFO queue requires Group and Dedup.
type Send struct {
	Body  string
	Group string
	Dedup string
}

const (
	maxBody     = 1 << 20 // in bytes
	maxVisible  = 12 * time.Hour
	dedupWindow = 5 * time.Minute

	firstSequence = uint64(10_000_000_000_000_000_000) // sequence numbers have twenty digits
)

// Send puts a message into the queue. If a FIFO queue accepted the same message within the last five minutes, Send
// returns that one.
func (q *Queues) Send(id string, s Send) (Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	to, err := q.find(id)
	if err != nil {
		return Message{}, err
	}
	if err := to.check(s); err != nil {
		return Message{}, err
	}
	now := time.Now()
	if earlier := to.sentEarlier(s, now); earlier != nil {
		return *earlier, nil
	}
	m := &Message{
		ID: rand.Text(), Body: s.Body, Group: s.Group, Dedup: s.Dedup, SentAt: now, VisibleAt: now.Add(to.Delay),
	}
	q.put(to, m)
	if to.FIFO {
		to.recent[to.dedupKey(s)] = m
	}
	return *m, nil
}

// put appends the message to the queue. The caller holds the lock.
func (q *Queues) put(to *queue, m *Message) {
	q.last++
	if to.FIFO {
		m.Sequence = strconv.FormatUint(firstSequence+q.last, 10)
	}
	to.messages = append(to.messages, m)
	to.wake()
}

func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// check refuses what SQS refuses.
func (q *queue) check(s Send) error {
	switch {
	case s.Body == "":
		return awsjson.Refuse("MissingParameter", "The request must contain the parameter MessageBody.")
	case len(s.Body) > maxBody:
		return invalid("Message must be shorter than %d bytes.", maxBody)
	case strings.ContainsFunc(s.Body, notAllowed):
		return awsjson.Refuse("InvalidMessageContents", "The message has characters that are not allowed.")
	case q.FIFO && s.Group == "":
		return awsjson.Refuse("MissingParameter", "The request must contain the parameter MessageGroupId.")
	case q.FIFO && s.Dedup == "":
		return invalid("MessageDeduplicationId is missing, and deduplication by content is not emulated.")
	case len(s.Group) > 128 || len(s.Dedup) > 128:
		return invalid("MessageGroupId and MessageDeduplicationId can only be 128 characters long.")
	case !q.FIFO && s.Dedup != "":
		return invalid("The request include parameter that is not valid for this queue type: MessageDeduplicationId")
	}
	return nil
}

// notAllowed reports whether SQS refuses messages with the character.
func notAllowed(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff
}

func invalid(format string, arguments ...any) error {
	return awsjson.Refuse("InvalidParameterValue", format, arguments...)
}

func (q *queue) dedupKey(s Send) string {
	if q.PerGroup {
		return s.Group + "\x00" + s.Dedup
	}
	return s.Dedup
}

// sentEarlier returns the message that s repeats, or nil.
func (q *queue) sentEarlier(s Send, now time.Time) *Message {
	for key, m := range q.recent {
		if now.Sub(m.SentAt) >= dedupWindow {
			delete(q.recent, key)
		}
	}
	return q.recent[q.dedupKey(s)]
}

// find returns the queue with that logical id or URL. The caller holds the lock.
func (q *Queues) find(id string) (*queue, error) {
	if found := q.byID[path.Base(id)]; found != nil {
		return found, nil
	}
	return nil, awsjson.Refuse("QueueDoesNotExist", "The specified queue does not exist: %q.", id)
}

// Waiting returns all messages of the queue, hidden or not, and does not change them.
func (q *Queues) Waiting(id string) ([]Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from, err := q.find(id)
	if err != nil {
		return nil, err
	}
	from.expire(time.Now())
	all := make([]Message, len(from.messages))
	for i, m := range from.messages {
		all[i] = *m
	}
	return all, nil
}

// Changed returns a channel that is closed when a message is sent to the queue or becomes visible by a request. It is
// nil if there is no such queue.
func (q *Queues) Changed(id string) <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	from, err := q.find(id)
	if err != nil {
		return nil
	}
	return from.changed
}

// expire drops messages that are older than the queue's retention period.
func (q *queue) expire(now time.Time) {
	q.messages = slices.DeleteFunc(q.messages, func(m *Message) bool { return now.Sub(m.SentAt) >= q.Retention })
}

// MD5 returns the checksum of the body, which clients compare with their own.
func (m *Message) MD5() string {
	sum := md5.Sum([]byte(m.Body)) //nolint:gosec // SQS's protocol requires it
	return hex.EncodeToString(sum[:])
}

// Receive returns up to most messages and hides them: for the queue's visibility timeout, or for hide if that is given.
// If there is no message, it waits for one until wait has passed.
func (q *Queues) Receive(
	ctx context.Context, id string, most int, hide *time.Duration, wait time.Duration,
) ([]Message, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		found, next, err := q.take(id, most, hide)
		if err != nil || len(found) > 0 || wait == 0 {
			return found, err
		}
		select {
		case <-next.changed:
		case <-time.After(next.visibleIn):
		case <-ctx.Done():
			return nil, nil
		}
	}
}
