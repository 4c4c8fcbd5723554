package template

import (
	"fmt"
	"time"
)

// The kinds of resources that are read.
const (
	functionKind = "AWS::Serverless::Function"
	tableKind    = "AWS::DynamoDB::Table"
	queueKind    = "AWS::SQS::Queue"
	busKind      = "AWS::Events::EventBus"
	ruleKind     = "AWS::Events::Rule"
	roleKind     = "AWS::IAM::Role"
)

// Queue is one SQS queue.
type Queue struct {
	ID         string
	FIFO       bool
	PerGroup   bool // messages are the same only within a group (DeduplicationScope)
	ByContent  bool // messages with the same body are the same (ContentBasedDeduplication)
	Visibility time.Duration
	Delay      time.Duration
	Retention  time.Duration
	Wait       time.Duration // how long a receiver waits who does not say
	DeadLetter string        // Queue.ID of where goes what was received MaxReceive times; "": nowhere
	MaxReceive int
}

type queueProperties struct {
	FifoQueue                 bool   `yaml:"FifoQueue"`
	ContentBasedDeduplication bool   `yaml:"ContentBasedDeduplication"`
	DeduplicationScope        string `yaml:"DeduplicationScope"`
	VisibilityTimeout         *int   `yaml:"VisibilityTimeout"`
	DelaySeconds              int    `yaml:"DelaySeconds"`
	MessageRetentionPeriod    *int   `yaml:"MessageRetentionPeriod"`
	ReceiveWait               int    `yaml:"ReceiveMessageWaitTimeSeconds"`
	RedrivePolicy             struct {
		DeadLetterTargetArn string `yaml:"deadLetterTargetArn"`
		MaxReceiveCount     int    `yaml:"maxReceiveCount"`
	} `yaml:"RedrivePolicy"`
}

// What SQS takes where a queue says nothing, in seconds.
const (
	defaultVisibility = 30
	defaultRetention  = 345600
)

func (b *Bundle) readQueues(t *template) error {
	for _, r := range t.ofKind(queueKind) {
		queue, err := readQueue(t, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.id, err)
		}
		b.Queues = append(b.Queues, queue)
	}
	for _, q := range b.Queues {
		if q.DeadLetter == "" {
			continue
		}
		if other, _ := b.Queue(q.DeadLetter); other.FIFO != q.FIFO {
			return fmt.Errorf("%s: a queue and its dead-letter queue are both FIFO, or neither is", q.ID)
		}
	}
	return nil
}

func readQueue(t *template, r resource) (Queue, error) {
	var p queueProperties
	known := []string{
		"FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit", "VisibilityTimeout", "DelaySeconds",
		"MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy", "RedriveAllowPolicy", "QueueName", "MaximumMessageSize",
		"SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "Tags",
	}
	if err := only(r.properties, known...); err != nil {
		return Queue{}, err
	}
	if err := t.decode(r.properties, &p); err != nil {
		return Queue{}, err
	}
	q := Queue{
		ID: r.id, FIFO: p.FifoQueue, PerGroup: p.DeduplicationScope == "messageGroup", ByContent: p.ContentBasedDeduplication,
		Visibility: seconds(orElse(p.VisibilityTimeout, defaultVisibility)), Delay: seconds(p.DelaySeconds),
		Retention: seconds(orElse(p.MessageRetentionPeriod, defaultRetention)), Wait: seconds(p.ReceiveWait),
		MaxReceive: p.RedrivePolicy.MaxReceiveCount,
	}
	if p.RedrivePolicy.DeadLetterTargetArn == "" {
		return q, nil
	}
	if q.MaxReceive < 1 {
		return q, fmt.Errorf("RedrivePolicy.maxReceiveCount is %d, and must be at least 1", q.MaxReceive)
	}
	var err error
	q.DeadLetter, err = t.queueOf(p.RedrivePolicy.DeadLetterTargetArn)
	return q, err
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// Queue returns the queue with that logical id.
func (b *Bundle) Queue(id string) (Queue, bool) {
	for _, q := range b.Queues {
		if q.ID == id {
			return q, true
		}
	}
	return Queue{}, false
}
