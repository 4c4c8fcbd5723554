package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"personal-rooms/shared/delivery"
	"personal-rooms/shared/meeting"
)

// A deliverer takes what waits in the queue to where it belongs.
type deliverer struct {
	webhooks webhooks
	orders   orders
	queue    *sqs.Client
	queueURL string
	env      meeting.Env
	log      *slog.Logger
}

// handle delivers the messages in their order. What follows one that failed is not tried: it comes again, behind that one. template.yaml lets a
// batch have one message only: then what waits behind another is not counted as tried with it, and who is slow holds up its own group alone.
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

// deliver is nil if there is nothing more to be done about the message.
func (d deliverer) deliver(ctx context.Context, m events.SQSMessage) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	var message delivery.Message
	if err := json.Unmarshal([]byte(m.Body), &message); err != nil {
		return err // it ends with what is never delivered, where somebody can look at it
	}
	switch {
	case message.Webhook != nil:
		return d.webhooks.deliver(ctx, *message.Webhook)
	case message.Media != nil:
		return d.orders.deliver(ctx, *message.Media)
	}
	d.log.WarnContext(ctx, "a message for nobody is dropped", "message", m.MessageId)
	return nil
}

// putOff puts off the next try of a message that failed. Where that fails, it is tried when the queue thinks fit.
func (d deliverer) putOff(ctx context.Context, m events.SQSMessage, why error) {
	wait := backOff(attempts(m), d.env.Random)
	log := d.log.With("message", m.MessageId, "attempt", attempts(m), "after", wait.String())
	log.WarnContext(ctx, "a delivery failed, and is tried again", "cause", why)
	_, err := d.queue.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &d.queueURL, ReceiptHandle: &m.ReceiptHandle, VisibilityTimeout: int32(wait.Seconds()),
	})
	if err != nil {
		log.WarnContext(ctx, "the next try could not be put off", "cause", err)
	}
}

// attempts is how often the message was taken from the queue, this time included.
func attempts(m events.SQSMessage) int {
	n, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// Between two tries.
const (
	firstWait   = 2 * time.Second
	longestWait = 15 * time.Minute
)

// backOff is how long to wait after so many tries: thrice as long each time, and up to a fifth more by chance, so that what failed together
// does not come again together.
func backOff(attempts int, random io.Reader) time.Duration {
	wait := firstWait
	for n := 1; n < attempts && wait < longestWait; n++ {
		wait = min(3*wait, longestWait)
	}
	var chance [1]byte
	if _, err := io.ReadFull(random, chance[:]); err != nil {
		return wait
	}
	return wait + (wait / 5 * time.Duration(chance[0]) / 256).Round(time.Second)
}
