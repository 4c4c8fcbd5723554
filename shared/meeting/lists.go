package meeting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A ListType selects the meetings of a list, in Zoom's words.
type ListType string

const (
	ListScheduled        ListType = "scheduled"         // all planned meetings, the soonest end first
	ListLive             ListType = "live"              // live instances, in the order of their starts
	ListUpcoming         ListType = "upcoming"          // meetings that are not over; pages by the soonest end, rows by the soonest start
	ListUpcomingMeetings ListType = "upcoming_meetings" // the same
	ListPrevious         ListType = "previous_meetings" // ended instances, the latest first
)

// A Listing selects a page of a list.
type Listing struct {
	Type     ListType
	From     *ClientTime   // nil: from the beginning
	To       *ClientTime   // exclusive; nil: without end
	Timezone string        // IANA name, of From and To; empty: the profile's
	Within   time.Duration // from now, in place of To: a page token stays valid as time goes on; 0: without end
	Page     PageQuery
}

// A Listed is a row of a list.
type Listed struct {
	Meeting    Meeting        // at the occurrence
	Occurrence OccurrenceID   // of a series in the list of upcoming meetings: the next one that is not cancelled
	Record     InstanceRecord // in the lists of instances
	Room       Room           // in which it is held, as [Planned] has it; not of an instance that ended
	Target     Target         // of a meeting in the personal room
}

// A Page is a page of a list of a host's meetings.
type Page struct {
	Rows    []Listed
	Profile Profile // the host's
	Paging
}

// List returns a page of the meetings of who. Instant meetings are only in the lists of instances. From and To select
// planned meetings with an occurrence in that time that is not cancelled, and instances that began in it. A page may
// have fewer than Size rows even if it is not the last. List refuses a token of another user, list or time.
func (s *Schedule) List(ctx context.Context, c Caller, who string, l Listing) (Page, error) {
	p, err := s.core.findUser(ctx, c, who, ListMeetings)
	if err != nil {
		return Page{}, err
	}
	w, err := l.window(p)
	if err != nil {
		return Page{}, err
	}
	tokens := tokenSigner{key: p.PageKey, list: fmt.Sprint(l.Type, w.from.UnixMilli(), w.to.UnixMilli())}
	if l.Within > 0 {
		tokens.list += l.Within.String()
		w.to = s.core.env.Now().Add(l.Within)
	}
	read := s.scheduled
	switch l.Type {
	case ListLive:
		read = s.live
	case ListUpcoming, ListUpcomingMeetings:
		read = s.upcoming
	case ListPrevious:
		read = s.previous
	case ListScheduled:
	}
	of := reader[Listed](func(ctx context.Context, after string, size int) ([]Listed, string, error) {
		return read(ctx, p, w, after, size)
	})
	page := Page{Profile: p}
	get := func(ctx context.Context) (err error) {
		page.Rows, page.Paging, err = of.page(ctx, l.Page, tokens)
		return err
	}
	if l.Type == ListPrevious {
		err = s.listPast(ctx, p.User, get)
	} else {
		err = get(ctx)
	}
	if err == nil {
		page.Rows, err = s.withRooms(ctx, p, page.Rows)
	}
	if l.Type == ListUpcoming || l.Type == ListUpcomingMeetings {
		slices.SortStableFunc(page.Rows, func(a, b Listed) int { return sooner(a.Meeting, b.Meeting) })
	}
	return page, err
}

// A window is a time from (inclusive) until to (exclusive).
type window struct{ from, to time.Time }

// forever ends a window without end. It is after every time that a client can send.
var forever = time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC)

func (l Listing) window(p Profile) (window, error) {
	if err := CheckTimezone(l.Timezone); err != nil && l.Timezone != "" {
		return window{}, RefuseField("timezone", err.Error())
	}
	zone := storedZone(cmp.Or(l.Timezone, p.Timezone))
	w := window{to: forever}
	if l.From != nil {
		w.from = l.From.in(zone)
	}
	if l.To != nil {
		w.to = l.To.in(zone)
	}
	if !w.from.Before(w.to) {
		return w, RefuseField("to", fmt.Sprintf("ends at %s; must not be before from, which is %s",
			w.to.Format(time.RFC3339), w.from.Format(time.RFC3339)))
	}
	return w, nil
}

func (w window) whole() bool { return w.from.IsZero() && w.to.Equal(forever) }

func (w window) has(t time.Time) bool { return !t.Before(w.from) && t.Before(w.to) }

// first returns the first occurrence in the window that is not cancelled.
func (w window) first(m Meeting) (Occurrence, bool) {
	o, held := m.Next(w.from)
	return o, held && o.Start.Before(w.to)
}

func (s *Schedule) scheduled(ctx context.Context, p Profile, w window, after string, size int) ([]Listed, string, error) {
	return s.agenda(ctx, p.User, w, after, size, func(m Meeting) (Listed, bool) {
		_, held := w.first(m)
		return Listed{Meeting: m}, held || w.whole()
	})
}

// Prefixes of positions in the list of upcoming meetings: first come those that overrun, then the others.
const (
	prefixOverrun  = "over/"
	prefixUpcoming = "to come/"
)

