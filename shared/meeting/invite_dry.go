package meeting

import "context"

// wouldInvite returns what [Profiles.invite] would, as far as reads can tell, and stores nothing.
func (t *core) wouldInvite(ctx context.Context, p Profile, in Invite) (Profile, error) {
	made, err := t.store.Profile(ctx, p.User)
	if err != nil || made.Version > 0 { // by an earlier request with the key
		return made, err
	}
	user, err := t.store.UserOfEmail(ctx, p.User.Account, p.Email)
	if err != nil {
		return p, err
	}
	if !user.None() {
		return t.invitedBefore(ctx, p, in)
	}
	now := t.env.Now()
	if in.Edit.PMI != nil {
		room, err := t.store.Room(ctx, p.PMI)
		if err != nil {
			return p, err
		}
		if !room.Claimable(p.User, now) {
			return p, taken(ClaimRoom{Room: Room{Number: p.PMI}})
		}
	}
	if p.Link == "" {
		return p, nil
	}
	claim, err := t.store.LinkClaim(ctx, p.Link)
	if err == nil && !claim.Claimable(p.User, now) {
		err = taken(ClaimLink{Link: p.Link})
	}
	return p, err
}
