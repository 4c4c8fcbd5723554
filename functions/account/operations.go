package main

import (
	"context"
	"errors"
	"time"

	"personal-rooms/shared/api"
	"personal-rooms/shared/meeting"
)

// An operation is the shape of meeting.AuditEntry, in Zoom's words.
type operation struct {
	Time     string                `json:"time"`
	Operator string                `json:"operator"`
	By       string                `json:"operator_detail,omitempty"` // the app that acted as the operator
	Category meeting.AuditCategory `json:"category_type"`
	Action   string                `json:"action"`
	Detail   string                `json:"operation_detail"`
}

type operationList struct {
	From       string      `json:"from"` // days
	To         string      `json:"to"`
	PageSize   int         `json:"page_size"`
	Next       string      `json:"next_page_token"`
	Operations []operation `json:"operation_logs"`
}

const (
	allCategories = "all"
	maxToken      = 64 // characters
)

func (h handler) listOperations(ctx context.Context, r *api.Request) (api.Response, error) {
	query, err := auditQueryOf(r.QueryForm())
	if err != nil {
		return api.Response{}, err
	}
	shown, entries, next, err := h.audit.List(ctx, r.Caller, query)
	list := operationList{From: day(shown.From), To: day(shown.To.Add(-time.Millisecond)), PageSize: query.Size, Next: next,
		Operations: []operation{}}
	for _, e := range entries {
		list.Operations = append(list.Operations, operation{api.Time(e.At), e.Operator, byApp(e), e.Category, e.Action, e.Detail})
	}
	return api.JSON(200, list), err
}

// byApp names the app that made the change; "" if the operator made it themselves.
func byApp(e meeting.AuditEntry) string {
	if e.App == "" {
		return ""
	}
	return "app " + e.App + " as " + e.Operator
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// auditQueryOf reads the days from and to, both of which count.
func auditQueryOf(f *api.Form) (q meeting.AuditQuery, err error) {
	categories := []string{allCategories}
	for _, c := range meeting.AuditCategories() {
		categories = append(categories, string(c))
	}
	f.Narrow("from", "to", "category_type")
	if c := f.Choice("category_type", categories...); c != nil && *c != allCategories {
		q.Category = meeting.AuditCategory(*c)
	}
	if from := api.Parse(f, "from", parseDay); from != nil {
		q.From = *from
	}
	if to := api.Parse(f, "to", parseDay); to != nil {
		q.To = to.AddDate(0, 0, 1)
	}
	q.Size = meeting.DefaultPage
	if n := f.Int("page_size", 1, meeting.MaxPage); n != nil {
		q.Size = int(*n)
	}
	if token := f.String("next_page_token", maxToken); token != nil {
		q.Token = *token
	}
	return q, f.Err()
}

// parseDay returns the first moment of the day in UTC.
func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		err = errors.New("must be a day such as 2026-03-02")
	}
	return t, err
}
