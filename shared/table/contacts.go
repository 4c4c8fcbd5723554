package table

import (
	"context"
	"maps"
	"slices"
	"time"

	"personal-rooms/shared/meeting"
)

// SaveContacts stores until expires that the host met the people at the time, unless a later time is stored.
func (t *Table) SaveContacts(ctx context.Context, host meeting.User, people []meeting.Identity, at, expires time.Time) error {
	writes := make([]write, len(people))
	for i, id := range people {
		writes[i] = write{key: contactKey(host, id), item: contactItem(at, expires), when: atMost("at", millis(at))}
	}
	return t.putIfNewer(ctx, writes...)
}

func contactItem(at, expires time.Time) fields {
	return fields{value("at", &at), itemType("met"), deleteAfter(expires)}
}

// Contacts returns when the host last met each of the people. People whom the host did not meet, or met long ago, are
// not in it.
func (t *Table) Contacts(ctx context.Context, host meeting.User, people []meeting.Identity) (map[meeting.Identity]time.Time, error) {
	asked := map[string]meeting.Identity{}
	keys := map[key]bool{}
	for _, id := range people {
		k := contactKey(host, id)
		asked[k.sk], keys[k] = id, true
	}
	items, err := t.readAll(ctx, slices.Collect(maps.Keys(keys)))
	if err != nil {
		return nil, err
	}
	met := map[meeting.Identity]time.Time{}
	for _, stored := range items {
		var sk string
		var at time.Time
		if err := (fields{fromKey("sk", "", &sk), value("at", &at)}).decode(stored); err != nil {
			return nil, err
		}
		met[asked[sk]] = at
	}
	return met, nil
}
