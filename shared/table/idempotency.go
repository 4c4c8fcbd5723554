package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

// idempotencyItem remembers what an Idempotency-Key did.
type idempotencyItem struct {
	itemHeader
	userFields           // by whom
	Key        string    `dynamodbav:"key"`
	Request    []byte    `dynamodbav:"request,omitempty"`
	Meeting    *planItem `dynamodbav:"meeting,omitempty"`
	Instance   string    `dynamodbav:"instance,omitempty"`
	Expires    int64     `dynamodbav:"expires,omitempty"`
}

func idempotencyItemOf(r meeting.IdempotencyRecord) (idempotencyItem, error) {
	i := idempotencyItem{
		itemHeader: itemHeader{Type: "record", TTL: expiry(r.Expires)},
		userFields: userFieldsOf(r.By),
		Key:        r.Key,
		Request:    digest(r.Request[:]),
		Instance:   r.Instance,
		Expires:    millis(r.Expires),
	}
	if r.Meeting.ID == "" {
		return i, nil
	}
	plan, err := planItemOf(r.Meeting)
	i.Meeting = &plan
	return i, err
}

func (i idempotencyItem) record() (r meeting.IdempotencyRecord, err error) {
	r = meeting.IdempotencyRecord{
		By:       i.user(),
		Key:      i.Key,
		Request:  identityOf(i.Request),
		Instance: i.Instance,
		Expires:  timeOf(i.Expires),
	}
	if i.Meeting != nil {
		r.Meeting, err = i.Meeting.meeting()
	}
	return r, err
}

// IdempotencyRecord is the zero Record if there is none.
func (t *Table) IdempotencyRecord(ctx context.Context, by meeting.User, name string) (meeting.IdempotencyRecord, error) {
	var i idempotencyItem
	if err := t.read(ctx, idempotencyKey(by, name), &i); err != nil {
		return meeting.IdempotencyRecord{}, err
	}
	return i.record()
}

// putIdempotencyRecord may replace a record that had expired when this one was made, for DynamoDB deletes them only later.
func putIdempotencyRecord(c meeting.PutIdempotencyRecord) (write, error) {
	i, err := idempotencyItemOf(c.Record)
	return write{
		key:  idempotencyKey(c.Record.By, c.Record.Key),
		item: i,
		anew: true,
		when: anyOf(absent("pk"), atMost("expires", millis(c.Now))),
	}, err
}
