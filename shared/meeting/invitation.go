package meeting

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// JoinURL returns the link to join the meeting, with the token of its room. The link to a meeting in the personal
// room has the PMI, and the meeting's number as omn, so it works after a change of the PMI (I14).
func (p Planned) JoinURL(base string) string {
	query := url.Values{}
	if pwd := p.Room.LinkPasscode(); pwd != "" {
		query.Set("pwd", pwd)
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

// number returns the number to join by: for a meeting in the personal room, the PMI.
func (p Planned) number() Number {
	if p.Meeting.UsePMI {
		return p.Room.Number
	}
	return p.Meeting.ID
}

// StartURL returns the link by which a host starts the meeting.
func (p Planned) StartURL(base string) string { return base + "/s/" + string(p.Meeting.ID) }

// An Invitation is the text that a host sends to invitees.
type Invitation struct {
	Planned
	Host Profile
}

// Invitation returns the invitation to the meeting of the number, for its hosts and admins: others get [NoMeeting]. It
// returns [AccountClosed] if the operator closed the account.
func (s *Schedule) Invitation(ctx context.Context, c Caller, number string) (Invitation, error) {
	p, err := s.load(ctx, c, number, ViewMeeting)
	if err == nil && p.Room.Rules.closed() {
		err = refuse(AccountClosed)
	}
	if err != nil {
		return Invitation{}, err
	}
	var host Profile
	err = together(ctx,
		func(ctx context.Context) (err error) {
			host, err = s.core.store.Profile(ctx, p.Meeting.Host)
			return err
		},
		func(ctx context.Context) error { return s.core.markUsed(ctx, p.Room) })
	return Invitation{Planned: p, Host: host}, err
}

const maxListed = 10

// Text returns the invitation for people, with the occurrences from now on. Times are in the meeting's zone.
func (i Invitation) Text(base string, now time.Time) string {
	opening := "You are invited to a meeting."
	if name := i.Host.Name(); name != "" {
		opening = name + " is inviting you to a meeting."
	}
	return opening + i.details(now) + "\n" + i.Joining(base)
}

// Update is [Invitation.Text] for people who were invited before the meeting changed.
func (i Invitation) Update(base string, now time.Time) string {
	return "A meeting to which you are invited has changed." + i.details(now) + "\n" + i.Joining(base)
}

// Cancellation returns the text for people who are not invited any more. It does not say how to join.
func (i Invitation) Cancellation(now time.Time) string {
	return "This meeting is cancelled, or you are not invited to it any more." + i.details(now)
}

// details returns what the text says of the meeting after its first sentence.
func (i Invitation) details(now time.Time) string {
	text := fmt.Sprintf("\n\nTopic: %s\n", i.Meeting.Topic)
	if !i.Meeting.Start.IsZero() {
		text += fmt.Sprintf("Time: %s\n", i.time(now))
	}
	if i.Meeting.Agenda != "" {
		text += fmt.Sprintf("\n%s\n", i.Meeting.Agenda)
	}
	return text
}

// Joining returns the part of the text that says how to join.
func (i Invitation) Joining(base string) string {
	text := fmt.Sprintf("Join:\n%s\n\nMeeting ID: %s\n", i.JoinURL(base), i.number().Grouped())
	if i.Room.Settings.Passcode != "" {
		text += fmt.Sprintf("Passcode: %s\n", i.Room.Settings.Passcode)
	}
	return text
}

// time returns the start of the meeting; of a series, the rule and the next occurrences.
func (i Invitation) time(now time.Time) string {
	m := i.Meeting
	if m.Series == nil || i.Occurrence != "" {
		return m.local(m.Start)
	}
	lines := []string{m.Series.Rule.words(m.Zone())}
	for _, o := range m.Occurrences(now, maxListed+len(m.Series.Exceptions)) {
		if !o.Cancelled && len(lines) <= maxListed {
			lines = append(lines, "      "+m.local(o.Start))
		}
	}
	return strings.Join(lines, "\n")
}

func (m Meeting) local(t time.Time) string {
	return t.In(m.Zone()).Format("Jan 2, 2006 15:04") + " " + m.Zone().String()
}
