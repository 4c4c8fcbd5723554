package template

import (
	"fmt"
	"strings"
	"time"
)

// Queue is one SQS queue.
type Queue struct {
	ID         string
	FIFO       bool
	PerGroup   bool // messages are duplicates only within a group (DeduplicationScope)
	Visibility time.Duration
	Delay      time.Duration
	Retention  time.Duration
	DeadLetter string // Queue.ID of the dead-letter queue; "": none
	MaxReceive int    // receives before a message goes there
}

type queueProperties struct {
	FifoQueue              bool   `yaml:"FifoQueue"`
	DeduplicationScope     string `yaml:"DeduplicationScope"`
	VisibilityTimeout      *int   `yaml:"VisibilityTimeout"`
	DelaySeconds           int    `yaml:"DelaySeconds"`
	MessageRetentionPeriod *int   `yaml:"MessageRetentionPeriod"`
	RedrivePolicy          struct {
		DeadLetterTargetArn string `yaml:"deadLetterTargetArn"`
		MaxReceiveCount     int    `yaml:"maxReceiveCount"`
	} `yaml:"RedrivePolicy"`
}

// SQS's defaults, in seconds.
const (
	defaultVisibility = 30
	defaultRetention  = 345600
)

func (b *Bundle) readQueue(t *template, r resource) (err error) {
	var p queueProperties
	if err := t.decodeKnown(r.properties, &p, "FifoThroughputLimit", "QueueName", "SqsManagedSseEnabled"); err != nil {
		return err
	}
	q := Queue{
		ID: r.id, FIFO: p.FifoQueue, PerGroup: p.DeduplicationScope == "messageGroup",
		Visibility: seconds(orDefault(p.VisibilityTimeout, defaultVisibility)), Delay: seconds(p.DelaySeconds),
		Retention:  seconds(orDefault(p.MessageRetentionPeriod, defaultRetention)),
		MaxReceive: p.RedrivePolicy.MaxReceiveCount,
	}
	if arn := p.RedrivePolicy.DeadLetterTargetArn; arn != "" {
		q.DeadLetter, err = t.queueOf(arn)
	}
	b.Queues = append(b.Queues, q)
	return err
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// Queue returns the queue with that logical id.
func (b *Bundle) Queue(id string) (Queue, bool) {
	return find(b.Queues, func(q Queue) bool { return q.ID == id })
}

// queueOf returns the logical id of the queue with the ARN.
func (t *template) queueOf(arn string) (string, error) {
	id, ok := strings.CutSuffix(arn, ".Arn")
	if !ok || !t.isKind(id, queueKind) {
		return "", fmt.Errorf("%q is not the Arn of a queue of this template", arn)
	}
	return id, nil
}
