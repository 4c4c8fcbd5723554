// Package queues stands in for SQS: the queues of the template, in memory, over SQS's own protocol. What waits in them is lost with the
// program that holds them.
//
// It does as the service's documentation says: messages are hidden while someone works on them; within a group of a FIFO queue none
// is handed out while an earlier one is hidden; what was received too often goes to the dead-letter queue; what was sent twice within five
// minutes to a FIFO queue is taken once. A queue is named by its logical id, which is what the functions see, or by any address that ends in it.
package queues

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS's protocol has it
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
	"personal-rooms/shared/dev/template"
)

// Where the queues are said to be.
const (
	Region  = "us-east-1"
	Account = "000000000000"
)

// ARN is the queue's, by its logical id.
func ARN(id string) string { return "arn:aws:sqs:" + Region + ":" + Account + ":" + id }

// Queues are all of a template's.
type Queues struct {
	mu   sync.Mutex
	byID map[string]*queue
	last uint64 // sequence numbers grow over all queues
}

type queue struct {
	template.Queue
	messages []*Message          // in the order in which they came
	recent   map[string]*Message // of a FIFO queue: what was sent lately, by group and deduplication id
	changed  chan struct{}       // closed when there may be something to receive that was not there before
}

// Message is one message as it was sent, and what has happened to it since.
type Message struct {
	ID         string
	Body       string
	Attributes map[string]Attribute
	Group      string // of a FIFO queue
	Dedup      string // of a FIFO queue
	Sequence   string // of a FIFO queue
	SentAt     time.Time
	Received   int       // how often
	ReceivedAt time.Time // for the first time
	Receipt    string    // of the last time
	VisibleAt  time.Time
	Source     string // the ARN of the queue from which it was given up, if it was
}

// Attribute is what a sender says beside the body.
type Attribute struct {
	DataType    string
	StringValue *string `json:",omitempty"`
	BinaryValue []byte  `json:",omitempty"`
}

// New makes empty queues.
func New(definitions []template.Queue) *Queues {
	q := &Queues{byID: map[string]*queue{}}
	for _, d := range definitions {
		q.byID[d.ID] = &queue{Queue: d, recent: map[string]*Message{}, changed: make(chan struct{})}
	}
	return q
}

// Send is a message to send.
type Send struct {
	Body       string
	Attributes map[string]Attribute
	Delay      *time.Duration // nil: the queue's
	Group      string
	Dedup      string
}

const (
	maxBody      = 1 << 20
	maxDelay     = 15 * time.Minute
	maxVisible   = 12 * time.Hour
	dedupWindow  = 5 * time.Minute
	firstInQueue = uint64(10_000_000_000_000_000_000) // sequence numbers have twenty digits
)

// Send puts a message into the queue. One that a FIFO queue has taken already is answered and not taken again.
func (q *Queues) Send(id string, s Send) (*Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	to, err := q.find(id)
	if err != nil {
		return nil, err
	}
	if err := to.check(&s); err != nil {
		return nil, err
	}
	now := time.Now()
	if before := to.sentBefore(s, now); before != nil {
		return before, nil
	}
	m := &Message{ID: uuid(), Body: s.Body, Attributes: s.Attributes, Group: s.Group, Dedup: s.Dedup, SentAt: now, VisibleAt: now.Add(to.delay(s))}
	q.put(to, m)
	if to.FIFO {
		to.recent[to.dedupKey(s)] = m
	}
	return new(*m), nil
}

// put adds the message behind the others of the queue. The caller holds the lock.
func (q *Queues) put(to *queue, m *Message) {
	q.last++
	if to.FIFO {
		m.Sequence = strconv.FormatUint(firstInQueue+q.last, 10)
	}
	to.messages = append(to.messages, m)
	to.wake()
}

func (of *queue) wake() {
	close(of.changed)
	of.changed = make(chan struct{})
}

func (of *queue) delay(s Send) time.Duration {
	if s.Delay != nil {
		return *s.Delay
	}
	return of.Delay
}

// check refuses what SQS refuses, and gives a message of a FIFO queue its deduplication id.
func (of *queue) check(s *Send) error {
	switch {
	case s.Body == "":
		return awsjson.Refuse("MissingParameter", "The request must contain the parameter MessageBody.")
	case len(s.Body) > maxBody:
		return invalid("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", maxBody)
	case strings.ContainsFunc(s.Body, unfit):
		return awsjson.Refuse("InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "+
			"#xE000 to #xFFFD | #x10000 to #x10FFFF.")
	case s.Delay != nil && (*s.Delay < 0 || *s.Delay > maxDelay):
		return invalid("Value %d for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", *s.Delay/time.Second)
	case of.FIFO:
		return of.checkFIFO(s)
	case s.Dedup != "":
		return invalid("The request include parameter that is not valid for this queue type: MessageDeduplicationId")
	}
	return nil
}

