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
	profiles profiles
	persons  persons
	now      func() time.Time
}

// profiles has the use cases that the handler calls. [*meeting.Profiles] implements it.
type profiles interface {
	Users(ctx context.Context, c meeting.Caller, q meeting.Membership) ([]meeting.Profile, meeting.Paging, error)
	Create(ctx context.Context, c meeting.Caller, in meeting.Invite) (meeting.Profile, error)
	SetStatus(ctx context.Context, c meeting.Caller, who string, to meeting.Status) (more bool, err error)
	Delete(ctx context.Context, c meeting.Caller, who, heir string) (more bool, err error)
	View(ctx context.Context, c meeting.Caller, who string) (meeting.Profile, error)
	Room(ctx context.Context, c meeting.Caller, who string) (meeting.Profile, meeting.Room, error)
	Edit(ctx context.Context, c meeting.Caller, who string, e meeting.Edit) error
	EditRoom(ctx context.Context, c meeting.Caller, who string, e meeting.Edit) (*meeting.Planned, error)
	NumberFree(ctx context.Context, c meeting.Caller, n meeting.Number) (meeting.Availability, error)
	LinkFree(ctx context.Context, c meeting.Caller, l meeting.Link) (meeting.Availability, error)
	MakePass(ctx context.Context, c meeting.Caller, who string, plan meeting.PassPlan) (meeting.MadePass, error)
	Passes(ctx context.Context, c meeting.Caller, who string) ([]meeting.Pass, error)
	RevokePass(ctx context.Context, c meeting.Caller, who, id string) error
	EmailExists(ctx context.Context, c meeting.Caller, email string) (bool, error)
}

func routes(p profiles, of persons, now func() time.Time) []api.Route {
	h := handler{p, of, now}
	const reads, writes = "user:read", "user:write"
	return []api.Route{
		{Method: "GET", Path: "/v2/users", Scope: meeting.AdminReadsUsers, Handle: h.listUsers},
		{Method: "POST", Path: "/v2/users", Scope: meeting.AdminWritesUsers, Handle: h.createUser},
		{Method: "GET", Path: "/v2/users/{userId}", Scope: reads, Handle: h.getUser},
		{Method: "PATCH", Path: "/v2/users/{userId}", Scope: writes, Handle: h.patchUser},
		{Method: "DELETE", Path: "/v2/users/{userId}", Scope: meeting.AdminWritesUsers, Handle: h.deleteUser},
		{Method: "GET", Path: "/v2/users/{userId}/personal_data", Scope: reads + " meeting:read", Handle: h.exportUser},
		{Method: "PUT", Path: "/v2/users/{userId}/status", Scope: meeting.AdminWritesUsers, Handle: h.putStatus},
		{Method: "GET", Path: "/v2/users/{userId}/schedulers", Scope: reads, Handle: h.listSchedulers},
		{Method: "GET", Path: "/v2/users/vanity_name", Scope: reads, Handle: h.checkLink},
		{Method: "GET", Path: "/v2/users/pmi", Scope: reads, Handle: h.checkNumber},
		{Method: "GET", Path: "/v2/users/email", Scope: reads, Handle: h.checkEmail},
		{Method: "GET", Path: "/v2/users/{userId}/settings", Scope: reads, Handle: h.getSettings},
		{Method: "PATCH", Path: "/v2/users/{userId}/settings", Scope: writes, Handle: h.patchSettings},
		{Method: "GET", Path: "/v2/users/{userId}/personal_meeting_room", Scope: reads, Handle: h.getRoom},
		{Method: "PATCH", Path: "/v2/users/{userId}/personal_meeting_room", Scope: writes, Handle: h.patchRoom},
		{Method: "GET", Path: "/v2/users/{userId}/personal_meeting_room/passes", Scope: reads, Handle: h.listPasses},
		{Method: "POST", Path: "/v2/users/{userId}/personal_meeting_room/passes", Scope: writes, Handle: h.makePass},
		{Method: "DELETE", Path: "/v2/users/{userId}/personal_meeting_room/passes/{passId}", Scope: writes, Handle: h.revokePass},
	}
}

// linkOf reads a personal link. Empty text removes the link.
func linkOf(f *api.Form, name string) *meeting.Link {
	text := f.Checked(name, func(s string) error {
		if s == "" {
			return nil
		}
		_, err := meeting.ParseNewLink(s)
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
