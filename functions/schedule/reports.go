package main

import (
	"context"
	"encoding/json"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// reportsShape is a page of the report of a user's ended instances.
type reportsShape struct {
	From string `json:"from"` // as in the query
	To   string `json:"to"`
	api.PageShape
	Meetings []reportedShape `json:"meetings"`
}

type reportedShape struct {
	pastShape
	Internal int `json:"participants_count_my_account"` // of the host's account
}

func (h handler) listReports(ctx context.Context, r *api.Request) (api.Response, error) {
	l, err := reportsOf(r.QueryForm())
	if err != nil {
		return api.Response{}, err
	}
	page, sums, err := h.schedule.Reports(ctx, r.Caller, r.Param("userId"), l)
	if err != nil {
		return api.Response{}, err
	}
	shape := reportsShape{
		From: r.Query("from"), To: r.Query("to"),
		PageShape: api.PageOf(l.Page, page.Paging), Meetings: make([]reportedShape, len(page.Rows)),
	}
	for i, row := range page.Rows {
		shape.Meetings[i] = reportedShape{pastOf(row.Record, page.Profile, sums[i]), sums[i].Internal}
	}
	return api.JSON(200, shape), nil
}

// reportsOf reads which instances a report is about. Its days are those of UTC unless the query names a zone: programs
// ask for the days since their last question, and know no zone of a host.
func reportsOf(query *api.Form) (meeting.Listing, error) {
	for _, name := range []string{"from", "to"} {
		if !query.Has(name) {
			query.Refuse(name, "is required")
		}
	}
	query.Choice("type", "past")
	l := meeting.Listing{Timezone: "UTC"}
	readWindow(query, &l)
	l.Page = api.ReadPage(query, meeting.MaxReports)
	l.Page.Size = min(l.Page.Size, meeting.MaxReports)
	return l, query.Err()
}

// reportShape is the report of one ended instance, with what its meeting has now.
type reportShape struct {
	pastShape
	CustomKeys     json.RawMessage `json:"custom_keys"`
	TrackingFields json.RawMessage `json:"tracking_fields"`
}

func (h handler) getReport(ctx context.Context, r *api.Request) (api.Response, error) {
	past, m, err := h.schedule.Report(ctx, r.Caller, r.Param("meetingId"))
	return api.JSON(200, reportShape{
		pastOf(past.Record, past.Host, past.Turnout()),
		storedList(m.Passthrough["custom_keys"]), storedList(m.Extra["tracking_fields"]),
	}), err
}

// storedList returns a list as it was sent; an empty one if none was.
func storedList(sent json.RawMessage) json.RawMessage {
	if sent == nil {
		return json.RawMessage("[]")
	}
	return sent
}

// attendanceReportShape is a page of the attendance of an ended instance, as learning platforms read it.
type attendanceReportShape struct {
	api.PageShape
	Participants []attendeeShape `json:"participants"`
}

// attendeeShape is the attendance of one seat. It always has both times: Moodle stores them in columns that are not
// null, and the user_id in 35 characters.
type attendeeShape struct {
	ID            string `json:"id"`                  // of the user; empty for a guest
	UserID        string `json:"user_id"`             // of the seat, within its instance
	ParticipantID string `json:"participant_user_id"` // the same as ID
	Name          string `json:"name"`
	UserEmail     string `json:"user_email"` // verified; empty for a guest
	JoinTime      string `json:"join_time"`
	LeaveTime     string `json:"leave_time"`
	Duration      int64  `json:"duration"` // seconds in the meeting: 0 for people who only waited
	Status        string `json:"status"`
	Failover      bool   `json:"failover"`     // always false
	CustomerKey   string `json:"customer_key"` // always empty
	InternalUser  bool   `json:"internal_user"`
}

func attendeeOf(s meeting.Stay, internal bool) attendeeShape {
	seat := s.Seat
	return attendeeShape{
		ID: seat.User.ID, UserID: seat.ID.InInstance(), ParticipantID: seat.User.ID, Name: seat.Name, UserEmail: seat.Email,
		JoinTime: api.Time(s.Joined), LeaveTime: api.Time(s.Gone), Duration: int64(s.In / time.Second),
		Status: statusOf(seat), InternalUser: internal,
	}
}

func (h handler) listReportParticipants(ctx context.Context, r *api.Request) (api.Response, error) {
	past, page, stays, err := h.attendance(ctx, r)
	if err != nil {
		return api.Response{}, err
	}
	shape := attendanceReportShape{PageShape: page, Participants: make([]attendeeShape, len(stays))}
	for i, stay := range stays {
		shape.Participants[i] = attendeeOf(stay, past.Internal(stay.Seat))
	}
	return api.JSON(200, shape), nil
}
