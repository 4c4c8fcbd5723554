package main

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// orders gives orders to the media server.
type orders struct {
	door   *meeting.Door
	server mediaServer // nil: no media server that takes orders is configured
	log    *slog.Logger
}

// A mediaServer executes orders. *server.Server is one.
type mediaServer interface {
	// Execute disconnects one participant, or closes a room.
	Execute(context.Context, media.Order) error
	// Connected returns the media identities of the people who are connected to the room.
	Connected(ctx context.Context, room string) ([]string, error)
}

// deliver has the order executed.
func (o orders) deliver(ctx context.Context, order media.Order) error {
	log := o.log.With("room", order.Room, "participant", order.Participant)
	switch {
	case o.server == nil:
		log.WarnContext(ctx, "an order is dropped: no media server that takes orders is configured")
		return nil
	case order.Participant == media.OffRoster:
		return o.reconcile(ctx, log, order.Room)
	case order.Participant != "":
		return o.disconnect(ctx, log, order)
	}
	return o.execute(ctx, log, order)
}

// disconnect drops an order without the number of an admission, as older versions made them, if the participant was
// admitted again while the media server was out of reach.
func (o orders) disconnect(ctx context.Context, log *slog.Logger, order media.Order) error {
	standing, err := o.door.CheckParticipant(ctx, order.Room, meeting.MediaIdentity(order.Participant))
	if err != nil {
		return err
	}
	if standing == meeting.Allowed {
		log.InfoContext(ctx, "an order is dropped: the participant was admitted again")
		return nil
	}
	return o.execute(ctx, log, order)
}

func (o orders) execute(ctx context.Context, log *slog.Logger, order media.Order) error {
	if err := o.server.Execute(ctx, order); err != nil {
		return err
	}
	log.InfoContext(ctx, "the media server executed an order")
	return nil
}

// atOnce is how many participants reconcile disconnects at once.
const atOnce = 8

// reconcile disconnects everybody who is connected to the room on the media server and is not on the roster (I7). It
// reads the server's list first and the roster second, so the roster has the seat of everybody on the list.
func (o orders) reconcile(ctx context.Context, log *slog.Logger, room string) error {
	names, err := o.server.Connected(ctx, room)
	if err != nil || len(names) == 0 {
		return err
	}
	connected := make([]meeting.MediaIdentity, len(names))
	for i, name := range names {
		connected[i] = meeting.MediaIdentity(name)
	}
	off, err := o.door.OffRoster(ctx, room, connected)
	if err != nil {
		return err
	}
	var all errgroup.Group // without a common context: one failure keeps nobody connected
	all.SetLimit(atOnce)
	for _, id := range off {
		order := media.Order{Room: room, Participant: string(id)}
		all.Go(func() error { return o.execute(ctx, log.With("off_roster", order.Participant), order) })
	}
	return all.Wait()
}
