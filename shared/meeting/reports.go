package meeting

import (
	"context"
	"strings"
	"time"
)

// MaxReports is the maximal number of rows of a page of [Schedule.Reports], which reads the roster of each.
const MaxReports = 30

// Turnout sums up the roster of an ended instance.
type Turnout struct {
	Participants int           // seats that were admitted
	Internal     int           // of them, those of users of the host's account
	Present      time.Duration // of all participants together
}

// Turnout returns the sums of the roster.
func (p PastMeeting) Turnout() (sums Turnout) {
	for _, seat := range p.Roster {
		_, _, in := seat.presence(p.Record.EndedAt)
		sums.Present += in
		if seat.FirstAdmittedAt.IsZero() {
			continue
		}
		sums.Participants++
		if p.Internal(seat) {
			sums.Internal++
		}
	}
	return sums
}

// Reports returns a page of the ended instances of who, as [Schedule.List] does, and the turnout of each. The page has
// at most [MaxReports] rows.
func (s *Schedule) Reports(ctx context.Context, c Caller, who string, l Listing) (Page, []Turnout, error) {
	l.Type = ListPrevious
	page, err := s.List(ctx, c, who, l)
	if err != nil {
		return page, nil, err
	}
	sums, err := each(ctx, page.Rows, func(ctx context.Context, _ int, row Listed) (Turnout, error) {
		roster, err := s.core.store.Roster(ctx, row.Record.Instance)
		return PastMeeting{Record: row.Record, Host: page.Profile, Roster: roster}.Turnout(), err
	})
	return page, sums, err
}

// Report returns the instance, as [Schedule.PastMeeting] does, and its meeting as it is now: the zero Meeting if it was
// cancelled, or if the instance was for none.
func (s *Schedule) Report(ctx context.Context, c Caller, address string) (PastMeeting, Meeting, error) {
	record, err := s.endedInstance(ctx, c, address)
	if err != nil {
		return PastMeeting{}, Meeting{}, err
	}
	var m Meeting
	past, err := s.withRoster(ctx, c, record, func(ctx context.Context) (err error) {
		m, err = s.core.store.Meeting(ctx, record.Owner, record.Meeting.ID)
		return err
	})
	return past, m, err
}

// InInstance returns the part of the id that names the seat within its instance: 16 characters.
func (id SeatID) InInstance() string {
	_, own, _ := strings.Cut(string(id), ".")
	return own
}

// gone returns when the people in the seat last left. People who were never admitted left when their lease ended, at
// the latest with the instance.
func (s Seat) gone(ended time.Time) time.Time {
	if _, left, _ := s.presence(ended); !left.IsZero() {
		return left
	}
	return within(s.Lease, s.JoinedAt, ended)
}
