package meeting

import "context"

// EmailExists tells whether a user of the caller's account has the verified address, which is in lower case. It spends
// a guess, except of admins who may view every profile (I13).
func (s *Profiles) EmailExists(ctx context.Context, c Caller, email string) (bool, error) {
	if email == c.Email {
		return true, nil
	}
	if !ViewProfile.allowed(c.relationsTo(User{Account: c.Account})) {
		if err := s.core.spendQuestion(ctx, c); err != nil {
			return false, err
		}
	}
	user, err := s.core.store.UserOfEmail(ctx, c.Account, email)
	return !user.None(), err
}
