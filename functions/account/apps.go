package main

import (
	"context"
	"time"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/secret"
)

// An appHandler decodes requests for the use cases of apps, and encodes their answers.
type appHandler struct {
	apps *account.Apps
	url  string // of the apps' API; empty: the domain of each request
}

func (h appHandler) routes() []api.Route {
	const reads, writes = account.AdminReadsApps, account.AdminWritesApps
	return []api.Route{
		{Method: "GET", Path: "/v2/apps", Scope: reads, Handle: h.list},
		{Method: "POST", Path: "/v2/apps", Scope: writes, Handle: h.register},
		{Method: "GET", Path: "/v2/apps/{appId}", Scope: reads, Handle: h.get},
		{Method: "PATCH", Path: "/v2/apps/{appId}", Scope: writes, Handle: h.patch},
		{Method: "DELETE", Path: "/v2/apps/{appId}", Scope: writes, Handle: h.delete},
		{Method: "POST", Path: "/v2/apps/{appId}/secret", Scope: writes, Handle: h.rotate},
		{Method: "POST", Path: "/oauth/token", Open: true, Form: true, Handle: h.token},
	}
}

// An app is the shape of account.App.
type app struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	AccountID string      `json:"account_id"`
	ClientID  string      `json:"client_id"`
	User      string      `json:"user_id"` // whom it acts as
	Scopes    []string    `json:"scopes"`
	CreatedAt string      `json:"created_at"`
	CreatedBy string      `json:"created_by"` // the id of a user
	Secrets   []appSecret `json:"secrets"`
}

type appSecret struct {
	CreatedAt string `json:"created_at"`
	Expires   string `json:"expires_at,omitempty"`
}

func appShape(a account.App, now time.Time) app {
	shape := app{
		ID: a.ID, Name: a.Name, AccountID: a.Account, ClientID: a.ClientID(), User: a.User, Scopes: a.Scopes,
		CreatedAt: api.Time(a.CreatedAt), CreatedBy: a.CreatedBy.ID, Secrets: []appSecret{},
	}
	for _, s := range a.Secrets {
		if s.Works(now) {
			shape.Secrets = append(shape.Secrets, appSecret{api.Time(s.CreatedAt), api.Time(s.Expires)})
		}
	}
	return shape
}

// A secretApp also shows a new secret, which no other answer shows.
type secretApp struct {
	app
	Secret string `json:"client_secret"`
}

func (h appHandler) shown(a account.App, shared secret.Text) secretApp {
	return secretApp{appShape(a, h.apps.Now()), string(shared)}
}

type appList struct {
	Apps []app `json:"apps"`
}

func (h appHandler) list(ctx context.Context, r *api.Request) (api.Response, error) {
	all, err := h.apps.List(ctx, r.Caller)
	list := appList{Apps: []app{}}
	for _, a := range all {
		list.Apps = append(list.Apps, appShape(a, h.apps.Now()))
	}
	return api.JSON(200, list), err
}

func (h appHandler) get(ctx context.Context, r *api.Request) (api.Response, error) {
	a, err := h.apps.Get(ctx, r.Caller, r.Param("appId"))
	return api.JSON(200, appShape(a, h.apps.Now())), err
}

func (h appHandler) register(ctx context.Context, r *api.Request) (api.Response, error) {
	if err := h.apps.Ready(); err != nil {
		return api.Response{}, err
	}
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	form.Require("name", "scopes")
	draft, edit := account.AppDraft{}, appEdit(form)
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	if draft.Key, err = r.IdempotencyKey(); err != nil {
		return api.Response{}, err
	}
	if draft.Name, draft.Scopes = *edit.Name, *edit.Scopes; edit.User != nil {
		draft.User = *edit.User
	}
	a, shared, err := h.apps.Register(ctx, r.Caller, draft)
	return api.JSON(201, h.shown(a, shared)), err
}

// appEdit reads what can be changed of an app. The form names what it refuses.
func appEdit(form *api.Form) (e account.AppEdit) {
	e.Name = form.String("name", account.MaxAppName)
	if e.Name != nil && *e.Name == "" {
		form.Refuse("name", "is empty; must have a character")
	}
	e.Scopes = api.ParseList(form, "scopes", len(account.AppScopes()), account.ParseAppScope)
	if e.Scopes != nil && len(*e.Scopes) == 0 && form.Err() == nil {
		form.Refuse("scopes", "is empty; must name a scope")
	}
	e.User = api.Parse(form, "user_id", account.ParseAppUser)
	return e
}

func (h appHandler) patch(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	edit := appEdit(form)
	if err := form.EditErr(); err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.apps.Edit(ctx, r.Caller, r.Param("appId"), edit)
}

func (h appHandler) delete(ctx context.Context, r *api.Request) (api.Response, error) {
	return api.NoContent(), h.apps.Delete(ctx, r.Caller, r.Param("appId"))
}

// rotate answers with the new secret. overlap_seconds is how long the one before goes on working.
func (h appHandler) rotate(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	overlap := time.Duration(0)
	if seconds := form.Int("overlap_seconds", 0, int64(account.MaxOverlap/time.Second)); seconds != nil {
		overlap = time.Duration(*seconds) * time.Second
	}
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	key, err := r.IdempotencyKey()
	if err != nil {
		return api.Response{}, err
	}
	a, shared, err := h.apps.Rotate(ctx, r.Caller, r.Param("appId"), overlap, key)
	return api.JSON(201, h.shown(a, shared)), err
}
