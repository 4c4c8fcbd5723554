package main

import (
	"context"

	"personal-rooms/shared/api"
	"personal-rooms/shared/doorbell"
	"personal-rooms/shared/meeting"
)

// answers has the use case of notifications. *doorbell.Answers is one.
type answers interface {
	Use(ctx context.Context, ticket string) (meeting.State, error)
}

// doorbellRoutes returns the route of the notifications that hosts get. It is open: a notification acts by its ticket.
func doorbellRoutes(a answers) []api.Route {
	return []api.Route{{
		Method: "POST", Path: "/v2/doorbell", Open: true,
		Handle: func(ctx context.Context, r *api.Request) (api.Response, error) {
			ticket, err := ticketOf(r)
			if err != nil {
				return api.Response{}, err
			}
			state, err := a.Use(ctx, ticket)
			if err != nil || state == "" {
				return api.NoContent(), err
			}
			return api.JSON(200, map[string]meeting.State{"state": state}), nil
		},
	}}
}

func ticketOf(r *api.Request) (string, error) {
	form, err := r.Form()
	if err != nil {
		return "", err
	}
	form.Require("ticket")
	ticket := form.String("ticket", doorbell.MaxTicket)
	if err := form.Err(); err != nil {
		return "", err
	}
	return *ticket, nil
}
