// Package eventsources stands in for Lambda's event source mappings: it invokes functions with the records of the
// table's stream and with the messages of queues, in batches, with the filters that template.yaml gives.
//
// It differs from Lambda in this: it works on one batch of a stream at a time, whatever the ParallelizationFactor says;
// it does not wait for a batch to fill; and it retries a batch of the stream until it succeeds, first after a fraction
// of a second, then after twice as long, and so on.
package eventsources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"personal-rooms/shared/dev/aws/queues"
	"personal-rooms/shared/dev/run/console"
	"personal-rooms/shared/dev/template"
)

// Options say what is read. Plan, Queues and Invoke are required; Client and Stream too, if the plan has streams.
type Options struct {
	Plan        *template.Bundle
	Queues      *queues.Queues
	Invoke      func(function string, event []byte) ([]byte, error)
	Client      *dynamodbstreams.Client
	Stream      string    // the ARN of the table's stream
	Checkpoints string    // the file of the checkpoints; "": every start reads the whole stream
	Log         io.Writer // gets a line when a batch fails
}

// Sources is the running event sources.
type Sources struct {
	Options
	checkpoints *checkpoints
	cancel      context.CancelFunc
	work        sync.WaitGroup
}

// Start starts to read. Its error names a part of the plan that is not understood, or the file of checkpoints if it
// cannot be read.
func Start(o Options) (*Sources, error) {
	s := &Sources{Options: o}
	var err error
	if s.checkpoints, err = openCheckpoints(o.Checkpoints); err != nil {
		return nil, err
	}
	var streams []*stream
	for _, definition := range o.Plan.Streams {
		m, err := s.newStream(definition)
		if err != nil {
			return nil, fmt.Errorf("event %s of %s: %w", definition.Name, definition.Function, err)
		}
		streams = append(streams, m)
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

// Stop starts no further batch. Invocations go on.
func (s *Sources) Stop() { s.cancel() }

// Wait returns when no invocation is running, after Stop.
func (s *Sources) Wait() { s.work.Wait() }

func (s *Sources) complain(format string, arguments ...any) {
	console.Of(s.Log).Line(time.Now(), console.Bad, "event", fmt.Sprintf(format, arguments...))
}

// errAnswer makes the whole batch fail, as in Lambda.
var errAnswer = errors.New("the function's answer does not name items of its batch")

// failedItems returns the items that a function reports as failed (ReportBatchItemFailures). An empty answer reports
// none. Each item must be in the batch.
func failedItems(answer []byte, batch []string) (ids []string, err error) {
	if text := strings.TrimSpace(string(answer)); text == "" || text == `""` {
		return nil, nil
	}
	var report struct {
		Failures []struct {
			ID string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &report); err != nil {
		return nil, errAnswer
	}
	for _, item := range report.Failures {
		if !slices.Contains(batch, item.ID) {
			return nil, errAnswer
		}
		ids = append(ids, item.ID)
	}
	return ids, nil
}
