package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"personal-rooms/shared/meeting"
)

var _ meeting.AuditStore = (*Table)(nil)

func auditFields(e *meeting.AuditEntry) fields {
	return fields{
		fromKey("sk", auditPrefix, &e.ID),
		value("account", &e.Account),
		value("at", &e.At),
		value("operator", &e.Operator),
		value("app", &e.App),
		value("category", &e.Category),
		value("action", &e.Action),
		value("detail", &e.Detail),
		value("expires", &e.Expires),
	}
}

func auditItem(e meeting.AuditEntry) fields {
	return append(auditFields(&e), itemType("audit"), deleteAfter(e.Expires))
}

func putAudit(c meeting.PutAudit) write {
	return write{key: auditKey(c.Entry.Account, c.Entry.ID), item: auditItem(c.Entry), fresh: true, when: absent("pk")}
}

// audited makes the writes together with the entries, in one transaction. It returns [meeting.ErrStale] if the
// condition of a write does not hold.
func (t *Table) audited(ctx context.Context, writes []write, entries []meeting.PutAudit) error {
	if len(writes)+len(entries) == 1 && writes[0].item != nil {
		_, err := t.put(ctx, writes[0])
		return err
	}
	changes := slices.Repeat([]meeting.Change{nil}, len(writes)) // whose conflict is ErrStale
	for _, e := range entries {
		changes, writes = append(changes, e), append(writes, putAudit(e))
	}
	err := t.transact(ctx, changes, writes)
	if c, ok := errors.AsType[*meeting.Conflict](err); ok && c.Change == nil {
		return meeting.ErrStale
	}
	return err
}

// auditTime begins the ids of the entries of a time.
func auditTime(t time.Time) string { return fmt.Sprintf("%015d", max(0, t.UnixMilli())) }

// AuditEntries returns a page of the entries of the account in [from, to), latest first.
func (t *Table) AuditEntries(ctx context.Context, of string, from, to time.Time, after string, limit int,
) ([]meeting.AuditEntry, string, error) {
	first, end := auditKey(of, auditTime(from)), auditKey(of, auditTime(to))
	if first.sk >= end.sk {
		return nil, "", nil
	}
	in := between(first.pk, "sk", first.sk, end.sk)
	in.ScanIndexForward = aws.Bool(false)
	if after != "" {
		in.ExclusiveStartKey = auditKey(of, after).attributes()
	}
	return queryPage(ctx, t, in, limit, auditFields, func(e meeting.AuditEntry) string { return e.ID })
}
