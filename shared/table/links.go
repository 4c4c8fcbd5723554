package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

// UserOfLink returns the user that the personal link leads to; the zero User if it leads to nobody. A link never leads
// to a number.
func (t *Table) UserOfLink(ctx context.Context, l meeting.Link) (u meeting.User, err error) {
	err = t.read(ctx, linkKey(l), userFields(&u))
	return u, err
}

// UserOfEmail returns the user with the verified address; the zero User if nobody of the account has it.
func (t *Table) UserOfEmail(ctx context.Context, account, email string) (u meeting.User, err error) {
	err = t.read(ctx, emailKey(account, email), userFields(&u))
	return u, err
}

func claimLink(c meeting.ClaimLink) write {
	item := append(userFields(&c.User), itemType("link"), computed("name", string(c.Link))) // the name as typed
	return write{key: linkKey(c.Link), item: item, when: freeFor(c.User)}
}

func dropLink(c meeting.DropLink) write {
	return write{key: linkKey(c.Link), when: freeFor(c.User)}
}

func claimEmail(c meeting.ClaimEmail) write {
	item := append(userFields(&c.User), itemType("email"))
	return write{key: emailKey(c.User.Account, c.Email), item: item, when: freeFor(c.User)}
}

func dropEmail(c meeting.DropEmail) write {
	return write{key: emailKey(c.User.Account, c.Email), when: freeFor(c.User)}
}

// freeFor is the condition that the name leads to nobody, or to the user.
func freeFor(u meeting.User) term { return anyOf(absent("pk"), isUser(u)) }
