package event

import (
	"encoding/json"
	"slices"

	"personal-rooms/shared/meeting"
)

// Methods of a calendar entry (RFC 5546).
const (
	Request = "REQUEST" // it is new or changed
	Publish = "PUBLISH" // the same, where the host has no address to answer to
	Cancel  = "CANCEL"
)

// An Invitation is a calendar entry that must be sent to somebody.
type Invitation struct {
	ID     json.Number `json:"id"`
	HostID string      `json:"host_id"`
	Topic  string      `json:"topic"`
	Email  string      `json:"email"` // to whom
	Method string      `json:"method"`
	ICS    string      `json:"ics"` // the entry as text/calendar; the publisher of the event writes it

	Meeting meeting.Meeting `json:"-"` // as the entry shows it, with this invitee only
}

// invitations returns an event for each calendar entry to be sent: to all invitees when the entry is new or changed, to
// those who are removed from the list, and to all when the meeting is cancelled or has no fixed time any more.
func invitations(c Change, before, after meeting.Meeting) (all []Event) {
	was, is := invited(before), invited(after)
	for _, email := range was {
		if !slices.Contains(is, email) {
			all = append(all, due(c, before, email, Cancel))
		}
	}
	for _, email := range is {
		if before.Sequence != after.Sequence || !slices.Contains(was, email) {
			all = append(all, due(c, after, email, Request))
		}
	}
	return all
}

// invited returns the invitees who have the meeting in their calendars.
func invited(m meeting.Meeting) []string {
	if m.Start.IsZero() {
		return nil
	}
	return m.Invitees
}

func due(c Change, m meeting.Meeting, email, method string) Event {
	m.Invitees = []string{email}
	if method == Request && m.HostEmail == "" {
		method = Publish
	}
	return c.newEvent(Event{Name: InvitationDue, Account: m.Host.Account, Object: Invitation{
		ID: numeric(m.ID), HostID: m.Host.ID, Topic: m.Topic, Email: email, Method: method, Meeting: m,
	}}, email)
}
