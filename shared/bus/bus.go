// Package bus puts events on the stack's event bus.
package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"personal-rooms/shared/event"
)

// Source is what the events on the bus are from.
const Source = "personal-rooms"

// What EventBridge takes in one call.
const (
	mostEntries = 10
	mostBytes   = 240_000
)

const (
	tries    = 3
	patience = 5 * time.Second // for one call, its tries included
)

// A Bus is an event bus.
type Bus struct {
	client *eventbridge.Client
	name   string
}

// New makes the bus of the name. The endpoint is EventBridge's own if it is empty.
func New(config aws.Config, endpoint, name string) *Bus {
	return &Bus{name: name, client: eventbridge.NewFromConfig(config, func(o *eventbridge.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})}
}

// ErrTooLarge is that an event is larger than any bus takes.
var ErrTooLarge = errors.New("bus: the event is too large")

// Put puts the events on the bus. After an error some of them may be there: to put them again is safe, for each has its id.
func (b *Bus) Put(ctx context.Context, events ...event.Event) error {
	var entries []types.PutEventsRequestEntry
	size := 0
	for _, e := range events {
		body, err := e.Body()
		switch {
		case err != nil:
			return err
		case len(body) > mostBytes:
			return fmt.Errorf("%w: %s has %d bytes", ErrTooLarge, e.Name, len(body))
		case len(entries) == mostEntries || size+len(body) > mostBytes:
			if err := b.put(ctx, entries); err != nil {
				return err
			}
			entries, size = nil, 0
		}
		size += len(body)
		entries = append(entries, types.PutEventsRequestEntry{
			EventBusName: &b.name, Source: aws.String(Source), DetailType: aws.String(string(e.Name)), Detail: aws.String(string(body)), Time: &e.At,
		})
	}
	return b.put(ctx, entries)
}

// put puts the entries on the bus, and those again that were not taken.
func (b *Bus) put(ctx context.Context, entries []types.PutEventsRequestEntry) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var why string
	for range tries {
		if len(entries) == 0 {
			return nil
		}
		out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return fmt.Errorf("bus: %w", err)
		}
		var left []types.PutEventsRequestEntry
		for i, result := range out.Entries {
			if result.ErrorCode != nil {
				left, why = append(left, entries[i]), *result.ErrorCode
			}
		}
		entries = left
	}
	if len(entries) == 0 {
		return nil
	}
	return fmt.Errorf("bus: %d events were not taken: %s", len(entries), why)
}
