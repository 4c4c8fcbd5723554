package main

import (
	"context"
	"encoding/json"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// userShape is a user as Zoom's clients read it. The PMI is a number here.
type userShape struct {
	ID                 string      `json:"id"`
	RoleID             string      `json:"role_id"`
	FirstName          string      `json:"first_name"`
	LastName           string      `json:"last_name"`
	DisplayName        string      `json:"display_name"`
	Email              string      `json:"email"` // verified; empty if there is none
	Type               int         `json:"type"`
	PMI                json.Number `json:"pmi"`
	UsePMI             bool        `json:"use_pmi"`
	Timezone           string      `json:"timezone"`
	Language           string      `json:"language"`
	Dept               string      `json:"dept"`
	VanityURL          string      `json:"vanity_url,omitempty"`
	PersonalMeetingURL string      `json:"personal_meeting_url"`
	ForwardOldNumbers  bool        `json:"forward_old_numbers"`
	CreatedAt          string      `json:"created_at,omitempty"`
	AccountID          string      `json:"account_id"`
	HostKey            string      `json:"host_key,omitempty"`
	Status             string      `json:"status"`
	Verified           int         `json:"verified"`
	PicURL             string      `json:"pic_url"` // always empty, as the next three
	CMSUserID          string      `json:"cms_user_id"`
	GroupIDs           []string    `json:"group_ids"`
	IMGroupIDs         []string    `json:"im_group_ids"`
}

const (
	basic  = 1   // Zoom's type of a user without a licence
	member = "2" // Zoom's role of a user who does not administer the account
)

func userOf(p meeting.Profile, base string) userShape {
	u := userShape{
		ID: p.User.ID, RoleID: member, FirstName: p.FirstName, LastName: p.LastName, DisplayName: p.DisplayName(),
		Email: p.Email, Type: basic,
		PMI: json.Number(p.PMI), UsePMI: p.AlwaysUsesPMI(), Timezone: p.Timezone, Language: p.Language, Dept: p.Dept,
		PersonalMeetingURL: base + "/j/" + string(p.PMI), ForwardOldNumbers: p.Forwarding,
		CreatedAt: api.Time(p.CreatedAt), AccountID: p.User.Account, HostKey: p.HostKey, Status: p.Status.String(),
		GroupIDs: []string{}, IMGroupIDs: []string{},
	}
	if p.Link != "" {
		u.VanityURL = base + "/my/" + string(p.Link)
	}
	if p.Email != "" && p.Status != meeting.Pending {
		u.Verified = 1
	}
	return u
}

func (h handler) getUser(ctx context.Context, r *api.Request) (api.Response, error) {
	p, err := h.profiles.View(ctx, r.Caller, r.Param("userId"))
	return api.JSON(200, userOf(p, r.BaseURL())), err
}

const (
	maxName     = 64 // characters, as Zoom's
	maxLanguage = 35
	maxDept     = 128
)

func (h handler) patchUser(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	edit, err := editOfUser(form)
	if err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.profiles.Edit(ctx, r.Caller, r.Param("userId"), edit)
}

func editOfUser(f *api.Form) (meeting.Edit, error) { return readUser(f), f.EditErr() }

func readUser(f *api.Form) meeting.Edit {
	f.Ignore("type", "cms_user_id", "company", "group_id", "job_title", "location", "manager", "phone_country", "phone_number")
	return meeting.Edit{
		PMI:        api.ParseNumber(f, "pmi", meeting.ParsePMI),
		Link:       linkOf(f, "vanity_name"),
		AlwaysPMI:  f.Bool("use_pmi"),
		Forwarding: f.Bool("forward_old_numbers"),
		FirstName:  f.String("first_name", maxName),
		LastName:   f.String("last_name", maxName),
		Timezone:   api.Parse(f, "timezone", api.ParseTimezone),
		Language:   f.String("language", maxLanguage),
		Dept:       f.String("dept", maxDept),
		HostKey:    api.Parse(f, "host_key", parseHostKey),
	}
}

// availability is Zoom's answer, with free alternatives.
type availability struct {
	Existed     bool     `json:"existed"`
	Yours       bool     `json:"yours"`
	Suggestions []string `json:"suggestions"`
}

func available(a meeting.Availability, err error) (api.Response, error) {
	return api.JSON(200, availability{a.Existed, a.Yours, append([]string{}, a.Suggestions...)}), err
}

func (h handler) checkLink(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	query.Require("vanity_name")
	link := api.Parse(query, "vanity_name", meeting.ParseNewLink)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	return available(h.profiles.LinkFree(ctx, r.Caller, *link))
}

func (h handler) checkNumber(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	query.Require("pmi")
	number := api.ParseNumber(query, "pmi", meeting.ParsePMI)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	return available(h.profiles.NumberFree(ctx, r.Caller, *number))
}

func (h handler) checkEmail(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	query.Require("email")
	email := api.Parse(query, "email", api.ParseEmail)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	exists, err := h.profiles.EmailExists(ctx, r.Caller, *email)
	return api.JSON(200, map[string]bool{"existed_email": exists}), err
}
