package account

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/meeting"
	"personal-rooms/shared/secret"
)

// A Caller reaches endpoints over HTTP. Unless the operator lets it, it connects to no private address. It waits for an answer for so long
// as fits into a function's time limit.
type Caller interface {
	// Validate makes the handshake endpoint.url_validation. An *AnswerError is an answer that does not show that the endpoint knows the
	// secret; any other error, that none came. Both are told to admins.
	Validate(ctx context.Context, url string, secret secret.Text) error
	// Post sends the event, signed, and is the status of the answer; an error is that none came.
	Post(ctx context.Context, url string, secret secret.Text, body []byte) (status int, err error)
}

// Endpoints are what admins do with the webhook endpoints of their account. Where webhooks are off, all is refused.
//
// An endpoint is pending at first: its secret is known once it was created, and must be given to whoever listens there before they can pass
// the handshake, which activates it. Nothing that happens is told to it before. A suspended one comes back in the same way.
type Endpoints struct {
	Store   Store
	Caller  Caller
	Env     meeting.Env
	Key     secret.Func // what secrets are made of; nil: webhooks are off
	Names   []string    // of the events that there are
	Private bool        // endpoints may have private addresses, and no TLS
}

// A State is how an endpoint stands.
type State string

const (
	Pending   State = "pending"   // it has not passed the handshake
	Active    State = "active"    // events are sent to it
	Suspended State = "suspended" // it failed for long
)

// State is how the endpoint stands.
func (e Endpoint) State() State {
	switch {
	case e.SuspendedAt.IsZero():
		return Active
	case e.SuspendedAt.Equal(e.CreatedAt) && e.FailingSince.IsZero():
		return Pending
	}
	return Suspended
}

// Ready is nil, or the refusal where webhooks are off.
func (s *Endpoints) Ready() error {
	if s.Key == nil {
		return meeting.Refuse(WebhooksOff, "Webhooks are off here: the operator turns them on with the parameter Webhooks.")
	}
	return nil
}

// List is all endpoints of the account, the oldest first.
func (s *Endpoints) List(ctx context.Context, c meeting.Caller) ([]Endpoint, error) {
	if err := s.Ready(); err != nil {
		return nil, err
	}
	return s.Store.Endpoints(ctx, c.Account)
}

// Get is one of them.
func (s *Endpoints) Get(ctx context.Context, c meeting.Caller, id string) (Endpoint, error) {
	if err := s.Ready(); err != nil {
		return Endpoint{}, err
	}
	e, err := s.Store.Endpoint(ctx, c.Account, id)
	if err == nil && !e.Exists() {
		err = meeting.Refuse(NoWebhook, "There is no such webhook.")
	}
	return e, err
}

// A Draft is what an endpoint is made of. URL and events are such as ParseURL and ParseEvent let pass.
type Draft struct {
	URL    string
	Events []string // none: all
	Note   string
	Key    string // an Idempotency-Key; empty: none (I15)
}

// Create makes an endpoint that is pending, and its secret, which nobody is shown again.
func (s *Endpoints) Create(ctx context.Context, c meeting.Caller, d Draft) (Endpoint, secret.Text, error) {
	all, err := s.List(ctx, c)
	if err != nil {
		return Endpoint{}, "", err
	}
	made, err := s.newEndpoint(c, d)
	if err != nil {
		return Endpoint{}, "", err
	}
	if again := slices.IndexFunc(all, func(e Endpoint) bool { return isRepeat(e, made, d) }); again >= 0 {
		return s.repeatCreate(ctx, all[again], d)
	}
	if err := checkRoom(all, made); err != nil {
		return Endpoint{}, "", err
	}
	shared, err := s.secret(ctx, made)
	if err != nil {
		return Endpoint{}, "", err
	}
	made, err = s.put(ctx, made)
	return made, shared, err
}

