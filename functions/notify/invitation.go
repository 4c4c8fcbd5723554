package main

import (
	"context"

	"personal-rooms/shared/calendar"
	"personal-rooms/shared/event"
	"personal-rooms/shared/meeting"
)

// addCalendar writes the calendar entry of an invitation. It reads the room and the profile now, because the number or
// the passcode may have changed since the meeting was written.
func (n notifier) addCalendar(ctx context.Context, e *event.Event) error {
	due, ok := e.Object.(event.Invitation)
	if !ok {
		return nil
	}
	host, err := n.store.Profile(ctx, due.Meeting.Host)
	if err != nil {
		return err
	}
	number := due.Meeting.ID
	if due.Meeting.UsePMI {
		number = host.PMI
	}
	room, err := n.store.Room(ctx, number)
	if err != nil {
		return err
	}
	i := meeting.Invitation{Planned: meeting.Planned{Meeting: due.Meeting, Room: room}, Host: host}
	entry := calendar.Invite{
		Meeting: due.Meeting, Organizer: calendar.Organizer{Name: host.Name(), Email: due.Meeting.HostEmail},
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
