package eventbus

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/template"
)

// deliver delivers the event to the target, which may take several attempts.
func (b *Bus) deliver(t template.Target, event []byte, decoded map[string]any) {
	payload := fill(t, event, decoded)
	if t.Function != "" {
		b.call(t.Function, payload)
		return
	}
	if _, err := b.Queues.Send(t.Queue, queues.Send{Body: string(payload)}); err != nil {
		b.complain("%s does not accept an event: %v", t.Queue, err)
		b.deadLetter(t.DeadLetter, event)
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
		if smithytime.SleepWithContext(b.ctx, time.Duration(retry)*time.Second) != nil {
			return
		}
		if _, err = b.Invoke(function, payload); err == nil || b.ctx.Err() != nil {
			return
		}
		b.complain("%s failed at an event (attempt %d of %d): %v", function, retry+1, settings.Retries+1, err)
	}
	record, err := encode(map[string]any{ // the part of Lambda's record that somebody needs who repeats the event
		"requestContext":  map[string]any{"condition": "RetriesExhausted", "approximateInvokeCount": settings.Retries + 1},
		"requestPayload":  json.RawMessage(payload),
		"responsePayload": map[string]any{"errorMessage": err.Error()},
	})
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

// checkTarget refuses paths of an InputTransformer that fill does not understand.
func checkTarget(t template.Target) error {
	for _, path := range t.Paths {
		if !strings.HasPrefix(path, "$.") || strings.ContainsAny(path, "[]*?@") {
			return fmt.Errorf("target %s: the path %q is not understood: it may name members only, such as $.detail.id", t.ID, path)
		}
	}
	return nil
}

// fill returns what the target gets: the event, which is given as JSON and decoded, or the text of its InputTransformer
// with the values of its variables. A variable that has no value is empty text.
func fill(t template.Target, event []byte, decoded map[string]any) []byte {
	if t.Template == "" {
		return event
	}
	var values []string
	for name, path := range t.Paths {
		values = append(values, "<"+name+">", valueAt(decoded, strings.Split(path, ".")[1:]))
	}
	return []byte(strings.NewReplacer(values...).Replace(t.Template))
}

// valueAt returns a text without quotes, as it stands within quotes in a template, and any other value as JSON.
func valueAt(value any, path []string) string {
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	text, err := encode(value)
	if err != nil || value == nil {
		return ""
	}
	if _, isText := value.(string); isText {
		text = text[1 : len(text)-1]
	}
	return string(text)
}
