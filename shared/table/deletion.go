package table

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"golang.org/x/sync/errgroup"

	"personal-rooms/shared/meeting"
)

// deletionKey names the deletion of a user without the user's id, so that it can be kept when the user is erased.
func deletionKey(u meeting.User) key {
	sum := sha256.Sum256([]byte("deletion\x00" + u.Account + "\x00" + u.ID))
	return key{"USER#" + base64.RawURLEncoding.EncodeToString(sum[:16]), "DELETION"}
}

func deletionFields(at *time.Time) fields { return fields{value("at", at)} }

func deletionItem(d meeting.PutDeletion) fields {
	return append(deletionFields(&d.At), itemType("deletion"), deleteAfter(d.Expires))
}

// putDeletion replaces an earlier deletion.
func putDeletion(d meeting.PutDeletion) write {
	return write{key: deletionKey(d.User), item: deletionItem(d), fresh: true, when: anyOf(absent("pk"), atMost("at", millis(d.At)))}
}

// DeletedAt returns when the user was deleted last; the zero time if that is not known any more.
func (t *Table) DeletedAt(ctx context.Context, u meeting.User) (time.Time, error) {
	return read(ctx, t, deletionKey(u), deletionFields)
}

// UserState returns the state of the user, in one trip; of an invited user who signed in, in two.
func (t *Table) UserState(ctx context.Context, u meeting.User) (s meeting.UserState, err error) {
	var p meeting.Profile
	var both errgroup.Group
	both.Go(func() (err error) { p, err = t.Profile(ctx, u); return err })
	both.Go(func() (err error) { s.DeletedAt, err = t.DeletedAt(ctx, u); return err })
	if err = both.Wait(); err == nil && p.MovedTo != "" {
		p, err = t.Profile(ctx, meeting.User{Account: u.Account, ID: p.MovedTo})
	}
	s.Status = p.Status
	return s, err
}
