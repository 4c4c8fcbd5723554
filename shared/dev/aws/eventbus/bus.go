// Package eventbus stands in for EventBridge: it holds the buses of the template and their rules, and serves
// EventBridge's protocol. An event goes to the targets of every rule that it matches: to functions, as Lambda invokes
// them asynchronously, and to queues.
//
// Archives, schedules and limits of size are not emulated. Lambda waits a minute before it invokes a function again
// that failed; this package waits a second.
package eventbus

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

// Invoke calls the function of that name with an event and returns its answer.
type Invoke func(function string, event []byte) ([]byte, error)

// Options connect a bus to its targets.
type Options struct {
	Queues *queues.Queues
	Invoke Invoke    // nil: there are no functions, and their events are dropped
	Log    io.Writer // gets a line for each event and each failed delivery
}

// Bus is all buses of a template.
type Bus struct {
	Options
	buses     []string
	rules     []rule
	functions map[string]template.Async

	ctx        context.Context // of deliveries; Close cancels it
	cancel     context.CancelFunc
	deliveries sync.WaitGroup

	mu     sync.Mutex
	closed bool
	events []Event
}

type rule struct {
	template.Rule
	matches pattern.Pattern
}

// Event is an event on a bus, as its targets get it.
type Event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       time.Time       `json:"time"` // in whole seconds
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`

	Bus string `json:"-"` // its logical id
}

// New makes the buses of the plan. Its error names a rule that is not understood.
func New(plan *template.Bundle, o Options) (*Bus, error) {
	b := &Bus{Options: o, buses: plan.Buses, functions: map[string]template.Async{}}
	for _, f := range plan.Functions {
		b.functions[f.Name] = f.Async
	}
	for _, r := range plan.Rules {
		matches, err := pattern.Compile(r.Pattern)
		for _, t := range r.Targets {
			if err == nil {
				err = checkTarget(t)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		b.rules = append(b.rules, rule{r, matches})
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	return b, nil
}

// Events returns the latest events on the buses, at most 1,000, in the order in which they were put.
func (b *Bus) Events() []Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

const maxEvents = 1000 // that are kept for Events

// publish starts the deliveries of the event. After Close there are none.
func (b *Bus) publish(e Event) error {
	text, err := encode(e)
	if err != nil {
		return err
	}
	var decoded map[string]any
	if err := json.Unmarshal(text, &decoded); err != nil {
		return err
	}
	var to []template.Target
	for _, r := range b.rules {
		if r.Bus == e.Bus && r.matches.Match(decoded) {
			to = append(to, r.Targets...)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
	b.events = b.events[max(0, len(b.events)-maxEvents):]
	if b.closed {
		return nil
	}
	b.show(e, to)
	for _, t := range to {
		b.deliveries.Go(func() { b.deliver(t, text, decoded) })
	}
	return nil
}

// show logs the time, the event, its subject, and its targets.
//
//	10:49:48  event     meeting.started  room 5551234321  → automate
func (b *Bus) show(e Event, to []template.Target) {
	var names []string
	for _, t := range to {
		names = append(names, t.Function+t.Queue)
	}
	targets := ""
	if len(names) > 0 {
		targets = "→ " + strings.Join(names, ", ")
	}
	console.Of(b.Log).Line(time.Now(), console.Plain, "event", e.DetailType, console.Subject(e.Detail), targets)
}

// complain logs a delivery that failed.
func (b *Bus) complain(format string, arguments ...any) {
	console.Of(b.Log).Line(time.Now(), console.Bad, "event", fmt.Sprintf(format, arguments...))
}

// Close cancels the deliveries and returns when none is left.
func (b *Bus) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.deliveries.Wait()
}
