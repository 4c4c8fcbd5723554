package event

import (
	"encoding/json"

	"personal-rooms/shared/meeting"
)

// Methods of a calendar entry (RFC 5546).
const (
	Request = "REQUEST" // it is new or changed
	Publish = "PUBLISH" // the same, where the host has no address to answer to
	Cancel  = "CANCEL"
)

// AnyInvitee stands in the calendar entry of several recipients, who must not see each other, for each of them.
const AnyInvitee = "invitee@personal-rooms.invalid"

// An Invitation is a calendar entry that must be sent to each recipient on its own.
type Invitation struct {
	ID     json.Number `json:"id"`
	HostID string      `json:"host_id"`
	Topic  string      `json:"topic"`
	Emails []string    `json:"emails"`          // to whom
	Email  string      `json:"email,omitempty"` // the only recipient
	Method string      `json:"method"`
	ICS    string      `json:"ics"` // the entry as text/calendar; the publisher of the event writes it

	Details  meeting.Invitation `json:"-"` // as the entry shows it, with the only recipient, or AnyInvitee; the publisher adds room and host
	Informed []string           `json:"-"` // who has an earlier revision of the entry
}

// A Mail is a message of the mails queue: one mail to one recipient, with a calendar entry or none. The queue is
// first-in-first-out within a message group, so a mail that fails delays its own group only.
type Mail struct {
	Account string `json:"account"`
	EventID string `json:"event_id"`
	To      string `json:"to"`
	ReplyTo string `json:"reply_to,omitempty"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Method  string `json:"method,omitempty"` // of the entry
	ICS     string `json:"ics,omitempty"`
}

// invitations returns an event for each calendar entry to be sent: one to those who are not invited any more, and one
// to those for whom it is new or changed (see [meeting.Meeting.InvitationsDue]).
func invitations(c Change, before, after meeting.Meeting) (all []Event) {
	if gone := before.Uninvited(after); len(gone) > 0 {
		all = append(all, due(c, before, gone, Cancel, nil))
	}
	if invited := after.InvitationsDue(before); len(invited) > 0 {
		all = append(all, due(c, after, invited, Request, before.InCalendars()))
	}
	return all
}

func due(c Change, m meeting.Meeting, emails []string, method string, informed []string) Event {
	to := Invitation{ID: numeric(m.ID), HostID: m.Host.ID, Topic: m.Topic, Emails: emails, Method: method, Informed: informed}
	to.Details.Meeting = m
	to.Details.Meeting.Invitees = []string{AnyInvitee}
	if len(emails) == 1 {
		to.Email, to.Details.Meeting.Invitees = emails[0], emails
	}
	if method == Request && m.HostEmail == "" {
		to.Method = Publish
	}
	return c.newEvent(Event{Name: InvitationDue, Account: m.Host.Account, Object: to}, method)
}
