package main

import (
	"context"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/event"
)

// addCalendar writes the calendar entry of an invitation. It reads the room and the profile now, because the number or
// the passcode may have changed since the meeting was written.
func (n notifier) addCalendar(ctx context.Context, e *event.Event) (err error) {
	due, ok := e.Object.(event.Invitation)
	if !ok {
		return nil
	}
	i := &due.Details
	if i.Host, err = n.store.Profile(ctx, i.Meeting.Host); err != nil {
		return err
	}
	number := i.Meeting.ID
	if i.Meeting.UsePMI {
		number = i.Host.PMI
	}
	if i.Room, err = n.store.Room(ctx, number); err != nil {
		return err
	}
	entry := calendar.Invite{
		Meeting: i.Meeting, Organizer: calendar.Organizer{Name: i.Host.Name(), Email: i.Meeting.HostEmail},
		JoinURL: i.JoinURL(n.publicURL), Joining: i.Joining(n.publicURL), Now: e.At,
	}
	if due.ICS, err = text(due.Method, entry); err != nil {
		return &poison{err}
	}
	e.Object = due
	return nil
}

func text(method string, i calendar.Invite) (string, error) {
	if method == event.Cancel {
		return calendar.Cancel(i)
	}
	return calendar.Request(i)
}
