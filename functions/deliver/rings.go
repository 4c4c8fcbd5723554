package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
	"personal-rooms/shared/publish/queue"
	"personal-rooms/shared/secret"
)

// rings has the devices of hosts ring, and sends them mails.
type rings struct {
	bell   bell
	sender sender
	mailer mailer
	key    secret.Func // nil: the doorbell is off
	queue  *queue.Queue
	env    meeting.Env
	log    *slog.Logger
}

// A bell decides which devices ring. *doorbell.Bell is one.
type bell interface {
	Notifications(context.Context, doorbell.Visitor) ([]doorbell.Notification, error)
	Again(context.Context, doorbell.Notification) (doorbell.Notification, bool, error)
	Forget(context.Context, doorbell.Device) error
}

// A sender sends a message to a push service. *push.Sender is one.
type sender interface {
	Send(context.Context, doorbell.Device, doorbell.Message, secret.Text) error
}

// deliver handles a message of the queue: a visitor, or a notification that failed before.
func (r rings) deliver(ctx context.Context, m events.SQSMessage) error {
	n, err := decode[doorbell.Notification](m)
	if err != nil {
		return err
	}
	log := r.log.With("room", n.Room, "seat", n.Seat)
	if r.key == nil {
		log.WarnContext(ctx, "a ring is dropped: the doorbell is off")
		return nil
	}
	key, err := r.key(ctx)
	switch {
	case err != nil:
		return err
	case n.ID != "":
		return r.again(ctx, log, n, key, attempts(m))
	}
	return r.ring(ctx, log, n.Visitor, key)
}

// ring sends all notifications for the visitor at once, so that a push service that hangs delays no other device. One
// that fails goes into the queue, and is sent again by itself.
func (r rings) ring(ctx context.Context, log *slog.Logger, v doorbell.Visitor, key secret.Text) error {
	all, err := r.bell.Notifications(ctx, v)
	if early, ok := errors.AsType[*doorbell.TooEarly](err); ok {
		return &postponed{until: early.Until}
	}
	if err != nil {
		return err
	}
	failures := make([]error, len(all))
	var sending errgroup.Group
	for i, n := range all {
		sending.Go(func() error { failures[i] = r.send(ctx, log, n, key); return nil })
	}
	_ = sending.Wait() // each has its own failure
	var again []queue.Message
	for i, failure := range failures {
		if failure != nil {
			again = append(again, queue.Message{Body: all[i], Delay: r.wait(failure, 1)})
		}
	}
	return r.queue.Put(ctx, again...)
}

// again sends a notification that failed again, unless that has lost its use.
func (r rings) again(ctx context.Context, log *slog.Logger, n doorbell.Notification, key secret.Text, tried int) error {
	n, rings, err := r.bell.Again(ctx, n)
	if err != nil || !rings {
		return err
	}
	if err := r.send(ctx, log, n, key); err != nil {
		return &postponed{until: r.env.Now().Add(r.wait(err, tried)), cause: err}
	}
	return nil
}

// wait returns how long to wait after a failure: as long as the push service says, and not less than the back-off.
func (r rings) wait(failure error, tried int) time.Duration {
	wait := backOff(tried, r.env.Random)
	if retry, ok := errors.AsType[*doorbell.Retry](failure); ok {
		wait = max(wait, retry.After)
	}
	return min(wait, longestWait)
}

// send sends the notification. It returns an error if it must be sent again. A device whose subscription is over is
// deleted.
func (r rings) send(ctx context.Context, log *slog.Logger, n doorbell.Notification, key secret.Text) error {
	log = log.With("device", n.ID, "service", n.Device.Service())
	err := r.toDevice(ctx, n, key)
	_, later := errors.AsType[*doorbell.Retry](err)
	switch {
	case err == nil:
		log.InfoContext(ctx, "a device rings")
	case errors.Is(err, doorbell.ErrGone):
		log.InfoContext(ctx, "a device is deleted: its subscription is over")
		return r.bell.Forget(ctx, n.Device)
	case later:
		log.WarnContext(ctx, "a ring failed; it will be tried again", "cause", err)
		return err
	default:
		log.WarnContext(ctx, "a ring is dropped: the service refuses it", "cause", err)
	}
	return nil
}

// toDevice sends the notification to the push service of the device, or as a mail.
func (r rings) toDevice(ctx context.Context, n doorbell.Notification, key secret.Text) error {
	if n.Device.Email() != "" {
		return r.mailer.ring(ctx, n)
	}
	message, err := n.Message(key, r.env.Now())
	if err != nil {
		return err
	}
	return r.sender.Send(ctx, n.Device, message, key)
}
