package table

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/hint"
	"personal-rooms/shared/meeting"
)

var (
	_ hint.KeyStore = (*Table)(nil)
	_ hint.Store    = (*Table)(nil)
)

// connectionFields are an open connection. Its key has the holder and the slot. No event reports it: the stream's
// filter drops its writes.
func connectionFields(c *hint.Connection) fields {
	return fields{
		fromKey("pk", connectionPartition(""), &c.Room),
		holderAndSlot(c),
		value("connection", &c.ID),
		value("opened_at", &c.OpenedAt),
		value("expires", &c.Expires),
	}
}

// holderAndSlot are the sort key, which is read and not written.
func holderAndSlot(c *hint.Connection) field {
	f := computed("sk", nil)
	f.read = func(stored types.AttributeValue) (err error) {
		name := stringOf(stored)
		at := strings.LastIndexByte(name, '#')
		c.Holder = hint.Holder(name[:max(at, 0)])
		c.Slot, err = strconv.Atoi(name[at+1:])
		return err
	}
	return f
}

func connectionItem(c hint.Connection) fields {
	return append(connectionFields(&c), itemType("connection"), deleteAfter(c.Expires))
}

// PutConnection stores the connection over the given one; or, if that is zero, if the slot is free or its connection
// has expired. Otherwise it returns [meeting.ErrStale] and the connection that is stored.
func (t *Table) PutConnection(ctx context.Context, c, over hint.Connection) (hint.Connection, error) {
	when := anyOf(absent("pk"), atMost("expires", millis(c.OpenedAt)))
	if over.ID != "" {
		when = is("connection", over.ID)
	}
	stored, err := t.put(ctx, write{key: connectionKey(c), item: connectionItem(c), fresh: true, when: when})
	is, unreadable := decode(stored, connectionFields)
	return is, cmp.Or(unreadable, err)
}

// ConnectionsOf returns the connections of one holder.
func (t *Table) ConnectionsOf(ctx context.Context, s hint.Subject) ([]hint.Connection, error) {
	return t.connections(ctx, s.Room, string(s.Holder)+"#")
}

// Connections returns the connections of the room; with consoles, only those of consoles.
func (t *Table) Connections(ctx context.Context, room meeting.Number, consoles bool) ([]hint.Connection, error) {
	prefix := ""
	if consoles {
		prefix = hint.ConsolePrefix
	}
	return t.connections(ctx, room, prefix)
}

func (t *Table) connections(ctx context.Context, room meeting.Number, prefix string) ([]hint.Connection, error) {
	query := keyQuery("sk", express("#pk = ?", connectionPartition(room)))
	if prefix != "" {
		query = beginsWith(connectionPartition(room), "sk", prefix)
	}
	query.ConsistentRead = aws.Bool(false) // half the price; a hint that is not sent costs one poll
	items, err := t.query(ctx, query, 0)
	if err != nil {
		return nil, err
	}
	return decodeAll(items, connectionFields)
}

// DropConnection deletes the connection, unless another one is in its slot.
func (t *Table) DropConnection(ctx context.Context, c hint.Connection) error {
	var p parameters
	when := p.use(is("connection", c.ID))
	_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: t.name, Key: connectionKey(c).attributes(),
		ConditionExpression: when, ExpressionAttributeNames: p.names, ExpressionAttributeValues: p.values,
	})
	if _, other := errors.AsType[*types.ConditionalCheckFailedException](err); other {
		return nil
	}
	return translate(err)
}

// hintKeyFields are the key that signs the tickets of connections.
func hintKeyFields(k *hint.Key) fields { return fields{value("key", k)} }

// HintKey returns the stored key. If there is none, it stores the fresh one and returns that.
func (t *Table) HintKey(ctx context.Context, fresh hint.Key) (hint.Key, error) {
	stored, err := read(ctx, t, hintKeyKey(), hintKeyFields)
	if err != nil || stored != nil {
		return stored, err
	}
	it, err := t.put(ctx, write{key: hintKeyKey(), item: append(hintKeyFields(&fresh), itemType("key")), fresh: true, when: absent("pk")})
	if err != nil && !errors.Is(err, meeting.ErrStale) {
		return nil, err
	}
	return decode(it, hintKeyFields)
}
