package meeting

import (
	"cmp"
	"context"
	"errors"
)

// SetStatus activates or deactivates a user, for admins. Of an inactive user nobody can open the rooms, their links
// lead nowhere, what was live ends, apps that act as the user are deleted, and the number stays theirs. If the user has
// more meetings than MaxSwept, more is true: the same request goes on, and so does [Profiles.ContinueStatus]. Until the
// end of it an activated user stays inactive. SetStatus returns [UserPending] for an invited user who has not signed
// in, and refuses the caller's own.
func (s *Profiles) SetStatus(ctx context.Context, c Caller, who string, to Status) (more bool, err error) {
	for range tries {
		p, err := s.managed(ctx, c, who)
		if err == nil && p.Status == Pending {
			err = refuse(UserPending)
		}
		if err != nil {
			return false, err
		}
		entry, err := s.core.env.Audit(c, AuditUser, AuditUpdate, "user "+p.auditName()+": "+to.String())
		if err != nil {
			return false, err
		}
		if more, err = s.core.setStatus(ctx, c, p, to, entry); !errors.Is(err, ErrStale) {
			return more, err
		}
	}
	return false, refuse(Busy)
}

// managed returns the profile of another user of the account, for its admins.
func (s *Profiles) managed(ctx context.Context, c Caller, who string) (Profile, error) {
	if !ManageUsers.allowed(c.relationsTo(User{Account: c.Account})) {
		return Profile{}, noUser(who)
	}
	if c.Names(who) {
		return Profile{}, isYou()
	}
	p, err := s.core.findUser(ctx, c, who, ManageUsers)
	if err == nil && p.User == c.User { // by the id under which they were invited
		err = isYou()
	}
	return p, err
}

func isYou() *Refusal { return RefuseField("userId", "This is you: another admin can do it.") }

// setStatus stores the decision, ends the apps of an inactive user, and goes through the rooms.
func (t *core) setStatus(ctx context.Context, c Caller, p Profile, to Status, entry PutAudit) (more bool, err error) {
	if p, err = t.beginSweep(ctx, p, to, entry); err != nil {
		return false, err
	}
	if to == Inactive {
		if err := t.endApps(ctx, c, p); err != nil {
			return false, err
		}
	}
	p, err = t.sweepOn(ctx, p, MaxSwept)
	return p.ChangesStatus(), err
}

// recheckHost closes the room of a new meeting, and returns [UserInactive], if its host was deactivated or deleted
// since they were checked: then the meeting may have come too late for the sweep.
func (t *core) recheckHost(ctx context.Context, m Meeting) error {
	p, err := t.store.Profile(ctx, m.Host)
	switch {
	case err != nil || p.Exists() && p.goal() == Active:
		return err
	case p.Exists():
		err = t.closeNumber(ctx, m.Host, m.ID, sweep{to: Inactive, seq: p.Version})
	default:
		err = t.dropMeeting(ctx, m, Profile{}, sweep{to: Inactive})
	}
	return cmp.Or(err, error(refuse(UserInactive)))
}
