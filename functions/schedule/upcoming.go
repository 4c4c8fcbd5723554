package main

import (
	"context"
	"encoding/json"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// upcomingWindow is the time from now on in which an upcoming meeting begins, as Zoom has it.
const upcomingWindow = 24 * time.Hour

// upcomingShape is a page of the meetings of the next day. Zoom has no pages here.
type upcomingShape struct {
	api.PageShape
	Meetings []comingShape `json:"meetings"`
}

// comingShape is a meeting, or the next occurrence of a series.
type comingShape struct {
	ID        json.Number  `json:"id"`
	Topic     string       `json:"topic"`
	Type      meeting.Type `json:"type"`
	StartTime string       `json:"start_time"`
	Duration  int64        `json:"duration"` // minutes
	Timezone  string       `json:"timezone"`
	CreatedAt string       `json:"created_at"`
	JoinURL   string       `json:"join_url"`
	Passcode  string       `json:"passcode"`
	UsePMI    bool         `json:"use_pmi"`
	IsHost    bool         `json:"is_host"`    // always true: these are the user's own meetings
	IsAllDay  bool         `json:"is_all_day"` // always false
}

func comingOf(l meeting.Listed, base string) comingShape {
	m := l.Meeting
	return comingShape{
		ID: json.Number(m.ID), Topic: m.Topic, Type: m.Type,
		StartTime: api.Time(m.Start), Duration: int64(m.Duration / time.Minute), Timezone: m.Timezone,
		CreatedAt: api.Time(m.CreatedAt), JoinURL: l.Planned().JoinURL(base),
		Passcode: l.Room.Settings.Passcode, UsePMI: m.UsePMI, IsHost: true,
	}
}

func (h handler) listUpcoming(ctx context.Context, r *api.Request) (api.Response, error) {
	query := r.QueryForm()
	l := meeting.Listing{Type: meeting.ListUpcoming, Within: upcomingWindow, Page: api.ReadPage(query, meeting.MaxPage)}
	if err := query.Err(); err != nil {
		return api.Response{}, err
	}
	page, err := h.schedule.List(ctx, r.Caller, r.Param("userId"), l)
	if err != nil {
		return api.Response{}, err
	}
	shape := upcomingShape{PageShape: api.PageOf(l.Page, page.Paging), Meetings: make([]comingShape, len(page.Rows))}
	for i, row := range page.Rows {
		shape.Meetings[i] = comingOf(row, r.BaseURL())
	}
	return api.JSON(200, shape), nil
}
