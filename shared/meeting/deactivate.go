package meeting

import (
	"context"
	"errors"
	"strings"
)

// MaxSwept is how many meetings of a user one request goes through.
const MaxSwept = 500

const sweepPage = 100

// SetStatus activates or deactivates a user, for admins. Of an inactive user nobody can open the rooms, their links lead
// nowhere, what was live ends, and the number stays theirs. If the user has more meetings than MaxSwept, more is true:
// the same request goes on. Until the end of it an activated user stays inactive. SetStatus returns [UserPending] for an
// invited user who has not signed in, and refuses the caller's own.
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
		if more, err = s.core.setStatus(ctx, p, to, entry); !errors.Is(err, ErrStale) {
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
	if c.names(who) {
		return Profile{}, isYou()
	}
	p, err := s.core.findUser(ctx, c, who, ManageUsers)
	if err == nil && p.User == c.User { // by the id under which they were invited
		err = isYou()
	}
	return p, err
}

func isYou() *Refusal { return RefuseField("userId", "This is you: another admin can do it.") }

// setStatus deactivates the profile before the rooms, and activates it after them. The entry of the audit trail is stored
// with the status.
func (t *core) setStatus(ctx context.Context, p Profile, to Status, entry PutAudit) (more bool, err error) {
	switch {
	case p.Status == to && to == Active:
		return false, nil
	case p.Status != to && to == Inactive:
		p.Status, p.Sweep = Inactive, ""
		if p, err = t.putProfile(ctx, p, entry); err != nil {
			return false, err
		}
	}
	was := p
	if p.Sweep, err = t.sweep(ctx, p, to); err != nil {
		return false, err
	}
	if p.Sweep == "" {
		p.Status = to
	}
	switch {
	case p.Status != was.Status:
		_, err = t.putProfile(ctx, p, entry)
	case p.Sweep != was.Sweep:
		_, err = t.putProfile(ctx, p)
	}
	return p.Sweep != "", err
}

// putProfile stores the profile, and what is stored with it. It returns [ErrStale] after a concurrent change.
func (t *core) putProfile(ctx context.Context, p Profile, with ...Change) (Profile, error) {
	err := t.store.Save(ctx, append([]Change{PutProfile{p}}, with...)...)
	if impossible(err) != nil {
		return p, ErrStale
	}
	p.Version++
	return p, err
}

// sweep gives the rooms of the user the status: first the personal room, then those of at most MaxSwept meetings. It
// returns where it goes on; empty: all are done.
func (t *core) sweep(ctx context.Context, p Profile, to Status) (position string, err error) {
	after, resumed := strings.CutPrefix(p.Sweep, to.String()+"/")
	if !resumed {
		after = ""
		if err := t.closeNumber(ctx, p.User, p.PMI, to); err != nil {
			return "", err
		}
	}
	next, err := t.eachMeeting(ctx, p.User, after, func(ctx context.Context, m Meeting) error {
		return t.closeNumber(ctx, p.User, m.ID, to)
	})
	if err != nil || next == "" {
		return "", err
	}
	return to.String() + "/" + next, nil
}

// eachMeeting calls do with at most MaxSwept meetings of the host, and returns where the others begin; "": there are none.
func (t *core) eachMeeting(
	ctx context.Context, host User, after string, do func(context.Context, Meeting) error,
) (next string, err error) {
	next = after
	for range MaxSwept / sweepPage {
		var page []Meeting
		if page, next, err = t.store.Meetings(ctx, host, next, sweepPage); err == nil {
			_, err = each(ctx, page, func(ctx context.Context, _ int, m Meeting) (struct{}, error) { return struct{}{}, do(ctx, m) })
		}
		if err != nil || next == "" {
			return "", err
		}
	}
	return next, nil
}

// closeNumber gives the user's room of the number the status, and ends its instance unless that is Active. The decision
// comes first: nobody is admitted after it.
func (t *core) closeNumber(ctx context.Context, owner User, n Number, to Status) error {
	r, err := t.store.Room(ctx, n)
	if err != nil {
		return err
	}
	r, _, err = t.applyAgain(ctx, r, func(r Room) (*Transition, error) {
		if !r.Enterable() || r.Owner != owner || r.Closed == to {
			return nil, nil
		}
		return &Transition{Instance: r.Live.Instance, Epoch: &r.Live.Epoch, HostDecision: true, Close: &to}, nil
	})
	if err != nil || to == Active || r.Owner != owner || !r.Live.Open {
		return err
	}
	return t.endNow(ctx, r)
}
