package api

import "personal-rooms/shared/meeting"

// A PageShape says where a page is in its list, in Zoom's words.
type PageShape struct {
	PageCount     int    `json:"page_count"` // at least 1: some clients ask until page_number is page_count
	PageNumber    int    `json:"page_number"`
	PageSize      int    `json:"page_size"`
	TotalRecords  int    `json:"total_records"`
	NextPageToken string `json:"next_page_token"` // empty: this is the last page
}

// PageOf returns the shape of a page.
func PageOf(q meeting.PageQuery, p meeting.Paging) PageShape {
	return PageShape{
		PageCount: max(1, (p.Total+q.Size-1)/q.Size), PageNumber: p.Number, PageSize: q.Size, TotalRecords: p.Total, NextPageToken: p.Next,
	}
}

const (
	maxPageToken  = 512 // characters
	maxPageNumber = 1 << 30
)

// ReadPage reads which page of a list a query asks for. usual is the size of a page without page_size.
func ReadPage(query *Form, usual int) meeting.PageQuery {
	q := meeting.PageQuery{Size: usual}
	if n := query.Int("page_size", 1, meeting.MaxPage); n != nil {
		q.Size = int(*n)
	}
	if n := query.Int("page_number", 0, maxPageNumber); n != nil {
		q.Number = int(*n)
	}
	if t := query.String("next_page_token", maxPageToken); t != nil {
		q.Token = *t
	}
	return q
}
