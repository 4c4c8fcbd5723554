package main

import (
	"context"
	"log/slog"

	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// orders takes orders to the media server.
type orders struct {
	door *meeting.Door
	obey func(context.Context, media.Order) error // nil: no media server that does is configured
	log  *slog.Logger
}

// deliver has the order carried out. One that waited while the server was out of reach may be out of date: who was let in again meanwhile is not
// disconnected.
func (o orders) deliver(ctx context.Context, order media.Order) error {
	log := o.log.With("room", order.Room, "participant", order.Participant)
	if o.obey == nil {
		log.WarnContext(ctx, "dropped: no media server that obeys is configured")
		return nil
	}
	if order.Participant != "" {
		stance, err := o.door.Came(ctx, order.Room, meeting.SeatID(order.Participant))
		switch {
		case err != nil:
			return err
		case stance == meeting.Stays:
			log.InfoContext(ctx, "dropped: they were let in again")
			return nil
		}
	}
	if err := o.obey(ctx, order); err != nil {
		return err
	}
	log.InfoContext(ctx, "the media server obeyed")
	return nil
}
