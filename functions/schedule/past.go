package main

import (
	"context"
	"encoding/json"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// pastShape is an ended instance, as Zoom's clients read it.
type pastShape struct {
	UUID         string       `json:"uuid"`
	ID           json.Number  `json:"id"`
	HostID       string       `json:"host_id"`
	Type         meeting.Type `json:"type"`
	Topic        string       `json:"topic"`
	UserName     string       `json:"user_name"` // the host's
	UserEmail    string       `json:"user_email"`
	Dept         string       `json:"dept"`
	Source       string       `json:"source"`
	StartTime    string       `json:"start_time"`
	EndTime      string       `json:"end_time"`
	Duration     int64        `json:"duration"`           // minutes
	TotalMinutes int64        `json:"total_minutes"`      // of all participants together
	Participants int          `json:"participants_count"` // who were admitted
}

func pastOf(record meeting.InstanceRecord, host meeting.Profile, sums meeting.Turnout) pastShape {
	return pastShape{
		UUID: record.ShownUUID(), ID: json.Number(record.Meeting.ID), HostID: record.Owner.ID,
		Type: record.Meeting.Type, Topic: record.Meeting.Topic,
		UserName: host.DisplayName(), UserEmail: host.Email, Dept: host.Dept, Source: "open_api",
		StartTime: api.Time(record.OpenedAt), EndTime: api.Time(record.EndedAt), Duration: minutes(record.EndedAt.Sub(record.OpenedAt)),
		TotalMinutes: minutes(sums.Present), Participants: sums.Participants,
	}
}

func (h handler) getPastMeeting(ctx context.Context, r *api.Request) (api.Response, error) {
	past, err := h.schedule.PastMeeting(ctx, r.Caller, r.Param("meetingId"))
	if err != nil {
		return api.Response{}, err
	}
	return api.JSON(200, pastOf(past.Record, past.Host, past.Turnout())), nil
}

// attendanceShape is a page of the roster of an ended instance.
type attendanceShape struct {
	api.PageShape
	Participants []visitorShape `json:"participants"`
}

// visitorShape is a seat of an ended instance, with the names of Zoom where Zoom has one.
type visitorShape struct {
	ID           string         `json:"id"`      // of the user; empty for a guest
	UserID       meeting.SeatID `json:"user_id"` // of the seat
	Name         string         `json:"name"`
	UserEmail    string         `json:"user_email"` // verified; empty for a guest
	JoinTime     string         `json:"join_time"`
	LeaveTime    string         `json:"leave_time,omitempty"`
	Duration     int64          `json:"duration"` // seconds
	Status       string         `json:"status"`
	Failover     bool           `json:"failover"` // always false
	InternalUser bool           `json:"internal_user"`
	Role         meeting.Role   `json:"role"`
	State        meeting.State  `json:"state"` // at the end of the instance
	Acts         []actShape     `json:"acts"`
}

// actShape is a decision of a host on the seat.
type actShape struct {
	At     string             `json:"at"`
	Action meeting.HostAction `json:"action"`
	By     string             `json:"by"` // a user's id
}

func visitorOf(s meeting.Stay, internal bool) visitorShape {
	seat := s.Seat
	shape := visitorShape{
		ID: seat.User.ID, UserID: seat.ID, Name: seat.Name, UserEmail: seat.Email, JoinTime: api.Time(s.Joined), LeaveTime: api.Time(s.Left),
		Duration: int64(s.In / time.Second), Status: statusOf(seat), InternalUser: internal, Role: seat.Role, State: seat.State,
		Acts: make([]actShape, len(seat.HostActions)),
	}
	for i, act := range seat.HostActions {
		shape.Acts[i] = actShape{At: api.Time(act.At), Action: act.Action, By: act.By.ID}
	}
	return shape
}

// statusOf returns where the people in the seat were, in Zoom's words.
func statusOf(s meeting.Seat) string {
	if s.FirstAdmittedAt.IsZero() {
		return "in_waiting_room"
	}
	return "in_meeting"
}

func (h handler) listPastParticipants(ctx context.Context, r *api.Request) (api.Response, error) {
	past, page, stays, err := h.attendance(ctx, r)
	if err != nil {
		return api.Response{}, err
	}
	shape := attendanceShape{PageShape: page, Participants: make([]visitorShape, len(stays))}
	for i, stay := range stays {
		shape.Participants[i] = visitorOf(stay, past.Internal(stay.Seat))
	}
	return api.JSON(200, shape), nil
}

// attendance returns the page of the attendance that the request asks for, and its instance.
func (h handler) attendance(ctx context.Context, r *api.Request) (
	past meeting.PastMeeting, shape api.PageShape, stays []meeting.Stay, err error,
) {
	query := r.QueryForm()
	page := api.ReadPage(query, meeting.DefaultPage)
	if err := query.Err(); err != nil {
		return past, shape, nil, err
	}
	if past, err = h.schedule.PastMeeting(ctx, r.Caller, r.Param("meetingId")); err != nil {
		return past, shape, nil, err
	}
	stays, paging, err := past.Attendance(ctx, page)
	return past, api.PageOf(page, paging), stays, err
}

// instancesShape is a page of the ended instances of a meeting.
type instancesShape struct {
	api.PageShape
	Meetings []instanceShape `json:"meetings"`
}

type instanceShape struct {
	UUID      string `json:"uuid"`
	StartTime string `json:"start_time"`
}

// listPastInstances answers with the largest page unless the query has a size: Zoom has no pages here.
func (h handler) listPastInstances(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	page := api.ReadPage(query, meeting.MaxPage)
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	records, paging, err := h.schedule.Instances(ctx, r.Caller, r.Param("meetingId"), page)
	shape := instancesShape{PageShape: api.PageOf(page, paging), Meetings: make([]instanceShape, len(records))}
	for i, r := range records {
		shape.Meetings[i] = instanceShape{UUID: r.ShownUUID(), StartTime: api.Time(r.OpenedAt)}
	}
	return api.JSON(200, shape), err
}