// upcoming begins with meetings that overrun: they are live, and over by their plan.
func (s *Schedule) upcoming(ctx context.Context, p Profile, w window, after string, size int) (rows []Listed, next string, err error) {
	whole := w.whole()
	w.from = later(w.from, s.core.env.Now())
	next = after
	if position, over := strings.CutPrefix(after, prefixOverrun); over || after == "" {
		rows, next, err = s.overrunning(ctx, p, w, position, size)
	}
	if position, rest := strings.CutPrefix(next, prefixUpcoming); err == nil && rest && len(rows) < size {
		var coming []Listed
		coming, next, err = s.agenda(ctx, p.User, w, position, size-len(rows), func(m Meeting) (Listed, bool) {
			if m.Start.IsZero() {
				return Listed{Meeting: m}, whole
			}
			o, held := w.first(m)
			return Listed{Meeting: m.At(o), Occurrence: o.ID}, held
		})
		rows = append(rows, coming...)
		if next != "" {
			next = prefixUpcoming + next
		}
	}
	return rows, next, err
}

// sooner compares by the start; a meeting without a start is last.
func sooner(a, b Meeting) int {
	if a.Start.IsZero() || b.Start.IsZero() {
		return b.Start.Compare(a.Start)
	}
	return a.Start.Compare(b.Start)
}

// maxPageReads is the maximal number of queries for one page, of which some may find no meeting in the window.
const maxPageReads = 10

// agenda returns a page of the host's meetings that are not over before the window, without those that row leaves out.
func (s *Schedule) agenda(ctx context.Context, host User, w window, after string, size int, row func(Meeting) (Listed, bool),
) (rows []Listed, next string, err error) {
	for range maxPageReads {
		var read []Meeting
		if read, after, err = s.core.store.Agenda(ctx, host, w.from, after, size-len(rows)); err != nil {
			return nil, "", err
		}
		for _, m := range read {
			if shown, ok := row(m); ok {
				rows = append(rows, shown)
			}
		}
		if after == "" || len(rows) == size {
			break
		}
	}
	return rows, after, nil
}

func (s *Schedule) live(ctx context.Context, p Profile, w window, after string, size int) ([]Listed, string, error) {
	records, next, err := s.core.store.LiveInstances(ctx, p.User, w.from, w.to, after, size)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.liveRows(ctx, p, records)
	return rows, next, err
}

// overrunning returns the live meetings without a next occurrence, if the window has the present time.
func (s *Schedule) overrunning(ctx context.Context, p Profile, w window, after string, size int) ([]Listed, string, error) {
	if !w.has(s.core.env.Now()) {
		return nil, prefixUpcoming, nil
	}
	records, next, err := s.core.store.LiveInstances(ctx, p.User, time.Time{}, forever, after, size)
	if err != nil {
		return nil, "", err
	}
	if next = prefixOverrun + next; next == prefixOverrun {
		next = prefixUpcoming
	}
	unplanned := func(r InstanceRecord) bool { return r.Meeting.Type == Instant || r.Meeting.Type == PersonalRoom }
	rows, err := s.liveRows(ctx, p, slices.DeleteFunc(records, unplanned))
	var over []Listed
	for _, row := range rows {
		m := row.Meeting
		if _, coming := m.Next(s.core.env.Now()); coming || m.Start.IsZero() {
			continue
		}
		if o, held := m.Next(row.Record.OpenedAt); held { // the occurrence for which the room was opened
			m, row.Occurrence = m.At(o), o.ID
		}
		over = append(over, Listed{Meeting: m, Occurrence: row.Occurrence})
	}
	return over, next, err
}

// liveRows returns a row for each instance that is still live. It ends the others.
func (s *Schedule) liveRows(ctx context.Context, p Profile, records []InstanceRecord) ([]Listed, error) {
	rows, err := each(ctx, records, func(ctx context.Context, _ int, r InstanceRecord) (Listed, error) { return s.liveRow(ctx, p, r) })
	return slices.DeleteFunc(rows, func(row Listed) bool { return !row.Record.Exists() }), err
}

// liveRow returns the row of a live instance; an empty one if it is over, or its meeting was deleted.
func (s *Schedule) liveRow(ctx context.Context, p Profile, record InstanceRecord) (Listed, error) {
	r, live, err := s.core.stillLive(ctx, record)
	if err != nil || !live {
		return Listed{}, err
	}
	if r.Kind == Personal && r.Live.Meeting.ID == "" {
		return Listed{Meeting: PersonalView(p, r, s.core.env.Now()).Meeting, Record: record, Room: r}, nil
	}
	m, err := s.core.store.Meeting(ctx, r.Owner, r.LiveMeeting().ID)
	if err != nil || !m.Exists() {
		return Listed{}, err
	}
	return Listed{Meeting: m, Record: record, Room: r}, nil
}

func (s *Schedule) previous(ctx context.Context, p Profile, w window, after string, size int) (rows []Listed, next string, err error) {
	records, next, err := s.core.store.PastInstances(ctx, p.User, w.from, w.to, after, size)
	for _, r := range records {
		if r.kept(s.core.env.Now()) {
			m := Meeting{ID: r.Meeting.ID, Host: r.Owner, Type: r.Meeting.Type, Topic: r.Meeting.Topic}
			rows = append(rows, Listed{Meeting: m, Record: r})
		}
	}
	return rows, next, err
}
