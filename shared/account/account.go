// Package account is what the admins of an account decide for all of it: where events are sent, and what automations may do.
package account

import (
	"context"
	"errors"
	"time"

	"personal-rooms/shared/meeting"
)

var (
	// ErrStale is an error of a Store: the stored version is another one, or something is there already.
	ErrStale = errors.New("account: changed meanwhile")
	// ErrTimeout is an error of a Caller. Admins see its text.
	ErrTimeout = errors.New("it did not answer in time")
)

// An Endpoint is where the events of an account are sent, as Zoom's webhooks are.
type Endpoint struct {
	Account string
	ID      string   // a ULID
	URL     string   // https://…
	Events  []string // names that are sent there, "meeting.started", "room.*"; empty: all
	Note    string

	CreatedAt    time.Time
	CreatedBy    meeting.User
	FailingSince time.Time // the first of the failures since the last delivery; zero: the last delivery succeeded
	HangingSince time.Time // the first of the last failures that were all time-outs; zero: the last failure was no time-out
	Failures     int       // since FailingSince
	LastError    string    // why the last delivery failed; empty: it succeeded
	RetryAt      time.Time // of a failing endpoint: no delivery is tried before
	SuspendedAt  time.Time // zero: it is not
	Version      int64     // of the item, for conditional writes; 0: not stored
}

// WithoutFailures returns the endpoint as after a delivery that succeeded.
func (e Endpoint) WithoutFailures() Endpoint {
	e.FailingSince, e.HangingSince, e.Failures, e.LastError, e.RetryAt = time.Time{}, time.Time{}, 0, "", time.Time{}
	return e
}

// Exists reports whether the endpoint is stored.
func (e Endpoint) Exists() bool { return e.Version > 0 }

// A Grant lets automations do things as a user.
type Grant struct {
	User     string   // the user's id; "*": any of the account
	Commands []string // "room.lock"; "*": all
}

// A Policy is what automations may do in an account: nothing but what is granted.
type Policy struct {
	Account string
	Grants  []Grant
	Version int64 // of the item, for conditional writes; 0: not stored
}

// An Outcome is what became of a command of an automation. It is stored under the command's id, which is what makes commands safe to repeat,
// and is told as automation.succeeded or automation.failed.
type Outcome struct {
	Account string
	ID      string // of the event or message that the command came by
	Command string // "room.lock"; empty if it could not be read
	User    string // as whom
	Request meeting.Identity
	DoneAt  time.Time      // zero: it was begun, and is not done
	Reason  meeting.Reason // why it failed; empty: it succeeded
	Message string
	Number  meeting.Number // of the room or meeting that it was about, or that it made
	Expires time.Time
	Version int64 // of the item, for conditional writes; 0: not stored
}

// Store keeps what this package is about. All reads are consistent.
type Store interface {
	// Endpoints are all of the account, the oldest first.
	Endpoints(ctx context.Context, account string) ([]Endpoint, error)
	// Endpoint is the zero Endpoint if there is none.
	Endpoint(ctx context.Context, account, id string) (Endpoint, error)
	// PutEndpoint stores the next version over the version that it names, 0: if there is none; or returns ErrStale.
	PutEndpoint(context.Context, Endpoint) (Endpoint, error)
	// DropEndpoint deletes it, if it is there.
	DropEndpoint(ctx context.Context, account, id string) error

	// Policy is the zero Policy, of the account, if there is none.
	Policy(ctx context.Context, account string) (Policy, error)
	// PutPolicy stores the next version over the version that it names, 0: if there is none; or returns ErrStale.
	PutPolicy(context.Context, Policy) (Policy, error)

	// Outcome is the zero Outcome if there is none.
	Outcome(ctx context.Context, account, id string) (Outcome, error)
	// PutOutcome stores the next version over the version that it names, 0: if there is none; or returns ErrStale.
	PutOutcome(context.Context, Outcome) (Outcome, error)
}
