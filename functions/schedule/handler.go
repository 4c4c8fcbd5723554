package main

import (
	"context"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// A handler answers for the use cases of planning.
type handler struct{ *meeting.Schedule }

func routes(t *meeting.Turnstile) []api.Route {
	h := handler{&meeting.Schedule{Turnstile: t}}
	const reads, writes = "meeting:read", "meeting:write"
	return []api.Route{
		{Method: "POST", Path: "/v2/users/{userId}/meetings", Scope: writes, Handle: h.createMeeting},
		{Method: "GET", Path: "/v2/users/{userId}/meetings", Scope: reads, Handle: h.listMeetings},
		{Method: "GET", Path: "/v2/meetings/{meetingId}", Scope: reads, Handle: h.getMeeting},
		{Method: "PATCH", Path: "/v2/meetings/{meetingId}", Scope: writes, Handle: h.patchMeeting},
		{Method: "DELETE", Path: "/v2/meetings/{meetingId}", Scope: writes, Handle: h.deleteMeeting},
		{Method: "GET", Path: "/v2/meetings/{meetingId}/invitation", Scope: reads, Handle: h.getInvitation},
	}
}

// createMeeting answers 201, also to a retry with the same Idempotency-Key.
func (h handler) createMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	plan := planOf(form)
	who := hostOf(form, r.Param("userId"))
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	if plan.Key, err = r.IdempotencyKey(); err != nil {
		return api.Response{}, err
	}
	plan.Request = meeting.Fingerprint(r.Fingerprint())
	made, err := h.Create(ctx, r.Caller, who, plan)
	return api.JSON(201, api.Meeting(made, r.BaseURL())), err
}

func (h handler) getMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	if err := wholeMeeting(r); err != nil {
		return api.Response{}, err
	}
	m, err := h.Get(ctx, r.Caller, r.Param("meetingId"))
	return api.JSON(200, api.Meeting(m, r.BaseURL())), err
}

// patchMeeting answers 204 and no more, as Zoom's clients expect.
func (h handler) patchMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	if err := wholeMeeting(r); err != nil {
		return api.Response{}, err
	}
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	plan := planOf(form)
	if err := form.EditErr(); err != nil {
		return api.Response{}, err
	}
	_, err = h.Change(ctx, r.Caller, r.Param("meetingId"), plan)
	return api.NoContent(), err
}

func (h handler) deleteMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	if err := wholeMeeting(r); err != nil {
		return api.Response{}, err
	}
	return api.NoContent(), h.Cancel(ctx, r.Caller, r.Param("meetingId"))
}

func (h handler) getInvitation(ctx context.Context, r *api.Request) (api.Response, error) {
	text, err := h.Invitation(ctx, r.Caller, r.Param("meetingId"), r.BaseURL())
	return api.JSON(200, map[string]string{"invitation": text}), err
}

// wholeMeeting refuses what is asked of one occurrence: the meetings that there are have none.
func wholeMeeting(r *api.Request) error {
	if r.Query("occurrence_id") != "" {
		return meeting.RefuseField("occurrence_id", "names an occurrence; this meeting has none")
	}
	return nil
}
