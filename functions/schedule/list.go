package main

import (
	"context"
	"encoding/json"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// listShape is a page as Zoom's clients read it. How many meetings there are in all is not said: nobody counts them.
type listShape struct {
	PageSize      int64         `json:"page_size"`
	NextPageToken string        `json:"next_page_token"` // empty: this is the last page
	Meetings      []listedShape `json:"meetings"`
}

// listedShape is a meeting in a list: what is known without its room, so neither passcode nor uuid.
type listedShape struct {
	ID        json.Number    `json:"id"`
	HostID    string         `json:"host_id"`
	Topic     string         `json:"topic"`
	Type      meeting.Type   `json:"type"`
	StartTime string         `json:"start_time,omitempty"`
	Duration  int64          `json:"duration,omitempty"`
	Timezone  string         `json:"timezone,omitempty"`
	Agenda    string         `json:"agenda,omitempty"`
	CreatedAt string         `json:"created_at,omitempty"`
	JoinURL   string         `json:"join_url"`
	PMI       meeting.Number `json:"pmi,omitempty"`
}

func listedOf(m meeting.Meeting, host meeting.Profile, base string) listedShape {
	p := meeting.Planned{Meeting: m}
	if m.UsePMI {
		p.Room.Number = host.PMI
	}
	return listedShape{
		ID: json.Number(m.ID), HostID: m.Host.ID, Topic: m.Topic, Type: m.Type, StartTime: api.Time(m.Start),
		Duration: int64(m.Duration / time.Minute), Timezone: m.Timezone, Agenda: m.Agenda, CreatedAt: api.Time(m.CreatedAt),
		JoinURL: p.JoinURL(base), PMI: p.Room.Number,
	}
}

func (h handler) listMeetings(ctx context.Context, r *api.Request) (api.Response, error) {
	asked, err := askedOf(r.QueryForm())
	if err != nil {
		return api.Response{}, err
	}
	page, err := h.List(ctx, r.Caller, r.Param("userId"), asked.list, int(asked.size), asked.token)
	if err != nil {
		return api.Response{}, err
	}
	shape := listShape{PageSize: asked.size, NextPageToken: page.Next, Meetings: make([]listedShape, len(page.Meetings))}
	for i, m := range page.Meetings {
		shape.Meetings[i] = listedOf(m, page.Profile, r.BaseURL())
	}
	return api.JSON(200, shape), nil
}

// asked is which page of which list a client wants.
type asked struct {
	list  meeting.ListType
	size  int64
	token string
}

const maxToken = 512 // characters

func askedOf(query *api.Form) (asked, error) {
	a := asked{list: meeting.ListScheduled, size: meeting.DefaultPage}
	if list := query.Choice("type", string(meeting.ListScheduled), string(meeting.ListUpcoming)); list != nil {
		a.list = meeting.ListType(*list)
	}
	if size := query.Int("page_size", 1, meeting.MaxPage); size != nil {
		a.size = *size
	}
	if token := query.String("next_page_token", maxToken); token != nil {
		a.token = *token
	}
	return a, query.Err()
}
