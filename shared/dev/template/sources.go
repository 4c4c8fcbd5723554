package template

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Stream hands a function what is written to the table, in batches and in order.
type Stream struct {
	Name      string // the event's, for people
	Function  string // Function.Name
	BatchSize int
	Latest    bool          // a mapping that never ran begins with what is written from now on
	Retries   int           // of a batch that fails; -1: until it is too old
	MaxAge    time.Duration // of a record that is still tried; 0: as long as the stream has it
	Bisect    bool          // a batch that fails is split, to find the record that it fails for
	Partial   bool          // the function names the records that failed (ReportBatchItemFailures)
	Filters   []string      // patterns in JSON: a record is handed on if one of them matches; none: all are
	OnFailure string        // the queue that is told of what was given up; "": none
}

// A Mapping hands a function the messages of a queue.
type Mapping struct {
	Name        string
	Function    string
	Queue       string // Queue.ID
	BatchSize   int
	Concurrency int  // batches at work at once, at most; 0: as Lambda likes
	Partial     bool // the function names the messages that failed (ReportBatchItemFailures)
}

// An Async is what becomes of an event that a function was given without anybody waiting for the answer, and failed at.
type Async struct {
	Retries   int
	OnFailure string // the queue that is told; "": none
}

// asyncRetries is how often Lambda tries again unless it is told otherwise.
const asyncRetries = 2

// What Lambda takes where an event source says nothing.
const (
	streamBatch  = 100
	queueBatch   = 10
	partialBatch = "ReportBatchItemFailures"
)

type sourceProperties struct {
	Stream                     string   `yaml:"Stream"`
	Queue                      string   `yaml:"Queue"`
	StartingPosition           string   `yaml:"StartingPosition"`
	BatchSize                  *int     `yaml:"BatchSize"`
	MaximumRetryAttempts       *int     `yaml:"MaximumRetryAttempts"`
	MaximumRecordAgeInSeconds  int      `yaml:"MaximumRecordAgeInSeconds"`
	BisectBatchOnFunctionError bool     `yaml:"BisectBatchOnFunctionError"`
	FunctionResponseTypes      []string `yaml:"FunctionResponseTypes"`
	Enabled                    *bool    `yaml:"Enabled"`
	FilterCriteria             struct {
		Filters []struct {
			Pattern string `yaml:"Pattern"`
		} `yaml:"Filters"`
	} `yaml:"FilterCriteria"`
	DestinationConfig destinations `yaml:"DestinationConfig"`
	ScalingConfig     struct {
		MaximumConcurrency int `yaml:"MaximumConcurrency"`
	} `yaml:"ScalingConfig"`
}

type destinations struct {
	OnFailure struct {
		Type        string `yaml:"Type"`
		Destination string `yaml:"Destination"`
	} `yaml:"OnFailure"`
}

// What an event source may say besides, which changes nothing here: the runner waits for no batch to fill, and works on each shard
// of a stream with one batch at a time.
var silentSource = []string{"MaximumBatchingWindowInSeconds", "ParallelizationFactor"}

func readStream(t *template, function, name string, properties *yaml.Node) (Stream, bool, error) {
	p, err := readSource(t, properties, "Stream", "StartingPosition", "BatchSize", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds",
		"BisectBatchOnFunctionError", "FunctionResponseTypes", "Enabled", "FilterCriteria", "DestinationConfig")
	if err != nil {
		return Stream{}, false, err
	}
	s := Stream{
		Name: name, Function: function, BatchSize: orElse(p.BatchSize, streamBatch), Latest: p.StartingPosition == "LATEST",
		Retries: orElse(p.MaximumRetryAttempts, -1), MaxAge: age(p.MaximumRecordAgeInSeconds), Bisect: p.BisectBatchOnFunctionError,
		Partial: slices.Contains(p.FunctionResponseTypes, partialBatch),
	}
	if !s.Latest && p.StartingPosition != "TRIM_HORIZON" {
		return s, false, fmt.Errorf("StartingPosition is %q, and must be TRIM_HORIZON or LATEST", p.StartingPosition)
	}
	if id, ok := strings.CutSuffix(p.Stream, ".StreamArn"); !ok || !t.isKind(id, tableKind) {
		return s, false, fmt.Errorf("its Stream is %q, and must be the StreamArn of the table", p.Stream)
	}
	for _, f := range p.FilterCriteria.Filters {
		if !json.Valid([]byte(f.Pattern)) {
			return s, false, fmt.Errorf("the filter %s is not JSON", f.Pattern)
		}
		s.Filters = append(s.Filters, f.Pattern)
	}
	s.OnFailure, err = p.DestinationConfig.queue(t)
	return s, orElse(p.Enabled, true), err
}

func readMapping(t *template, function, name string, properties *yaml.Node) (Mapping, bool, error) {
	p, err := readSource(t, properties, "Queue", "BatchSize", "FunctionResponseTypes", "Enabled", "ScalingConfig")
	if err != nil {
		return Mapping{}, false, err
	}
	m := Mapping{
		Name: name, Function: function, BatchSize: orElse(p.BatchSize, queueBatch), Concurrency: p.ScalingConfig.MaximumConcurrency,
		Partial: slices.Contains(p.FunctionResponseTypes, partialBatch),
	}
	m.Queue, err = t.queueOf(p.Queue)
	return m, orElse(p.Enabled, true), err
}

// readSource refuses what it does not know the meaning of.
func readSource(t *template, properties *yaml.Node, known ...string) (p sourceProperties, err error) {
	if err := only(properties, append(known, silentSource...)...); err != nil {
		return p, err
	}
	if err := t.decode(properties, &p); err != nil {
		return p, err
	}
	for _, kind := range p.FunctionResponseTypes {
		if kind != partialBatch {
			return p, fmt.Errorf("the FunctionResponseType %s is not understood", kind)
		}
	}
	if p.BatchSize != nil && *p.BatchSize < 1 {
		return p, fmt.Errorf("BatchSize is %d, and must be at least 1", *p.BatchSize)
	}
	return p, nil
}

// queue is where failures are told; SQS is the one kind of place that is understood.
func (d destinations) queue(t *template) (string, error) {
	if d.OnFailure.Destination == "" {
		return "", nil
	}
	if kind := d.OnFailure.Type; kind != "" && kind != "SQS" {
		return "", fmt.Errorf("an OnFailure of type %s is not understood, only SQS is", kind)
	}
	return t.queueOf(d.OnFailure.Destination)
}

// queueOf is the logical id of the queue that an ARN names.
func (t *template) queueOf(arn string) (string, error) {
	id, ok := strings.CutSuffix(arn, ".Arn")
	if !ok || !t.isKind(id, queueKind) {
		return "", fmt.Errorf("%q is not the Arn of a queue of this template", arn)
	}
	return id, nil
}

func age(seconds int) time.Duration { return max(0, time.Duration(seconds)*time.Second) }

func orElse[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}

// only refuses members of a mapping that are not known: what they mean would have to be guessed.
func only(node *yaml.Node, known ...string) error {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if name := node.Content[i].Value; !slices.Contains(known, name) {
			return fmt.Errorf("line %d: %s is not understood by shared/dev/template", node.Content[i].Line, name)
		}
	}
	return nil
}
