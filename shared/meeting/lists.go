package meeting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Paging of lists.
const (
	DefaultPage = 30
	MaxPage     = 300
)

// ListType is which meetings a list shows, in Zoom's words.
type ListType string

const (
	ListScheduled        ListType = "scheduled"         // all that are planned, soonest end first
	ListLive             ListType = "live"              // what sits now, in the order in which it began
	ListUpcoming         ListType = "upcoming"          // what is not over yet, soonest end first; on each page, soonest start first
	ListUpcomingMeetings ListType = "upcoming_meetings" // the same
	ListPrevious         ListType = "previous_meetings" // sittings that ended, the latest first
)

// A Listing is which page of which list is asked for.
type Listing struct {
	Type     ListType
	From     *ClientTime // nil: from the beginning
	To       *ClientTime // the first moment after what is asked for; nil: without end
	Timezone string      // IANA name, in which From and To are meant; the profile's if empty
	Size     int
	Token    string // where the page begins; "": the first one
}

// A Listed is a row of a list.
type Listed struct {
	Meeting    Meeting        // as it is at the occurrence
	Occurrence OccurrenceID   // of a series, in the lists of what comes: the next that is held
	Record     InstanceRecord // in the lists of what sits and of what sat
}

// A Page of a host's meetings.
type Page struct {
	Rows    []Listed
	Profile Profile // the host's
	Next    string  // token of the next page; "": this is the last
}

// List is a page of the meetings of who; instant ones are in the lists of sittings only. From and To ask for the planned meetings of which
// an occurrence that is not cancelled overlaps that time, and for the sittings that began in it. A page may hold fewer rows than asked for,
// though others follow. A token is good for its user, its list and its time only.
func (s *Schedule) List(ctx context.Context, c Caller, who string, l Listing) (Page, error) {
	p, err := s.findUser(ctx, c, who, AdminReadsMeetings)
	if err != nil {
		return Page{}, err
	}
	w, err := l.window(p)
	if err != nil {
		return Page{}, err
	}
	seal := tokenSigner{key: p.PageKey, list: fmt.Sprint(l.Type, w.from.UnixMilli(), w.to.UnixMilli())}
	after, err := seal.verify(l.Token)
	if err != nil {
		return Page{}, err
	}
	rows, next, err := s.rows(ctx, p, l, w, after)
	return Page{Rows: rows, Profile: p, Next: seal.sign(next)}, err
}

func (s *Schedule) rows(ctx context.Context, p Profile, l Listing, w window, after string) ([]Listed, string, error) {
	switch l.Type {
	case ListLive:
		return s.live(ctx, p, w, after, l.Size)
	case ListUpcoming, ListUpcomingMeetings:
		return s.upcoming(ctx, p, w, after, l.Size)
	case ListPrevious:
		return s.previous(ctx, p.User, w, after, l.Size)
	default:
		return s.scheduled(ctx, p.User, w, after, l.Size)
	}
}

// A window is the time from one moment until before another.
type window struct{ from, to time.Time }

// forever is when a window ends that has no end: after every time that can be asked for.
var forever = time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC)

