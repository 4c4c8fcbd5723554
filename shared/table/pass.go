package table

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/meeting"
)

// passLife is how long a pass is kept after its end: longer than a seat that was taken by it.
const passLife = 30 * 24 * time.Hour

// passFields are a guest pass, in the partition of the owner of the room.
func passFields(p *meeting.Pass) fields {
	return append(userFields(&p.Owner),
		fromKey("sk", passPrefix, &p.ID),
		value("name", &p.Name),
		value("host_name", &p.Host),
		value("skips_waiting_room", &p.SkipsWaitingRoom),
		value("limit", &p.Limit),
		value("valid_until", &p.Until),
		value("secret", &p.Hash),
		value("uses", &p.Seats),
		value("taken", &p.Taken),
		value("created_at", &p.CreatedAt),
	)
}

func seatPassFields(p *meeting.SeatPass) fields {
	return fields{value("id", &p.ID), value("name", &p.Name), value("host_name", &p.Host), value("uses", &p.Uses)}
}

func passItem(p meeting.Pass) fields {
	var deleted time.Time
	if !p.Until.IsZero() {
		deleted = p.Until.Add(passLife)
	}
	return append(passFields(&p), itemType("pass"), deleteAfter(deleted), noEvent(true))
}

// Pass returns the pass of the room of the owner; the zero Pass if there is none.
func (t *Table) Pass(ctx context.Context, owner meeting.User, id string) (meeting.Pass, error) {
	k := passKey(owner, id)
	if !k.possible() {
		return meeting.Pass{}, nil
	}
	return read(ctx, t, k, passFields)
}

// Passes returns all passes of the room of the owner.
func (t *Table) Passes(ctx context.Context, owner meeting.User) ([]meeting.Pass, error) {
	items, err := t.query(ctx, beginsWith(userPartition(owner), "sk", passPrefix), 0)
	if err != nil {
		return nil, err
	}
	return decodeAll(items, passFields)
}

// UsePass counts the seat as a use of the pass, if the pass exists, is not over at the time, and has a use left or
// counts that seat already; or returns [meeting.ErrStale].
func (t *Table) UsePass(ctx context.Context, p meeting.Pass, seat meeting.Identity, now time.Time) error {
	var u update
	when := []expression{exists(), anyOf(absent("valid_until"), express("#valid_until > ?", millis(now)))}
	if p.Limit > 0 {
		u.union("uses", []meeting.Identity{seat})
		stored := &types.AttributeValueMemberB{Value: seat[:]}
		when = append(when, anyOf(express("contains(#uses, ?)", stored), absent("uses"), express("size(#uses) < ?", p.Limit)))
	} else {
		u.add("taken", 1)
	}
	_, err := t.update(ctx, passKey(p.Owner, p.ID), &u, when...)
	return err
}

// writeOfPass stores a pass of a new id, or deletes one that exists.
func writeOfPass(c meeting.Change) write {
	if put, is := c.(meeting.PutPass); is {
		return write{key: passKey(put.Pass.Owner, put.Pass.ID), item: passItem(put.Pass), fresh: true, when: absent("pk")}
	}
	drop, _ := c.(meeting.DropPass)
	return write{key: passKey(drop.Owner, drop.ID), when: exists()}
}
