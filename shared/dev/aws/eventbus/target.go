package eventbus

import (
	"crypto/rand"
	"encoding/json"
	"time"

	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

type target struct {
	template.Target
	input input
}

func newTarget(t template.Target) (target, error) {
	input, err := newInput(t)
	return target{t, input}, err
}

// name returns the name of the function or the queue.
func (t target) name() string { return t.Function + t.Queue }

// deliver delivers the event to the target, which may take several attempts.
func (b *Bus) deliver(t target, event []byte, decoded map[string]any) {
	payload, err := t.input.payload(event, decoded)
	switch {
	case err != nil:
		b.complain("%s: %v", t.name(), err)
	case t.Function != "":
		b.call(t.Function, payload)
	default:
		if _, err := b.Queues.Send(t.Queue, queues.Send{Body: string(payload)}); err != nil {
			b.complain("%s does not accept an event: %v", t.Queue, err)
			b.deadLetter(t.DeadLetter, event)
		}
	}
}

// call invokes the function, and again as often as the template says if it fails.
func (b *Bus) call(function string, payload []byte) {
	if b.Invoke == nil {
		return
	}
	settings := b.functions[function]
	var err error
	for retry := range settings.Retries + 1 {
		if retry > 0 && !b.wait(time.Duration(retry)*time.Second) {
			return
		}
		if _, err = b.Invoke(function, payload); err == nil || b.ctx.Err() != nil {
			return
		}
		b.complain("%s failed at an event (attempt %d of %d): %v", function, retry+1, settings.Retries+1, err)
	}
	record, err := encode(failure(function, settings.Retries+1, payload, err))
	if err != nil {
		b.complain("%s: %v", function, err)
		return
	}
	b.deadLetter(settings.OnFailure, record)
}

// deadLetter sends an event that is not delivered to a queue, if there is one.
func (b *Bus) deadLetter(id string, text []byte) {
	if id == "" {
		return
	}
	if _, err := b.Queues.Send(id, queues.Send{Body: string(text)}); err != nil {
		b.complain("%s does not accept a dead letter: %v", id, err)
	}
}

// wait returns false if the bus is closed meanwhile.
func (b *Bus) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-b.ctx.Done():
		return false
	}
}

// failure is the record that Lambda sends to a function's OnFailure queue.
func failure(function string, attempts int, payload []byte, err error) any {
	return map[string]any{
		"version": "1.0", "timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId": rand.Text(), "functionArn": "arn:aws:lambda:" + queues.Region + ":" + queues.Account + ":function:" + function,
			"condition": "RetriesExhausted", "approximateInvokeCount": attempts,
		},
		"requestPayload":  json.RawMessage(payload),
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"responsePayload": map[string]any{"errorMessage": err.Error()},
	}
}
