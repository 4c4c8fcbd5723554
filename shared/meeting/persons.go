package meeting

import "context"

// Managed returns the profile of another user of the account, for admins who change users. It returns [NoUser] to
// others.
func (s *Profiles) Managed(ctx context.Context, c Caller, who string) (Profile, error) {
	return s.managed(ctx, c, who)
}

// NoteErasure enters in the audit trail that a user who was deleted before is erased.
func (s *Profiles) NoteErasure(ctx context.Context, c Caller, id string) error {
	entry, err := s.core.env.Audit(c, AuditUser, AuditDelete, "user "+id+": erased")
	if err != nil {
		return err
	}
	return s.core.store.Save(ctx, entry)
}

// ContactIdentities are the identities under which hosts remember the person of a verified e-mail address.
func ContactIdentities(email string) []Identity {
	if email == "" {
		return nil
	}
	return []Identity{contactIdentity(email), unwantedIdentity(email)}
}
