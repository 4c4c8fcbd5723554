package queues

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"personal-rooms/shared/dev/aws/awsjson"
)

// take hides up to most messages that may be received now.
func (q *Queues) take(id string, most int, hide *time.Duration) ([]Message, next, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from, err := q.find(id)
	if err != nil {
		return nil, next{}, err
	}
	now := time.Now()
	from.expire(now)
	until := now.Add(from.Visibility)
	if hide != nil {
		until = now.Add(*hide)
	}
	var taken []Message
	var spent []*Message
	blocked := map[string]bool{}
	for _, m := range from.messages {
		switch {
		case len(taken) == most:
		case from.FIFO && blocked[m.Group]:
		case m.VisibleAt.After(now):
			blocked[m.Group] = true
		case from.DeadLetter != "" && m.Received >= from.MaxReceive:
			spent = append(spent, m)
		default:
			m.hand(now, until)
			taken = append(taken, *m)
		}
	}
	q.giveUp(from, spent, now)
	return taken, next{changed: from.changed, at: from.nextVisible(now)}, nil
}

// hand notes that the message is received now, and hidden until then.
func (m *Message) hand(now, until time.Time) {
	m.Received++
	m.Receipt = receipt()
	m.VisibleAt = until
	if m.Received == 1 {
		m.ReceivedAt = now
	}
}

// giveUp moves to the dead-letter queue what was received as often as it may be.
func (q *Queues) giveUp(from *queue, spent []*Message, now time.Time) {
	for _, m := range spent {
		q.put(q.byID[from.DeadLetter], m.givenUp(from, now))
	}
	from.messages = slices.DeleteFunc(from.messages, func(m *Message) bool { return slices.Contains(spent, m) })
}

// givenUp is the message for the dead-letter queue. In a standard one its age goes on, in a FIFO one it begins anew.
func (m *Message) givenUp(from *queue, now time.Time) *Message {
	dead := *m
	dead.Received, dead.Receipt, dead.ReceivedAt, dead.VisibleAt, dead.Source = 0, "", time.Time{}, now, ARN(from.ID)
	if from.FIFO {
		dead.SentAt = now
	}
	return &dead
}

// nextVisible is when the first of the hidden messages is hidden no more; zero if none is hidden.
func (of *queue) nextVisible(now time.Time) (first time.Time) {
	for _, m := range of.messages {
		if m.VisibleAt.After(now) && (first.IsZero() || m.VisibleAt.Before(first)) {
			first = m.VisibleAt
		}
	}
	return first
}

// Delete takes out the message that was received with that receipt. One that is gone already is no error. In a FIFO queue a
// receipt ends with the time for which the message is hidden.
func (q *Queues) Delete(id, receipt string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	from, err := q.find(id)
	if err != nil {
		return err
	}
	if !isReceipt(receipt) {
		return badReceipt(receipt)
	}
	i := from.received(receipt)
	if i < 0 {
		return nil
	}
	if from.FIFO && !from.messages[i].VisibleAt.After(time.Now()) {
		return invalid("Value %s for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", receipt)
	}
	from.messages = slices.Delete(from.messages, i, i+1)
	from.wake() // the next of its group may be received
	return nil
}

// Hide changes for how long, from now on, the message that was received with that receipt is hidden.
func (q *Queues) Hide(id, receipt string, d time.Duration) error {
	if d < 0 || d > maxVisible {
		return invalid("Value %d for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200.", d/time.Second)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	of, err := q.find(id)
	if err != nil {
		return err
	}
	if !isReceipt(receipt) {
		return badReceipt(receipt)
	}
	now := time.Now()
	i := of.received(receipt)
	if i < 0 || !of.messages[i].VisibleAt.After(now) {
		return &awsjson.Error{
			Code: "com.amazonaws.sqs#MessageNotInflight", Query: "AWS.SimpleQueueService.MessageNotInflight",
			Message: "The message referred to isn't in flight.",
		}
	}
	of.messages[i].VisibleAt = now.Add(d)
	of.wake()
	return nil
}

func (of *queue) received(receipt string) int {
	return slices.IndexFunc(of.messages, func(m *Message) bool { return m.Receipt == receipt })
}

func badReceipt(receipt string) error {
	return &awsjson.Error{
		Code: "com.amazonaws.sqs#ReceiptHandleIsInvalid", Query: "ReceiptHandleIsInvalid",
		Message: fmt.Sprintf("The input receipt handle %q is not a valid receipt handle.", receipt),
	}
}

// Receipts are of one length, so that what never was one is told from an old one.
func receipt() string { return "AQEB" + rand.Text() + rand.Text() }

func isReceipt(text string) bool { return len(text) == len(receipt()) && text[:4] == "AQEB" }

func uuid() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
