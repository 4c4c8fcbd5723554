package meeting

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"
)

// linkTokenBytes is the length of the token of a link: 128 bits cannot be guessed.
const linkTokenBytes = 16

// linkToken returns what the link to the room has in place of the passcode, and changes with that. It is empty for a
// room without passcode, and for one that an older version of this program made, until its settings are edited.
func (r Room) linkToken() string {
	if r.LinkKey == "" || r.Settings.Passcode == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("link token\x00" + r.LinkKey + "\x00" + r.Settings.Passcode))
	return base64.RawURLEncoding.EncodeToString(sum[:linkTokenBytes])
}

// LinkPasscode returns the pwd of the room's link: its token, or else its passcode; empty if it needs none.
func (r Room) LinkPasscode() string {
	if token := r.linkToken(); token != "" {
		return token
	}
	return r.Settings.Passcode
}

// isLinkToken reports whether s has the form of a token. No passcode is so long.
func isLinkToken(s string) bool {
	token, err := base64.RawURLEncoding.DecodeString(s) // it skips line breaks
	return err == nil && len(token) == linkTokenBytes && len(s) == base64.RawURLEncoding.EncodedLen(linkTokenBytes)
}

// CheckLinkPasscode refuses what cannot be the pwd of a link: it is neither a token nor a passcode.
func CheckLinkPasscode(s string) error {
	if isLinkToken(s) {
		return nil
	}
	return CheckPasscode(s)
}

// withLinkKey returns the room with a new key of its link, if it has none.
func (e Env) withLinkKey(r Room) (Room, error) {
	if r.LinkKey != "" || !r.Enterable() {
		return r, nil
	}
	var err error
	r.LinkKey, err = e.randomText()
	return r, err
}

// withSettings returns the room with the settings. A new passcode is trusted, and makes another token.
func (e Env) withSettings(r Room, s Settings) (Room, error) {
	if s.Passcode != r.Settings.Passcode {
		r.Live.DistrustedUntil = time.Time{}
	}
	r.Settings = s
	return e.withLinkKey(r)
}

// knows reports whether the distrust of the room's passcode does not concern them (I13): they are signed in, and
// invited by their verified e-mail address, or in the contacts of the owner, who met them in the room and did not
// remove or deny them since. It reads that only if the passcode is distrusted.
func (t *core) knows(ctx context.Context, r Room, k JoinRequest) (bool, error) {
	email := k.Caller.Email
	if k.Trusted || email == "" || !r.distrustsPasscode(t.env.Now()) {
		return k.Trusted, nil
	}
	id := r.Number
	if r.Kind == Personal {
		id = k.Target.ID
	}
	if id != "" {
		m, err := t.store.Meeting(ctx, r.Owner, id)
		if err != nil || m.invites(email) {
			return err == nil, err
		}
	}
	contact, unwanted := contactIdentity(email), unwantedIdentity(email)
	at, err := t.store.Contacts(ctx, r.Owner, []Identity{contact, unwanted})
	return at[contact].After(at[unwanted]), err
}

// invites reports whether the address, in lower case, is that of an invitee.
func (m Meeting) invites(email string) bool {
	return slices.ContainsFunc(m.Invitees, func(i string) bool { return FoldASCII(i) == email })
}
