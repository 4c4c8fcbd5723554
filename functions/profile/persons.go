package main

import (
	"context"

	"personal-rooms/shared/account"
	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// persons has the use cases of personal data. [*account.Persons] implements it.
type persons interface {
	Export(ctx context.Context, c meeting.Caller, who, token string) (account.Export, error)
	Erase(ctx context.Context, c meeting.Caller, who string) (account.Erasure, error)
	EraseDeleted(ctx context.Context, c meeting.Caller, id, email string) (account.Erasure, error)
}

type exportShape struct {
	UserID        string              `json:"user_id"`
	Items         []personalItemShape `json:"items"`
	NextPageToken string              `json:"next_page_token"` // empty: this is the last part
}

type personalItemShape struct {
	Kind string         `json:"kind"`
	Own  bool           `json:"own"` // else the item is somebody else's, and names the user
	Data map[string]any `json:"data"`
}

const maxExportToken = 8 << 10 // characters: a position holds a key of the table

func (h handler) exportUser(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	token := query.String("next_page_token", maxExportToken)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	if token == nil {
		token = new(string)
	}
	e, err := h.persons.Export(ctx, r.Caller, r.Param("userId"), *token)
	shape := exportShape{UserID: e.User.ID, Items: make([]personalItemShape, len(e.Items)), NextPageToken: e.Next}
	for i, item := range e.Items {
		shape.Items[i] = personalItemShape(item)
	}
	return api.JSON(200, shape), err
}

type erasureShape struct {
	Complete bool          `json:"complete"`
	BegunAt  string        `json:"begun_at"`
	DoneAt   string        `json:"done_at,omitempty"`
	Erased   []erasedShape `json:"erased"`
	Message  string        `json:"message,omitempty"`
}

type erasedShape struct {
	Kind  string `json:"kind"`
	How   string `json:"how"`
	Count int    `json:"count"`
}

// eraseUser answers 200 with the report; 202 if something is left.
func (h handler) eraseUser(ctx context.Context, r *api.Request) (api.Response, error) {
	e, err := h.erase(ctx, r)
	shape := erasureShape{Complete: e.Done(), BegunAt: api.Time(e.BegunAt), DoneAt: api.Time(e.DoneAt), Erased: []erasedShape{}}
	for _, c := range e.Report() {
		shape.Erased = append(shape.Erased, erasedShape{c.Kind, c.How, c.Count})
	}
	if e.Done() {
		return api.JSON(200, shape), err
	}
	shape.Message = "Send the same request with the user's id, " + e.Person.User.ID + ", again until it answers 200."
	return api.JSON(202, shape), err
}

// erase erases the user, or what is left of one who was deleted before.
func (h handler) erase(ctx context.Context, r *api.Request) (account.Erasure, error) {
	query, who := r.QueryForm(), r.Param("userId")
	deleted, email := query.Bool("deleted"), api.Parse(query, "email", api.ParseEmail)
	before := deleted != nil && *deleted
	if email != nil && !before {
		query.Refuse("email", "counts only with deleted=true: the address that a deleted user had")
	}
	if err := query.Err(); err != nil {
		return account.Erasure{}, err
	}
	switch {
	case !before:
		return h.persons.Erase(ctx, r.Caller, who)
	case email == nil:
		email = new("")
	}
	return h.persons.EraseDeleted(ctx, r.Caller, who, *email)
}
