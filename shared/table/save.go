package table

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"personal-rooms/shared/meeting"
)

// Save makes all changes in one step, or none of them. It returns a [meeting.Conflict] with the first change that is
// not possible.
//
// One item that is stored alone is one PutItem or UpdateItem. Anything else is a transaction, a deletion too: its token
// makes it safe to send again, where a deleted item could not show who deleted it.
func (t *Table) Save(ctx context.Context, changes ...meeting.Change) error {
	writes := make([]write, len(changes))
	for i, c := range changes {
		writes[i] = writeOf(c)
	}
	switch {
	case len(writes) == 0:
		return nil
	case len(writes) > 1 || writes[0].item == nil:
		return t.transact(ctx, changes, writes)
	}
	_, err := t.put(ctx, writes[0])
	if errors.Is(err, meeting.ErrStale) {
		return &meeting.Conflict{Change: changes[0]}
	}
	return err
}

func writeOf(c meeting.Change) write {
	switch c := c.(type) {
	case meeting.ClaimRoom:
		return claimRoom(c)
	case meeting.ReplaceRoom:
		return replaceRoom(c)
	case meeting.PutProfile:
		return putProfile(c.Profile)
	case meeting.DropProfile:
		return write{key: profileKey(c.Profile.User), when: version(c.Profile.Version)}
	case meeting.PutMeeting:
		return putMeeting(c.Meeting)
	case meeting.DropMeeting:
		return write{key: meetingKey(c.Meeting.Host, c.Meeting.ID), when: version(c.Meeting.Version)}
	case meeting.ClaimLink:
		return claimLink(c)
	case meeting.ReleaseLink:
		return releaseLink(c)
	case meeting.DropLink:
		return write{key: linkKey(c.Link), when: freeFor(c.User)}
	case meeting.ClaimEmail:
		return emailOf(c.User, c.Email, freeFor(c.User))
	case meeting.GiveEmail:
		return emailOf(c.To, c.Email, isUser(c.From))
	case meeting.GiveLink:
		return write{key: linkKey(c.Link), item: linkItem(meeting.LinkClaim{User: c.To}, c.Link), when: isUser(c.From)}
	case meeting.PutDeletion:
		return putDeletion(c)
	case meeting.PutPass, meeting.DropPass:
		return writeOfPass(c)
	case meeting.DropApp:
		return write{key: appKey(c.App.Account, c.App.ID), when: exists()}
	case meeting.DropEmail:
		return write{key: emailKey(c.User.Account, c.Email), when: freeFor(c.User)}
	case meeting.PutAudit:
		return putAudit(c)
	case meeting.PutIdempotencyRecord: // may replace a record that has expired: DynamoDB deletes it only later
		free := anyOf(absent("pk"), atMost("expires", millis(c.Now)))
		return write{key: idempotencyKey(c.Record.By, c.Record.Key), item: idempotencyItem(c.Record), fresh: true, when: free}
	}
	panic(fmt.Sprintf("table: unknown change %T", c))
}

// emailOf makes the address that of the user.
func emailOf(u meeting.User, email string, when expression) write {
	return write{key: emailKey(u.Account, email), item: append(userFields(&u), itemType("email")), when: when}
}

func putProfile(p meeting.Profile) write {
	p.Version++
	return nextVersion(p.Version, profileKey(p.User), profileItem(p))
}

func putMeeting(m meeting.Meeting) write {
	m.Version++
	return nextVersion(m.Version, meetingKey(m.Host, m.ID), meetingItem(m))
}

// freeFor is the condition that a link or an address leads to nobody, or to the user.
func freeFor(u meeting.User) expression { return anyOf(absent("pk"), isUser(u)) }

// nextVersion is the write of a version over the one before; 1: if there is no item.
func nextVersion(v int64, k key, item fields) write {
	return write{key: k, item: item, fresh: v == 1, when: version(v - 1)}
}

// version is the condition that the item is of the version; 0: that there is none.
func version(v int64) expression {
	if v == 0 {
		return absent("pk")
	}
	return is("v", v)
}

func (t *Table) transact(ctx context.Context, changes []meeting.Change, writes []write) error {
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(rand.Text())}
	id := t.newWriteID()
	for _, w := range writes {
		one, err := t.part(w, id)
		if err != nil {
			return err
		}
		in.TransactItems = append(in.TransactItems, one)
	}
	err := t.retryConflicts(ctx, func(ctx context.Context) error {
		_, err := t.client.TransactWriteItems(ctx, in)
		return err
	})
	if i := slices.Index(codesOf(err), conditionFailed); i >= 0 && i < len(changes) {
		return &meeting.Conflict{Change: changes[i]}
	}
	return translate(err)
}
