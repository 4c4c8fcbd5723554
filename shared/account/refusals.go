package account

import (
	"context"
	"fmt"

	"personal-rooms/shared/meeting"
)

// Refusals that are the account's own.
const (
	WebhooksOff         meeting.Reason = "webhooks_off"         // there is no key for their secrets
	NoWebhook           meeting.Reason = "webhook_not_found"    // also: another account's
	WebhookTaken        meeting.Reason = "webhook_taken"        // the account has one of this URL
	TooManyWebhooks     meeting.Reason = "too_many_webhooks"    // it has MaxEndpoints
	EndpointUnreachable meeting.Reason = "endpoint_unreachable" // no answer came from it
	EndpointInvalid     meeting.Reason = "endpoint_invalid"     // it answered, and not as one does that knows the secret
)

// An AnswerError is what an endpoint answered to the handshake that was not what was asked for.
type AnswerError struct {
	Status int
	Said   string // its body, or the beginning
}

const maxSaid = 200 // characters of it that an admin is told

func (e *AnswerError) Error() string {
	return fmt.Sprintf("it answered %d %q", e.Status, shorten(e.Said, maxSaid))
}

func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return meeting.Refuse(EndpointUnreachable, "The endpoint cannot be reached: "+shorten(err.Error(), maxSaid)+".")
}

func busy() error {
	return &meeting.Refusal{Reason: meeting.Busy, Message: "Too many requests met at this account's settings; nothing was done.", Retry: 1}
}
