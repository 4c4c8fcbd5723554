package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/delivery"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

const (
	patience = 24 * time.Hour // how long an endpoint may fail before it is suspended
	tries    = 3              // to forget failures while others write

	unnoted = "what became of a delivery could not be noted"
)

// A poster posts an event, signed. It is the status of the answer; an error is that none came.
type poster interface {
	Post(ctx context.Context, url string, secret secret.Text, body []byte) (status int, err error)
}

// webhooks delivers events to endpoints.
type webhooks struct {
	store  account.Store
	caller poster
	key    secret.Source // nil: webhooks are off
	env    meeting.Env
	log    *slog.Logger
}

// deliver posts the event to its endpoint, unless that is not active any more. An error is a failure of the endpoint, a 5xx or no answer at
// all: it is tried again. Any other answer is the receiver's, and the end of it.
func (w webhooks) deliver(ctx context.Context, m delivery.Webhook) error {
	log := w.log.With("event", m.Event, "event_id", m.EventID, "account", m.Account, "webhook", m.Endpoint)
	e, err := w.store.Endpoint(ctx, m.Account, m.Endpoint)
	switch {
	case err != nil:
		return err
	case !e.Exists() || !e.SuspendedAt.IsZero() || w.key == nil:
		log.InfoContext(ctx, "dropped: the webhook is not active")
		return nil
	}
	key, err := w.key(ctx)
	if err != nil {
		return err
	}
	status, err := w.caller.Post(ctx, e.URL, account.Secret(key, e.Account, e.ID), []byte(m.Body))
	if err == nil && status >= 500 {
		err = fmt.Errorf("it answered %d", status)
	}
	if err != nil {
		if ctx.Err() == nil { // else it is our own time that ran out
			w.failed(ctx, log, e, err)
		}
		return err
	}
	w.answered(ctx, log, e)
	if status >= 300 {
		log.InfoContext(ctx, "the receiver does not take it", "status", status)
	} else {
		log.InfoContext(ctx, "delivered", "status", status)
	}
	return nil
}

// answered forgets the failures of an endpoint. That others write at the same time must not keep it from that: what is not forgotten would
// suspend who fails once, a day later.
func (w webhooks) answered(ctx context.Context, log *slog.Logger, e account.Endpoint) {
	for range tries {
		if !e.SuspendedAt.IsZero() || e.FailingSince.IsZero() && e.LastError == "" {
			return
		}
		e.FailingSince, e.LastError = time.Time{}, ""
		if _, stale := w.note(ctx, log, e); !stale {
			return
		}
		var err error
		if e, err = w.store.Endpoint(ctx, e.Account, e.ID); err != nil {
			log.WarnContext(ctx, unnoted, "cause", err)
			return
		}
	}
}

// failed remembers since when an endpoint fails, and why; and suspends it if that is too long.
func (w webhooks) failed(ctx context.Context, log *slog.Logger, e account.Endpoint, why error) {
	now := w.env.Now()
	fresh := e.FailingSince.IsZero()
	if fresh {
		e.FailingSince = now
	}
	suspend := !now.Before(e.FailingSince.Add(patience))
	if !fresh && !suspend && e.LastError == why.Error() { // it is known
		return
	}
	e.LastError = why.Error()
	if suspend {
		e.SuspendedAt = now
	}
	if stored, _ := w.note(ctx, log, e); stored && suspend {
		log.WarnContext(ctx, "the webhook is suspended: it has failed for too long", "since", e.FailingSince, "cause", why)
	}
}

// note stores what is known of the endpoint, unless others just did: then it is stale.
func (w webhooks) note(ctx context.Context, log *slog.Logger, e account.Endpoint) (stored, stale bool) {
	_, err := w.store.PutEndpoint(ctx, e)
	stale = errors.Is(err, account.ErrStale)
	if err != nil && !stale {
		log.WarnContext(ctx, unnoted, "cause", err)
	}
	return err == nil, stale
}
