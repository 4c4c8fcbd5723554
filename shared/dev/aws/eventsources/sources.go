// Package eventsources hands functions what happens, as Lambda's event source mappings do: the writes of the table's stream, and the
// messages of queues, in batches, again if they fail, with the filters and the limits that template.yaml gives.
//
// Unlike Lambda's, a mapping works on one batch of a shard at a time whatever its ParallelizationFactor, waits for no batch to fill, and tries
// every record at least once, however old it has become while the runner was off. It waits a fraction of a second, then twice as long and so
// on, before it tries a batch of the stream again.
package eventsources

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"personal-rooms/shared/dev/aws/pattern"
	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

const (
	defaultPoll    = 200 * time.Millisecond
	defaultBackoff = 200 * time.Millisecond
	maxBackoff     = 20 * time.Second
)

// Invoke hands an event to the function of that name and returns its answer.
type Invoke func(function string, event []byte) ([]byte, error)

// Options say what is read. Plan, Queues and Invoke are needed, and Client and Stream if the plan has streams.
type Options struct {
	Plan    *template.Bundle
	Queues  *queues.Queues
	Invoke  Invoke
	Client  *dynamodbstreams.Client
	Stream  string        // the ARN of the table's stream
	Places  string        // the file that holds how far the stream was read, over restarts; "": there is none
	Log     io.Writer     // a line when a batch fails
	Poll    time.Duration // how often a stream is asked that has nothing new. 0: every 200 ms
	Backoff time.Duration // before a batch of the stream is tried again, doubled each time. 0: 200 ms
}

// Sources are mappings at work.
type Sources struct {
	Options
	places *places
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// Start begins to read. An error says what of the plan cannot be understood, or that the file of the places cannot be read.
func Start(o Options) (*Sources, error) {
	if o.Poll == 0 {
		o.Poll = defaultPoll
	}
	if o.Backoff == 0 {
		o.Backoff = defaultBackoff
	}
	s := &Sources{Options: o}
	var err error
	if s.places, err = openPlaces(o.Places); err != nil {
		return nil, err
	}
	streams, err := s.streams()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	for _, m := range streams {
		s.work.Go(func() { m.run(ctx) })
	}
	for _, m := range o.Plan.Mappings {
		s.startMapping(ctx, m)
	}
	return s, nil
}

func (s *Sources) streams() (all []*stream, err error) {
	for _, definition := range s.Plan.Streams {
		m := &stream{Sources: s, Stream: definition, reading: map[string]bool{}, again: make(chan struct{}, 1)}
		for _, text := range definition.Filters {
			filter, err := pattern.Compile(text)
			if err != nil {
				return nil, fmt.Errorf("event %s of %s: %w", definition.Name, definition.Function, err)
			}
			m.filters = append(m.filters, filter)
		}
		all = append(all, m)
	}
	return all, nil
}

// Stop begins no further batch. What is at work goes on.
func (s *Sources) Stop() { s.cancel() }

// Wait returns when nothing is at work, after Stop.
func (s *Sources) Wait() { s.work.Wait() }

// say writes a line for whoever watches.
func (s *Sources) say(format string, arguments ...any) {
	console.Of(s.Log).Line(time.Now(), console.Bad, "event", fmt.Sprintf(format, arguments...))
}

// pause waits, and reports false if it is told to stop meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
