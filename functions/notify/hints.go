package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/socket"
	"personal-rooms/shared/table"
)

// A hinter sends hints to the connections that a batch of records concerns. Nothing that fails here fails a record, and
// nothing is sent again: clients also ask by themselves.
type hinter struct {
	store  hintStore
	server hintServer
	now    func() time.Time
	log    *slog.Logger
}

// hintServer is the WebSocket server. *socket.Server is one.
type hintServer interface {
	Post(ctx context.Context, id, frame string) error // returns [socket.ErrGone] of a closed connection
	Disconnect(ctx context.Context, id string) error
}

// hintStore is what a hinter does in the table.
type hintStore interface {
	// Connections returns the connections of a room; with consoles, those of consoles only.
	Connections(ctx context.Context, room meeting.Number, consoles bool) ([]hint.Connection, error)
	DropConnection(context.Context, hint.Connection) error
}

const (
	hintLimit    = 2 * time.Second  // for the hints of one batch
	hintAge      = 30 * time.Second // after that, clients have asked by themselves
	maxHints     = 64               // at the same time
	stillOpening = 10 * time.Second // a connection that is being opened is reported as closed
)

// start sends the hints of a batch, each connection one, while the caller publishes the records. The caller must call
// wait before it returns.
func (h *hinter) start(ctx context.Context, records []events.DynamoDBEventRecord) (wait func()) {
	if h == nil {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(ctx, hintLimit)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer cancel()
		h.sendAll(ctx, h.audiences(ctx, records))
	}()
	return func() { <-done }
}

// audiences returns whom the records concern. A record that cannot be read concerns nobody: publishing reports it.
func (h *hinter) audiences(ctx context.Context, records []events.DynamoDBEventRecord) hint.Audiences {
	all := hint.Audiences{}
	defer func() {
		if value := recover(); value != nil {
			h.log.ErrorContext(ctx, "the hints of a batch were not sent", "cause", fmt.Sprint(value))
		}
	}()
	for _, r := range records {
		if c, err := table.ChangeOf(r); err == nil && h.now().Sub(c.At) < hintAge {
			all.Add(c.Before, c.After)
		}
	}
	return all
}

func (h *hinter) sendAll(ctx context.Context, all hint.Audiences) {
	var calls calls
	calls.SetLimit(maxHints)
	var over []hint.Connection // closed after all hints, of which nobody must miss one
	for room, audience := range all {
		open, err := h.store.Connections(ctx, room, audience.Consoles())
		if err != nil {
			h.log.WarnContext(ctx, "connections were not read; they get no hint", "cause", err)
		}
		for _, c := range open {
			if audience.Has(c.Holder) {
				calls.try(func() error { return h.send(ctx, c) })
			}
			if audience.Over(c.Holder) {
				over = append(over, c)
			}
		}
	}
	_ = calls.Wait() // no call returns an error
	for _, c := range over {
		calls.try(func() error { return h.server.Disconnect(ctx, c.ID) })
	}
	_ = calls.Wait()
	if n := calls.failed.Load(); n > 0 {
		h.log.WarnContext(ctx, "hints were not sent", "failed", n)
	}
}

// calls are calls of the server in parallel, which are not made again.
type calls struct {
	errgroup.Group

	failed atomic.Int64
}

func (c *calls) try(call func() error) {
	c.Go(func() error {
		if call() != nil {
			c.failed.Add(1)
		}
		return nil
	})
}

// send sends a hint. A connection that is closed is deleted.
func (h *hinter) send(ctx context.Context, c hint.Connection) error {
	err := h.server.Post(ctx, c.ID, hint.Frame)
	if !errors.Is(err, socket.ErrGone) {
		return err
	}
	if h.now().Sub(c.OpenedAt) < stillOpening {
		return nil
	}
	return h.store.DropConnection(ctx, c)
}
