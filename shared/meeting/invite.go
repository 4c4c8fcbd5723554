package meeting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
)

// An Invite is a user that an admin creates. The user can sign in when their issuer confirms the e-mail address.
type Invite struct {
	Email   string // as we compare addresses
	Edit    Edit   // of the new profile; without a PMI it gets a random one
	Key     string // Idempotency-Key, or ""
	Request Identity
	DryRun  bool // check, and store nothing but the guess of a claim
}

// Create makes the profile, the number and the room of a user before their first sign-in, all of it or nothing. It
// returns [UserExists] if another user of the account has the address, unless an invited one has the very number and
// link that are asked for, or was made by the same Idempotency-Key (I15); [NumberTaken] or [LinkTaken] as
// [Profiles.Edit].
func (s *Profiles) Create(ctx context.Context, c Caller, in Invite) (Profile, error) {
	if !ManageUsers.allowed(c.relationsTo(User{Account: c.Account})) {
		return Profile{}, refuse(NoUser)
	}
	if err := s.checkEdit(ctx, c, in.Edit); err != nil {
		return Profile{}, err
	}
	p, err := s.core.newInvited(c, in)
	if err != nil {
		return p, err
	}
	if !in.Edit.claims(Profile{}) {
		return s.invite(ctx, c, p, in)
	}
	place, err := s.core.takeClaim(ctx, c)
	if err != nil {
		return p, err
	}
	made, err := s.invite(ctx, c, p, in)
	foreign, unread := s.core.isForeign(ctx, c, in.Edit, err)
	if foreign || unread != nil {
		return made, cmp.Or(err, unread)
	}
	return made, cmp.Or(err, s.core.store.ReturnPlace(ctx, place))
}

// newInvited returns the profile of an invited user. A repeated request with an Idempotency-Key gets the same id.
func (t *core) newInvited(c Caller, in Invite) (Profile, error) {
	id, err := t.env.randomText()
	if err != nil {
		return Profile{}, err
	}
	if in.Key != "" {
		id = invitedBy(c, in.Key)
	}
	p, err := t.newProfile(Caller{User: User{Account: c.Account, ID: id}, Email: in.Email})
	p = in.Edit.applyTo(p)
	p.Status, p.Request = Pending, in.Request
	return p, err
}

// invitedBy returns the id of the user that the caller's key makes.
func invitedBy(c Caller, key string) string {
	sum := sha256.Sum256([]byte("invited\x00" + c.Account + "\x00" + c.ID + "\x00" + key))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// isForeign reports whether the number or the link that a claim was refused for belongs to another account: an admin
// may know those of their own.
func (t *core) isForeign(ctx context.Context, c Caller, e Edit, refused error) (bool, error) {
	reason := ReasonOf(refused)
	if reason == NumberTaken {
		r, err := t.store.Room(ctx, *e.PMI)
		return r.Owner.Account != c.Account, err
	}
	if reason == LinkTaken {
		claim, err := t.store.LinkClaim(ctx, *e.Link)
		return claim.User.Account != c.Account, err
	}
	return false, nil
}

// invite stores the invited user, or finds that an earlier request did.
func (s *Profiles) invite(ctx context.Context, c Caller, p Profile, in Invite) (Profile, error) {
	if in.DryRun {
		return s.core.wouldInvite(ctx, p, in)
	}
	for range tries {
		made, changes, err := s.core.invitation(p, in)
		if err != nil {
			return p, err
		}
		entry, err := s.core.env.Audit(c, AuditUser, AuditAdd, "user "+made.auditName()+": invited, PMI "+made.PMI.String())
		if err == nil {
			err = s.core.store.Save(ctx, append(changes, entry)...)
		}
		switch c := impossible(err).(type) {
		case nil:
			return made, err
		case ClaimEmail, PutProfile:
			return s.core.invitedBefore(ctx, p, in)
		default:
			if _, random := c.(ClaimRoom); !random || in.Edit.PMI != nil {
				return p, taken(c)
			}
		}
	}
	return p, refuse(Busy)
}

// invitation returns the profile and the changes that store it, the address first.
func (t *core) invitation(p Profile, in Invite) (Profile, []Change, error) {
	now := t.env.Now()
	var room []Change
	var err error
	if in.Edit.PMI == nil {
		room, err = t.assignPMI(&p)
	} else {
		room, err = t.claimRoomOf(p)
	}
	changes := append([]Change{ClaimEmail{Email: p.Email, User: p.User}, PutProfile{p}}, room...)
	if p.Link != "" {
		changes = append(changes, ClaimLink{Link: p.Link, User: p.User, Now: now})
	}
	p.Version++
	return p, changes, err
}

// invitedBefore returns the user that an earlier request made: one with the same key, or one with the same address,
// number and link. It returns [KeyReused] or [UserExists] if the request wants something else.
func (t *core) invitedBefore(ctx context.Context, p Profile, in Invite) (Profile, error) {
	made, err := t.store.Profile(ctx, p.User)
	switch {
	case err != nil:
		return p, err
	case made.Version > 0 && made.Request != in.Request:
		return p, refuse(KeyReused)
	case made.MovedTo != "":
		return t.store.Profile(ctx, User{Account: p.User.Account, ID: made.MovedTo})
	case made.Exists():
		return made, nil
	}
	user, err := t.store.UserOfEmail(ctx, p.User.Account, p.Email)
	if err == nil {
		made, err = t.store.Profile(ctx, user)
	}
	same := made.Exists() && in.Edit.PMI != nil && made.PMI == p.PMI && (in.Edit.Link == nil || made.Link.Key() == p.Link.Key())
	if err == nil && !same {
		err = refuse(UserExists)
	}
	return made, err
}

// adopt makes the invited user of the address the user of p, who signs in for the first time: with the number, the link
// and the room. It returns no profile if nobody with the address was invited; again, if something changed meanwhile.
func (t *core) adopt(ctx context.Context, p Profile) (adopted Profile, again bool, err error) {
	user, err := t.store.UserOfEmail(ctx, p.User.Account, p.Email)
	if err != nil {
		return Profile{}, false, err
	}
	invited, err := t.store.Profile(ctx, user)
	if err != nil || invited.Status != Pending {
		return Profile{}, false, err
	}
	room, err := t.store.Room(ctx, invited.PMI)
	if err != nil {
		return Profile{}, false, err
	}
	to := invited.adoptedBy(p)
	err = t.store.Save(ctx, adopting(invited, to, room)...)
	if impossible(err) != nil {
		return Profile{}, true, nil
	}
	to.Version++
	return to, false, err
}

// adoptedBy returns the invited profile as that of the user of p.
func (p Profile) adoptedBy(by Profile) Profile {
	if p.Name() == "" {
		p.FirstName, p.LastName = by.FirstName, by.LastName
	}
	p.InvitedAs = p.User.ID
	p.User, p.Status, p.Request, p.Version = by.User, Active, Identity{}, 0
	return p
}

func adopting(invited, to Profile, room Room) []Change {
	left := Profile{User: invited.User, MovedTo: to.User.ID, Request: invited.Request, Version: invited.Version}
	opened := room
	opened.Owner, opened.Closed, opened.Topic = to.User, Active, to.RoomTopic()
	opened.Live.Epoch++
	changes := []Change{
		PutProfile{to}, PutProfile{left}, ReplaceRoom{Before: room, After: opened},
		GiveEmail{Email: to.Email, From: invited.User, To: to.User},
	}
	if to.Link != "" {
		changes = append(changes, GiveLink{Link: to.Link, From: invited.User, To: to.User})
	}
	return changes
}
