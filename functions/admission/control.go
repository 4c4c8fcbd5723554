package main

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// control does what Zoom's in-meeting controls name `waiting_room.update`: it sets the message for people who wait.
// Zoom answers 202 without a body.
func (h handler) control(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	form.Require("method")
	form.Choice("method", "waiting_room.update")
	edit := meeting.LiveEdit{Message: waitingMessage(form.Object("params"))}
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	_, err = h.door.UpdateLive(ctx, r.Caller, r.Param("room"), edit)
	return api.Response{Status: http.StatusAccepted}, err
}

// waitingMessage reads the title and the description of Zoom's waiting room as one line. Empty, it removes the message.
func waitingMessage(params *api.Form) *string {
	const title, description = "waiting_room_title", "waiting_room_description"
	if !params.Has(title) && !params.Has(description) {
		params.Refuse(description, "is required, or the title")
	}
	var lines []string
	for _, name := range []string{title, description} {
		if text := params.String(name, meeting.MaxMessage); text != nil && *text != "" {
			lines = append(lines, *text)
		}
	}
	message := strings.Join(lines, " – ")
	if utf8.RuneCountInString(message) > meeting.MaxMessage {
		params.Refuse(description, "is too long beside the title: together they have at most 200 characters")
	}
	return &message
}
