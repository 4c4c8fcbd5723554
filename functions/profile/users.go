package main

import (
	"context"
	"strings"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

type userListShape struct {
	api.PageShape
	Users []userShape `json:"users"`
}

func (h handler) listUsers(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	query.Narrow("status")
	q := meeting.Membership{Page: api.ReadPage(query, meeting.DefaultPage)}
	if status := api.Parse(query, "status", meeting.ParseStatus); status != nil {
		q.Status = *status
	}
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	all, paging, err := h.profiles.Users(ctx, r.Caller, q)
	shape := userListShape{PageShape: api.PageOf(q.Page, paging), Users: make([]userShape, len(all))}
	for i, p := range all {
		shape.Users[i] = userOf(p, r.BaseURL())
		shape.Users[i].HostKey = ""
	}
	return api.JSON(200, shape), err
}

// createUser answers 201 with the whole user, also for a repeated request.
func (h handler) createUser(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	in, err := inviteOf(form)
	if err != nil {
		return api.Response{}, err
	}
	if in.Key, err = r.IdempotencyKey(); err != nil {
		return api.Response{}, err
	}
	if in.Key != "" {
		in.Request = meeting.Fingerprint(r.Fingerprint())
	}
	p, err := h.profiles.Create(ctx, r.Caller, in)
	return api.JSON(201, userOf(p, r.BaseURL())), err
}

// inviteOf reads the user to be created. Zoom's actions differ in how the user gets a password: here all of them sign in
// with the issuer of the account.
func inviteOf(f *api.Form) (meeting.Invite, error) {
	f.Require("action", "user_info")
	f.Choice("action", "create", "autoCreate", "custCreate", "ssoCreate")
	info := f.Object("user_info")
	info.Require("email")
	in := meeting.Invite{Edit: readUser(info)}
	if email := api.Parse(info, "email", api.ParseEmail); email != nil {
		in.Email = *email
	}
	if name := info.String("display_name", maxName); name != nil && in.Edit.FirstName == nil && in.Edit.LastName == nil {
		first, last, _ := strings.Cut(*name, " ")
		in.Edit.FirstName, in.Edit.LastName = &first, &last
	}
	return in, f.Err()
}
