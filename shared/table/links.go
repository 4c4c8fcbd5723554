package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

// linkItem is a personal link: it leads to its owner, never to a number.
type linkItem struct {
	itemHeader
	userFields
	Name string `dynamodbav:"name"` // as typed
}

// emailItem is a verified address: it leads to its owner within the account.
type emailItem struct {
	itemHeader
	userFields
}

// UserOfLink is the zero User if the link leads to nobody.
func (t *Table) UserOfLink(ctx context.Context, l meeting.Link) (meeting.User, error) {
	var i linkItem
	err := t.read(ctx, linkKey(l), &i)
	return i.user(), err
}

// UserOfEmail is the zero User if nobody of the account has the address.
func (t *Table) UserOfEmail(ctx context.Context, account, email string) (meeting.User, error) {
	var i emailItem
	err := t.read(ctx, emailKey(account, email), &i)
	return i.user(), err
}

func claimLink(c meeting.ClaimLink) write {
	return write{
		key:  linkKey(c.Link),
		item: linkItem{itemHeader: itemHeader{Type: "link"}, userFields: userFieldsOf(c.User), Name: string(c.Link)},
		when: freeFor(c.User),
	}
}

func dropLink(c meeting.DropLink) write {
	return write{key: linkKey(c.Link), when: freeFor(c.User)}
}

func claimEmail(c meeting.ClaimEmail) write {
	return write{
		key:  emailKey(c.User.Account, c.Email),
		item: emailItem{itemHeader: itemHeader{Type: "email"}, userFields: userFieldsOf(c.User)},
		when: freeFor(c.User),
	}
}

func dropEmail(c meeting.DropEmail) write {
	return write{key: emailKey(c.User.Account, c.Email), when: freeFor(c.User)}
}

// freeFor: the name leads to nobody, or to the user.
func freeFor(u meeting.User) term { return anyOf(absent("pk"), isUser(u)) }
