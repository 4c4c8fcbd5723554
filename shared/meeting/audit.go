package meeting

import (
	"cmp"
	"time"
)

// The audit trail of an account says who changed what, for its admins. How a use case adds to it:
//
//   - [Env.Audit] makes the entry of a change: the caller, a category, what was done, and to whom or what.
//   - The use case gives that [PutAudit] to Store.Save together with its changes, or to the variadic parameter of a
//     put of package account: one transaction stores both, or none.
//   - No transaction may hold an open room. A change of an open room saves its entry just before: after a crash
//     between the two, the trail has a change that was not made, and never misses one that was.
//   - Changes by admins and by apps are entered, and users' changes of their own number, link and guest passes; not
//     other changes that users make of their own.
//   - A detail names ids, numbers and changed fields, and never a passcode, a host key or another secret.
//   - Entries are in a partition of the account, sorted by time, until Config.AuditRetention is over (DynamoDB's TTL).

// DefaultAuditRetention is how long an entry is kept.
const DefaultAuditRetention = 90 * 24 * time.Hour

// MaxAuditDetail is the maximal length of a detail, in characters. Longer ones are cut.
const MaxAuditDetail = 500

// An AuditCategory is what a change was made to, in Zoom's words where it has one.
type AuditCategory string

const (
	AuditUser         AuditCategory = "user"          // created, changed, deleted, erased, imported
	AuditUserSettings AuditCategory = "user_settings" // settings of a user, or of a room
	AuditAccount      AuditCategory = "account"       // settings of the account, locks, closing
	AuditWebhook      AuditCategory = "webhook"
	AuditAutomation   AuditCategory = "automation" // grants
	AuditApp          AuditCategory = "app"
)

// AuditCategories returns all categories.
func AuditCategories() []AuditCategory {
	return []AuditCategory{AuditUser, AuditUserSettings, AuditAccount, AuditWebhook, AuditAutomation, AuditApp}
}

// What was done, as Zoom names it.
const (
	AuditAdd    = "Add"
	AuditUpdate = "Update"
	AuditDelete = "Delete"
)

// An AuditEntry is one change.
type AuditEntry struct {
	Account  string
	ID       string // unique in the account; ids sort by time
	At       time.Time
	Operator string // who made the change: the verified e-mail address, else the id
	App      string // the id of the app that made it as that user; empty: they made it themselves
	Category AuditCategory
	Action   string // AuditAdd, AuditUpdate, AuditDelete…
	Detail   string
	Expires  time.Time
}

// PutAudit stores the entry, which is a new one.
type PutAudit struct{ Entry AuditEntry }

func (PutAudit) change() {}

// Audit returns the entry for a change that the caller makes in their account. Any error comes from Env.Random.
func (e Env) Audit(c Caller, category AuditCategory, action, detail string) (PutAudit, error) {
	now := e.Now()
	random, err := e.randomText()
	if runes := []rune(detail); len(runes) > MaxAuditDetail {
		detail = string(runes[:MaxAuditDetail])
	}
	return PutAudit{AuditEntry{
		Account: c.Account, ID: listOffset(now, random), At: now, Operator: cmp.Or(c.Email, c.ID), App: c.App,
		Category: category, Action: action, Detail: detail,
		Expires: now.Add(cmp.Or(e.Config.AuditRetention, DefaultAuditRetention)),
	}}, err
}