// unfit reports whether SQS refuses messages with the character.
func unfit(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff
}

func (of *queue) checkFIFO(s *Send) error {
	switch {
	case s.Group == "":
		return awsjson.Refuse("MissingParameter", "The request must contain the parameter MessageGroupId.")
	case len(s.Group) > 128 || len(s.Dedup) > 128:
		return invalid("MessageGroupId and MessageDeduplicationId can only be 128 characters long.")
	case s.Delay != nil && *s.Delay != of.Delay:
		return invalid("Value %d for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.", *s.Delay/time.Second)
	case s.Dedup == "" && !of.ByContent:
		return invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	case s.Dedup == "":
		sum := sha256.Sum256([]byte(s.Body))
		s.Dedup = hex.EncodeToString(sum[:])
	}
	return nil
}

func invalid(format string, arguments ...any) error {
	return awsjson.Refuse("InvalidParameterValue", format, arguments...)
}

func (of *queue) dedupKey(s Send) string {
	if of.PerGroup {
		return s.Group + "\x00" + s.Dedup
	}
	return s.Dedup
}

// sentBefore is the message that this one repeats, nil if it repeats none.
func (of *queue) sentBefore(s Send, now time.Time) *Message {
	if !of.FIFO {
		return nil
	}
	for key, m := range of.recent {
		if now.Sub(m.SentAt) >= dedupWindow {
			delete(of.recent, key)
		}
	}
	if before := of.recent[of.dedupKey(s)]; before != nil {
		return new(*before)
	}
	return nil
}

// find is the queue of that name or address. The caller holds the lock.
func (q *Queues) find(id string) (*queue, error) {
	if found := q.byID[path.Base(id)]; found != nil {
		return found, nil
	}
	return nil, &awsjson.Error{
		Code: "com.amazonaws.sqs#QueueDoesNotExist", Query: "AWS.SimpleQueueService.NonExistentQueue",
		Message: fmt.Sprintf("The specified queue does not exist: %q.", id),
	}
}

// Waiting are all messages of the queue, those that are hidden too, as they are now; nothing happens to them.
func (q *Queues) Waiting(id string) ([]Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	of, err := q.find(id)
	if err != nil {
		return nil, err
	}
	of.expire(time.Now())
	all := make([]Message, len(of.messages))
	for i, m := range of.messages {
		all[i] = *m
	}
	return all, nil
}

// Changed is closed when a message comes to the queue or comes back to it; nil, never closed, if there is no such queue.
func (q *Queues) Changed(id string) <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	of, err := q.find(id)
	if err != nil {
		return nil
	}
	return of.changed
}

// expire drops what was kept for long enough.
func (of *queue) expire(now time.Time) {
	of.messages = slices.DeleteFunc(of.messages, func(m *Message) bool { return now.Sub(m.SentAt) >= of.Retention })
}

// MD5 is what clients compare with what they sent.
func (m *Message) MD5() string { return sum([]byte(m.Body)) }

func sum(text []byte) string {
	digest := md5.Sum(text) //nolint:gosec // SQS's protocol has it
	return hex.EncodeToString(digest[:])
}

// Receive hides up to most messages and returns them. If there is none it waits for one, so long.
func (q *Queues) Receive(ctx context.Context, id string, most int, hide *time.Duration, wait time.Duration) ([]Message, error) {
	limit := time.NewTimer(wait)
	defer limit.Stop()
	for {
		found, next, err := q.take(id, most, hide)
		if err != nil || len(found) > 0 || wait == 0 {
			return found, err
		}
		select {
		case <-next.changed:
		case <-next.visible():
		case <-limit.C:
			return nil, nil
		case <-ctx.Done():
			return nil, nil
		}
	}
}

// next is what to wait for: something changes, or the first that is hidden is hidden no more.
type next struct {
	changed <-chan struct{}
	at      time.Time // zero: nothing is hidden
}

func (n next) visible() <-chan time.Time {
	if n.at.IsZero() {
		return nil
	}
	return time.After(time.Until(n.at))
}
