package table

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// Save makes the changes in one step: all, or none. What is put alone is one PutItem. Anything else is a transaction,
// deletions too: its token makes it safe to send again, where a deleted item could not tell who deleted it.
func (t *Table) Save(ctx context.Context, changes ...meeting.Change) error {
	writes := make([]write, len(changes))
	for i, c := range changes {
		var err error
		if writes[i], err = writeOf(c); err != nil {
			return err
		}
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

func writeOf(c meeting.Change) (write, error) {
	switch c := c.(type) {
	case meeting.ClaimRoom:
		return claimRoom(c), nil
	case meeting.ReplaceRoom:
		return replaceRoom(c), nil
	case meeting.PutProfile:
		return putProfile(c)
	case meeting.ClaimLink:
		return claimLink(c), nil
	case meeting.DropLink:
		return dropLink(c), nil
	case meeting.ClaimEmail:
		return claimEmail(c), nil
	case meeting.DropEmail:
		return dropEmail(c), nil
	case meeting.PutMeeting:
		return putMeeting(c)
	case meeting.DropMeeting:
		return dropMeeting(c), nil
	case meeting.PutIdempotencyRecord:
		return putIdempotencyRecord(c)
	}
	return write{}, fmt.Errorf("table: unknown change %T", c)
}

func (t *Table) transact(ctx context.Context, changes []meeting.Change, writes []write) error {
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(rand.Text())}
	id := newWriteID()
	for _, w := range writes {
		one, _, err := t.part(w, id)
		if err != nil {
			return err
		}
		in.TransactItems = append(in.TransactItems, one)
	}
	err := t.retryConflicts(ctx, func(ctx context.Context) error {
		_, err := t.client.TransactWriteItems(ctx, in)
		return err
	})
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		if i := refusedAt(cancelled); i >= 0 && i < len(changes) {
			return &meeting.Conflict{Change: changes[i]}
		}
	}
	return translate(err)
}
