package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/events"

	"personal-rooms/shared/account"
	"personal-rooms/shared/batch"
	"personal-rooms/shared/bus"
	"personal-rooms/shared/delivery"
	"personal-rooms/shared/delivery/queue"
	"personal-rooms/shared/event"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/table"
)

// A store is what of the table a notifier reads.
type store interface {
	Endpoints(ctx context.Context, account string) ([]account.Endpoint, error)
	Profile(context.Context, meeting.User) (meeting.Profile, error)
	Room(context.Context, meeting.Number) (meeting.Room, error)
}

// A notifier tells of what was written.
type notifier struct {
	store      store
	bus        *bus.Bus
	deliveries *queue.Queue
	untold     *queue.Queue
	orders     func(before, after any) []media.Order // nil: there is no media server that obeys
	publicURL  string
	log        *slog.Logger
}

// handle tells of the records in their order. It stops at the first of which nobody could be told by now: that one and all after it come
// again, so the events of an item keep their order, and some are told twice. A record that cannot be understood is put aside with its cause,
// and holds up nothing.
func (n notifier) handle(ctx context.Context, batch events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	told := telling{notifier: n, endpoints: map[string][]account.Endpoint{}}
	for _, record := range batch.Records {
		err := told.tell(ctx, record)
		if p, poisoned := errors.AsType[*poison](err); poisoned {
			err = n.putAside(ctx, record, p)
		}
		if err != nil {
			n.log.ErrorContext(ctx, "a write was not told", "sequence", record.Change.SequenceNumber, "cause", err)
			return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: record.Change.SequenceNumber}}}, nil
		}
	}
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}, nil
}

// A poison is a record of which nobody can ever be told.
type poison struct{ cause error }

func (p *poison) Error() string { return p.cause.Error() }

// An untold is what is kept of a poison: where it is found, and no more of what stands in it.
type untold struct {
	Cause    string `json:"cause"`
	Event    string `json:"event_id"` // the stream's
	Name     string `json:"event_name"`
	Sequence string `json:"sequence_number"`
	PK       string `json:"pk"`
	SK       string `json:"sk"`
}

func (n notifier) putAside(ctx context.Context, record events.DynamoDBEventRecord, p *poison) error {
	u := untold{Cause: p.Error(), Event: record.EventID, Name: record.EventName, Sequence: record.Change.SequenceNumber,
		PK: keyText(record, "pk"), SK: keyText(record, "sk")}
	n.log.ErrorContext(ctx, "a write cannot be told", "sequence", u.Sequence, "pk", u.PK, "sk", u.SK, "cause", u.Cause)
	return n.untold.Put(ctx, queue.Message{Body: u})
}

func keyText(record events.DynamoDBEventRecord, name string) string {
	if v, ok := record.Change.Keys[name]; ok && v.DataType() == events.DataTypeString {
		return v.String()
	}
	return ""
}

// A telling is one batch, with what was read for it.
type telling struct {
	notifier
	endpoints map[string][]account.Endpoint // by account
}

// tell tells of one record: on the bus, at the account's endpoints, and to the media server.
func (t telling) tell(ctx context.Context, record events.DynamoDBEventRecord) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &poison{fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	change, err := table.ChangeOf(record)
	if err != nil {
		return &poison{err}
	}
	happened := event.Of(change)
	for i := range happened {
		if err := t.write(ctx, &happened[i]); err != nil {
			return err
		}
	}
	messages, err := t.messages(ctx, change, happened)
	if err != nil {
		return err
	}
	onBus := t.bus.Put(ctx, happened...)
	if onBus != nil && !errors.Is(onBus, batch.ErrUnfit) {
		return onBus
	}
	queued := t.deliveries.Put(ctx, messages...)
	if queued != nil && !errors.Is(queued, batch.ErrUnfit) {
		return queued
	}
	if unfit := errors.Join(onBus, queued); unfit != nil {
		return &poison{unfit}
	}
	return nil
}

// messages are what has to be delivered of the change.
func (t telling) messages(ctx context.Context, change event.Change, happened []event.Event) (all []queue.Message, err error) {
	for _, e := range happened {
		endpoints, err := t.endpointsOf(ctx, e.Account)
		if err != nil {
			return nil, err
		}
		body, err := e.Body()
		if err != nil {
			return nil, &poison{err}
		}
		for _, to := range endpoints {
			if to.State() == account.Active && to.Wants(string(e.Name)) {
				all = append(all, webhook(e, to, body))
			}
		}
	}
	if t.orders == nil {
		return all, nil
	}
	for _, o := range t.orders(change.Before, change.After) {
		all = append(all, order(o, change))
	}
	return all, nil
}

// webhook is the event for an endpoint. Its group is the item at the endpoint: what fails there holds up nothing else.
func webhook(e event.Event, to account.Endpoint, body []byte) queue.Message {
	return queue.Message{
		Body: delivery.Message{Webhook: &delivery.Webhook{
			Account: to.Account, Endpoint: to.ID, EventID: e.ID, Event: string(e.Name), Body: string(body)}},
		Group: delivery.Digest(to.Account, to.ID, e.Item), ID: delivery.Digest(to.Account, to.ID, e.ID),
	}
}

// order is for the media server, in the order of one room there.
func order(o media.Order, change event.Change) queue.Message {
	return queue.Message{
		Body:  delivery.Message{Media: &o},
		Group: delivery.Digest("media", o.Room), ID: delivery.Digest("media", o.Room, o.Participant, change.Write),
	}
}

func (t telling) endpointsOf(ctx context.Context, of string) ([]account.Endpoint, error) {
	if all, read := t.endpoints[of]; read {
		return all, nil
	}
	all, err := t.store.Endpoints(ctx, of)
	if err == nil {
		t.endpoints[of] = all
	}
	return all, err
}
