package main

import (
	"context"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/event"
)

// A webhook is the shape of an endpoint.
type webhook struct {
	ID           string        `json:"id"`
	URL          string        `json:"url"`
	Events       []string      `json:"events"` // empty: all
	Note         string        `json:"note,omitempty"`
	State        account.State `json:"state"`
	CreatedAt    string        `json:"created_at"`
	CreatedBy    string        `json:"created_by"` // the id of a user
	FailingSince string        `json:"failing_since,omitempty"`
	LastError    string        `json:"last_error,omitempty"`
}

func shapeOf(e account.Endpoint) webhook {
	return webhook{
		ID: e.ID, URL: e.URL, Events: append([]string{}, e.Events...), Note: e.Note, State: e.State(),
		CreatedAt: api.Time(e.CreatedAt), CreatedBy: e.CreatedBy.ID,
		FailingSince: api.Time(e.FailingSince), LastError: e.LastError,
	}
}

// A createdWebhook also shows the secret, which no other answer shows.
type createdWebhook struct {
	webhook
	Secret string `json:"secret"`
}

type webhookList struct {
	Webhooks []webhook `json:"webhooks"`
}

func (h handler) listWebhooks(ctx context.Context, r *api.Request) (api.Response, error) {
	all, err := h.endpoints.List(ctx, r.Caller)
	list := webhookList{Webhooks: []webhook{}}
	for _, e := range all {
		list.Webhooks = append(list.Webhooks, shapeOf(e))
	}
	return api.JSON(200, list), err
}

func (h handler) createWebhook(ctx context.Context, r *api.Request) (api.Response, error) {
	if err := h.endpoints.Ready(); err != nil {
		return api.Response{}, err
	}
	draft, err := draftOf(r, h.endpoints)
	if err != nil {
		return api.Response{}, err
	}
	e, shared, err := h.endpoints.Create(ctx, r.Caller, draft)
	return api.JSON(201, createdWebhook{shapeOf(e), string(shared)}), err
}

func draftOf(r *api.Request, e *account.Endpoints) (d account.Draft, err error) {
	form, err := r.Form()
	if err != nil {
		return d, err
	}
	if d.Key, err = r.IdempotencyKey(); err != nil {
		return d, err
	}
	form.Require("url")
	d.URL = urlOf(form, e.Private())
	events := api.ParseList(form, "events", account.MaxPatterns, func(s string) (string, error) {
		return account.ParseEvent(s, e.EventNames())
	})
	if events != nil {
		d.Events = *events
	}
	if note := form.String("note", account.MaxNote); note != nil {
		d.Note = *note
	}
	return d, form.Err()
}

func urlOf(form *api.Form, private bool) string {
	text := form.String("url", account.MaxURL)
	if text == nil || *text == "" {
		return ""
	}
	url, err := account.ParseURL(*text, private)
	if err != nil {
		form.RefuseError("url", err)
	}
	return url
}

func (h handler) getWebhook(ctx context.Context, r *api.Request) (api.Response, error) {
	e, err := h.endpoints.Get(ctx, r.Caller, r.Param("webhookId"))
	return api.JSON(200, shapeOf(e)), err
}

func (h handler) deleteWebhook(ctx context.Context, r *api.Request) (api.Response, error) {
	return api.NoContent(), h.endpoints.Delete(ctx, r.Caller, r.Param("webhookId"))
}

func (h handler) activateWebhook(ctx context.Context, r *api.Request) (api.Response, error) {
	return api.NoContent(), h.endpoints.Activate(ctx, r.Caller, r.Param("webhookId"))
}

// A testDelivery is the shape of account.TestDelivery.
type testDelivery struct {
	Delivered bool   `json:"delivered"` // the endpoint answered 2xx
	Status    int    `json:"status,omitempty"`
	Duration  int64  `json:"duration"` // milliseconds
	Error     string `json:"error,omitempty"`
}

func (h handler) testWebhook(ctx context.Context, r *api.Request) (api.Response, error) {
	t, err := h.endpoints.Test(ctx, r.Caller, r.Param("webhookId"))
	delivered := t.Status >= 200 && t.Status < 300
	return api.JSON(200, testDelivery{delivered, t.Status, t.Took.Milliseconds(), t.Error}), err
}

// eventNames returns the names of the events that endpoints may ask for.
func eventNames() (names []string) {
	for _, name := range event.Names() {
		names = append(names, string(name))
	}
	return names
}
