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
	query := r.QueryForm()
	dry := query.Bool("dry_run")
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	in, err := inviteOf(form)
	if err != nil {
		return api.Response{}, err
	}
	in.DryRun = dry != nil && *dry
	if in.Key, err = r.IdempotencyKey(); err != nil {
		return api.Response{}, err
	}
	if in.Key != "" {
		in.Request = meeting.Fingerprint(r.Fingerprint())
	}
	p, err := h.profiles.Create(ctx, r.Caller, in)
	if in.DryRun {
		return api.JSON(200, dryRunShape{true}), err
	}
	return api.JSON(201, userOf(p, r.BaseURL())), err
}

// dryRunShape is the answer to a request that would create the user, or has.
type dryRunShape struct {
	DryRun bool `json:"dry_run"`
}

// inviteOf reads the user to be created. Zoom's actions differ in how the user gets a password: here all of them sign
// in with the issuer of the account.
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

// sweptShape is the answer to a request that is not done yet: the same one goes on.
type sweptShape struct {
	Complete bool   `json:"complete"` // always false
	Message  string `json:"message"`
}

func swept(more bool, err error) (api.Response, error) {
	if more {
		return api.JSON(202, sweptShape{Message: "The user has many meetings. Send the same request again until it answers 204."}), err
	}
	return api.NoContent(), err
}

// putStatus answers 204; 202 if some of the user's meetings are left.
func (h handler) putStatus(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	form.Require("action")
	action := form.Choice("action", "activate", "deactivate")
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	to := meeting.Active
	if *action == "deactivate" {
		to = meeting.Inactive
	}
	return swept(h.profiles.SetStatus(ctx, r.Caller, r.Param("userId"), to))
}

type schedulersShape struct {
	Schedulers []struct{} `json:"schedulers"`
}

// listSchedulers answers the empty list: nobody is given the right to plan for another user, but by the account's
// scopes.
func (h handler) listSchedulers(ctx context.Context, r *api.Request) (api.Response, error) {
	_, err := h.profiles.View(ctx, r.Caller, r.Param("userId"))
	return api.JSON(200, schedulersShape{[]struct{}{}}), err
}

// deleteUser answers 204; 202 if some of the user's meetings are left. Zoom's actions mean the same, because a user
// without an account exists nowhere.
func (h handler) deleteUser(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	query.Narrow("action", "transfer_email", "deleted", "email")
	action := query.Choice("action", "disassociate", "delete", "erase")
	heir := query.String("transfer_email", maxHeir)
	transfer := query.Bool("transfer_meeting")
	moves := transfer != nil && *transfer
	erases := action != nil && *action == "erase"
	if moves && erases {
		query.Refuse("transfer_meeting",
			"is not possible when a user is erased: delete them with a transfer, then erase them with deleted=true")
	}
	if moves && heir == nil {
		query.Refuse("transfer_email", "is required to transfer meetings")
	}
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	if erases {
		return h.eraseUser(ctx, r)
	}
	to := ""
	if moves {
		to = *heir
	}
	return swept(h.profiles.Delete(ctx, r.Caller, r.Param("userId"), to))
}

const maxHeir = 254 // characters: an e-mail address, or a user's id
