package table

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"personal-rooms/shared/account"
)

// A personalKind says what an export shows of an item, and what erasing does with it. The person's own items are those
// of their partition, and those that name them as the owner or maker; others name them in passing.
type personalKind struct {
	name    string // in exports and reports
	where   string // the items are found by
	without string // attributes of an own item that an export leaves out: secrets, counters, and what is of others
	mention string // attributes of another's item that an export shows; empty: it shows nothing of it
	named   string // under which name an export shows the number or the link of an own item; only its key may have it
	own     erasing
	other   erasing
}

// An erasing is what becomes of an item.
type erasing string

const (
	isDeleted     erasing = "deleted"
	isRewritten   erasing = "pseudonymised" // without name and e-mail address; the id is a pseudonym
	isWithdrawn   erasing = "withdrawn"     // as isRewritten, and the change is an event
	isReleased    erasing = "released"      // a quarantined number, without an owner
	isRecord      erasing = "record"        // of a meeting that the person hosted: deleted or rewritten, by the operator's choice
	staysForAudit erasing = "kept"          // until it expires: who changed what must stay known
	expires       erasing = ""              // within days, and names nobody
)

// personalKinds has each kind of item, by its attribute "type". A test finds kinds that are missing.
var personalKinds = map[string]personalKind{
	"profile": {name: "profile", where: "partition of the user; that of an invitation which they took over",
		without: "page_key members member", own: isDeleted, other: isDeleted},
	"meeting": {name: "meeting", where: "partition of the host; invited people by e-mail address",
		own: isDeleted, mention: "id topic start duration timezone", other: isWithdrawn},
	"room": {name: "room", where: "owner, also of a quarantined or forwarding number; alternative hosts by e-mail address",
		without: "link_key instance follows removed hosts held denied present_seat opener roster_until roster_seq seq seated epoch",
		named:   "number", own: isReleased, mention: "topic", other: isWithdrawn},
	"sitting": {name: "instance", where: "owner: the host", without: "rank", own: isRecord},
	"seat": {name: "participation", where: "the user in it; the owner of its room; hosts who decided on it",
		without: "secret client site block request seqs seq_times returns_paid media_seq acts held trusted approved muted",
		own:     isRewritten, other: isRewritten},
	"met":        {name: "contact", where: "partition of the host; the person by e-mail address", own: isDeleted, mention: "at", other: isDeleted},
	"record":     {name: "idempotency_record", where: "partition of the user", without: "request", own: isDeleted, other: isWithdrawn},
	"link":       {name: "personal_link", where: "owner, also of a quarantined link", named: "name", own: isRewritten},
	"email":      {name: "email_address", where: "owner", own: isDeleted},
	"webhook":    {name: "webhook", where: "the admin who made it", without: "failures retry_at last_error", own: isRewritten},
	"outcome":    {name: "command", where: "the user for whom it acted", without: "request", own: isRewritten},
	"automation": {name: "automation_grant", where: "the account's grants", other: isRewritten},
	"app": {name: "app", where: "the admin who made it, or the user for whom it acts", without: "secrets",
		own: isRewritten, mention: "name", other: isRewritten},
	"audit":  {name: "audit_entry", where: "the account's audit trail, by operator", mention: "at operator category action detail", other: staysForAudit},
	"device": {name: "device", where: "the user who switched the doorbell on", without: "endpoint p256dh auth", own: isDeleted},
	"ring":   {name: "ring", where: "not searched: hashes of people who wait; it expires within two days"},
	"budget": {name: "budget", where: "not searched: counters of ten minutes or a day"},
	"pass": {name: "guest_pass", where: "owner: partition of the user whose room it leads to", without: "secret uses",
		own: isDeleted, other: isDeleted},
	"app_token":  {name: "app_token", where: "not searched: hashes, which name an app"},
	"connection": {name: "connection", where: "not searched: it names a seat, or a hash of a user, for two hours"},
	"key":        {name: "hint_key", where: "not searched: it names nobody"},
	"rules":      {name: "account_rules", where: "not searched: they name nobody"},
	"deletion":   {name: "deletion", where: "not searched: a hash, and when the user was deleted"},
	"erasure":    {name: "erasure", where: "its data of the person goes when it is complete", without: "pseudonym position"},
}

// A personalItem is an item that names a person.
type personalItem struct {
	key  key
	item item
	kind personalKind
	own  bool
	room bool // a seat in a room of the person, or a record of one
}

func personalOf(p account.Person, it item) personalItem {
	found := personalItem{key: keyOf(it), item: it, kind: personalKinds[stringOf(it["type"])]}
	partition := found.key.pk == userPartition(p.User)
	of := stringOf(it["account"]) == p.User.Account
	for _, name := range []string{"owner", "host", "user"} {
		found.own = found.own || of && stringOf(it[name]) == p.User.ID
	}
	found.own = found.own || partition
	if place, ok := it["place"].(*types.AttributeValueMemberM); ok {
		found.room = stringOf(place.Value["account"]) == p.User.Account && stringOf(place.Value["owner"]) == p.User.ID
	}
	return found
}

func keyOf(it item) key { return key{stringOf(it["pk"]), stringOf(it["sk"])} }

func stringOf(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

// fate is what becomes of the item.
func (f personalItem) fate(p account.Person, by account.Erasing) erasing {
	how := f.kind.other
	if f.own {
		how = f.kind.own
	}
	listed := f.kind.own == isRecord && f.key.pk == userPartition(p.User) // lists of a user who is gone
	switch {
	case !f.room && how != isRecord:
		return how
	case by.KeepRecords && !listed:
		return isRewritten
	}
	return isDeleted
}

// shown returns what an export has of the item; nil: nothing.
func (f personalItem) shown() (map[string]any, error) {
	all := map[string]any{}
	for name, stored := range f.item {
		hidden := strings.Fields(f.kind.without + " pk sk type write quiet ttl v until account owner host")
		if f.own && !slices.Contains(hidden, name) || !f.own && slices.Contains(strings.Fields(f.kind.mention), name) {
			var v any
			if err := attributevalue.Unmarshal(stored, &v); err != nil {
				return nil, err
			}
			all[name] = shownValue(name, v)
		}
	}
	if f.own && f.kind.named != "" && all[f.kind.named] == nil {
		_, all[f.kind.named], _ = strings.Cut(f.key.pk, "#")
	}
	if len(all) == 0 {
		return nil, nil //nolint:nilnil // nothing of the item is the person's
	}
	return all, nil
}

// shownValue returns the value for JSON: a time as RFC 3339, stored JSON as it is.
func shownValue(name string, v any) any {
	switch v := v.(type) {
	case float64:
		if isTime(name) {
			return timeOf(int64(v)).Format(time.RFC3339)
		}
	case []byte:
		if v = bytes.TrimSpace(v); json.Valid(v) {
			return json.RawMessage(v)
		}
		return base64.RawURLEncoding.EncodeToString(v)
	case map[string]any:
		for inner := range v {
			if v[inner] = shownValue(inner, v[inner]); inner == "account" || inner == "owner" {
				delete(v, inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = shownValue("", v[i])
		}
	}
	return v
}

// isTime reports whether the number of the attribute is a time.
func isTime(name string) bool {
	for _, end := range []string{"_at", "_until", "_since", "_on"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return slices.Contains([]string{"at", "start", "until", "lease", "came_in", "expires"}, name)
}
