package main

import (
	"slices"
	"strings"
	"time"

	"personal-rooms/shared/event"
	"personal-rooms/shared/publish/queue"
)

// mailMessages returns a mail to each recipient of the invitations, who learns of no other one. The message group is
// the meeting at the recipient.
func (n notifier) mailMessages(happened []event.Event) (all []queue.Message) {
	for _, e := range happened {
		due, ok := e.Object.(event.Invitation)
		if !ok || !n.sendsMail {
			continue
		}
		write := n.mailsOf(due, e.At)
		for _, to := range due.Emails {
			m := write(to)
			m.Account, m.EventID = e.Account, e.ID
			all = append(all, queue.Message{Body: m, Group: event.Digest(e.Item, to), ID: event.Digest(e.ID, to)})
		}
	}
	return all
}

// mailsOf returns what writes the mail to a recipient.
func (n notifier) mailsOf(due event.Invitation, at time.Time) func(to string) event.Mail {
	i := due.Details
	invitation, update, cancellation := i.Text(n.publicURL, at), i.Update(n.publicURL, at), i.Cancellation(at)
	return func(to string) event.Mail {
		m := event.Mail{To: to, ReplyTo: i.Meeting.HostEmail, Method: due.Method, ICS: addressed(due.ICS, to)}
		switch {
		case due.Method == event.Cancel:
			m.Subject, m.Text = "Cancelled: ", cancellation
		case slices.Contains(due.Informed, to):
			m.Subject, m.Text = "Updated: ", update
		default:
			m.Subject, m.Text = "Invitation: ", invitation
		}
		m.Subject += due.Topic
		return m
	}
}

// addressed returns the entry with the recipient in place of [event.AnyInvitee]. The address begins a folded line, so
// that the line before it does not become too long (RFC 5545, 3.1).
func addressed(entry, to string) string {
	return strings.Replace(entry, event.AnyInvitee, "\r\n "+to, 1)
}
