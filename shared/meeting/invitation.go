package meeting

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// JoinURL is the link under which people come in to the meeting, with its room's passcode. To a meeting in the personal room it
// leads by the PMI and names the meeting, so that it survives an edit of the number (I14).
func (p Planned) JoinURL(base string) string {
	query := url.Values{}
	if p.Room.Settings.Passcode != "" {
		query.Set("pwd", p.Room.Settings.Passcode)
	}
	if p.Meeting.UsePMI {
		query.Set("omn", string(p.Meeting.ID))
	}
	link := base + "/j/" + string(p.number())
	if len(query) > 0 {
		link += "?" + query.Encode()
	}
	return link
}

// number is what people dial: the PMI of a meeting in the personal room.
func (p Planned) number() Number {
	if p.Meeting.UsePMI {
		return p.Room.Number
	}
	return p.Meeting.ID
}

// StartURL is the link under which a host starts it.
func (p Planned) StartURL(base string) string { return base + "/s/" + string(p.Meeting.ID) }

// An Invitation is what a host sends to those who shall come.
type Invitation struct {
	Planned
	Host Profile // who invites
}

// Invitation is the invitation to the meeting of the number, for its hosts.
func (s *Schedule) Invitation(ctx context.Context, c Caller, number string) (Invitation, error) {
	p, err := s.load(ctx, c, number, ViewMeeting)
	if err != nil {
		return Invitation{}, err
	}
	host, err := s.core.store.Profile(ctx, p.Meeting.Host)
	return Invitation{Planned: p, Host: host}, err
}

// spelled is how many occurrences the text of an invitation names.
const spelled = 10

// Text is the invitation as people read it, as of now: times are on the clocks of the meeting's zone.
func (i Invitation) Text(base string, now time.Time) string {
	var b strings.Builder
	m := i.Meeting
	fmt.Fprintf(&b, "%s is inviting you to a meeting.\n\nTopic: %s\n", i.Host.Name(), m.Topic)
	if !m.Start.IsZero() {
		fmt.Fprintf(&b, "Time: %s\n", i.time(now))
	}
	if m.Agenda != "" {
		fmt.Fprintf(&b, "\n%s\n", m.Agenda)
	}
	return b.String() + "\n" + i.Joining(base)
}

// Joining is the part of the text that says how people come in.
func (i Invitation) Joining(base string) string {
	text := fmt.Sprintf("Join:\n%s\n\nMeeting ID: %s\n", i.JoinURL(base), i.number().Grouped())
	if i.Room.Settings.Passcode != "" {
		text += fmt.Sprintf("Passcode: %s\n", i.Room.Settings.Passcode)
	}
	return text
}

// time is when the meeting is held: of a series the rule, and the next few occurrences.
func (i Invitation) time(now time.Time) string {
	m := i.Meeting
	if m.Series == nil || i.Occurrence != "" {
		return m.local(m.Start)
	}
	lines := []string{m.Series.Rule.words(m.zone())}
	var next []Occurrence
	for _, o := range m.Occurrences(now, spelled+len(m.Series.Exceptions)) {
		if !o.Cancelled && len(next) < spelled {
			next = append(next, o)
		}
	}
	for _, o := range next {
		lines = append(lines, "      "+m.local(o.Start))
	}
	return strings.Join(lines, "\n")
}

// local is the time on the clocks of the meeting's zone, and which zone that is.
func (m Meeting) local(t time.Time) string {
	return t.In(m.zone()).Format("Jan 2, 2006 15:04") + " " + m.zone().String()
}
