package main

import (
	"cmp"
	"context"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

// A handler decodes requests, calls the use cases of planned and past meetings, and encodes answers.
type handler struct {
	schedule schedule
	now      func() time.Time
}

// schedule has the use cases that the handler calls. [*meeting.Schedule] implements it.
type schedule interface {
	Create(ctx context.Context, c meeting.Caller, who string, plan meeting.Plan) (meeting.Planned, error)
	Get(ctx context.Context, c meeting.Caller, number string) (meeting.Planned, error)
	List(ctx context.Context, c meeting.Caller, who string, l meeting.Listing) (meeting.Page, error)
	Change(ctx context.Context, c meeting.Caller, number string, plan meeting.Plan) ([]meeting.Advisory, error)
	ChangeOccurrence(ctx context.Context, c meeting.Caller, number string, id meeting.OccurrenceID, plan meeting.Plan) ([]meeting.Advisory, error)
	Changed(ctx context.Context, c meeting.Caller, number string, notes []meeting.Advisory) (meeting.Planned, error)
	Cancel(ctx context.Context, c meeting.Caller, number string) (meeting.Planned, error)
	CancelOccurrence(ctx context.Context, c meeting.Caller, number string, id meeting.OccurrenceID) (meeting.Planned, error)
	Invitation(ctx context.Context, c meeting.Caller, number string) (meeting.Invitation, error)
	Reports(ctx context.Context, c meeting.Caller, who string, l meeting.Listing) (meeting.Page, []meeting.Turnout, error)
	Report(ctx context.Context, c meeting.Caller, address string) (meeting.PastMeeting, meeting.Meeting, error)
	PastMeeting(ctx context.Context, c meeting.Caller, address string) (meeting.PastMeeting, error)
	Instances(ctx context.Context, c meeting.Caller, number string, q meeting.PageQuery) ([]meeting.InstanceRecord, meeting.Paging, error)
}

func routes(s schedule, now func() time.Time) []api.Route {
	h := handler{s, now}
	const reads, writes = "meeting:read", "meeting:write"
	return []api.Route{
		{Method: "POST", Path: "/v2/users/{userId}/meetings", Scope: writes, Handle: h.createMeeting},
		{Method: "GET", Path: "/v2/users/{userId}/meetings", Scope: reads, Handle: h.listMeetings},
		{Method: "GET", Path: "/v2/users/{userId}/upcoming_meetings", Scope: reads, Handle: h.listUpcoming},
		{Method: "GET", Path: "/v2/meetings/{meetingId}", Scope: reads, Handle: h.getMeeting},
		{Method: "PATCH", Path: "/v2/meetings/{meetingId}", Scope: writes, Handle: h.patchMeeting},
		{Method: "DELETE", Path: "/v2/meetings/{meetingId}", Scope: writes, Handle: h.deleteMeeting},
		{Method: "GET", Path: "/v2/meetings/{meetingId}/invitation", Scope: reads, Handle: h.getInvitation},
		{Method: "GET", Path: "/v2/past_meetings/{meetingId}", Scope: reads, Handle: h.getPastMeeting},
		{Method: "GET", Path: "/v2/past_meetings/{meetingId}/participants", Scope: reads, Handle: h.listPastParticipants},
		{Method: "GET", Path: "/v2/past_meetings/{meetingId}/instances", Scope: reads, Handle: h.listPastInstances},
		{Method: "GET", Path: "/v2/report/users/{userId}/meetings", Scope: reads, Handle: h.listReports},
		{Method: "GET", Path: "/v2/report/meetings/{meetingId}", Scope: reads, Handle: h.getReport},
		{Method: "GET", Path: "/v2/report/meetings/{meetingId}/participants", Scope: reads, Handle: h.listReportParticipants},
	}
}

// createMeeting answers 201, also for a retry with the same Idempotency-Key.
func (h handler) createMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	plan := api.Plan(form)
	who := api.HostOf(form, r.Param("userId"))
	if err := form.Err(); err != nil {
		return api.Response{}, err
	}
	if plan.Key, err = r.IdempotencyKey(); err != nil {
		return api.Response{}, err
	}
	plan.Request = meeting.Fingerprint(r.Fingerprint())
	made, err := h.schedule.Create(ctx, r.Caller, who, plan)
	return api.JSON(201, api.Meeting(made, r.BaseURL())), err
}

func (h handler) getMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	occurrence := occurrenceOf(query)
	previous := query.Bool("show_previous_occurrences")
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	m, err := h.schedule.Get(ctx, r.Caller, r.Param("meetingId"))
	if err == nil && previous != nil && *previous {
		m = m.Past(h.now())
	}
	return show(r, m, occurrence, err)
}

// show answers with the meeting, or with one occurrence of it.
func show(r *api.Request, m meeting.Planned, one meeting.OccurrenceID, err error) (api.Response, error) {
	if err == nil && one != "" {
		m, err = m.At(one)
	}
	return api.JSON(200, api.Meeting(m, r.BaseURL())), err
}

// patchMeeting answers 204, as Zoom's clients expect. With "Prefer: return=representation" (RFC 7240) it answers 200
// with the meeting as it is now, and the advisories.
func (h handler) patchMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	form, err := r.Form()
	if err != nil {
		return api.Response{}, err
	}
	plan := api.Plan(form)
	query := r.QueryForm()
	occurrence := occurrenceOf(query)
	if err := cmp.Or(form.EditErr(), query.Err()); err != nil {
		return api.Response{}, err
	}
	var notes []meeting.Advisory
	if occurrence == "" {
		notes, err = h.schedule.Change(ctx, r.Caller, r.Param("meetingId"), plan)
	} else {
		notes, err = h.schedule.ChangeOccurrence(ctx, r.Caller, r.Param("meetingId"), occurrence, plan)
	}
	if err != nil || !r.Prefers("return=representation") {
		return api.NoContent(), err
	}
	m, err := h.schedule.Changed(ctx, r.Caller, r.Param("meetingId"), notes)
	answer, err := show(r, m, occurrence, err)
	return answer.With("Preference-Applied", "return=representation"), err
}

// deleteMeeting cancels the meeting, or one occurrence, and answers 204. A client that accepts text/calendar gets the
// cancellation for the invitees.
func (h handler) deleteMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	occurrence := occurrenceOf(query)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	var was meeting.Planned
	var err error
	if occurrence == "" {
		was, err = h.schedule.Cancel(ctx, r.Caller, r.Param("meetingId"))
	} else {
		was, err = h.schedule.CancelOccurrence(ctx, r.Caller, r.Param("meetingId"), occurrence)
	}
	if err != nil || !r.Accepts(calendar.Type) {
		return api.NoContent(), err
	}
	return h.cancellation(r, was, occurrence)
}

const maxOccurrence = 512 // characters

// occurrenceOf reads the occurrence that the query names; empty for the whole meeting.
func occurrenceOf(query *api.Form) (id meeting.OccurrenceID) {
	const name = "occurrence_id"
	query.Narrow(name)
	if text := query.String(name, maxOccurrence); text != nil {
		id = meeting.OccurrenceID(*text)
	}
	return id
}
