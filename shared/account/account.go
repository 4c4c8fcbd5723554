// Package account holds what the admins of an account decide: where events are sent, and what automations may do.
package account

import (
	"context"
	"errors"
	"time"

	"personal-rooms/shared/meeting"
)

var (
	// ErrStale is returned by a Store if the stored version is not the expected one.
	ErrStale = errors.New("account: changed meanwhile")
	// ErrTimeout is returned by a Caller. Admins see its text.
	ErrTimeout = errors.New("it did not answer in time")
)

// An Endpoint is a webhook: a URL that receives events of an account.
type Endpoint struct {
	Account string
	ID      string   // a ULID
	URL     string   // https://…
	Events  []string // the names of its events, "meeting.started", "room.*"; empty: all
	Note    string

	CreatedAt    time.Time
	CreatedBy    meeting.User
	FailingSince time.Time // when the first delivery failed since the last success; zero: the last delivery succeeded
	HangingSince time.Time // when the present series of time-outs began; zero: the last failure was not a time-out
	Failures     int       // since FailingSince
	LastError    string    // of the last delivery; empty: it succeeded
	RetryAt      time.Time // of a failing endpoint: when the next delivery may be tried
	SuspendedAt  time.Time // zero: it is not suspended
	Version      int64     // of the item, for conditional writes; 0: not stored
}

// WithoutFailures returns the endpoint in its state after a successful delivery.
func (e Endpoint) WithoutFailures() Endpoint {
	e.FailingSince, e.HangingSince, e.Failures, e.LastError, e.RetryAt = time.Time{}, time.Time{}, 0, "", time.Time{}
	return e
}

// Exists reports whether the endpoint is stored.
func (e Endpoint) Exists() bool { return e.Version > 0 }

// A Grant allows automations to act as a user.
type Grant struct {
	User     string   // the user's id; "*": any of the account
	Commands []string // "room.lock"; "*": all
}

// A Policy holds all grants of an account. Automations may do nothing else.
type Policy struct {
	Account string
	Grants  []Grant
	Version int64 // of the item, for conditional writes; 0: not stored
}

// An Outcome is the result of a command of an automation. It is stored under the command's source and id, so that a
// repeated command has no second effect, and is published as automation.succeeded or automation.failed.
type Outcome struct {
	Account string
	Source  string // of the event that carried the command, whose ids are its own; empty for a message of the queue
	ID      string // of the command, or else of the event or message that carried it
	Command string // "room.lock"; empty if it was not readable
	User    string // the user that the command acted as
	Request meeting.Identity
	DoneAt  time.Time      // zero: the command is not done yet
	Reason  meeting.Reason // why it failed; empty: it succeeded
	Message string
	Number  meeting.Number // of the room or meeting that it changed or created
	Expires time.Time
	Version int64 // of the item, for conditional writes; 0: not stored
}

// A Store stores the data of this package. All reads are consistent.
type Store interface {
	// Endpoints returns all endpoints of the account, oldest first.
	Endpoints(ctx context.Context, account string) ([]Endpoint, error)
	// Endpoint returns the zero Endpoint if there is none.
	Endpoint(ctx context.Context, account, id string) (Endpoint, error)
	// PutEndpoint replaces the version that the endpoint names, 0 for none, and returns the stored one. Otherwise it
	// returns ErrStale. The audit entries are stored with it, or neither.
	PutEndpoint(context.Context, Endpoint, ...meeting.PutAudit) (Endpoint, error)
	// DropEndpoint deletes an endpoint. If there is none it returns no error, and stores no audit entry.
	DropEndpoint(ctx context.Context, account, id string, audit ...meeting.PutAudit) error

	// Policy returns a policy without grants if there is none.
	Policy(ctx context.Context, account string) (Policy, error)
	// PutPolicy is like PutEndpoint.
	PutPolicy(context.Context, Policy, ...meeting.PutAudit) (Policy, error)

	// Outcome returns the zero Outcome if there is none.
	Outcome(ctx context.Context, account, source, id string) (Outcome, error)
	// OldOutcome is Outcome for one that an older version stored, without its source.
	OldOutcome(ctx context.Context, account, id string) (Outcome, error)
	// PutOutcome is like PutEndpoint.
	PutOutcome(context.Context, Outcome) (Outcome, error)
}
