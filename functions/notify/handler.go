package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish"
	"personal-rooms/shared/publish/bus"
	"personal-rooms/shared/publish/queue"
	"personal-rooms/shared/table"
)

// store is what a notifier reads from the table.
type store interface {
	event.Instances
	Endpoints(ctx context.Context, account string) ([]account.Endpoint, error)
	Profile(context.Context, meeting.User) (meeting.Profile, error)
	Meeting(context.Context, meeting.User, meeting.Number) (meeting.Meeting, error)
	Room(context.Context, meeting.Number) (meeting.Room, error)
}

// A notifier publishes what was written to the table: events on the bus and to webhooks, orders to the media server,
// and mails.
type notifier struct {
	store       store
	bus         *bus.Bus
	deliveries  *queue.Queue
	mediaOrders *queue.Queue
	mails       *queue.Queue
	rings       *queue.Queue // nil: there is no doorbell
	deadLetters *queue.Queue
	ordersOf    func(before, after any) []media.Order // nil: there is no media server that takes orders
	hints       *hinter                               // nil: there are no hints
	sendsMail   bool
	publicURL   string
	log         *slog.Logger
}

// margin is kept of the function's time limit, so that the records that were published are not published again because
// the function was stopped in the middle of the next one.
const margin = 20 * time.Second

// handle publishes the records in their order. It stops at the first one that cannot be published now, or when little
// time is left: the stream delivers that record and all after it again, so the events of an item keep their order, and
// some are published twice. A record that can never be published goes to the dead-letter queue and delays nothing.
// Hints are sent meanwhile.
func (n notifier) handle(ctx context.Context, batch events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	defer n.hints.start(ctx, batch.Records)()
	p := publishing{notifier: n, endpoints: map[string][]account.Endpoint{}, plans: map[string]plan{}}
	for i, record := range batch.Records {
		if limit, ok := ctx.Deadline(); ok && i > 0 && time.Until(limit) < margin {
			n.log.WarnContext(ctx, "the rest of a batch is postponed: little time is left", "published", i, "rest", len(batch.Records)-i)
			return retryFrom(record), nil
		}
		err := p.publish(ctx, record)
		if bad, isPoison := errors.AsType[*poison](err); isPoison {
			err = n.deadLetter(ctx, record, bad)
		}
		if err != nil {
			n.log.WarnContext(ctx, "a stream record was not published; it will be tried again", "sequence", record.Change.SequenceNumber, "cause", err)
			return retryFrom(record), nil
		}
	}
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}, nil
}

// retryFrom has the stream deliver the record again, and all after it.
func retryFrom(record events.DynamoDBEventRecord) events.DynamoDBEventResponse {
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: record.Change.SequenceNumber}}}
}

// poison is the error of a record that can never be published.
type poison struct{ cause error }

func (p *poison) Error() string { return p.cause.Error() }

// A deadLetter says where a poison record is found. It holds nothing of the record's content.
type deadLetter struct {
	Cause    string `json:"cause"`
	Event    string `json:"event_id"` // the stream's
	Name     string `json:"event_name"`
	Sequence string `json:"sequence_number"`
	PK       string `json:"pk"`
	SK       string `json:"sk"`
}

func (n notifier) deadLetter(ctx context.Context, record events.DynamoDBEventRecord, p *poison) error {
	d := deadLetter{Cause: p.Error(), Event: record.EventID, Name: record.EventName, Sequence: record.Change.SequenceNumber,
		PK: keyText(record, "pk"), SK: keyText(record, "sk")}
	n.log.ErrorContext(ctx, "a stream record can never be published; it goes to the dead-letter queue",
		"sequence", d.Sequence, "pk", d.PK, "sk", d.SK, "cause", d.Cause)
	return n.deadLetters.Put(ctx, queue.Message{Body: d})
}

func keyText(record events.DynamoDBEventRecord, name string) string {
	if v, ok := record.Change.Keys[name]; ok && v.DataType() == events.DataTypeString {
		return v.String()
	}
	return ""
}

// publishing publishes one batch. It reads the endpoints of each account, and each plan, once.
type publishing struct {
	notifier

	endpoints map[string][]account.Endpoint // by account
	plans     map[string]plan               // by host and number
}

