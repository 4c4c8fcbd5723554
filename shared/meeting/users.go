package meeting

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// lookUpUser returns the profile of who: "me", a user's id, or an e-mail address. It creates the caller's own at their
// first request. It returns [NoUser] for another user if the caller has no permission, or that user no profile.
func (t *core) lookUpUser(ctx context.Context, c Caller, who string, a Action) (Profile, error) {
	switch {
	case c.Names(who):
		return t.ownProfile(ctx, c)
	case !a.allowed(c.relationsTo(User{Account: c.Account, ID: who})):
		return Profile{}, noUser(who)
	}
	user := User{Account: c.Account, ID: who}
	if strings.Contains(who, "@") {
		var err error
		if user, err = t.store.UserOfEmail(ctx, c.Account, FoldASCII(who)); err != nil {
			return Profile{}, err
		}
	}
	if user.None() {
		return Profile{}, noUser(who)
	}
	p, err := t.store.Profile(ctx, user)
	if err == nil && p.MovedTo != "" {
		p, err = t.store.Profile(ctx, User{Account: c.Account, ID: p.MovedTo})
	}
	if err == nil && !p.Exists() {
		err = noUser(who)
	}
	if err == nil && a == CreateMeeting {
		err = p.Status.refusal()
	}
	return p, err
}

// Names reports whether who is the caller: "me", their id, or their verified address.
func (c Caller) Names(who string) bool {
	return who == "me" || who == c.ID || c.Email != "" && FoldASCII(who) == c.Email
}

func noUser(who string) *Refusal {
	return Refuse(NoUser, fmt.Sprintf("User does not exist: %s.", echo(who)))
}

// ownProfile returns the caller's own profile.
func (t *core) ownProfile(ctx context.Context, c Caller) (Profile, error) {
	p, err := t.store.Profile(ctx, c.User)
	switch {
	case err != nil:
		return p, err
	case !p.Exists():
		return t.provision(ctx, c)
	case p.checkOwn(c) != nil:
		return p, p.checkOwn(c)
	case c.Email != "" && p.Email != c.Email:
		return t.updateEmail(ctx, p, c.Email)
	}
	return p, nil
}

// provision creates the profile of a new user, with a random PMI and its room.
func (t *core) provision(ctx context.Context, c Caller) (Profile, error) {
	p, err := t.newcomer(ctx, c)
	if err != nil {
		return p, err
	}
	for range tries {
		changes, err := t.assignPMI(&p)
		if err != nil {
			return p, err
		}
		if p.Email != "" {
			changes = append(changes, ClaimEmail{Email: p.Email, User: p.User})
		}
		err = t.store.Save(ctx, append(changes, PutProfile{p})...)
		switch impossible(err).(type) {
		case nil:
			p.Version++
			return p, err
		case ClaimEmail: // another user of the account has it
			invited, again, err := t.adopt(ctx, p)
			if err != nil || invited.Exists() {
				return invited, err
			}
			if !again {
				p.Email = ""
			}
		case PutProfile: // another request of the same user was faster
			return t.store.Profile(ctx, c.User)
		}
	}
	return p, refuse(Busy)
}

// newcomer returns the new profile of the caller, or [UserInactive] by an old token of a deleted user.
func (t *core) newcomer(ctx context.Context, c Caller) (Profile, error) {
	if err := t.checkReturn(ctx, c); err != nil {
		return Profile{}, err
	}
	return t.newProfile(c)
}

func (t *core) newProfile(c Caller) (Profile, error) {
	first, last, _ := strings.Cut(c.Name, " ")
	p := Profile{User: c.User, Email: c.Email, FirstName: first, LastName: last, Timezone: "UTC", CreatedAt: t.env.Now()}
	if _, err := io.ReadFull(t.env.Random, p.PageKey[:]); err != nil {
		return p, fmt.Errorf("profile: %w", err)
	}
	key := make([]byte, 6)
	err := randomDigits(t.env.Random, key)
	p.HostKey = string(key)
	return p, err
}

// assignPMI gives the profile a random PMI, and returns the change that claims its room.
func (t *core) assignPMI(p *Profile) ([]Change, error) {
	number, err := GeneratePMI(t.env.Random)
	if err != nil {
		return nil, err
	}
	p.PMI = number
	return t.claimRoomOf(*p)
}

// claimRoomOf returns the change that claims the room of the new profile.
func (t *core) claimRoomOf(p Profile) ([]Change, error) {
	settings, err := DefaultSettings(t.env.Random)
	if err != nil {
		return nil, err
	}
	instance, err := t.env.newInstance()
	room := Room{Number: p.PMI, Kind: Personal, Owner: p.User, Topic: p.RoomTopic(), Settings: settings, ClaimedAt: t.env.Now(),
		Closed: p.Status, Used: p.Status == Pending, Live: LiveState{Instance: instance}}
	if err == nil {
		room, err = t.env.withLinkKey(room)
	}
	return []Change{ClaimRoom{Room: room, Now: t.env.Now()}}, err
}

// updateEmail stores the caller's new verified address. If another user of the account has it, the profile stays as it
// is.
func (t *core) updateEmail(ctx context.Context, p Profile, email string) (Profile, error) {
	to := p
	to.Email = email
	changes := []Change{PutProfile{to}, ClaimEmail{Email: email, User: p.User}}
	if p.Email != "" {
		changes = append(changes, DropEmail{Email: p.Email, User: p.User})
	}
	err := t.store.Save(ctx, changes...)
	if impossible(err) != nil {
		return p, nil
	}
	to.Version++
	return to, err
}
