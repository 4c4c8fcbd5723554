package account

import (
	"context"
	"fmt"
	"strings"

	"personal-rooms/shared/meeting"
)

// The reasons of this package.
const (
	WebhooksOff         meeting.Reason = "webhooks_off"         // no key for webhook secrets is configured
	NoWebhook           meeting.Reason = "webhook_not_found"    // also: a webhook of another account
	WebhookTaken        meeting.Reason = "webhook_taken"        // the account has a webhook with this URL
	TooManyWebhooks     meeting.Reason = "too_many_webhooks"    // the account has MaxEndpoints
	EndpointUnreachable meeting.Reason = "endpoint_unreachable" // it did not answer
	EndpointInvalid     meeting.Reason = "endpoint_invalid"     // it failed the handshake
	NoAccount           meeting.Reason = "account_not_found"    // also: another account than the caller's

	AppsOff        meeting.Reason = "apps_off"         // the operator has not turned apps on
	NoApp          meeting.Reason = "app_not_found"    // also: an app of another account
	TooManyApps    meeting.Reason = "too_many_apps"    // the account has MaxApps
	AppTooMighty   meeting.Reason = "app_too_mighty"   // it could do what the caller may not
	TooManyExports meeting.Reason = "too_many_exports" // by this user, or in this account, today

	NoScope meeting.Reason = "scope" // the scopes of the token do not cover the request
)

// MissingScope refuses a request for which the token must name one of the scopes.
func MissingScope(scopes ...string) error {
	return meeting.Refuse(NoScope, "Invalid access token, does not contain scopes:["+strings.Join(scopes, ", ")+"].")
}

// An AnswerError is a wrong answer of an endpoint to the handshake.
type AnswerError struct {
	Status int
	Said   string // the body, or its beginning
}

const maxSaid = 200 // characters that a message repeats

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
	const message = "Too many requests changed this account at the same time; nothing was done."
	return &meeting.Refusal{Reason: meeting.Busy, Message: message, Retry: 1}
}
