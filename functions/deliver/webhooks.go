package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// An endpoint that fails for failingLimit is suspended, and one that only times out for hangingLimit: each time-out
// takes an execution for seconds.
const (
	failingLimit = 24 * time.Hour
	hangingLimit = 15 * time.Minute
)

// attemptLimit is longer than one attempt takes. Meanwhile nobody else tries the endpoint.
const attemptLimit = 20 * time.Second

const storeTries = 3 // to record a success while others change the endpoint

// A poster posts a signed event. It returns the status of the answer; an error means that no answer came.
type poster interface {
	Post(ctx context.Context, url string, secret secret.Text, body []byte) (status int, err error)
}

// webhooks delivers events to endpoints.
//
// The item of the endpoint holds its circuit breaker. While the endpoint fails, one delivery is tried per back-off, and
// all others are put off until then without a call: they cost one read each.
type webhooks struct {
	store  account.Store
	caller poster
	key    secret.Func // nil: webhooks are off
	env    meeting.Env
	log    *slog.Logger
}

// deliver posts the event to its endpoint, unless the endpoint is not active any more. A status below 500 ends the
// delivery, whatever it is. A 5xx status or no answer is a failure of the endpoint: deliver returns a *postponed.
func (w webhooks) deliver(ctx context.Context, m event.Delivery) error {
	log := w.log.With("event", m.Event, "event_id", m.EventID, "account", m.Account, "webhook", m.Endpoint)
	e, err := w.store.Endpoint(ctx, m.Account, m.Endpoint)
	switch {
	case err != nil:
		return err
	case !e.Exists() || !e.SuspendedAt.IsZero() || w.key == nil:
		log.InfoContext(ctx, "an event is dropped: the webhook is not active")
		return nil
	}
	key, err := w.key(ctx)
	if err != nil {
		return err
	}
	if !e.FailingSince.IsZero() {
		if e, err = w.reserveAttempt(ctx, e); err != nil {
			return err
		}
	}
	status, err := w.caller.Post(ctx, e.URL, account.Secret(key, e.Account, e.ID), []byte(m.Body))
	if err == nil && status >= 500 {
		err = fmt.Errorf("it answered %d", status)
	}
	if err != nil {
		if ctx.Err() != nil { // our own time limit, which says nothing about the endpoint
			return err
		}
		return w.failed(ctx, log, e, err)
	}
	w.succeeded(ctx, log, e)
	log.InfoContext(ctx, "an event is delivered", "status", status)
	return nil
}

// reserveAttempt reserves the next attempt at a failing endpoint for this delivery. It returns a *postponed if the
// back-off is not over, or if another delivery has reserved the attempt.
func (w webhooks) reserveAttempt(ctx context.Context, e account.Endpoint) (account.Endpoint, error) {
	now := w.env.Now()
	if now.Before(e.RetryAt) {
		return e, &postponed{until: e.RetryAt}
	}
	e.RetryAt = now.Add(attemptLimit)
	e, err := w.store.PutEndpoint(ctx, e)
	if errors.Is(err, account.ErrStale) {
		return e, &postponed{until: now.Add(firstWait)}
	}
	return e, err
}

// failed records a failure of the endpoint, when it may be tried again, and whether it is suspended. It returns a
// *postponed.
func (w webhooks) failed(ctx context.Context, log *slog.Logger, e account.Endpoint, cause error) error {
	now := w.env.Now()
	e.Failures++
	e.LastError, e.RetryAt = cause.Error(), now.Add(backOff(e.Failures, w.env.Random))
	if e.FailingSince.IsZero() {
		e.FailingSince = now
	}
	switch {
	case !errors.Is(cause, account.ErrTimeout):
		e.HangingSince = time.Time{}
	case e.HangingSince.IsZero():
		e.HangingSince = now
	}
	if over(now, e.FailingSince, failingLimit) || over(now, e.HangingSince, hangingLimit) {
		e.SuspendedAt = now
	}
	switch _, err := w.store.PutEndpoint(ctx, e); {
	case errors.Is(err, account.ErrStale): // another delivery, or an admin, was faster
	case err != nil:
		log.WarnContext(ctx, notRecorded, "cause", err)
	case !e.SuspendedAt.IsZero():
		log.WarnContext(ctx, "the webhook is suspended: it has failed for too long", "since", e.FailingSince, "cause", cause)
	}
	return &postponed{until: e.RetryAt, cause: cause}
}

const notRecorded = "the result of a delivery could not be recorded"

func over(now, since time.Time, limit time.Duration) bool {
	return !since.IsZero() && !now.Before(since.Add(limit))
}

// succeeded clears the failures of the endpoint. It tries again when others change the endpoint at the same time: a
// failure that stays recorded would suspend an endpoint that fails once, a day later.
func (w webhooks) succeeded(ctx context.Context, log *slog.Logger, e account.Endpoint) {
	for range storeTries {
		if !e.SuspendedAt.IsZero() || e.FailingSince.IsZero() {
			return
		}
		_, err := w.store.PutEndpoint(ctx, e.WithoutFailures())
		if err == nil {
			return
		}
		if errors.Is(err, account.ErrStale) {
			e, err = w.store.Endpoint(ctx, e.Account, e.ID)
		}
		if err != nil {
			log.WarnContext(ctx, notRecorded, "cause", err)
			return
		}
	}
}
