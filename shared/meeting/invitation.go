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
	if p.Room.Policy.Passcode != "" {
		query.Set("pwd", p.Room.Policy.Passcode)
	}
	number := p.Meeting.ID
	if p.Meeting.UsePMI {
		number = p.Room.Number
		query.Set("omn", string(p.Meeting.ID))
	}
	link := base + "/j/" + string(number)
	if len(query) > 0 {
		link += "?" + query.Encode()
	}
	return link
}

// StartURL is the link under which a host starts it.
func (p Planned) StartURL(base string) string { return base + "/s/" + string(p.Meeting.ID) }

// Invitation is the text that a host sends to those who shall come.
func (s *Schedule) Invitation(ctx context.Context, c Caller, number, base string) (string, error) {
	p, err := s.Get(ctx, c, number)
	if err != nil {
		return "", err
	}
	host, err := s.Profile(ctx, p.Meeting.Host)
	if err != nil {
		return "", err
	}
	return p.invitation(host.Name(), base), nil
}

func (p Planned) invitation(host, base string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is inviting you to a meeting.\n\nTopic: %s\n", host, p.Meeting.Topic)
	if !p.Meeting.Start.IsZero() {
		fmt.Fprintf(&b, "Time: %s\n", p.Meeting.localStart())
	}
	if p.Meeting.Agenda != "" {
		fmt.Fprintf(&b, "\n%s\n", p.Meeting.Agenda)
	}
	number := p.Meeting.ID
	if p.Meeting.UsePMI {
		number = p.Room.Number
	}
	fmt.Fprintf(&b, "\nJoin:\n%s\n\nMeeting ID: %s\n", p.JoinURL(base), number.Grouped())
	if p.Room.Policy.Passcode != "" {
		fmt.Fprintf(&b, "Passcode: %s\n", p.Room.Policy.Passcode)
	}
	return b.String()
}

// localStart is the start on the clocks of the meeting's time zone.
func (m Meeting) localStart() string {
	zone, err := time.LoadLocation(m.Timezone)
	if err != nil {
		zone = time.UTC
	}
	return m.Start.In(zone).Format("Jan 2, 2006 15:04") + " " + zone.String()
}
