package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// listShape is a page as Zoom's clients read it.
type listShape struct {
	api.PageShape
	Meetings []listedShape `json:"meetings"`
}

// listedShape is a meeting in a list, or an instance of it.
type listedShape struct {
	UUID         string               `json:"uuid"`
	ID           json.Number          `json:"id"`
	HostID       string               `json:"host_id"`
	Topic        string               `json:"topic"`
	Type         meeting.Type         `json:"type"`
	OccurrenceID meeting.OccurrenceID `json:"occurrence_id,omitempty"`
	StartTime    string               `json:"start_time,omitempty"` // of an instance: when it opened
	EndTime      string               `json:"end_time,omitempty"`   // of an ended instance
	Duration     int64                `json:"duration,omitempty"`   // minutes, as planned; of an ended instance, as it was
	Timezone     string               `json:"timezone,omitempty"`
	Agenda       string               `json:"agenda"`
	CreatedAt    string               `json:"created_at,omitempty"`
	JoinURL      string               `json:"join_url,omitempty"`
	PMI          meeting.Number       `json:"pmi,omitempty"`
}

// listedOf returns the shape of a row. An ended instance has no join link.
func listedOf(l meeting.Listed, base string) listedShape {
	m, r := l.Meeting, l.Record
	shape := listedShape{
		UUID: l.UUID(), ID: json.Number(m.ID), HostID: m.Host.ID, Topic: m.Topic, Type: m.Type, OccurrenceID: l.Occurrence,
		StartTime: api.Time(m.Start), Duration: int64(m.Duration / time.Minute), Timezone: m.Timezone, Agenda: m.Agenda,
		CreatedAt: api.Time(m.CreatedAt), JoinURL: l.Planned().JoinURL(base),
	}
	if m.UsePMI {
		shape.PMI = l.Room.Number
	}
	if m.Type == meeting.PersonalRoom { // Zoom's lists have no type 4, and strict clients refuse it
		shape.Type, shape.PMI = meeting.Instant, m.ID
	}
	if r.Exists() {
		shape.StartTime = api.Time(r.OpenedAt)
	}
	if !r.EndedAt.IsZero() {
		shape.EndTime, shape.Duration, shape.JoinURL = api.Time(r.EndedAt), minutes(r.EndedAt.Sub(r.OpenedAt)), ""
	}
	return shape
}

// minutes returns the number of minutes that have begun.
func minutes(d time.Duration) int64 { return int64((d + time.Minute - 1) / time.Minute) }

func (h handler) listMeetings(ctx context.Context, r *api.Request) (api.Response, error) {
	listing, err := listingOf(r.QueryForm())
	if err != nil {
		return api.Response{}, err
	}
	page, err := h.schedule.List(ctx, r.Caller, r.Param("userId"), listing)
	if err != nil {
		return api.Response{}, err
	}
	shape := listShape{PageShape: api.PageOf(listing.Page, page.Paging), Meetings: make([]listedShape, len(page.Rows))}
	for i, row := range page.Rows {
		shape.Meetings[i] = listedOf(row, r.BaseURL())
	}
	return api.JSON(200, shape), nil
}

func listingOf(query *api.Form) (meeting.Listing, error) {
	l := meeting.Listing{Type: meeting.ListScheduled}
	list := query.Choice("type", string(meeting.ListScheduled), string(meeting.ListLive), string(meeting.ListUpcoming),
		string(meeting.ListUpcomingMeetings), string(meeting.ListPrevious))
	if list != nil {
		l.Type = meeting.ListType(*list)
	}
	readWindow(query, &l)
	l.Page = api.ReadPage(query, meeting.DefaultPage)
	return l, query.Err()
}

// readWindow reads the time that a list is about.
func readWindow(query *api.Form, l *meeting.Listing) {
	query.Narrow("from", "to")
	l.From, l.To = api.Parse(query, "from", parseFrom), api.Parse(query, "to", parseTo)
	if zone := api.Parse(query, "timezone", api.ParseTimezone); zone != nil {
		l.Timezone = *zone
	}
}

// parseFrom reads a day, of which it returns the first moment, or a time.
func parseFrom(s string) (meeting.ClientTime, error) {
	from, _, err := parseDayOrTime(s)
	return from, err
}

// parseTo returns the first moment after the day, or after the time: stored times are in milliseconds.
func parseTo(s string) (meeting.ClientTime, error) {
	to, isDay, err := parseDayOrTime(s)
	if isDay {
		to.Time = to.Time.AddDate(0, 0, 1)
	} else {
		to.Time = to.Time.Add(time.Millisecond)
	}
	return to, err
}

func parseDayOrTime(s string) (t meeting.ClientTime, isDay bool, err error) {
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return meeting.ClientTime{Time: day, Local: true}, true, nil
	}
	if t, err = api.ParseTime(s); err != nil {
		err = fmt.Errorf("must be a day such as 2026-03-02, or else %w", err)
	}
	return t, false, err
}
