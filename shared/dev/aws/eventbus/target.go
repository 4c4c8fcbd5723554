package eventbus

import (
	"encoding/json"
	"time"

	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

// atOnce is how many events of one target are worked on at the same time.
const atOnce = 4

// target is where events go, ready for use.
type target struct {
	template.Target
	input input
	slots chan struct{}
}

func (b *Bus) newTarget(t template.Target) (target, error) {
	made, err := newInput(t)
	return target{Target: t, input: made, slots: make(chan struct{}, atOnce)}, err
}

// name is the target's for people.
func (t target) name() string {
	if t.Function != "" {
		return t.Function
	}
	return t.Queue
}

// deliver brings the event to the target, or gives up.
func (b *Bus) deliver(t target, text []byte, shape map[string]any) {
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-b.ctx.Done():
		return
	}
	payload, err := t.input.of(text, shape)
	if err != nil {
		b.say("%s: what it gets cannot be made: %v", t.name(), err)
		return
	}
	if t.Function != "" {
		b.call(t.Function, payload)
		return
	}
	if _, err := b.Queues.Send(t.Queue, queues.Send{Body: string(payload), Group: t.Group}); err != nil {
		b.say("%s does not take an event: %v", t.Queue, err)
		b.keep(t.DeadLetter, text)
	}
}

// call invokes the function until it takes the event, as often as Lambda does.
func (b *Bus) call(function string, payload []byte) {
	if b.Invoke == nil {
		return
	}
	settings := b.functions[function]
	var err error
	for try := range settings.Retries + 1 {
		if try > 0 && !b.wait(time.Duration(try)*b.Pause) {
			return
		}
		if _, err = b.Invoke(function, payload); err == nil || b.ctx.Err() != nil {
			return
		}
		b.say("%s failed at an event (try %d of %d): %v", function, try+1, settings.Retries+1, err)
	}
	record, err := encode(failure(function, settings.Retries+1, payload, err))
	if err != nil || settings.OnFailure == "" {
		b.say("%s: an event is given up", function)
		return
	}
	b.keep(settings.OnFailure, record)
}

// keep puts into the queue what is given up; in none if it is "".
func (b *Bus) keep(id string, text []byte) {
	if id == "" {
		return
	}
	if _, err := b.Queues.Send(id, queues.Send{Body: string(text)}); err != nil {
		b.say("%s does not take what is given up: %v", id, err)
	}
}

// wait reports false if the bus is closed meanwhile.
func (b *Bus) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-b.ctx.Done():
		return false
	}
}

// failure is what Lambda tells of an event that it gives up.
func failure(function string, tries int, payload []byte, err error) any {
	return map[string]any{
		"version": "1.0", "timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId": uuid(), "functionArn": "arn:aws:lambda:" + queues.Region + ":" + queues.Account + ":function:" + function,
			"condition": "RetriesExhausted", "approximateInvokeCount": tries,
		},
		"requestPayload":  json.RawMessage(payload),
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"responsePayload": map[string]any{"errorMessage": err.Error()},
	}
}