// publish publishes the events of one record on the bus and to the account's webhooks, gives its orders to the media
// server, and has its invitations mailed.
func (p publishing) publish(ctx context.Context, record events.DynamoDBEventRecord) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &poison{fmt.Errorf("panic: %v\n%s", value, debug.Stack())}
		}
	}()
	change, err := table.ChangeOf(record)
	if err != nil {
		return &poison{err}
	}
	change, err = p.withEnding(ctx, change)
	if err != nil {
		return err
	}
	happened := event.FromChange(change)
	for i := range happened {
		if err := cmp.Or(p.addCalendar(ctx, &happened[i]), p.addPlan(ctx, &happened[i])); err != nil {
			return err
		}
	}
	deliveries, err := p.webhookMessages(ctx, happened)
	if err != nil {
		return err
	}
	// The media server comes first: a removed participant must not stay connected because the bus fails.
	var rejected []error
	for _, put := range []func() error{
		func() error { return p.mediaOrders.Put(ctx, p.orderMessages(change)...) },
		func() error { return p.bus.Put(ctx, slices.Concat(happened, event.Continuation(change))...) },
		func() error { return p.deliveries.Put(ctx, deliveries...) },
		func() error { return p.mails.Put(ctx, p.mailMessages(happened)...) },
		func() error { return p.ring(ctx, change) },
	} {
		switch err := put(); {
		case errors.Is(err, publish.ErrRejected):
			rejected = append(rejected, err)
		case err != nil:
			return err
		}
	}
	if len(rejected) > 0 {
		return &poison{errors.Join(rejected...)}
	}
	return nil
}

// arrivalWait is how long after the end of an instance a seat may be stored of somebody who was admitted just before
// it. They are in milliseconds, unless a function crashed in between.
const arrivalWait = 3 * time.Second

// withEnding reads what is reported of an instance that the change ended. It fails while somebody who was admitted has
// no seat yet: their end must be announced too (I20).
func (p publishing) withEnding(ctx context.Context, c event.Change) (event.Change, error) {
	c, err := c.WithEnding(ctx, p.store)
	if err == nil && !c.IsComplete() && time.Since(c.At) < arrivalWait {
		err = errors.New("somebody who was admitted before the end has no seat yet")
	}
	return c, err
}

// webhookMessages returns a message for each event and each active endpoint that wants it. The message group is the
// item at the endpoint: a delivery that fails delays the later events of that item at that endpoint, and nothing else.
func (p publishing) webhookMessages(ctx context.Context, happened []event.Event) (all []queue.Message, err error) {
	for _, e := range happened {
		endpoints, err := p.endpointsOf(ctx, e.Account)
		if err != nil {
			return nil, err
		}
		body, err := e.Body()
		if err != nil {
			return nil, &poison{err}
		}
		for _, to := range endpoints {
			if to.State() == account.Active && wants(to, e.Name) {
				all = append(all, queue.Message{
					Body:  event.Delivery{Account: to.Account, Endpoint: to.ID, EventID: e.ID, Event: string(e.Name), Body: string(body)},
					Group: event.Digest(to.Account, to.ID, e.Item), ID: event.Digest(to.Account, to.ID, e.ID),
				})
			}
		}
	}
	return all, nil
}

// wants reports whether the endpoint receives the event. An invitation holds the link to the meeting, and goes only to
// endpoints that name it.
func wants(to account.Endpoint, name event.Name) bool {
	if name == event.InvitationDue {
		return slices.Contains(to.Events, string(name))
	}
	return to.Wants(string(name))
}

// orderMessages returns the orders to the media server that the change makes necessary. Each participant has a message
// group, and so has each reconciliation: an order that fails, or many who leave, delay no other order of the room.
func (p publishing) orderMessages(change event.Change) (all []queue.Message) {
	if p.ordersOf == nil {
		return nil
	}
	for _, o := range p.ordersOf(change.Before, change.After) {
		group, id := event.Digest(o.Room, o.Participant), event.Digest(o.Room, o.Participant, change.Write)
		all = append(all, queue.Message{Body: o, Group: group, ID: id})
	}
	return all
}

// ring has the doorbell ring if the change is somebody who begins to wait. Whether it rings, and where, is decided when
// the message is delivered.
func (p publishing) ring(ctx context.Context, change event.Change) error {
	visitor, waits := doorbell.VisitorOf(change.Before, change.After, change.At)
	if !waits || p.rings == nil {
		return nil
	}
	return p.rings.Put(ctx, queue.Message{Body: visitor})
}

func (p publishing) endpointsOf(ctx context.Context, of string) ([]account.Endpoint, error) {
	if all, read := p.endpoints[of]; read {
		return all, nil
	}
	all, err := p.store.Endpoints(ctx, of)
	if err == nil {
		p.endpoints[of] = all
	}
	return all, err
}
