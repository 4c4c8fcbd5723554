package queues

import (
	"crypto/rand"
	"slices"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
)

// next is what a receiver waits for that found no message.
type next struct {
	changed   <-chan struct{}
	visibleIn time.Duration // until the first hidden message becomes visible
}

// take receives up to most messages without waiting, and moves those that were received too often to the dead-letter
// queue.
func (q *Queues) take(id string, most int, hide *time.Duration) ([]Message, next, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from, err := q.find(id)
	if err != nil {
		return nil, next{}, err
	}
	if hide == nil {
		hide = &from.Visibility
	}
	now := time.Now()
	from.expire(now)
	var taken []Message
	var exhausted []*Message
	blocked := map[string]bool{} // groups of which an earlier message is hidden
	for _, m := range from.messages {
		switch {
		case len(taken) == most:
		case from.FIFO && blocked[m.Group]:
		case m.VisibleAt.After(now):
			blocked[m.Group] = true
		case from.DeadLetter != "" && m.Received >= from.MaxReceive:
			exhausted = append(exhausted, m)
		default:
			m.receive(now, *hide)
			taken = append(taken, *m)
		}
	}
	q.redrive(from, exhausted, now)
	return taken, next{from.changed, from.visibleIn(now)}, nil
}

func (m *Message) receive(now time.Time, hide time.Duration) {
	m.Received++
	m.Receipt = rand.Text()
	m.VisibleAt = now.Add(hide)
	if m.Received == 1 {
		m.ReceivedAt = now
	}
}

// redrive moves the messages to the dead-letter queue. In a standard queue their age goes on, in a FIFO queue it starts
// again at zero.
func (q *Queues) redrive(from *queue, exhausted []*Message, now time.Time) {
	for _, m := range exhausted {
		dead := &Message{
			ID: m.ID, Body: m.Body, Group: m.Group, Dedup: m.Dedup, SentAt: m.SentAt, VisibleAt: now, Source: ARN(from.ID),
		}
		if from.FIFO {
			dead.SentAt = now
		}
		q.put(q.byID[from.DeadLetter], dead)
	}
	from.messages = slices.DeleteFunc(from.messages, func(m *Message) bool { return slices.Contains(exhausted, m) })
}

// visibleIn returns the time until the first hidden message becomes visible, or a long time if none is hidden.
func (q *queue) visibleIn(now time.Time) time.Duration {
	first := maxVisible
	for _, m := range q.messages {
		if m.VisibleAt.After(now) {
			first = min(first, m.VisibleAt.Sub(now))
		}
	}
	return first
}

// Delete deletes the message with that receipt. A message that does not exist is no error. In a FIFO queue a receipt is
// valid while the message is hidden.
func (q *Queues) Delete(id, receipt string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	from, err := q.find(id)
	if err != nil {
		return err
	}
	i := from.received(receipt)
	if i < 0 {
		return nil
	}
	if from.FIFO && !from.messages[i].VisibleAt.After(time.Now()) {
		return invalid("The receipt handle has expired: %s", receipt)
	}
	from.messages = slices.Delete(from.messages, i, i+1)
	from.wake() // the next message of its group may be received
	return nil
}

// Hide hides the message with that receipt for d from now on, zero to twelve hours.
func (q *Queues) Hide(id, receipt string, d time.Duration) error {
	if d < 0 || d > maxVisible {
		return invalid("VisibilityTimeout is %d, and must be between 0 and 43200.", d/time.Second)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	from, err := q.find(id)
	if err != nil {
		return err
	}
	now := time.Now()
	i := from.received(receipt)
	if i < 0 || !from.messages[i].VisibleAt.After(now) {
		return awsjson.Refuse("MessageNotInflight", "The message referred to isn't in flight.")
	}
	from.messages[i].VisibleAt = now.Add(d)
	from.wake()
	return nil
}

func (q *queue) received(receipt string) int {
	return slices.IndexFunc(q.messages, func(m *Message) bool { return m.Receipt == receipt && receipt != "" })
}
