package main

import (
	"context"

	"personal-rooms/shared/api"
	"personal-rooms/shared/calendar"
	"personal-rooms/shared/meeting"
)

// getInvitation answers with the text of the invitation, in JSON; for a client that accepts text/calendar, with the
// calendar entry. Both are of one occurrence if the query names one.
func (h handler) getInvitation(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	occurrence := occurrenceOf(query)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	i, err := h.schedule.Invitation(ctx, r.Caller, r.Param("meetingId"))
	if err != nil {
		return api.Response{}, err
	}
	switch calendared := r.Accepts(calendar.Type); {
	case calendared && occurrence != "":
		return entry(calendar.Occurrence(h.invite(r, i), occurrence))
	case calendared:
		return entry(calendar.Request(h.invite(r, i)))
	case occurrence != "":
		i.Planned, err = i.At(occurrence)
	}
	return api.JSON(200, map[string]string{"invitation": i.Text(r.BaseURL(), h.now())}), err
}

// cancellation answers with the calendar entry that removes the meeting, or one occurrence, from the invitees'
// calendars. It reads nothing, because the meeting is deleted.
func (h handler) cancellation(r *api.Request, was meeting.Planned, occurrence meeting.OccurrenceID) (api.Response, error) {
	i := meeting.Invitation{Planned: was, Host: meeting.Profile{User: was.Meeting.Host, Email: was.Meeting.HostEmail}}
	switch {
	case was.Meeting.Start.IsZero(): // it has no calendar entry
		return api.NoContent(), nil
	case occurrence != "":
		return entry(calendar.Occurrence(h.invite(r, i), occurrence))
	}
	return entry(calendar.Cancel(h.invite(r, i)))
}

func (h handler) invite(r *api.Request, i meeting.Invitation) calendar.Invite {
	return calendar.Invite{
		Meeting: i.Meeting, Organizer: calendar.Organizer{Name: i.Host.Name(), Email: i.Meeting.HostEmail},
		JoinURL: i.JoinURL(r.BaseURL()), Joining: i.Joining(r.BaseURL()), Now: h.now(),
	}
}

func entry(text string, err error) (api.Response, error) {
	return api.Body(200, calendar.Type+"; charset=utf-8", text), err
}
