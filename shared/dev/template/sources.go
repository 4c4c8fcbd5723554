package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Stream gives a function the records of the table's stream, in batches and in order.
type Stream struct {
	Name      string // of the event
	Function  string // Function.Name
	BatchSize int
	Latest    bool          // a new mapping begins with new records
	Retries   int           // of a failed batch; -1: until it is too old
	MaxAge    time.Duration // of a record that is still tried; 0: as long as the stream keeps it
	Bisect    bool          // a failed batch is split, to find the record that fails
	Partial   bool          // the function names the failed records (ReportBatchItemFailures)
	Filters   []string      // patterns in JSON, of which a record must match one; none: all records
	OnFailure string        // the queue for batches that are no longer tried; "": none
}

// A Mapping gives a function the messages of a queue.
type Mapping struct {
	Name        string
	Function    string
	Queue       string // Queue.ID
	BatchSize   int
	Concurrency int  // the most batches at once; 0: Lambda decides
	Partial     bool // the function names the failed messages (ReportBatchItemFailures)
}

// An Async says what Lambda does when an asynchronous invocation fails.
type Async struct {
	Retries   int
	OnFailure string // the queue for events that are no longer tried; "": none
}

// Lambda's defaults.
const (
	asyncRetries = 2
	streamBatch  = 100
	queueBatch   = 10
	partialBatch = "ReportBatchItemFailures"
)

// sourceProperties are those of every event source.
type sourceProperties struct {
	BatchSize             *int     `yaml:"BatchSize"`
	FunctionResponseTypes []string `yaml:"FunctionResponseTypes"`
	Enabled               *bool    `yaml:"Enabled"`
}

type destinations struct {
	OnFailure struct {
		Type        string `yaml:"Type"`
		Destination string `yaml:"Destination"`
	} `yaml:"OnFailure"`
}

type streamProperties struct {
	sourceProperties           `yaml:",inline"`
	Stream                     string `yaml:"Stream"`
	StartingPosition           string `yaml:"StartingPosition"`
	MaximumRetryAttempts       *int   `yaml:"MaximumRetryAttempts"`
	MaximumRecordAgeInSeconds  int    `yaml:"MaximumRecordAgeInSeconds"`
	BisectBatchOnFunctionError bool   `yaml:"BisectBatchOnFunctionError"`
	FilterCriteria             struct {
		Filters []struct {
			Pattern string `yaml:"Pattern"`
		} `yaml:"Filters"`
	} `yaml:"FilterCriteria"`
	DestinationConfig destinations `yaml:"DestinationConfig"`
}

func (b *Bundle) readStream(t *template, function, name string, properties *yaml.Node) error {
	var p streamProperties
	// The runner gives a function one batch of each shard at a time, so ParallelizationFactor has no meaning here.
	if err := t.decodeKnown(properties, &p, "ParallelizationFactor"); err != nil {
		return err
	}
	s := Stream{
		Name: name, Function: function, BatchSize: orDefault(p.BatchSize, streamBatch),
		Latest:  p.StartingPosition == "LATEST",
		Retries: orDefault(p.MaximumRetryAttempts, -1), MaxAge: max(0, seconds(p.MaximumRecordAgeInSeconds)),
		Bisect: p.BisectBatchOnFunctionError, Partial: p.partial(),
	}
	if !s.Latest && p.StartingPosition != "TRIM_HORIZON" {
		return fmt.Errorf("StartingPosition is %q, and must be TRIM_HORIZON or LATEST", p.StartingPosition)
	}
	if id, ok := strings.CutSuffix(p.Stream, ".StreamArn"); !ok || !t.isKind(id, tableKind) {
		return fmt.Errorf("its Stream is %q, and must be the StreamArn of the table", p.Stream)
	}
	for _, f := range p.FilterCriteria.Filters {
		if !json.Valid([]byte(f.Pattern)) {
			return fmt.Errorf("the filter %s is not JSON", f.Pattern)
		}
		s.Filters = append(s.Filters, f.Pattern)
	}
	var err error
	s.OnFailure, err = p.DestinationConfig.queue(t)
	if orDefault(p.Enabled, true) {
		b.Streams = append(b.Streams, s)
	}
	return errors.Join(err, p.check())
}

func (b *Bundle) readMapping(t *template, function, name string, properties *yaml.Node) error {
	var p struct {
		sourceProperties `yaml:",inline"`
		Queue            string `yaml:"Queue"`
		ScalingConfig    struct {
			MaximumConcurrency int `yaml:"MaximumConcurrency"`
		} `yaml:"ScalingConfig"`
	}
	if err := t.decodeKnown(properties, &p); err != nil {
		return err
	}
	queue, err := t.queueOf(p.Queue)
	if orDefault(p.Enabled, true) {
		b.Mappings = append(b.Mappings, Mapping{
			Name: name, Function: function, Queue: queue, BatchSize: orDefault(p.BatchSize, queueBatch),
			Concurrency: p.ScalingConfig.MaximumConcurrency, Partial: p.partial(),
		})
	}
	return errors.Join(err, p.check())
}

func (p sourceProperties) partial() bool {
	return slices.Contains(p.FunctionResponseTypes, partialBatch)
}

func (p sourceProperties) check() error {
	for _, kind := range p.FunctionResponseTypes {
		if kind != partialBatch {
			return fmt.Errorf("the FunctionResponseType %s is not understood", kind)
		}
	}
	if p.BatchSize != nil && *p.BatchSize < 1 {
		return fmt.Errorf("BatchSize is %d, and must be at least 1", *p.BatchSize)
	}
	return nil
}

// queue returns the queue for failures, "" if there is none. Only SQS is understood.
func (d destinations) queue(t *template) (string, error) {
	if d.OnFailure.Destination == "" {
		return "", nil
	}
	if kind := d.OnFailure.Type; kind != "" && kind != "SQS" {
		return "", fmt.Errorf("an OnFailure of type %s is not understood, only SQS is", kind)
	}
	return t.queueOf(d.OnFailure.Destination)
}

func orDefault[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}
