package template

import (
	"slices"
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

func (b *Bundle) readStream(t *template, function, name string, properties *yaml.Node) (err error) {
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
	for _, f := range p.FilterCriteria.Filters {
		s.Filters = append(s.Filters, f.Pattern)
	}
	s.OnFailure, err = p.DestinationConfig.queue(t)
	if orDefault(p.Enabled, true) {
		b.Streams = append(b.Streams, s)
	}
	return err
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
	return err
}

func (p sourceProperties) partial() bool {
	return slices.Contains(p.FunctionResponseTypes, partialBatch)
}

// queue returns the queue for failures, "" if there is none.
func (d destinations) queue(t *template) (string, error) {
	if d.OnFailure.Destination == "" {
		return "", nil
	}
	return t.queueOf(d.OnFailure.Destination)
}

func orDefault[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}