// newEndpoint is the endpoint that shall be. The chance of one with a key is in the key, so that a retry is known by its id.
func (s *Endpoints) newEndpoint(c meeting.Caller, d Draft) (Endpoint, error) {
	now, chance := s.Env.Now(), s.Env.Random
	if d.Key != "" {
		sum := sha256.Sum256([]byte(strings.Join([]string{"webhook", c.Account, c.ID, d.Key}, "\x00")))
		chance = bytes.NewReader(sum[:])
	}
	id, err := newID(now, chance)
	return Endpoint{Account: c.Account, ID: id, URL: d.URL, Events: d.Events, Note: d.Note, CreatedAt: now, CreatedBy: c.User, SuspendedAt: now}, err
}

// isRepeat reports whether e was made with the same key as the other one would be, and the key is not forgotten yet.
func isRepeat(e, made Endpoint, d Draft) bool {
	return d.Key != "" && strings.HasSuffix(e.ID, made.ID[timeLength:]) && made.CreatedAt.Before(e.CreatedAt.Add(meeting.IdempotencyLife))
}

func (s *Endpoints) repeatCreate(ctx context.Context, e Endpoint, d Draft) (Endpoint, secret.Text, error) {
	if e.URL != d.URL || e.Note != d.Note || !slices.Equal(e.Events, d.Events) {
		return Endpoint{}, "", meeting.Refuse(meeting.KeyReused, "This Idempotency-Key was used for another request.")
	}
	shared, err := s.secret(ctx, e)
	return e, shared, err
}

// checkRoom reports whether there is room for another endpoint beside those.
func checkRoom(others []Endpoint, e Endpoint) error {
	if i := slices.IndexFunc(others, func(o Endpoint) bool { return o.URL == e.URL }); i >= 0 {
		return meeting.Refuse(WebhookTaken, fmt.Sprintf("The webhook %s has this URL already.", others[i].ID))
	}
	if len(others) >= MaxEndpoints {
		return meeting.Refuse(TooManyWebhooks, fmt.Sprintf("The account has %d webhooks; delete one first.", len(others)))
	}
	return nil
}

// put stores the endpoint. Where another one came at the same time for which there is no room beside it, it is taken back: of several
// that come at once, none may stay.
func (s *Endpoints) put(ctx context.Context, made Endpoint) (Endpoint, error) {
	stored, err := s.Store.PutEndpoint(ctx, made)
	if err != nil {
		return Endpoint{}, err
	}
	all, err := s.Store.Endpoints(ctx, made.Account)
	if err != nil {
		return Endpoint{}, err
	}
	if checkRoom(slices.DeleteFunc(all, func(e Endpoint) bool { return e.ID == made.ID }), made) == nil {
		return stored, nil
	}
	return Endpoint{}, cmp.Or(s.Store.DropEndpoint(ctx, made.Account, made.ID), busy())
}

func (s *Endpoints) secret(ctx context.Context, e Endpoint) (secret.Text, error) {
	key, err := s.Key(ctx)
	return Secret(key, e.Account, e.ID), err
}

// Activate makes the handshake with the endpoint, whatever its state, and forgets its failures if it passes.
func (s *Endpoints) Activate(ctx context.Context, c meeting.Caller, id string) error {
	e, err := s.Get(ctx, c, id)
	if err != nil {
		return err
	}
	shared, err := s.secret(ctx, e)
	if err != nil {
		return err
	}
	if err := s.Caller.Validate(ctx, e.URL, shared); err != nil {
		return activationRefusal(ctx, err)
	}
	for range tries {
		if e.SuspendedAt.IsZero() && e.FailingSince.IsZero() {
			return nil
		}
		e = e.WithoutFailures()
		e.SuspendedAt = time.Time{}
		if _, err = s.Store.PutEndpoint(ctx, e); !errors.Is(err, ErrStale) {
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
		return meeting.Refuse(EndpointInvalid, "The endpoint does not pass the handshake endpoint.url_validation: "+answer.Error()+
			", and not the plainToken with the encryptedToken that the webhook's secret makes of it.")
	}
	return unreachable(ctx, err)
}

// Delete deletes it.
func (s *Endpoints) Delete(ctx context.Context, c meeting.Caller, id string) error {
	e, err := s.Get(ctx, c, id)
	if err != nil {
		return err
	}
	return s.Store.DropEndpoint(ctx, e.Account, e.ID)
}
