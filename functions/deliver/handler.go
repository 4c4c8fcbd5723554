package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/queue"
)

// A deliverer handles the messages of four queues: events for webhooks, orders to the media server, mails, and rings of
// doorbells.
type deliverer struct {
	webhooks    webhooks
	orders      orders
	mailer      mailer
	rings       rings
	deliveries  *queue.Queue
	mediaOrders *queue.Queue
	mails       *queue.Queue
	env         meeting.Env
	log         *slog.Logger
}

// handle delivers the messages in their order. After one that failed, it does not try the rest: the queue delivers them
// again. template.yaml sets the batch size to 1, so that a message is not counted as tried because one before it
// failed.
func (d deliverer) handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	failed := []events.SQSBatchItemFailure{}
	for _, m := range batch.Records {
		if len(failed) == 0 {
			err := d.deliver(ctx, m)
			if err == nil {
				continue
			}
			d.putOff(ctx, m, err)
		}
		failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
	}
	return events.SQSEventResponse{BatchItemFailures: failed}, nil
}

// deliver returns nil if there is nothing more to do for the message. A message that cannot be decoded fails until it
// is in the dead-letter queue, where somebody can look at it.
func (d deliverer) deliver(ctx context.Context, m events.SQSMessage) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	switch d.queueOf(m) {
	case d.deliveries:
		w, err := decode[event.Delivery](m)
		if err != nil {
			return err
		}
		return d.webhooks.deliver(ctx, w)
	case d.mediaOrders:
		o, err := decode[media.Order](m)
		if err != nil {
			return err
		}
		return d.orders.deliver(ctx, o)
	case d.mails:
		mail, err := decode[event.Mail](m)
		if err != nil {
			return err
		}
		return d.mailer.deliver(ctx, m, mail)
	case d.rings.queue:
		return d.rings.deliver(ctx, m)
	}
	return fmt.Errorf("the queue %s is none of DELIVERIES_URL, MEDIA_ORDERS_URL, MAILS_URL and RINGS_URL", m.EventSourceARN)
}

// queueOf returns the queue that the message was received from, or nil if it is another one.
func (d deliverer) queueOf(m events.SQSMessage) *queue.Queue {
	name := m.EventSourceARN[strings.LastIndexByte(m.EventSourceARN, ':')+1:]
	for _, q := range []*queue.Queue{d.deliveries, d.mediaOrders, d.mails, d.rings.queue} {
		if q.Name() == name {
			return q
		}
	}
	return nil
}

func decode[T any](m events.SQSMessage) (message T, err error) {
	err = json.Unmarshal([]byte(m.Body), &message)
	return message, err
}

// A postponed error says when the next attempt makes sense. Without a cause, this one was not made.
type postponed struct {
	until time.Time
	cause error
}

func (p *postponed) Error() string {
	if p.cause == nil {
		return "it is not time for the next attempt"
	}
	return p.cause.Error()
}

// putOff sets when the queue delivers a failed message again: when its error says, or after a back-off of its own
// attempts. If that fails, the queue's visibility timeout applies.
func (d deliverer) putOff(ctx context.Context, m events.SQSMessage, why error) {
	wait := backOff(attempts(m), d.env.Random)
	tried := true
	if p, ok := errors.AsType[*postponed](why); ok {
		wait = withJitter(p.until.Sub(d.env.Now()), d.env.Random)
		tried = p.cause != nil
	}
	wait = max(wait.Round(time.Second), time.Second)
	log := d.log.With("message_id", m.MessageId, "attempt", attempts(m), "after", wait.String())
	if tried {
		log.WarnContext(ctx, "a delivery failed; it will be tried again", "cause", why)
	} else {
		log.DebugContext(ctx, "a delivery is put off", "cause", why)
	}
	q := d.queueOf(m)
	if q == nil {
		return
	}
	if err := q.Postpone(ctx, m.ReceiptHandle, wait); err != nil {
		log.WarnContext(ctx, "the time of the next attempt could not be set", "cause", err)
	}
}

// attempts returns how often the message was received, this time included.
func attempts(m events.SQSMessage) int {
	n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// The waiting times between attempts.
const (
	firstWait   = 2 * time.Second
	longestWait = 15 * time.Minute
)

// backOff returns how long to wait after so many failed attempts: three times as long each time, with jitter.
func backOff(attempts int, random io.Reader) time.Duration {
	wait := firstWait
	for n := 1; n < attempts && wait < longestWait; n++ {
		wait = min(3*wait, longestWait)
	}
	return withJitter(wait, random)
}

// withJitter adds up to a fifth by chance, so that messages that failed together are not tried again together.
func withJitter(wait time.Duration, random io.Reader) time.Duration {
	var chance [1]byte
	if _, err := io.ReadFull(random, chance[:]); err != nil {
		return wait
	}
	return wait + wait/5*time.Duration(chance[0])/256
}
