package table

import (
	"context"

	"personal-rooms/shared/meeting"
)

// idempotencyFields are what an Idempotency-Key did. The meeting is absent if the key started an instance only.
func idempotencyFields(r *meeting.IdempotencyRecord) fields {
	return append(userFields(&r.By),
		value("key", &r.Key),
		value("request", &r.Request),
		nested("meeting", &r.Meeting, meetingFields),
		value("instance", &r.Instance),
		value("expires", &r.Expires),
	)
}

func idempotencyItem(r meeting.IdempotencyRecord) fields {
	return append(idempotencyFields(&r), itemType("record"), deleteAfter(r.Expires))
}

// IdempotencyRecord returns the record of the user's key; the zero IdempotencyRecord if there is none.
func (t *Table) IdempotencyRecord(ctx context.Context, by meeting.User, name string) (meeting.IdempotencyRecord, error) {
	return read(ctx, t, idempotencyKey(by, name), idempotencyFields)
}
