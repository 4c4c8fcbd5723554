package meeting

import (
	"context"
	"crypto/sha256"
	"slices"
)

// A Membership selects a page of the users of an account.
type Membership struct {
	Status Status
	Page   PageQuery
}

// Users returns a page of the users of the caller's account that have the status, the oldest profile first. It returns
// [NoUser] if the caller may not list them. The list may be late by a moment.
func (s *Profiles) Users(ctx context.Context, c Caller, q Membership) ([]Profile, Paging, error) {
	if !ListUsers.allowed(c.relationsTo(User{Account: c.Account})) {
		return nil, Paging{}, refuse(NoUser)
	}
	read := reader[User](func(ctx context.Context, after string, size int) ([]User, string, error) {
		return s.core.store.Members(ctx, c.Account, q.Status, after, size)
	})
	users, paging, err := read.page(ctx, q.Page, memberTokens(c.Account, q.Status))
	if err != nil {
		return nil, paging, err
	}
	all, err := s.core.store.Profiles(ctx, users)
	return slices.DeleteFunc(all, func(p Profile) bool { return !p.Exists() || p.Status != q.Status }), paging, err
}

// memberTokens signs the page tokens of an account's list of users. Their key is no secret: a token holds nothing but
// an id, and leads to no other account.
func memberTokens(account string, s Status) tokenSigner {
	sum := sha256.Sum256([]byte("members\x00" + account))
	return tokenSigner{key: [16]byte(sum[:16]), list: "users " + s.String()}
}
