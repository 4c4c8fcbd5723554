// Package eventbus stands in for EventBridge: the buses of the template and their rules, over EventBridge's own protocol. An event goes to
// the targets of every rule that it matches, to functions as Lambda gets events that nobody waits for, and into queues.
//
// What EventBridge has and this has not: an archive, schedules, an order that anybody could rely on. Lambda waits a minute before it tries
// an event again that a function failed at; here it is a second.
package eventbus

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"
	"time"

	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

// Invoke hands an event to the function of that name and returns its answer.
type Invoke func(function string, event []byte) ([]byte, error)

// Options say what a bus is connected to.
type Options struct {
	Queues *queues.Queues
	Invoke Invoke        // nil: there are no functions, and what goes to one is dropped
	Log    io.Writer     // a line for each event, and for what could not be delivered
	Pause  time.Duration // before an event is tried again that a function failed at, and twice that before the next time. 0: a second
}

// Bus is all buses of a template.
type Bus struct {
	Options
	log       *console.Console
	buses     []string
	rules     []rule
	functions map[string]template.Async

	ctx    context.Context // of deliveries; over when the bus is closed
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	told   []Event
}

type rule struct {
	template.Rule
	matches pattern.Pattern
	targets []target
}

// Event is an event on a bus, as its targets get it.
type Event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       time.Time       `json:"time"` // whole seconds
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`

	Bus string `json:"-"` // its logical id
}

// New makes the buses of the plan. A rule that cannot be understood is an error that names it.
func New(plan *template.Bundle, o Options) (*Bus, error) {
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	b := &Bus{Options: o, log: console.Of(o.Log), buses: plan.Buses, functions: map[string]template.Async{}}
	for _, f := range plan.Functions {
		b.functions[f.Name] = f.Async
	}
	for _, r := range plan.Rules {
		if err := b.addRule(r); err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
	}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	return b, nil
}

func (b *Bus) addRule(r template.Rule) (err error) {
	added := rule{Rule: r}
	if added.matches, err = pattern.Compile(r.Pattern); err != nil {
		return err
	}
	for _, t := range r.Targets {
		made, err := b.newTarget(t)
		if err != nil {
			return fmt.Errorf("target %s: %w", t.ID, err)
		}
		added.targets = append(added.targets, made)
	}
	b.rules = append(b.rules, added)
	return nil
}

// Events are those that were put on the buses so far, in that order.
func (b *Bus) Events() []Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Event(nil), b.told...)
}

// most events are remembered.
const most = 1000

// publish sends the event on. After Close it goes nowhere.
func (b *Bus) publish(e Event) error {
	text, err := encode(e)
	if err != nil {
		return err
	}
	var shape map[string]any
	if err := json.Unmarshal(text, &shape); err != nil {
		return err
	}
	var to []target
	for _, r := range b.rules {
		if r.Bus == e.Bus && r.matches.Match(shape) {
			to = append(to, r.targets...)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told = append(b.told, e)
	b.told = b.told[max(0, len(b.told)-most):]
	if !b.closed {
		b.show(e, to)
		for _, t := range to {
			b.work.Go(func() { b.deliver(t, text, shape) })
		}
	}
	return nil
}

// show writes a line: when, what, about what, and where it goes.
//
//	10:49:48  event     meeting.started  room 5551234321  → automate
func (b *Bus) show(e Event, to []target) {
	var where string
	if len(to) > 0 {
		var names []string
		for _, t := range to {
			names = append(names, t.name())
		}
		where = "→ " + strings.Join(names, ", ")
	}
	b.log.Line(time.Now(), console.Plain, "event", e.DetailType, console.Subject(e.Detail), where)
}

// say writes a line about what could not be delivered.
func (b *Bus) say(format string, arguments ...any) {
	b.log.Line(time.Now(), console.Bad, "event", fmt.Sprintf(format, arguments...))
}

// Close gives up what is on its way, and returns when nothing is at work.
func (b *Bus) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.work.Wait()
}

// busNamed is the logical id of the bus of that name or ARN.
func (b *Bus) busNamed(name string) (string, bool) {
	for _, id := range b.buses {
		if path.Base(name) == id {
			return id, true
		}
	}
	return "", false
}
