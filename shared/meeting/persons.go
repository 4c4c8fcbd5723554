package meeting

import "context"

// Managed returns the profile of another user of the account, for admins who change users. It returns [NoUser] to others.
func (s *Profiles) Managed(ctx context.Context, c Caller, who string) (Profile, error) {
	return s.managed(ctx, c, who)
}

// ContactIdentities are the identities under which hosts remember the person of a verified e-mail address.
func ContactIdentities(email string) []Identity {
	if email == "" {
		return nil
	}
	return []Identity{contactIdentity(email), unwantedIdentity(email)}
}
