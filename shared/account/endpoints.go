package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A Caller calls endpoints over HTTP. It connects to no private address, unless the operator allows that. Its time-out
// is shorter than a function's time limit.
type Caller interface {
	// Validate performs the handshake endpoint.url_validation. It returns an *AnswerError if the answer does not prove
	// that the endpoint knows the secret, and any other error if there was no answer. Admins see both.
	Validate(ctx context.Context, url string, secret secret.Text) error
	// Post sends the signed event and returns the status of the answer, or an error if there was no answer.
	Post(ctx context.Context, url string, secret secret.Text, body []byte) (status int, err error)
}

// Endpoints are the use cases of admins for the webhook endpoints of their account. Each returns [WebhooksOff] if
// webhooks are off.
//
// A new endpoint is pending: the admin gives its secret to the receiver, which can then pass the handshake. The
// handshake activates the endpoint, and a suspended endpoint too. Only active endpoints receive events.
type Endpoints struct {
	store    Store
	env      meeting.Env
	webhooks WebhookConfig
}

// WebhookConfig is the operator's configuration of webhooks.
type WebhookConfig struct {
	Caller  Caller
	Key     secret.Func // secrets are derived from it; nil: webhooks are off
	Names   []string    // of all events
	Private bool        // endpoints may have private addresses, and no TLS
}

// NewEndpoints returns the use cases of webhook endpoints.
func NewEndpoints(store Store, env meeting.Env, w WebhookConfig) *Endpoints {
	return &Endpoints{store, env, w}
}

// EventNames returns the names of all events.
func (s *Endpoints) EventNames() []string { return s.webhooks.Names }

// Private reports whether endpoints may have private addresses, and no TLS.
func (s *Endpoints) Private() bool { return s.webhooks.Private }

// A State is the state of an endpoint.
type State string

const (
	Pending   State = "pending"   // it has not passed the handshake
	Active    State = "active"    // it receives events
	Suspended State = "suspended" // it failed for a long time
)

// State returns the state of the endpoint.
func (e Endpoint) State() State {
	switch {
	case e.SuspendedAt.IsZero():
		return Active
	case e.SuspendedAt.Equal(e.CreatedAt) && e.FailingSince.IsZero():
		return Pending
	}
	return Suspended
}

// Ready returns [WebhooksOff] if webhooks are off.
func (s *Endpoints) Ready() error {
	if s.webhooks.Key == nil {
		return meeting.Refuse(WebhooksOff, "Webhooks are off here: the operator turns them on with the parameter Webhooks.")
	}
	return nil
}

// List returns all endpoints of the account, oldest first.
func (s *Endpoints) List(ctx context.Context, c meeting.Caller) ([]Endpoint, error) {
	if err := s.Ready(); err != nil {
		return nil, err
	}
	return s.store.Endpoints(ctx, c.Account)
}

// Get returns an endpoint of the account, or [NoWebhook].
func (s *Endpoints) Get(ctx context.Context, c meeting.Caller, id string) (Endpoint, error) {
	if err := s.Ready(); err != nil {
		return Endpoint{}, err
	}
	e, err := s.store.Endpoint(ctx, c.Account, id)
	if err == nil && !e.Exists() {
		err = meeting.Refuse(NoWebhook, "There is no such webhook.")
	}
	return e, err
}

// A Draft describes a new endpoint. URL and events must be valid by [ParseURL] and [ParseEvent].
type Draft struct {
	URL    string
	Events []string // none: all
	Note   string
	Key    string // an Idempotency-Key; empty: none (I15)
}

// Create stores a pending endpoint and returns it with its secret, which is never shown again. With the key of an
// endpoint that it created within meeting.IdempotencyLife, it returns that one, or meeting.KeyReused if the draft
// differs. It returns [WebhookTaken] or [TooManyWebhooks] if the account cannot have the endpoint.
func (s *Endpoints) Create(ctx context.Context, c meeting.Caller, d Draft) (Endpoint, secret.Text, error) {
	all, err := s.List(ctx, c)
	if err != nil {
		return Endpoint{}, "", err
	}
	made, err := s.newEndpoint(c, d)
	if err != nil {
		return Endpoint{}, "", err
	}
	if i := slices.IndexFunc(all, func(e Endpoint) bool { return isRepeat(e, made, d) }); i >= 0 {
		return s.repeatCreate(ctx, all[i], d)
	}
	if err := checkLimits(all, made); err != nil {
		return Endpoint{}, "", err
	}
	shared, err := s.secret(ctx, made)
	if err != nil {
		return Endpoint{}, "", err
	}
	made, err = s.put(ctx, c, made)
	return made, shared, err
}

// newEndpoint returns the endpoint to create. With a key, the random part of its id is derived from the key, which
// identifies a retry.
func (s *Endpoints) newEndpoint(c meeting.Caller, d Draft) (Endpoint, error) {
	now := s.env.Now()
	id, err := newKeyedID(s.env, "webhook", c, d.Key)
	return Endpoint{Account: c.Account, ID: id, URL: d.URL, Events: d.Events, Note: d.Note,
		CreatedAt: now, CreatedBy: c.User, SuspendedAt: now}, err
}

