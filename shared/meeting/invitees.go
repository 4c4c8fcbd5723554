package meeting

import "slices"

// InvitationsDue returns the invitees to whom the calendar entry must be sent after the change from before: all if it
// is new or changed, else those who are new.
func (m Meeting) InvitationsDue(before Meeting) (due []string) {
	had := before.inCalendars()
	for _, email := range m.inCalendars() {
		if before.Sequence != m.Sequence || !slices.Contains(had, email) {
			due = append(due, email)
		}
	}
	return due
}

// Uninvited returns the invitees out of whose calendars the entry must be taken: all if the meeting is cancelled, or has
// no fixed time any more.
func (m Meeting) Uninvited(after Meeting) (gone []string) {
	have := after.inCalendars()
	for _, email := range m.inCalendars() {
		if !slices.Contains(have, email) {
			gone = append(gone, email)
		}
	}
	return gone
}

// inCalendars returns the invitees who have the meeting in their calendars.
func (m Meeting) inCalendars() []string {
	if m.Start.IsZero() {
		return nil
	}
	return m.Invitees
}
