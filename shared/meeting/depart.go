package meeting

import (
	"cmp"
	"context"
	"errors"
)

// Delete removes a user from the account, for admins. The number and the link are quarantined (I2); those of an invited
// user who never signed in are free. Planned meetings become those of the heir, or are cancelled if that is ""; instant
// ones are cancelled. Records of past meetings stay until they expire. The profile goes last. If there are more
// meetings than MaxSwept, more is true: the user is inactive, and the same request goes on. Delete refuses the caller's
// own, and an heir who is not active.
func (s *Profiles) Delete(ctx context.Context, c Caller, who, heir string) (more bool, err error) {
	return s.remove(ctx, c, who, heir, func(p Profile) string { return p.auditName() + ": deleted" })
}

// DeleteToErase is Delete without an heir, for the first step of erasing a user: the audit trail says so, and has only
// the id of the user.
func (s *Profiles) DeleteToErase(ctx context.Context, c Caller, who string) (more bool, err error) {
	return s.remove(ctx, c, who, "", func(p Profile) string { return p.User.ID + ": erased" })
}

func (s *Profiles) remove(ctx context.Context, c Caller, who, heir string, detail func(Profile) string) (more bool, err error) {
	for range tries {
		p, err := s.managed(ctx, c, who)
		if err != nil {
			return false, err
		}
		to, err := s.heir(ctx, c, p, heir)
		if err != nil {
			return false, err
		}
		what := "user " + detail(p)
		if to.Exists() {
			what += ", meetings to " + to.User.ID
		}
		begun, err := s.core.env.Audit(c, AuditUser, AuditUpdate, what+", begun")
		if err != nil {
			return false, err
		}
		entry, err := s.core.env.Audit(c, AuditUser, AuditDelete, what)
		if err != nil {
			return false, err
		}
		if more, err = s.core.depart(ctx, c, p, to, begun, entry); !errors.Is(err, ErrStale) {
			return more, err
		}
	}
	return false, refuse(Busy)
}

// heir returns the user who gets the meetings; the zero Profile for "". Others will know the number of their room.
func (s *Profiles) heir(ctx context.Context, c Caller, of Profile, who string) (Profile, error) {
	if who == "" {
		return Profile{}, nil
	}
	to, err := s.core.findUser(ctx, c, who, ManageUsers)
	if err == nil && to.User == of.User {
		err = RefuseField("transfer_email", "This is the user who is deleted.")
	}
	if err == nil {
		err = to.Status.refusal()
	}
	if err != nil {
		return to, err
	}
	room, err := s.core.store.Room(ctx, to.PMI)
	if err == nil {
		err = s.core.markUsed(ctx, room)
	}
	return to, err
}

// depart deactivates the user, so that their rooms are closed although the request is interrupted or not repeated. It
// deletes the apps that act as the user, goes through the meetings, and deletes the profile when none is left. Of the
// entries of the audit trail, begun is stored before the first meeting goes, and entry with the deletion of the
// profile.
func (t *core) depart(ctx context.Context, c Caller, p, heir Profile, begun, entry PutAudit) (more bool, err error) {
	if p.goal() == Active {
		p, err = t.beginSweep(ctx, p, Inactive, begun)
	} else {
		err = t.store.Save(ctx, begun)
	}
	if err != nil {
		return false, err
	}
	closes := sweep{to: Inactive, seq: p.Version}
	if err := t.closeNumber(ctx, p.User, p.PMI, closes); err != nil {
		return false, err
	}
	if err := cmp.Or(t.endApps(ctx, c, p), t.store.DropDevices(ctx, p.User)); err != nil {
		return false, err
	}
	next, err := t.eachMeeting(ctx, p.User, "", MaxSwept, func(ctx context.Context, m Meeting) error {
		return t.dropMeeting(ctx, m, heir, closes)
	})
	if err != nil || next != "" {
		return next != "", err
	}
	if err := t.dropPasses(ctx, p.User); err != nil {
		return false, err
	}
	return false, t.dropProfile(ctx, p, entry)
}