// isRepeat reports whether e was created with the same key, which has not expired yet.
func isRepeat(e, made Endpoint, d Draft) bool {
	return d.Key != "" && sameKey(e.ID, made.ID) && made.CreatedAt.Before(e.CreatedAt.Add(meeting.IdempotencyLife))
}

func (s *Endpoints) repeatCreate(ctx context.Context, e Endpoint, d Draft) (Endpoint, secret.Text, error) {
	if e.URL != d.URL || e.Note != d.Note || !slices.Equal(e.Events, d.Events) {
		return Endpoint{}, "", meeting.Refuse(meeting.KeyReused, "This Idempotency-Key was used for another request.")
	}
	shared, err := s.secret(ctx, e)
	return e, shared, err
}

// checkLimits returns [WebhookTaken] or [TooManyWebhooks] if the account cannot have e besides the others.
func checkLimits(others []Endpoint, e Endpoint) error {
	if i := slices.IndexFunc(others, func(o Endpoint) bool { return o.URL == e.URL }); i >= 0 {
		return meeting.Refuse(WebhookTaken, fmt.Sprintf("The webhook %s has this URL already.", others[i].ID))
	}
	if len(others) >= MaxEndpoints {
		return meeting.Refuse(TooManyWebhooks, fmt.Sprintf("The account has %d webhooks; delete one first.", len(others)))
	}
	return nil
}

// put stores the endpoint. It deletes it again and returns meeting.Busy if a concurrent request stored another one that
// leaves no room for it. Several concurrent requests may all fail so.
func (s *Endpoints) put(ctx context.Context, c meeting.Caller, made Endpoint) (Endpoint, error) {
	entry, err := s.audit(c, meeting.AuditAdd, made)
	if err != nil {
		return Endpoint{}, err
	}
	stored, err := s.store.PutEndpoint(ctx, made, entry)
	if err != nil {
		return Endpoint{}, err
	}
	all, err := s.store.Endpoints(ctx, made.Account)
	if err != nil {
		return Endpoint{}, err
	}
	if checkLimits(slices.DeleteFunc(all, func(e Endpoint) bool { return e.ID == made.ID }), made) == nil {
		return stored, nil
	}
	if entry, err = s.audit(c, meeting.AuditDelete, made); err != nil {
		return Endpoint{}, err
	}
	return Endpoint{}, cmp.Or(s.store.DropEndpoint(ctx, made.Account, made.ID, entry), busy())
}

// audit returns the entry of a change of the endpoint. Its URL may hold a secret of the receiver: only the host is
// named.
func (s *Endpoints) audit(c meeting.Caller, action string, e Endpoint) (meeting.PutAudit, error) {
	host := ""
	if u, err := url.Parse(e.URL); err == nil {
		host = u.Hostname()
	}
	return s.env.Audit(c, meeting.AuditWebhook, action, "webhook "+e.ID+" at "+host)
}

func (s *Endpoints) secret(ctx context.Context, e Endpoint) (secret.Text, error) {
	key, err := s.webhooks.Key(ctx)
	return Secret(key, e.Account, e.ID), err
}

func (s *Endpoints) getWithSecret(ctx context.Context, c meeting.Caller, id string) (Endpoint, secret.Text, error) {
	e, err := s.Get(ctx, c, id)
	if err != nil {
		return e, "", err
	}
	shared, err := s.secret(ctx, e)
	return e, shared, err
}

// Activate performs the handshake with the endpoint, in whatever state it is. If the endpoint passes, it becomes active
// and its failures are cleared. Otherwise Activate returns [EndpointInvalid] or [EndpointUnreachable].
func (s *Endpoints) Activate(ctx context.Context, c meeting.Caller, id string) error {
	e, shared, err := s.getWithSecret(ctx, c, id)
	if err != nil {
		return err
	}
	if err := s.webhooks.Caller.Validate(ctx, e.URL, shared); err != nil {
		return activationRefusal(ctx, err)
	}
	entry, err := s.audit(c, AuditActivate, e)
	if err != nil {
		return err
	}
	for range maxTries {
		if e.SuspendedAt.IsZero() && e.FailingSince.IsZero() {
			return nil
		}
		e = e.WithoutFailures()
		e.SuspendedAt = time.Time{}
		if _, err = s.store.PutEndpoint(ctx, e, entry); !errors.Is(err, ErrStale) {
			return err
		}
		if e, err = s.Get(ctx, c, id); err != nil {
			return err
		}
	}
	return busy()
}

func activationRefusal(ctx context.Context, err error) error {
	if answer, ok := errors.AsType[*AnswerError](err); ok {
		return meeting.Refuse(EndpointInvalid, "The endpoint fails the handshake endpoint.url_validation: "+answer.Error()+
			". It must answer with the plainToken, and the encryptedToken made with the webhook's secret.")
	}
	return unreachable(ctx, err)
}

// AuditActivate is the action of the audit trail for an activated webhook.
const AuditActivate = "Activate"

// Delete deletes an endpoint, or returns [NoWebhook].
func (s *Endpoints) Delete(ctx context.Context, c meeting.Caller, id string) error {
	e, err := s.Get(ctx, c, id)
	if err != nil {
		return err
	}
	entry, err := s.audit(c, meeting.AuditDelete, e)
	if err != nil {
		return err
	}
	return s.store.DropEndpoint(ctx, e.Account, e.ID, entry)
}
