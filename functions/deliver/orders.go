package main

import (
	"context"
	"log/slog"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// orders gives orders to the media server.
type orders struct {
	door    *meeting.Door
	execute func(context.Context, media.Order) error // nil: no media server that takes orders is configured
	log     *slog.Logger
}

// deliver has the order executed. While the media server was out of reach, a participant may have been admitted again:
// then the order is out of date and is dropped.
func (o orders) deliver(ctx context.Context, order media.Order) error {
	log := o.log.With("room", order.Room, "participant", order.Participant)
	if o.execute == nil {
		log.WarnContext(ctx, "an order is dropped: no media server that takes orders is configured")
		return nil
	}
	if order.Participant != "" {
		stance, err := o.door.CheckParticipant(ctx, order.Room, meeting.SeatID(order.Participant))
		switch {
		case err != nil:
			return err
		case stance == meeting.Allowed:
			log.InfoContext(ctx, "an order is dropped: the participant was admitted again")
			return nil
		}
	}
	if err := o.execute(ctx, order); err != nil {
		return err
	}
	log.InfoContext(ctx, "the media server executed an order")
	return nil
}