// window is the time that is asked for, as the clocks of the zone show it.
func (l Listing) window(p Profile) (window, error) {
	zone, err := time.LoadLocation(cmp.Or(l.Timezone, p.Timezone))
	if err != nil {
		return window{}, RefuseField("timezone", CheckTimezone(cmp.Or(l.Timezone, p.Timezone)).Error())
	}
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

// whole reports whether no window was asked for.
func (w window) whole() bool { return w.from.IsZero() && w.to.Equal(forever) }

func (w window) has(t time.Time) bool { return !t.Before(w.from) && t.Before(w.to) }

// first is the first occurrence of the meeting that is held in the window.
func (w window) first(m Meeting) (Occurrence, bool) {
	o, held := m.Next(w.from)
	return o, held && o.Start.Before(w.to)
}

func (s *Schedule) scheduled(ctx context.Context, host User, w window, after string, size int) ([]Listed, string, error) {
	return s.agenda(ctx, host, w, after, size, func(m Meeting) (Listed, bool) {
		if w.whole() {
			return Listed{Meeting: m}, true
		}
		_, held := w.first(m)
		return Listed{Meeting: m}, held
	})
}

// Where the list of what comes goes on: in what runs over its time, or in what follows that.
const (
	prefixOverrun  = "over/"
	prefixUpcoming = "to come/"
)

// upcoming begins with what is live though it is over by its plan.
func (s *Schedule) upcoming(ctx context.Context, p Profile, w window, after string, size int) (rows []Listed, next string, err error) {
	whole := w.whole()
	w.from = later(w.from, s.Now())
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
	slices.SortStableFunc(rows, func(a, b Listed) int { return sooner(a.Meeting, b.Meeting) })
	return rows, next, err
}

// sooner compares by the start; what has none is last.
func sooner(a, b Meeting) int {
	if a.Start.IsZero() || b.Start.IsZero() {
		return b.Start.Compare(a.Start)
	}
	return a.Start.Compare(b.Start)
}

// mostReads is how many queries are made at most for one page: what is not in the window is read in vain.
const mostReads = 10

// agenda is a page of the host's meetings that are not over before the window, of those that row shows.
func (s *Schedule) agenda(ctx context.Context, host User, w window, after string, size int, row func(Meeting) (Listed, bool),
) (rows []Listed, next string, err error) {
	for range mostReads {
		var read []Meeting
		if read, after, err = s.Agenda(ctx, host, w.from, after, size-len(rows)); err != nil {
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

// live is in the order in which it began.
func (s *Schedule) live(ctx context.Context, p Profile, w window, after string, size int) ([]Listed, string, error) {
	sits, next, err := s.LiveInstances(ctx, p.User, w.from, w.to, after, size)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.rowOf(ctx, p, sits)
	return rows, next, err
}

// overrunning is what is live now, in the window, though no occurrence of it is to come; in the order in which it began.
func (s *Schedule) overrunning(ctx context.Context, p Profile, w window, after string, size int) ([]Listed, string, error) {
	if !w.has(s.Now()) {
		return nil, prefixUpcoming, nil
	}
	sits, next, err := s.LiveInstances(ctx, p.User, time.Time{}, forever, after, size)
	if err != nil {
		return nil, "", err
	}
	if next = prefixOverrun + next; next == prefixOverrun {
		next = prefixUpcoming
	}
	unplanned := func(sat InstanceRecord) bool { return sat.Meeting.Type == Instant || sat.Meeting.Type == PersonalRoom }
	rows, err := s.rowOf(ctx, p, slices.DeleteFunc(sits, unplanned))
	var over []Listed
	for _, row := range rows {
		m := row.Meeting
		if _, coming := m.Next(s.Now()); coming || m.Start.IsZero() {
			continue
		}
		if o, held := m.Next(row.Record.OpenedAt); held { // what it was opened for
			m, row.Occurrence = m.At(o), o.ID
		}
		over = append(over, Listed{Meeting: m, Occurrence: row.Occurrence})
	}
	return over, next, err
}

// rowOf is a row for each of the sittings that goes on.
func (s *Schedule) rowOf(ctx context.Context, p Profile, sits []InstanceRecord) ([]Listed, error) {
	rows, err := each(ctx, sits, func(ctx context.Context, sat InstanceRecord) (Listed, error) { return s.liveInstances(ctx, p, sat) })
	return slices.DeleteFunc(rows, func(row Listed) bool { return !row.Record.Exists() }), err
}

// liveInstances is the row of what sits; empty if it does no more.
func (s *Schedule) liveInstances(ctx context.Context, p Profile, sat InstanceRecord) (Listed, error) {
	r, on, err := s.stillLive(ctx, sat)
	if err != nil || !on {
		return Listed{}, err
	}
	if r.Kind == Personal && r.Live.Meeting.ID == "" {
		return Listed{Meeting: PersonalView(p, r, s.Now()).Meeting, Record: sat}, nil
	}
	m, err := s.Meeting(ctx, r.Owner, r.LiveMeeting().ID)
	if err != nil || !m.Exists() {
		return Listed{}, err
	}
	return Listed{Meeting: m, Record: sat}, nil
}

func (s *Schedule) previous(ctx context.Context, host User, w window, after string, size int) (rows []Listed, next string, err error) {
	var sittings []InstanceRecord
	err = s.listPast(ctx, host, func(ctx context.Context) (err error) {
		sittings, next, err = s.Turnstile.PastInstances(ctx, host, w.from, w.to, after, size)
		return err
	})
	for _, sat := range sittings {
		if sat.kept(s.Now()) {
			rows = append(rows, Listed{Meeting: sat.meeting(), Record: sat})
		}
	}
	return rows, next, err
}

// meeting is what the record knows of the meeting that sat.
func (s InstanceRecord) meeting() Meeting {
	return Meeting{ID: s.Meeting.ID, Host: s.Owner, Type: s.Meeting.Type, Topic: s.Meeting.Topic}
}
