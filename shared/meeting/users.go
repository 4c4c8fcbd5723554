package meeting

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// findUser is the profile of who: "me", a user's id, or an e-mail address. The caller's own is made on first sight; another user's
// needs the scope, and to have been seen: otherwise they do not exist.
func (t *Turnstile) findUser(ctx context.Context, c Caller, who, scope string) (Profile, error) {
	switch {
	case who == "me", who == c.ID, c.Email != "" && strings.EqualFold(who, c.Email):
		return t.ownProfile(ctx, c)
	case !c.May(scope):
		return Profile{}, noUser(who)
	}
	user := User{Account: c.Account, ID: who}
	if strings.Contains(who, "@") {
		var err error
		if user, err = t.UserOfEmail(ctx, c.Account, strings.ToLower(who)); err != nil {
			return Profile{}, err
		}
	}
	if user.None() {
		return Profile{}, noUser(who)
	}
	p, err := t.Profile(ctx, user)
	if err == nil && !p.Exists() {
		err = noUser(who)
	}
	return p, err
}

func noUser(who string) *Refusal {
	return Refuse(NoUser, fmt.Sprintf("User does not exist: %s.", echo(who)))
}

// ownProfile is the caller's own profile.
func (t *Turnstile) ownProfile(ctx context.Context, c Caller) (Profile, error) {
	p, err := t.Profile(ctx, c.User)
	switch {
	case err != nil:
		return p, err
	case !p.Exists():
		return t.provision(ctx, c)
	case c.Email != "" && p.Email != c.Email:
		return t.updateEmail(ctx, p, c.Email)
	}
	return p, nil
}

// provision makes the profile of a user who is seen for the first time, with a random PMI and its room.
func (t *Turnstile) provision(ctx context.Context, c Caller) (Profile, error) {
	p, err := t.newProfile(c)
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
		err = t.Save(ctx, append(changes, PutProfile{p})...)
		switch impossible(err).(type) {
		case nil:
			p.Version++
			return p, err
		case ClaimEmail: // another user of the account has it
			p.Email = ""
		case PutProfile: // the same user, seen twice at once
			return t.Profile(ctx, c.User)
		}
	}
	return p, busy()
}

func (t *Turnstile) newProfile(c Caller) (Profile, error) {
	first, last, _ := strings.Cut(c.Name, " ")
	p := Profile{User: c.User, Email: c.Email, FirstName: first, LastName: last, Timezone: "UTC", CreatedAt: t.Now()}
	if _, err := io.ReadFull(t.Random, p.PageKey[:]); err != nil {
		return p, fmt.Errorf("profile: %w", err)
	}
	key := make([]byte, 6)
	err := randomDigits(t.Random, key)
	p.HostKey = string(key)
	return p, err
}

// assignPMI gives the profile a random PMI, and is the change that claims its room.
func (t *Turnstile) assignPMI(p *Profile) ([]Change, error) {
	number, err := GeneratePMI(t.Random)
	if err != nil {
		return nil, err
	}
	p.PMI = number
	policy, err := DefaultSettings(t.Random)
	if err != nil {
		return nil, err
	}
	instance, err := t.newInstance()
	room := Room{Number: number, Kind: Personal, Owner: p.User, Topic: p.RoomTopic(), Settings: policy, Live: LiveState{Instance: instance}}
	return []Change{ClaimRoom{Room: room, Now: t.Now()}}, err
}

// updateEmail follows a change of the caller's verified address; where another user of the account has it, the profile stays as it is.
func (t *Turnstile) updateEmail(ctx context.Context, p Profile, email string) (Profile, error) {
	to := p
	to.Email = email
	changes := []Change{PutProfile{to}, ClaimEmail{Email: email, User: p.User}}
	if p.Email != "" {
		changes = append(changes, DropEmail{Email: p.Email, User: p.User})
	}
	err := t.Save(ctx, changes...)
	if impossible(err) != nil {
		return p, nil
	}
	to.Version++
	return to, err
}
