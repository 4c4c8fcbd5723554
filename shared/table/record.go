package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

// recordItem remembers what an Idempotency-Key did.
type recordItem struct {
	head
	person             // by whom
	Key      string    `dynamodbav:"key"`
	Request  []byte    `dynamodbav:"request,omitempty"`
	Meeting  *planItem `dynamodbav:"meeting,omitempty"`
	Instance string    `dynamodbav:"instance,omitempty"`
	Expires  int64     `dynamodbav:"expires,omitempty"`
}

func recordItemOf(r meeting.Record) (recordItem, error) {
	i := recordItem{
		head:     head{Type: "record", TTL: expiry(r.Expires)},
		person:   personOf(r.By),
		Key:      r.Key,
		Request:  digest(r.Request[:]),
		Instance: r.Instance,
		Expires:  millis(r.Expires),
	}
	if r.Meeting.ID == "" {
		return i, nil
	}
	plan, err := planItemOf(r.Meeting)
	i.Meeting = &plan
	return i, err
}

func (i recordItem) record() (r meeting.Record, err error) {
	r = meeting.Record{
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

// Record is the zero Record if there is none.
func (t *Table) Record(ctx context.Context, by meeting.User, name string) (meeting.Record, error) {
	var i recordItem
	if err := t.read(ctx, recordKey(by, name), &i); err != nil {
		return meeting.Record{}, err
	}
	return i.record()
}

// putRecord may replace a record that had expired when this one was made, for DynamoDB deletes them only later.
func putRecord(c meeting.PutRecord) (write, error) {
	i, err := recordItemOf(c.Record)
	return write{
		key:  recordKey(c.Record.By, c.Record.Key),
		item: i,
		anew: true,
		when: anyOf(absent("pk"), atMost("expires", millis(c.Now))),
	}, err
}