// dropMeeting cancels the meeting, or makes it the heir's. An instance of it ends.
func (t *core) dropMeeting(ctx context.Context, m Meeting, heir Profile, closes sweep) error {
	for range tries {
		if err := t.closeNumber(ctx, m.Host, m.ID, closes); err != nil {
			return err
		}
		r, err := t.store.Room(ctx, m.ID)
		if err == nil {
			err = t.giveMeeting(ctx, m, r, heir)
		}
		if !errors.Is(err, ErrStale) {
			return err
		}
		if m, err = t.store.Meeting(ctx, m.Host, m.ID); err != nil || !m.Exists() {
			return err
		}
	}
	return refuse(Busy)
}

// giveMeeting returns [ErrStale] if the meeting or its room changed since they were read. The mark of a meeting that
// moves says that it is not cancelled.
func (t *core) giveMeeting(ctx context.Context, m Meeting, r Room, heir Profile) error {
	if m.Type == Instant || r.Owner != m.Host || r.Kind == Released {
		heir = Profile{}
	}
	if m.MovedTo != heir.User.ID {
		m.MovedTo = heir.User.ID
		if err := t.saveOrStale(ctx, PutMeeting{m}); err != nil {
			return err
		}
		m.Version++
	}
	changes := []Change{DropMeeting{m}}
	if r.Owner == m.Host && r.Kind != Released {
		changes = append(changes, ReplaceRoom{Before: r, After: t.roomFor(r, heir)})
	}
	if !heir.Exists() {
		return t.saveOrStale(ctx, changes...)
	}
	to := m
	to.Host, to.HostEmail, to.MovedTo, to.Version = heir.User, heir.Email, "", 0
	to.Sequence++
	err := t.inviting(ctx, Meeting{}, to, func() error { return t.saveOrStale(ctx, append(changes, PutMeeting{to})...) })
	if err != nil {
		return err
	}
	if err = t.recheckHost(ctx, to); ReasonOf(err) == UserInactive { // the heir has the meeting, whose room is closed
		err = nil
	}
	return err
}

// roomFor returns the room of a meeting as that of the heir; without one, released.
func (t *core) roomFor(r Room, heir Profile) Room {
	if !heir.Exists() {
		return r.Release(t.env.Now(), t.env.Config.Quarantine)
	}
	r.Owner, r.Closed, r.StatusSeq = heir.User, Active, 0
	if r.Enterable() {
		r.Live.Epoch++
	}
	return r
}

// dropProfile deletes the profile of a user without meetings, and releases what is theirs.
func (t *core) dropProfile(ctx context.Context, p Profile, entry PutAudit) error {
	room, err := t.store.Room(ctx, p.PMI)
	if err != nil {
		return err
	}
	quarantine := t.env.Config.Quarantine
	if p.Status == Pending || !room.needsQuarantine(t.env.Now()) {
		quarantine = 0
	}
	now := t.env.Now()
	changes := []Change{DropProfile{p}, ReplaceRoom{Before: room, After: room.Release(now, quarantine)}, entry}
	if p.Status != Pending {
		changes = append(changes, PutDeletion{User: p.User, At: now, Expires: now.Add(DeletionKept)})
	}
	switch {
	case p.Link != "" && p.Status == Pending:
		changes = append(changes, DropLink{Link: p.Link, User: p.User})
	case p.Link != "":
		changes = append(changes, ReleaseLink{Link: p.Link, User: p.User, Until: t.env.Now().Add(t.env.Config.Quarantine)})
	}
	if p.Email != "" {
		changes = append(changes, DropEmail{Email: p.Email, User: p.User})
	}
	if p.InvitedAs != "" {
		invited, err := t.store.Profile(ctx, User{Account: p.User.Account, ID: p.InvitedAs})
		if err != nil {
			return err
		}
		if invited.MovedTo == p.User.ID {
			changes = append(changes, DropProfile{invited})
		}
	}
	return t.saveOrStale(ctx, changes...)
}

// saveOrStale returns [ErrStale] if a change is not possible.
func (t *core) saveOrStale(ctx context.Context, changes ...Change) error {
	err := t.store.Save(ctx, changes...)
	if impossible(err) != nil {
		return ErrStale
	}
	return err
}
