package meeting

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// InvitationsDue returns the invitees to whom the calendar entry must be sent after the change from before: all if it
// is new or changed, else those who are new.
func (m Meeting) InvitationsDue(before Meeting) (due []string) {
	had, changed := before.InCalendars(), m.entryDiffers(before)
	for _, email := range m.InCalendars() {
		if changed || !slices.Contains(had, email) {
			due = append(due, email)
		}
	}
	return due
}

// Uninvited returns the invitees out of whose calendars the entry must be taken: all if the meeting is cancelled, or
// has no fixed time any more.
func (m Meeting) Uninvited(after Meeting) (gone []string) {
	have := after.InCalendars()
	for _, email := range m.InCalendars() {
		if !slices.Contains(have, email) {
			gone = append(gone, email)
		}
	}
	return gone
}

// InCalendars returns the invitees who have the meeting in their calendars.
func (m Meeting) InCalendars() []string {
	if m.Start.IsZero() {
		return nil
	}
	return m.Invitees
}

// MaxInvitations is how many invitations of one host may be due in a day (UTC), those after a change included.
const MaxInvitations = 5000

// inviting makes the change of the meeting. If invitations are due by it, it counts them before, and not if the change
// is refused. It returns [TooManyInvitations] if they are too many for the day.
func (t *core) inviting(ctx context.Context, was, to Meeting, change func() error) error {
	n := len(to.InvitationsDue(was))
	if n == 0 {
		return change()
	}
	now := t.env.Now()
	day := now.UTC().Truncate(wholeDay)
	scope := "invitations#" + to.Host.Account + "#" + to.Host.ID
	p := Place{Scope: scope, Window: day, Limit: MaxInvitations, Count: n, At: now}
	_, err := t.store.TakePlace(ctx, p)
	if errors.Is(err, ErrStale) {
		return t.retryAt(TooManyInvitations, day.Add(wholeDay))
	}
	if err != nil {
		return err
	}
	err = change()
	if ReasonOf(err) != "" || errors.Is(err, ErrStale) { // it was not made
		return cmp.Or(t.store.ReturnPlace(ctx, p), err)
	}
	return err
}

// makeInviting is [core.make] of a meeting with invitees. A repeated request counts no invitations, and has the answer
// of the first one after too many too (I15).
func (s *Schedule) makeInviting(
	ctx context.Context, c Caller, m Meeting, settings Settings, plan Plan,
) (made Meeting, repeated bool, err error) {
	err = s.core.inviting(ctx, Meeting{}, m, func() (err error) {
		if made, repeated, err = s.core.make(ctx, c, m, settings, plan); repeated {
			return ErrStale // none are due
		}
		return err
	})
	if repeated {
		return made, true, nil
	}
	if plan.Key != "" && ReasonOf(err) == TooManyInvitations {
		known, unread := s.core.store.IdempotencyRecord(ctx, c.User, plan.Key)
		if repeated = known.Meeting.Exists() && known.Request == plan.Request; repeated || unread != nil {
			return known.Meeting, repeated, unread
		}
	}
	return made, false, err
}
