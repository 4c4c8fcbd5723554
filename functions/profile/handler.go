package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A handler decodes requests, calls the use cases of profiles, and encodes answers.
type handler struct {
	profiles *meeting.Profiles
	now      func() time.Time
}

func routes(p *meeting.Profiles, now func() time.Time) []api.Route {
	h := handler{p, now}
	const reads, writes = "user:read", "user:write"
	return []api.Route{
		{Method: "GET", Path: "/v2/users/{userId}", Scope: reads, Handle: h.getUser},
		{Method: "PATCH", Path: "/v2/users/{userId}", Scope: writes, Handle: h.patch(editOfUser)},
		{Method: "GET", Path: "/v2/users/vanity_name", Scope: reads,
			Handle: check("vanity_name", api.Parse, meeting.ParseLink, p.LinkFree)},
		{Method: "GET", Path: "/v2/users/pmi", Scope: reads,
			Handle: check("pmi", api.ParseNumber, meeting.ParsePMI, p.NumberFree)},
		{Method: "GET", Path: "/v2/users/{userId}/settings", Scope: reads, Handle: h.getSettings},
		{Method: "PATCH", Path: "/v2/users/{userId}/settings", Scope: writes, Handle: h.patch(editOfSettings)},
		{Method: "GET", Path: "/v2/users/{userId}/personal_meeting_room", Scope: reads, Handle: h.getRoom},
		{Method: "PATCH", Path: "/v2/users/{userId}/personal_meeting_room", Scope: writes, Handle: h.patchRoom},
	}
}

// patch answers 204 to an edit of the profile.
func (h handler) patch(read func(*api.Form) (meeting.Edit, error)) api.Handler {
	return func(ctx context.Context, r *api.Request) (api.Response, error) {
		edit, err := editOf(r, read)
		if err != nil {
			return api.Response{}, err
		}
		return api.NoContent(), h.profiles.Edit(ctx, r.Caller, r.Param("userId"), edit)
	}
}

func editOf(r *api.Request, read func(*api.Form) (meeting.Edit, error)) (meeting.Edit, error) {
	form, err := r.Form()
	if err != nil {
		return meeting.Edit{}, err
	}
	return read(form)
}

// linkOf reads a personal link. Empty text removes the link.
func linkOf(f *api.Form, name string) *meeting.Link {
	text := f.Checked(name, func(s string) error {
		if s == "" {
			return nil
		}
		_, err := meeting.ParseLink(s)
		return err
	})
	return (*meeting.Link)(text)
}

func parseHostKey(s string) (string, error) {
	if len(s) != 6 || strings.Trim(s, "0123456789") != "" {
		return "", errors.New("must be text of 6 digits")
	}
	return s, nil
}
