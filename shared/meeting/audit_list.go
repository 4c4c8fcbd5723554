package meeting

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// AdminReadsReports is the scope that shows the audit trail.
const AdminReadsReports = "report:read:admin"

// AuditStore is the storage of the audit trail. Package table implements it, and stores entries by Store.Save.
type AuditStore interface {
	// AuditEntries returns at most limit entries of the account in [from, to), latest first, after the entry with the
	// id, if any; and the id of the last one if more follow.
	AuditEntries(ctx context.Context, account string, from, to time.Time, after string, limit int) ([]AuditEntry, string, error)
}

// An AuditTrail shows admins the changes in their account.
type AuditTrail struct {
	store AuditStore
	env   Env
}

// NewAuditTrail returns the use case.
func NewAuditTrail(store AuditStore, env Env) *AuditTrail { return &AuditTrail{store, env} }

// An AuditQuery selects a page of the audit trail.
type AuditQuery struct {
	From, To time.Time     // [From, To); of zero ones, the last 30 days
	Category AuditCategory // empty: all
	Size     int
	Token    string // of the page before
}

// auditWindow is the time before To that is shown if From is zero.
const auditWindow = 30 * 24 * time.Hour

// List returns a page of the audit trail of the caller's account, latest first, and the token of the next page; "": it
// is the last one. A page of one category may hold fewer entries than Size although more follow: it reads at most
// maxFills times. An entry that has expired is not shown, although DynamoDB deletes it only later.
func (a *AuditTrail) List(ctx context.Context, c Caller, q AuditQuery) (AuditQuery, []AuditEntry, string, error) {
	q = q.within(a.env.Now())
	if q.Token != "" && !q.startsAt(q.Token) {
		return q, nil, "", badPageToken()
	}
	read := reader[AuditEntry](func(ctx context.Context, after string, size int) ([]AuditEntry, string, error) {
		all, next, err := a.store.AuditEntries(ctx, c.Account, q.From, q.To, after, max(size, q.Size))
		return q.chosen(all, size, &next, a.env.Now()), next, err
	})
	entries, next, err := read.fill(ctx, q.Token, q.Size)
	return q, entries, next, err
}

func (q AuditQuery) within(now time.Time) AuditQuery {
	if q.To.IsZero() {
		q.To = now.Add(time.Minute) // clocks differ
	}
	if q.From.IsZero() {
		q.From = q.To.Add(-auditWindow)
	}
	return q
}

// startsAt reports whether the token is the id of an entry of the query's time. It needs no signature: an admin may see
// every entry of the account, and the account is that of their token.
func (q AuditQuery) startsAt(token string) bool {
	millis, random, found := strings.Cut(token, "/")
	n, err := strconv.ParseInt(millis, 10, 64)
	at := time.UnixMilli(n)
	return found && err == nil && random != "" && fmt.Sprintf("%015d", n) == millis && !at.Before(q.From) && at.Before(q.To)
}

// chosen returns at most size of the entries, of the category and not expired. If it leaves out more, next becomes the
// id of the last one that it returns.
func (q AuditQuery) chosen(all []AuditEntry, size int, next *string, now time.Time) (some []AuditEntry) {
	for _, e := range all {
		if q.Category != "" && e.Category != q.Category || !now.Before(e.Expires) {
			continue
		}
		if len(some) == size {
			*next = some[size-1].ID
			return some
		}
		some = append(some, e)
	}
	return some
}
