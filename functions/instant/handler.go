package main

import (
	"context"

	"personal-rooms/shared/api"
	"personal-rooms/shared/media"
	"personal-rooms/shared/meeting"
)

// A handler decodes requests, calls the use cases of starting and ending, and encodes their answers.
type handler struct {
	starts starts
	issuer *media.Issuer
}

// starts has the use cases that the handler calls. *meeting.Starts is one.
type starts interface {
	Instant(ctx context.Context, c meeting.Caller, who string, q meeting.InstantStart) (meeting.Start, error)
	Start(ctx context.Context, c meeting.Caller, address string) error
	End(ctx context.Context, c meeting.Caller, address string) error
	Next(ctx context.Context, c meeting.Caller, address, uuid string) error
}

func routes(s starts, issuer *media.Issuer) []api.Route {
	h := handler{s, issuer}
	return []api.Route{
		{Method: "POST", Path: "/v2/users/{userId}/instant_meetings", Scope: "meeting:write", Handle: h.instant},
		{Method: "PUT", Path: "/v2/meetings/{meetingId}/status", Scope: "meeting:write", Handle: h.status},
	}
}

const maxTopic = 200

// A started is the live meeting and the host's own admission, which an admin who starts it for the host does not get.
type started struct {
	api.MeetingShape
	Admission *api.AdmissionShape `json:"admission,omitempty"`
}

// instant answers 201, or 200 if the personal room was live already.
func (h handler) instant(ctx context.Context, r *api.Request) (api.Response, error) {
	start, err := instantOf(r)
	if err != nil {
		return api.Response{}, err
	}
	signer, err := h.issuer.Signer(ctx)
	if err != nil {
		return api.Response{}, err
	}
	made, err := h.starts.Instant(ctx, r.Caller, r.Param("userId"), start)
	if err != nil {
		return api.Response{}, err
	}
	answer := started{MeetingShape: api.Meeting(made.Planned(), r.BaseURL())}
	if made.Admission != nil {
		admission := api.Admission(*made.Admission, signer.Token(*made.Admission))
		answer.Admission = &admission
	}
	if !made.Opened {
		return api.JSON(200, answer), nil
	}
	return api.JSON(201, answer), nil
}

func instantOf(r *api.Request) (start meeting.InstantStart, err error) {
	form, err := r.Form()
	if err != nil {
		return start, err
	}
	start = meeting.InstantStart{
		UsePMI:  form.Bool("use_pmi"),
		Name:    form.DisplayName("display_name"),
		Request: meeting.Fingerprint(r.Fingerprint()),
	}
	if topic := form.String("topic", maxTopic); topic != nil {
		start.Topic = *topic
	}
	if err := form.Err(); err != nil {
		return start, err
	}
	start.Key, err = r.IdempotencyKey()
	return start, err
}

// status starts or ends a meeting, or the personal room by its number. To start a live one, or to end an idle one,
// changes nothing. "next" ends what is live in the personal room and starts the meeting.
func (h handler) status(ctx context.Context, r *api.Request) (api.Response, error) {
	action, uuid, err := actionOf(r)
	if err != nil {
		return api.Response{}, err
	}
	switch id := r.Param("meetingId"); action {
	case "next":
		err = h.starts.Next(ctx, r.Caller, id, uuid)
	case "end":
		err = h.starts.End(ctx, r.Caller, id)
	default:
		err = h.starts.Start(ctx, r.Caller, id)
	}
	if err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), nil
}

const maxUUID = 64 // characters

// actionOf decodes the action, and the uuid of the instance that "next" ends.
func actionOf(r *api.Request) (action, uuid string, err error) {
	form, err := r.Form()
	if err != nil {
		return "", "", err
	}
	form.Require("action")
	if given := form.Choice("action", "start", "end", "next"); given != nil {
		action = *given
	}
	if action == "next" {
		form.Require("uuid")
		if given := form.String("uuid", maxUUID); given != nil {
			uuid = *given
		}
	}
	return action, uuid, form.Err()
}
