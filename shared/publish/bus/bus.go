// Package bus puts events on the stack's event bus.
package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"personal-rooms/shared/event"
	"personal-rooms/shared/publish"
)

// Source is the source of our events on the bus.
const Source = "personal-rooms"

// A Bus is an event bus.
type Bus struct {
	client *eventbridge.Client
	name   string
}

// New returns the bus with the name.
func New(config aws.Config, name string) *Bus {
	return &Bus{name: name, client: eventbridge.NewFromConfig(config)}
}

// Put puts the events on the bus, as [publish.Put] does. An event may be put again: consumers recognise its id.
func (b *Bus) Put(ctx context.Context, events ...event.Event) error {
	var entries []publish.Entry[types.PutEventsRequestEntry]
	for _, e := range events {
		body, err := e.Body()
		if err != nil {
			return err
		}
		entries = append(entries, publish.Entry[types.PutEventsRequestEntry]{Size: len(body), Entry: types.PutEventsRequestEntry{
			EventBusName: &b.name, Source: aws.String(Source), DetailType: aws.String(string(e.Name)), Detail: aws.String(string(body)), Time: &e.At,
		}})
	}
	if err := publish.Put(ctx, entries, b.put); err != nil {
		return fmt.Errorf("bus: %w", err)
	}
	return nil
}

// malformed is the error code of an event that EventBridge never accepts. Its other codes may pass.
const malformed = "MalformedDetail"

func (b *Bus) put(ctx context.Context, entries []types.PutEventsRequestEntry) ([]error, error) {
	out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
	if err != nil {
		return nil, err
	}
	if len(out.Entries) != len(entries) {
		return nil, fmt.Errorf("%d answers to %d events", len(out.Entries), len(entries))
	}
	answers := make([]error, len(entries))
	for i, result := range out.Entries {
		switch code := aws.ToString(result.ErrorCode); code {
		case "":
		case malformed:
			answers[i] = fmt.Errorf("%w: %s: %s", publish.ErrRejected, *entries[i].DetailType, aws.ToString(result.ErrorMessage))
		default:
			answers[i] = errors.New(code)
		}
	}
	return answers, nil
}
