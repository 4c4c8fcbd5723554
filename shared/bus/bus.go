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

// ErrUnfit is that an event is one that no bus takes: it is too large, or the bus finds fault with what it says.
var ErrUnfit = errors.New("bus: the event is unfit")

// malformed is EventBridge's word for an event that it will never take. Its other refusals tell nothing of the event.
const malformed = "MalformedDetail"

// Put puts the events on the bus. After ErrUnfit all others are there; after another error some of them may be. To put them again is safe, for
// each has its id.
func (b *Bus) Put(ctx context.Context, events ...event.Event) error {
	var (
		entries []types.PutEventsRequestEntry
		size    int
		unfit   []error
	)
	flush := func() error {
		bad, err := b.put(ctx, entries)
		entries, size, unfit = nil, 0, append(unfit, bad...)
		return err
	}
	for _, e := range events {
		body, err := e.Body()
		if err != nil {
			return err
		}
		if len(body) > mostBytes {
			unfit = append(unfit, fmt.Errorf("%w: %s has %d bytes", ErrUnfit, e.Name, len(body)))
			continue
		}
		if len(entries) == mostEntries || size+len(body) > mostBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		size += len(body)
		entries = append(entries, types.PutEventsRequestEntry{
			EventBusName: &b.name, Source: aws.String(Source), DetailType: aws.String(string(e.Name)), Detail: aws.String(string(body)), Time: &e.At,
		})
	}
	if err := flush(); err != nil {
		return err
	}
	return errors.Join(unfit...)
}

// put puts the entries on the bus, and those again that were not taken by now; unfit are those that never will be.
func (b *Bus) put(ctx context.Context, entries []types.PutEventsRequestEntry) (unfit []error, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var why string
	for range tries {
		if len(entries) == 0 {
			return unfit, nil
		}
		out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return unfit, fmt.Errorf("bus: %w", err)
		}
		var left []types.PutEventsRequestEntry
		for i, result := range out.Entries {
			switch code := aws.ToString(result.ErrorCode); code {
			case "":
			case malformed:
				unfit = append(unfit, fmt.Errorf("%w: %s: %s", ErrUnfit, *entries[i].DetailType, aws.ToString(result.ErrorMessage)))
			default:
				left, why = append(left, entries[i]), code
			}
		}
		entries = left
	}
	if len(entries) == 0 {
		return unfit, nil
	}
	return unfit, fmt.Errorf("bus: %d events were not taken: %s", len(entries), why)
}
