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
		return putProfile(c)
	case meeting.ClaimLink:
		return claimLink(c)
	case meeting.DropLink:
		return dropLink(c)
	case meeting.ClaimEmail:
		return claimEmail(c)
	case meeting.DropEmail:
		return dropEmail(c)
	case meeting.PutMeeting:
		return putMeeting(c)
	case meeting.DropMeeting:
		return dropMeeting(c)
	case meeting.PutIdempotencyRecord:
		return putIdempotencyRecord(c)
	}
	panic(fmt.Sprintf("table: unknown change %T", c))
}

func (t *Table) transact(ctx context.Context, changes []meeting.Change, writes []write) error {
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(rand.Text())}
	id := newWriteID()
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
